"""Who reaches what: every scoped model, every role, every permission, own rows and those of others."""

from datetime import date, timedelta

import pytest
from django.db.models import Q

from accounts.access import ITSELF, can, holds, require, require_everywhere
from accounts.models import AdminBody, Designation, Institution, Membership, Person, User
from accounts.permissions import GRANTS, OWN_RECORDS, PLACE_OF, Permission, Role
from core import clock
from core.errors import NotAllowed
from tests.accounts.routes import BY_ASSIGNMENT, ONLY_BY, ROUTES
from tests.accounts.worlds import World, make_world, scoped_models
from tests.builders import (
    base_manager,
    hat,
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_user,
    officer,
    region,
    regulator,
)

pytestmark = pytest.mark.django_db

AT = {kind: [role for role in Role if PLACE_OF[role] == kind] for kind in ("institution", "base", "admin_body")}


def body(path: str) -> AdminBody:
    rank = {0: "national", 1: "provincial", 2: "municipal"}[path.count("/")]
    made, _ = AdminBody.objects.get_or_create(
        code=f"BODY-{path}", defaults={"name": f"主管部门{path}", "rank": rank, "jurisdiction": path}
    )
    return made


def reached(actor: User, permission: str, world: World) -> set[str]:
    """The labels of the models whose row of this world the actor reaches."""
    actor.worn = actor.valid_memberships() if actor.worn is None else actor.worn
    return {
        model._meta.label
        for model, row in world.rows.items()
        if model.objects.filter(pk=row.pk).allowed(actor, permission).exists()  # type: ignore[attr-defined]
    }


def matrix(actor: User, world: World) -> dict[str, set[str]]:
    """Permission -> models reached; permissions that reach nothing are left out."""
    found = {str(permission): reached(actor, permission, world) for permission in Permission}
    return {permission: labels for permission, labels in found.items() if labels}


def granted(role: str, route: str) -> dict[str, set[str]]:
    left_out = BY_ASSIGNMENT if role == Role.EVALUATOR else set()
    return {str(permission): by_route(route, permission) - left_out for permission in GRANTS[role]}


def by_route(route: str, permission: str) -> set[str]:
    return {
        label
        for label, routes in ROUTES.items()
        if route in routes.split() and (label not in ONLY_BY or permission in ONLY_BY[label][route])
    }


@pytest.fixture
def here():
    return make_world("990100")


@pytest.fixture
def sibling():
    return make_world("990200")


def test_no_scoped_model_is_missing_in_these_tests(here):
    assert {model._meta.label for model in scoped_models()} == set(ROUTES)
    assert {model._meta.label for model in here.rows} == set(ROUTES)


# --- the matrix -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", AT["institution"])
def test_hat_of_an_institution_reaches_its_own_rows(role, here, sibling):
    actor = hat(role, here.institution)

    assert matrix(actor, here) == granted(role, "institution")
    assert matrix(actor, sibling) == {}


@pytest.mark.parametrize("role", AT["base"])
def test_hat_of_a_base_reaches_its_own_rows(role, here, sibling):
    actor = hat(role, here.base)

    assert matrix(actor, here) == granted(role, "base")
    assert matrix(actor, sibling) == {}


@pytest.mark.parametrize("path", ["990000/990100/", "990000/", ""])
@pytest.mark.parametrize("role", AT["admin_body"])
def test_hat_of_a_body_reaches_its_jurisdiction(role, path, here):
    assert matrix(hat(role, body(path)), here) == granted(role, "region")


@pytest.mark.parametrize("path", ["990000/990200/", "980000/", "990000/990100/990101/", "99000/", "990000/9901/"])
@pytest.mark.parametrize("role", AT["admin_body"])
def test_hat_of_a_body_elsewhere_reaches_nothing(role, path, here):
    actor = hat(role, AdminBody.objects.create(code="ELSEWHERE", name="x", rank="county", jurisdiction=path))

    assert matrix(actor, here) == {}


def test_login_without_a_hat_reaches_its_own_records(here, sibling):
    assert matrix(here.user, here) == {str(permission): by_route("user", permission) for permission in OWN_RECORDS}
    assert matrix(here.user, sibling) == {}
    assert matrix(make_user(), here) == {}


def test_matrix_notices_a_hat_too_many(here, sibling):
    """The twin: had the officer a hat there as well, the matrix would say so."""
    actor = hat(Role.INSTITUTION_OFFICER, here.institution)
    hat(Role.INSTITUTION_OFFICER, sibling.institution, actor)

    assert matrix(actor, sibling) == granted(Role.INSTITUTION_OFFICER, "institution")


# --- time -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [(0, None, True), (1, None, False), (-9, 1, True), (-9, 0, False), (-9, -1, False)],
)
def test_hat_counts_within_its_time_only(begins, ends, expected, here):
    actor, today = officer(here.institution), clock.today()
    Membership.objects.update(
        valid_from=today + timedelta(days=begins), valid_to=None if ends is None else today + timedelta(days=ends)
    )

    assert can(actor, Permission.ROSTER_VIEW, here.institution) is expected
    assert holds(actor, Permission.ROSTER_VIEW) is expected


def test_hat_ends_while_the_clock_goes_on(here):
    actor = officer(here.institution)
    Membership.objects.filter(user=actor).update(valid_to=clock.today() + timedelta(days=30))

    assert can(actor, Permission.ROSTER_VIEW, here.institution)
    with clock.travel(timedelta(days=31)):
        assert not can(actor, Permission.ROSTER_VIEW, here.institution)


# --- traps ----------------------------------------------------------------------------------------------------------
def test_nationwide_is_an_empty_jurisdiction_and_not_an_empty_condition(here, sibling):
    """An empty Q vanishes in an OR: `nothing OR everything` would be nothing."""
    national = hat(Role.REGULATOR, AdminBody.objects.get(code="NATIONAL"))

    assert Institution.objects.allowed(national, Permission.INSTITUTION_VIEW).count() == 4
    assert Institution.objects.filter(Q(pk__in=[]) | Q()).count() == 0, "the trap itself"


def test_nationwide_reaches_persons_without_any_appointment():
    person = make_person("何磊")

    assert can(hat(Role.REGULATOR, body("")), Permission.PERSON_VIEW, person)
    assert not can(regulator("990000"), Permission.PERSON_VIEW, person)


def test_a_path_that_merely_begins_alike_is_another_region():
    longer = make_institution()
    longer.region = region("990000")
    type(longer.region).objects.filter(pk=longer.region_id).update(path="3300001/")
    actor = hat(Role.REGULATOR, body("330000/"))

    assert not can(actor, Permission.INSTITUTION_VIEW, longer)
    type(longer.region).objects.filter(pk=longer.region_id).update(path="330000/330100/")
    assert can(actor, Permission.INSTITUTION_VIEW, longer)


@pytest.mark.parametrize("path", ["%", "990000_/", "______/"])
def test_wildcards_in_a_jurisdiction_are_ordinary_characters(path, here):
    actor = hat(Role.REGULATOR, AdminBody.objects.create(code="W", name="x", rank="national", jurisdiction="x/"))
    actor.worn_memberships()[0].admin_body.jurisdiction = path
    membership = actor.valid_memberships()[0]
    membership.admin_body.jurisdiction = path
    actor.worn = [membership]

    assert reached(actor, Permission.INSTITUTION_VIEW, here) == set()


def test_several_hats_add_up(here, sibling):
    actor = officer(here.institution)
    hat(Role.INSTITUTION_OFFICER, sibling.institution, actor)

    rows = Institution.objects.allowed(actor, Permission.INSTITUTION_VIEW)

    assert set(rows) == {here.institution, sibling.institution}


def test_permission_of_one_hat_does_not_reach_the_place_of_another(here, sibling):
    """A base manager here who is an officer there does not see rosters here."""
    actor = base_manager(here.base)
    hat(Role.INSTITUTION_OFFICER, sibling.institution, actor)

    assert not can(actor, Permission.ROSTER_VIEW, here.institution)
    assert can(actor, Permission.ROSTER_VIEW, sibling.institution)
    assert not can(actor, Permission.ENROLMENT_ADMIT, sibling.base)


def test_only_the_worn_hat_counts(here, sibling):
    actor = officer(here.institution)
    hat(Role.INSTITUTION_OFFICER, sibling.institution, actor)
    actor.worn = [one for one in actor.valid_memberships() if one.institution_id == here.institution.pk]

    assert set(Institution.objects.allowed(actor, Permission.INSTITUTION_VIEW)) == {here.institution}
    actor.worn = []
    assert set(Institution.objects.allowed(actor, Permission.INSTITUTION_VIEW)) == set()


def test_rows_are_not_doubled_by_several_appointments():
    institution, person = make_institution(), make_person()
    make_appointment(person, institution, start=date(2020, 1, 1), end_date=date(2021, 1, 1))
    make_appointment(person, institution, start=date(2022, 1, 1))

    assert list(Person.objects.allowed(officer(institution), Permission.PERSON_VIEW)) == [person]


def test_department_is_not_reached_through_its_parent():
    """A department has officers of its own; the parent's reach its own rows."""
    parent = make_institution()
    department = make_institution("技术转移中心", parent=parent)

    assert not can(officer(parent), Permission.ROSTER_VIEW, department)


def test_designation_of_a_base_reaches_the_base_and_its_region():
    base = make_base(area="990100")
    granted = Designation.objects.create(base=base, kind="national_base", document="No. 2", valid_from=date(2026, 1, 1))

    assert can(base_manager(base), Permission.BASE_VIEW, granted)
    assert can(regulator("990000"), Permission.BASE_VIEW, granted)
    assert not can(regulator("990200"), Permission.BASE_VIEW, granted)
    assert not can(base_manager(), Permission.BASE_VIEW, granted)


# --- the functions --------------------------------------------------------------------------------------------------
def test_require_passes_silently_within_reach(here):
    assert require(officer(here.institution), Permission.ROSTER_VIEW, here.institution) is None


def test_require_out_of_reach_names_permission_and_kind_of_record_only(here):
    with pytest.raises(NotAllowed) as refusal:
        require(officer(), Permission.ROSTER_VIEW, here.institution)

    assert refusal.value.facts == {"permission": "roster_view", "record": "accounts.institution"}


def test_can_of_an_unsaved_or_removed_record_is_false(here):
    gone = Institution.objects.get(pk=here.institution.pk)
    gone.pk = 999_999

    assert not can(hat(Role.REGULATOR, body("")), Permission.INSTITUTION_VIEW, gone)


def test_what_belongs_to_no_place_needs_a_nationwide_hat():
    admin = hat(Role.AUDIT_ADMIN, body(""))
    require_everywhere(admin, Permission.AUDIT_VIEW)

    for other in (hat(Role.AUDIT_ADMIN, body("990000/")), hat(Role.REGULATOR, body("")), officer(), make_user()):
        with pytest.raises(NotAllowed):
            require_everywhere(other, Permission.AUDIT_VIEW)


def test_itself_is_the_rows_own_key():
    assert ITSELF == "pk"


def test_permission_is_asked_by_word_or_by_member(here):
    actor = officer(here.institution)

    assert can(actor, "roster_view", here.institution)
    assert not can(actor, "no_such_permission", here.institution)


@pytest.mark.parametrize("memberships", [1, 3])
def test_asking_costs_two_queries_however_many_hats(memberships, django_assert_num_queries):
    actor = make_user()
    for _ in range(memberships):
        hat(Role.INSTITUTION_OFFICER, make_institution(), actor)

    with django_assert_num_queries(2):
        assert Institution.objects.allowed(actor, Permission.INSTITUTION_VIEW).count() == memberships
