"""The audit administrator reads in the access ledger who looked at the site as another place, and nobody else does."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.models.viewing import Viewing
from accounts.permissions import Role
from accounts.selectors import audit as selectors
from accounts.selectors.audit import LedgerQuestion
from accounts.selectors.viewing import looks_as_places
from accounts.services.viewing import note_page, start_viewing
from core import clock
from core.errors import NotAllowed
from tests.builders import hat, make_institution, place_for, regulator

pytestmark = pytest.mark.django_db
OTHERS = [role for role in Role if role not in (Role.AUDIT_ADMIN, Role.SYSTEM)]
STATEMENTS = 5


def worn(role: Role) -> User:
    return hat(role, place_for(role))


@pytest.fixture
def page() -> Client:
    client = Client()
    client.force_login(worn(Role.AUDIT_ADMIN))
    return client


def looked(place=None, reason: str = "核查整改 13812340018") -> Viewing:
    place = place or make_institution(code="990100")
    return start_viewing(actor=regulator("990000"), role=Role.INSTITUTION_OFFICER, place=place, reason=reason)


def test_ledger_shows_who_looked_as_another_place_and_leads_to_the_trail(page):
    viewing = looked(make_institution("望海大学技术转移中心", code="990100"))
    for refused in (False, False, True):
        note_page(viewing=viewing, method="GET", path="/home/", refused=refused)
    looked()

    answer = page.get(reverse("accounts:access_ledger"))

    first = answer.context["viewings"][1]
    assert (first.viewing, first.requests, first.refused, first.who) == (
        viewing, 3, 1, selectors.shown_login(viewing.viewer),
    )  # fmt: skip
    assert ("望海大学技术转移中心" in answer.content.decode(), "主管部门990000" in answer.content.decode()) == (
        True,
        True,
    )
    assert [word for word in ("13812340018", viewing.viewer.email) if word in answer.content.decode()] == []
    found = page.get(answer.context["viewings_url"]).context["lines"]
    assert {line.entry.subject_id for line in found} == {str(one.pk) for one in Viewing.objects.all()}


def test_looks_as_another_place_follow_the_question(page):
    with clock.travel(timedelta(days=-40)):
        old = looked()
    new, ledger = looked(), reverse("accounts:access_ledger")

    def asked(**query):
        return [line.viewing for line in page.get(ledger, query).context["viewings"]]

    assert (asked(), asked(first="2020-01-01")) == ([new], [new, old])
    assert asked(first="2020-01-01", actor=old.viewer_id) == [old]
    for elsewhere in ({"person": "1"}, {"what": "phone"}, {"outcome": "refused"}, {"first": "2026-13-01"}):
        assert asked(**elsewhere) == []


def test_looks_as_another_place_are_the_audit_administrators_alone():
    looked()
    for role in OTHERS:
        with pytest.raises(NotAllowed):
            looks_as_places(worn(role), LedgerQuestion())


@pytest.mark.parametrize("rows", [1, 3])
def test_ledger_takes_as_many_statements_for_three_looks_as_for_one(page, rows, django_assert_num_queries):
    for _row in range(rows):
        note_page(viewing=looked(), method="GET", path="/home/", refused=False)
    with django_assert_num_queries(STATEMENTS):
        assert len(page.get(reverse("accounts:access_ledger")).context["viewings"]) == rows
