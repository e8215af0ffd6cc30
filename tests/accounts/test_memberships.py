"""Hats given and taken off, and three administrators who are never one."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AdminBody, Membership, User
from accounts.models.positions import FIELD_OF
from accounts.permissions import ADMINISTRATORS, PLACE_OF, Role
from accounts.selectors import system_user
from accounts.services import end_membership, grant_membership
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from tests.builders import hat, make_base, make_institution, make_user, place_for, regulator

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 1)
PAIRS = list(permutations(sorted(ADMINISTRATORS), 2))


@pytest.fixture
def system() -> User:
    return system_user()


def national() -> AdminBody:
    return AdminBody.objects.get(code="NATIONAL")


def held(user: User, role: str, begins: int, ends: int | None) -> Membership:
    """Days counted from one day; straight into the table, past every service."""
    end = None if ends is None else DAY + timedelta(days=ends)
    with transaction.atomic():
        return Membership.objects.create(
            user=user, role=role, admin_body=national(), valid_from=DAY + timedelta(days=begins), valid_to=end
        )


# --- giving ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM}))
def test_membership_stands_at_the_place(role, system):
    place, user = place_for(role), make_user()

    granted = grant_membership(actor=system, user=user, role=role, place=place)

    assert (getattr(granted, PLACE_OF[role]), granted.place, granted.user) == (place, place, user)
    assert user.valid_memberships() == [granted]


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.AUDITOR, make_institution),
        (Role.AUDITOR, make_base),
        (Role.INSTITUTION_OFFICER, make_base),
        (Role.INSTITUTION_OFFICER, national),
        (Role.INSTRUCTOR, make_institution),
        (Role.SECURITY_ADMIN, make_base),
    ],
)
def test_role_at_a_wrong_kind_of_place_is_refused(role, place, system):
    with pytest.raises(DomainError) as refusal:
        grant_membership(actor=system, user=make_user(), role=role, place=place())

    assert refusal.value.code == "wrong_place"


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrators_sit_at_the_national_body_alone(role, system):
    province = regulator().memberships.get().admin_body

    with pytest.raises(DomainError) as refusal:
        grant_membership(actor=system, user=make_user(), role=role, place=province)

    assert refusal.value.code == "national_body_only"


def test_hat_of_the_system_is_given_to_nobody(system):
    with pytest.raises(NotAllowed):
        grant_membership(actor=system, user=make_user(), role=Role.SYSTEM, place=national())

    assert Membership.objects.filter(role=Role.SYSTEM).count() == 1


def test_editor_and_nobody_else_enters_the_editors_group(system):
    editor, auditor = make_user(), make_user()
    grant_membership(actor=system, user=editor, role=Role.EDITOR, place=national())
    grant_membership(actor=system, user=auditor, role=Role.AUDITOR, place=national())

    assert [group.name for group in editor.groups.all()] == ["Editors"]
    assert list(auditor.groups.all()) == []
    assert editor.has_perm("wagtailadmin.access_admin")
    assert not auditor.has_perm("wagtailadmin.access_admin")


# --- taking off -----------------------------------------------------------------------------------------------------
def test_hat_that_has_not_begun_is_taken_off_before_it_begins(system):
    user = hat(Role.AUDITOR, national())
    begins = clock.today() + timedelta(days=9)
    Membership.objects.filter(user=user).update(valid_from=begins)

    ended = end_membership(actor=system, membership=user.memberships.get())

    assert (ended.valid_from, ended.valid_to) == (begins, begins)
    with clock.travel(timedelta(days=9)):
        assert user.valid_memberships() == []


def test_hat_taken_off_twice_is_written_down_once(system):
    user = hat(Role.AUDITOR, national())

    for _ in range(2):
        end_membership(actor=system, membership=user.memberships.get())

    assert AuditEntry.objects.filter(verb="accounts.membership_ended").count() == 1


# --- three administrators -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_service_gives_nobody_a_second_administrators_hat(first, second, system):
    user = make_user()
    grant_membership(actor=system, user=user, role=first, place=national())

    with pytest.raises(DomainError) as refusal:
        grant_membership(actor=system, user=user, role=second, place=national())

    assert refusal.value.code == "another_administrator"
    assert [one.role for one in user.valid_memberships()] == [first]


def test_administrator_changes_the_office_after_the_first_one_ended(system):
    user = make_user()
    first = grant_membership(actor=system, user=user, role=Role.SYSTEM_ADMIN, place=national())
    end_membership(actor=system, membership=first)

    grant_membership(actor=system, user=user, role=Role.AUDIT_ADMIN, place=national())

    assert [one.role for one in user.valid_memberships()] == [Role.AUDIT_ADMIN]


@pytest.mark.parametrize(("first", "second"), PAIRS)
@pytest.mark.parametrize(
    ("begins", "ends"), [(0, None), (5, 7), (-5, 1), (9, 30), (-5, None), (-5, 30)], ids=lambda day: str(day)
)
def test_database_refuses_two_administrators_hats_that_meet(begins, ends, first, second):
    user = make_user()
    held(user, first, 0, 10)

    with pytest.raises(IntegrityError, match="one_administrator_hat_at_a_time"):
        held(user, second, begins, ends)


@pytest.mark.parametrize("place", [national, make_institution, make_base], ids=["body", "institution", "base"])
@pytest.mark.parametrize(("begins", "meets"), [(0, True), (5, True), (-5, True), (10, False)])
def test_database_refuses_one_hat_twice_at_a_time(place, begins, meets):
    """Two equal rows: whoever ended one of them would have ended nothing."""
    user, here = make_user(), place()
    kind = FIELD_OF[type(here)]
    role = {"admin_body": Role.AUDITOR, "institution": Role.INSTITUTION_OFFICER, "base": Role.INSTRUCTOR}[kind]
    row = {"user": user, "role": role, kind: here}
    Membership.objects.create(**row, valid_from=DAY, valid_to=DAY + timedelta(days=10))
    second = {**row, "valid_from": DAY + timedelta(days=begins)}

    if meets:
        with pytest.raises(IntegrityError, match=f"hat_once_at_{kind}"), transaction.atomic():
            Membership.objects.create(**second)
    else:
        Membership.objects.create(**second)
    other = make_user()
    assert Membership.objects.create(**{**row, "user": other}, valid_from=DAY).user == other


def test_hat_is_given_again_on_the_day_it_was_taken_off(system):
    user = make_user()
    first = grant_membership(actor=system, user=user, role=Role.AUDITOR, place=national())
    end_membership(actor=system, membership=first)

    assert grant_membership(actor=system, user=user, role=Role.AUDITOR, place=national()).pk != first.pk


@pytest.mark.parametrize(("begins", "ends"), [(10, None), (-5, 0), (10, 20), (-5, -1)])
def test_database_lets_pass_hats_that_do_not_meet(begins, ends):
    user = make_user()
    held(user, Role.SYSTEM_ADMIN, 0, 10)

    held(user, Role.AUDIT_ADMIN, begins, ends)

    assert user.memberships.count() == 2


def test_database_refuses_to_stretch_a_hat_into_another():
    user = make_user()
    first = held(user, Role.SYSTEM_ADMIN, 0, 10)
    held(user, Role.SECURITY_ADMIN, 10, None)

    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=first.pk).update(valid_to=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=first.pk).update(valid_to=DAY + timedelta(days=11))


def test_other_hats_may_be_worn_beside():
    """The twin: the guard looks at administrators alone."""
    user = make_user()
    held(user, Role.AUDITOR, 0, None)
    held(user, Role.REGULATOR, 0, None)
    held(user, Role.AUDIT_ADMIN, 0, None)
    held(make_user(), Role.SYSTEM_ADMIN, 0, None)

    assert user.memberships.count() == 3
