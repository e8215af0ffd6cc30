"""The database of the list benchmark: two institutions with invented staff; and the statements of each page."""
# ruff: noqa: E402 - models can be imported once the settings are loaded

import sys
from datetime import date, timedelta

import django

django.setup()

from django.db import transaction

from accounts.identifiers import uscc_check_character
from accounts.models import Appointment, IdentityDocument, Institution, Person, Region
from accounts.selectors import document_index, system_user
from accounts.services import create_institution, create_login, create_region, grant_membership
from benchmarks._counted import count_statements
from benchmarks.lists import LISTINGS, email_of
from benchmarks.pages import PASSWORD
from core import clock

LISTING = LISTINGS["staff"]


def _fill() -> None:
    """Two institutions with their officers; everybody has one post, a document, and a start of their own day."""

    actor = system_user()
    with transaction.atomic():
        nation = Region.objects.get(code="000000")
        area = create_region(actor=actor, code="990000", name="岚江省", level="provincial", parent=nation)
        for number, size in enumerate(LISTING.sizes, 1):
            place = create_institution(
                actor=actor, name=f"机构{size}", category="university", level="provincial", region=area,
                uscc=_uscc(number), demo=True,
            )  # fmt: skip
            user = create_login(actor=actor, email=email_of(size), password=PASSWORD)
            grant_membership(actor=actor, user=user, role="institution_officer", place=place)
            _staff(place, size)


def _staff(place: Institution, size: int) -> None:

    known = clock.now() - timedelta(days=30)
    for first in range(0, size, 5_000):
        numbers = range(first, min(first + 5_000, size))
        people = Person.objects.bulk_create(Person(name=f"人{n}", name_key=f"人{n}") for n in numbers)
        IdentityDocument.objects.bulk_create(
            IdentityDocument(
                person=one, type="passport", number=f"P{one.pk}", number_index=document_index("passport", f"P{one.pk}")
            )
            for one in people
        )
        Appointment.objects.bulk_create(
            Appointment(
                person=one, institution=place, post="技术经理", professional=n % 10 > 0, employment_type="contract",
                start_date=date(2020, 1, 1) + timedelta(days=n % 2_000), recorded_at=known,
                end_date=date(2026, 1, 1) if n % 20 == 0 else None,
            )
            for n, one in zip(numbers, people, strict=True)
        )  # fmt: skip


def _uscc(number: int) -> str:

    body = f"12000000DEM00000{number}"
    return body + uscc_check_character(body)


if __name__ == "__main__":
    {"fill": _fill, "count": lambda: count_statements(LISTING)}[sys.argv[1]]()
