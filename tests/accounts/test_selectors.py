"""Reads of the accounts room: own record, one person's card, merged persons, institutions by identifier."""

from datetime import date, timedelta

import pytest

from accounts.models import AccessEntry, IdentityCheck, Person
from accounts.selectors import (
    document_index,
    find_document,
    find_institution,
    identity_standing,
    is_checked,
    known_areas,
    looks_into,
    open_claim,
    own_person,
    person_card,
    surviving,
    system_user,
)
from accounts.workflow import CHECKED, Standing
from core import clock
from core.errors import NotAllowed
from tests.accounts.profiles import NUMBER
from tests.builders import (
    base_manager,
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
)

pytestmark = pytest.mark.django_db


def check(person: Person, standing: str, *, days: int = 0) -> None:
    IdentityCheck.objects.create(
        person=person, standing=standing, checked_at=clock.now() + timedelta(days=days), checked_by=system_user()
    )


# --- identity -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("standing", Standing)
def test_checked_standings(standing):
    person = make_person()
    check(person, standing)

    assert is_checked(person) is (standing in CHECKED)
    assert is_checked(person) is (standing != Standing.SELF_DECLARED)


def test_never_declared_is_not_checked():
    person = make_person()

    assert (identity_standing(person), is_checked(person)) == (None, False)


def test_latest_standing_holds_whatever_the_order_of_writing():
    person = make_person()
    check(person, Standing.CHECKED_AT_DESK, days=2)
    check(person, Standing.SELF_DECLARED, days=1)

    assert identity_standing(person).standing == Standing.CHECKED_AT_DESK


def test_document_is_found_by_kind_and_number():
    document = make_person(number=NUMBER).documents.get()

    assert find_document("resident_id", NUMBER) == document
    assert find_document("passport", NUMBER) is None
    assert find_document("resident_id", "000000198506300024") is None


def test_document_index_of_kinds_differ():
    assert document_index("passport", "E12345678") != document_index("travel_permit_tw", "E12345678")


# --- merged persons -------------------------------------------------------------------------------------------------
def test_surviving_person_stands_for_the_merged_one():
    survivor, merged = make_person("高轩"), make_person("高萱")
    Person.objects.filter(pk=merged.pk).update(merged_into=survivor)
    appointments = [make_appointment(person, make_institution()) for person in (survivor, merged)]

    people = Person.objects.annotate(stands=surviving()).order_by("pk").values_list("stands", flat=True)
    rows = type(appointments[0]).objects.annotate(stands=surviving("person__")).values_list("stands", flat=True)

    assert list(people) == [survivor.pk, survivor.pk]
    assert set(rows) == {survivor.pk}


# --- one's own ------------------------------------------------------------------------------------------------------
def test_own_person_and_claim_are_those_of_the_login(claim, user):
    assert (own_person(user), open_claim(user)) == (None, claim)
    assert (own_person(make_user()), open_claim(make_user())) == (None, None)


def test_confirmed_claim_is_not_open(claim, user):
    type(claim).objects.update(state="confirmed")

    assert open_claim(user) is None


def test_looks_are_ones_own_newest_first(user):
    mine, other = make_person(user=user), make_person("何磊", user=make_user())
    for person, purpose in ((mine, "first"), (other, "not mine"), (mine, "second")):
        AccessEntry.objects.create(
            person=person, actor=system_user(), what="credit_file", purpose=purpose, at=clock.now()
        )

    assert [look.purpose for look in looks_into(user)] == ["second", "first"]


@pytest.mark.parametrize("count", [1, 3])
def test_looks_cost_two_queries(count, user, django_assert_num_queries):
    person = make_person(user=user)
    for _ in range(count):
        AccessEntry.objects.create(person=person, actor=make_user(), what="credit_file", purpose="x", at=clock.now())

    with django_assert_num_queries(2):
        assert len([look.actor.email for look in looks_into(user)]) == count


# --- a person's card ------------------------------------------------------------------------------------------------
def test_card_shows_the_appointments_within_reach():
    person, here, there = make_person(), make_institution(), make_institution()
    mine = make_appointment(person, here)
    make_appointment(person, there, post="not to be seen here")

    card = person_card(officer(here), person.pk)

    assert (card["person"], card["appointments"]) == (person, [mine])


def test_card_for_the_regulator_shows_those_of_the_region():
    person = make_person()
    inside = make_appointment(person, make_institution(code="990100"))
    make_appointment(person, make_institution(code="980100"))

    assert person_card(regulator("990000"), person.pk)["appointments"] == [inside]


@pytest.mark.parametrize("actor", [make_user, officer, base_manager, lambda: regulator("980000")])
def test_card_out_of_reach_is_not_allowed(actor):
    person = make_person()
    make_appointment(person, make_institution(code="990100"))

    with pytest.raises(NotAllowed):
        person_card(actor(), person.pk)


def test_card_of_nobody_is_not_allowed_either():
    with pytest.raises(NotAllowed):
        person_card(regulator("990000"), 999_999)


@pytest.mark.parametrize("count", [1, 3])
def test_card_queries_do_not_grow(count, django_assert_num_queries):
    person, institution = make_person(checked=True), make_institution()
    for number in range(count - 1):
        make_appointment(person, institution, start=date(2020 + number, 1, 1), end_date=date(2020 + number, 6, 1))
    make_appointment(person, institution)
    actor = officer(institution)

    # Hats three times, the person with documents, appointments with their institutions, the standing with its history.
    with django_assert_num_queries(9):
        card = person_card(actor, person.pk)
        assert len([row.institution.name for row in card["appointments"]]) == count


# --- places ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("write", [str.lower, lambda code: f" {code[:8]}-{code[8:]} ", str])
def test_institution_by_its_code_as_people_type_it(write):
    made = make_institution()

    assert find_institution(write(made.uscc)) == made


def test_institution_by_its_id():
    made = make_institution()

    assert find_institution(str(made.pk)) == made
    assert find_institution(f" {made.pk} ") == made


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "1.0", "x", "٣", "9" * 17, "9" * 18, "9" * 40, "12000000DEM000014Q", "%"]
)
def test_unknown_institution_is_none(text):
    make_institution()

    assert find_institution(text) is None


def test_known_areas_are_every_region_but_the_nation():
    areas = known_areas()

    assert len(areas) == 34 + 337 + 3285
    assert "000000" not in areas


def test_system_user_is_the_one_of_the_migration():
    assert system_user().email == "system@platform.invalid"
