"""Restrictions: where and how long they hold, who lifts them, and which hats they keep somebody from."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Membership, Restriction, RestrictionKind, TrainingBase
from accounts.permissions import Permission
from accounts.selectors import system_user
from accounts.selectors.restrictions import may_not_issue, restricted, restricted_login
from accounts.services import accept_request, ask_to_join, grant_membership, lift, memberships, restrict
from core import audit, clock
from core.errors import DomainError
from tests.builders import (
    base_manager,
    join_records,
    make_base,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
)

pytestmark = pytest.mark.django_db
TEACHING, MARKING, ISSUING = RestrictionKind.NO_TEACHING, RestrictionKind.NO_MARKING, RestrictionKind.NO_ISSUING


def by_decision(subject, kind=TEACHING, **fields):
    given = {"valid_from": clock.today(), "valid_to": None, "document": "决定1号", "source": "credit.test:1", **fields}
    return restrict(actor=system_user(), kind=kind, subject=subject, **given)


def keeps(person, base, kind=TEACHING):
    return restricted(kind, person=person, at=base)


def may_issue(base):
    rows = TrainingBase.objects.annotate(kept=may_not_issue("")).filter(pk=base.pk)
    return not rows.get().kept


@pytest.fixture
def base():
    return make_base(host=make_institution("岚江大学"))


# --- where and how long ---------------------------------------------------------------------------------------------
def test_restriction_holds_everywhere(base):
    person = make_person()
    by_decision(person)

    assert (keeps(person, base), keeps(person, make_base())) == (True, True)
    assert (keeps(person, base, MARKING), keeps(make_person(), base)) == (False, False)


@pytest.mark.parametrize("place", ["base", "host"])
def test_restriction_of_a_body_holds_in_its_own_activities_alone(base, place):
    person = make_person()
    by_decision(person, within=base if place == "base" else base.host)

    assert (keeps(person, base), keeps(person, make_base())) == (True, False)
    assert keeps(person, make_base(host=base.host)) == (place == "host")


def test_restriction_of_another_body_does_not_hold_here(base):
    person = make_person()
    by_decision(person, within=make_institution())

    assert keeps(person, base) is False
    assert keeps(person, make_base()) is False


def test_restriction_begins_and_ends_by_its_days(base):
    person, today = make_person(), clock.today()
    by_decision(person, valid_from=today + timedelta(days=2), valid_to=today + timedelta(days=5))
    seen = []
    for days in (1, 2, 4, 5):
        with clock.travel(timedelta(days=days)):
            seen.append(keeps(person, base))

    assert seen == [False, True, True, False]


def test_lift_ends_what_came_from_one_decision_from_the_day_on(base):
    person = make_person()
    by_decision(person)
    by_decision(person, MARKING)
    by_decision(person, source="credit.test:2", within=base)

    assert lift(actor=system_user(), source="credit.test:1", why="撤销") == 2
    assert lift(actor=system_user(), source="credit.test:1", why="撤销") == 0
    assert (keeps(person, base), keeps(person, make_base()), keeps(person, base, MARKING)) == (True, False, False)
    verbs = list(audit.entries_about(Restriction.objects.earliest("pk")).values_list("verb", flat=True))
    assert verbs == ["accounts.restricted", "accounts.restriction_lifted"]


def test_restriction_of_a_double_holds_for_the_person(base):
    survivor, double = make_person(), make_person()
    by_decision(double)
    join_records(double, survivor)

    assert (keeps(survivor, base), keeps(double, base)) == (True, True)


def test_login_without_a_profile_is_not_restricted(base):
    user = make_user()
    by_decision(make_person())

    assert restricted_login(TEACHING, user=user, at=base) is False
    assert restricted_login(TEACHING, user=Restriction.objects.get().person.user or user, at=base) is False


@pytest.mark.parametrize("subject", ["base", "host"])
def test_base_or_its_host_may_not_issue(base, subject):
    by_decision(base if subject == "base" else base.host, ISSUING)

    assert (may_issue(base), may_issue(make_base())) == (False, True)


def test_issuing_within_another_body_is_not_the_base_s_own(base):
    by_decision(base, ISSUING, within=make_institution())

    assert may_issue(base) is True


def test_issuing_is_restricted_within_the_base_s_own_activities(base):
    by_decision(base.host, ISSUING, within=base.host)

    assert (may_issue(base), may_issue(make_base())) == (False, True)


# --- the table ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_restriction SET valid_to = '2099-01-01'",
        "UPDATE accounts_restriction SET kind = 'no_issuing'",
        "UPDATE accounts_restriction SET document = 'x'",
        "DELETE FROM accounts_restriction",
    ],
)
def test_restriction_changes_in_nothing_but_its_lifting(statement):
    by_decision(make_person())

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_restriction_reaches_its_subject_and_the_authority_of_the_place(base):
    user = make_user()
    own = by_decision(make_person(user=user))
    of_base = by_decision(base, ISSUING, source="credit.test:2")
    of_host = by_decision(base.host, ISSUING, source="credit.test:3")

    def reached(actor, permission):
        return set(Restriction.objects.allowed(actor, permission))

    assert reached(user, Permission.PERSON_VIEW) == {own}
    assert reached(base_manager(base), Permission.BASE_VIEW) == {of_base}
    assert reached(officer(base.host), Permission.INSTITUTION_VIEW) == {of_host}
    assert reached(regulator(), Permission.INSTITUTION_VIEW) == {of_host}
    assert reached(officer(), Permission.INSTITUTION_VIEW) == set()


# --- hats -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("role", "kind"), [("instructor", TEACHING), ("invigilator", MARKING)])
def test_no_hat_for_work_that_somebody_is_kept_from(base, role, kind):
    user = make_user()
    by_decision(make_person(user=user), kind)

    with pytest.raises(DomainError, match="restricted"):
        grant_membership(actor=system_user(), user=user, role=role, place=base)
    assert Membership.objects.filter(user=user).count() == 0

    grant_membership(actor=system_user(), user=user, role="base_manager", place=base)
    other = {"instructor": "invigilator", "invigilator": "instructor"}[role]
    grant_membership(actor=system_user(), user=user, role=other, place=base)
    assert Membership.objects.filter(user=user).count() == 2


def test_who_asks_to_join_as_an_instructor_is_refused_while_restricted(base):
    user, manager = make_user(), base_manager(base)
    by_decision(make_person(user=user), within=base)
    asked = ask_to_join(actor=user, role="instructor", place=base)

    with pytest.raises(DomainError, match="restricted"):
        accept_request(actor=manager, request=asked)
    lift(actor=system_user(), source="credit.test:1", why="期满")

    assert accept_request(actor=manager, request=asked).role == "instructor"


def test_without_the_guard_the_hat_is_given(base, monkeypatch):
    """The twin: what keeps the hat back is the guard, not something else."""
    user = make_user()
    by_decision(make_person(user=user))
    monkeypatch.setattr(memberships, "KEPT_FROM", {})

    assert grant_membership(actor=system_user(), user=user, role="instructor", place=base).role == "instructor"
