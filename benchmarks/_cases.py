"""The database of the work list: two provinces, each with its body, its officer and its open cases."""
# ruff: noqa: E402 - models can be imported once the settings are loaded

import sys
from datetime import timedelta

import django

django.setup()

from django.db import transaction

from accounts.models import AdminBody, Person, Region, User
from accounts.selectors import system_user
from accounts.services import create_admin_body, create_login, create_region, grant_membership
from benchmarks._counted import count_statements
from benchmarks.lists import LISTINGS, email_of
from benchmarks.pages import PASSWORD
from core import clock
from credit.models import AdministrativeCase, CaseReport, CatalogueItem
from credit.rules.cases import rule_on
from credit.services.catalogue import Listed, adopt_proposal, propose_item

LISTING = LISTINGS["cases"]


@transaction.atomic
def _fill() -> None:
    """Half of the cases are late; the officer of each body reads its own."""
    actor = system_user()
    nation = Region.objects.get(code="000000")
    words = Listed("目录", "1", "1", "行为", "依据", "general", clock.today() - timedelta(days=900))
    second = create_login(actor=actor, email="second@example.test", password=PASSWORD)
    grant_membership(actor=actor, user=second, role="regulator", place=AdminBody.objects.get(code="NATIONAL"))
    adopt_proposal(actor=second, proposal=propose_item(actor=actor, listed=words))
    item = CatalogueItem.objects.get()
    for code, size in zip(("990000", "980000"), LISTING.sizes, strict=True):
        area = create_region(actor=actor, code=code, name=f"省{code}", level="provincial", parent=nation)
        body = create_admin_body(
            actor=actor, code=f"B{code}", name=f"厅{code}", rank="provincial", jurisdiction=area.path
        )
        user = create_login(actor=actor, email=email_of(size), password=PASSWORD)
        grant_membership(actor=actor, user=user, role="regulator", place=body)
        for first in range(0, size, 1_000):
            _cases(user, body, area, item, range(first, min(first + 1_000, size)))


def _cases(user: User, body: AdminBody, area: Region, item: CatalogueItem, numbers: range) -> None:
    today = clock.today()
    people = Person.objects.bulk_create(Person(name=f"人{n}", name_key=f"人{n}") for n in numbers)
    reports = CaseReport.objects.bulk_create(
        CaseReport(
            state="accepted", track="administrative", said_of=one.name, region=area, ground="other", said="内容",
            happened_on=today, body=body, due_on=today, decided_at=clock.now(), decided_by=user,
        )
        for one in people
    )  # fmt: skip
    AdministrativeCase.objects.bulk_create(
        AdministrativeCase(
            report=report, body=body, salt="0" * 64, item=item, rule_version=rule_on(today).version, person=person,
            number=f"{body.code}-{n}", conduct_ended_on=today, discovered_on=today, limit_on=today, filed_on=today,
            filed_by=user, decide_by=today, due_on=today + timedelta(days=n % 60 - 30),
        )
        for n, report, person in zip(numbers, reports, people, strict=True)
    )  # fmt: skip


if __name__ == "__main__":
    {"fill": _fill, "count": lambda: count_statements(LISTING)}[sys.argv[1]]()
