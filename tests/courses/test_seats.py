"""Seats held by an institution: until a day, for whom, never more than there are, and free again by themselves."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from core import clock
from core.clock import travel
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from courses.models import SeatReservation
from courses.selectors.cohorts import public_cohort
from courses.selectors.seats import held_by, last_day, reservations, seats_free
from courses.services import admit, apply_for_cohort, release_seat, reserve_plan, reserve_seats, withdraw, withdraw_seat
from tests.builders import base_manager, make_appointment, make_base, make_institution, make_person, make_user, officer
from tests.courses.builders import make_cohort, make_enrolment

pytestmark = pytest.mark.django_db


def soon(**fields):
    starts = clock.today() + timedelta(days=fields.pop("in_days", 5))
    return make_cohort(starts_on=starts, ends_on=starts + timedelta(days=20), **fields)


@pytest.fixture
def institution():
    return make_institution()


@pytest.fixture
def actor(institution):
    return officer(institution)


@pytest.fixture
def cohort():
    return soon(capacity=4)


def staff_of(institution, name="高轩", user=None):
    person = make_person(name, user=user)
    make_appointment(person, institution)
    return person


def hold(actor, cohort, institution, *people, **more):
    return reserve_seats(actor=actor, cohort=cohort, institution=institution, people=people, **more)


def refused(code, *arguments, **more):
    with pytest.raises(DomainError, match=code):
        hold(*arguments, **more)
    assert not SeatReservation.objects.exists()


# --- holding ----------------------------------------------------------------------------------------------------------
def test_held_seat_is_one_fewer_for_everybody(actor, cohort, institution):
    person = staff_of(institution)
    [named] = hold(actor, cohort, institution, person)
    hold(actor, cohort, institution, unnamed=1)

    found = public_cohort(cohort.pk)
    assert (found.seats_left, found.reserved, seats_free(cohort), seats_free(cohort, person)) == (2, 2, 2, 3)
    assert (named.person, named.held_until) == (person, last_day(cohort))
    assert AuditEntry.objects.filter(verb="courses.seatreservation.reserve").count() == 2


def test_same_person_again_is_the_same_seat(actor, cohort, institution):
    person = staff_of(institution)
    assert hold(actor, cohort, institution, person) == hold(actor, cohort, institution, person)
    assert SeatReservation.objects.count() == 1


def test_seat_is_free_again_after_its_last_day(actor, cohort, institution):
    hold(actor, cohort, institution, staff_of(institution), held_until=clock.today() + timedelta(days=1))
    with travel(timedelta(days=1)):
        assert seats_free(cohort) == 3
    with travel(timedelta(days=2)):
        assert (seats_free(cohort), public_cohort(cohort.pk).seats_left) == (4, 4)
        assert SeatReservation.objects.get().has_lapsed


@pytest.mark.parametrize("days", [-1, 6, 15])
def test_deadline_is_neither_past_nor_beyond_the_first_day(actor, cohort, institution, days):
    refused("deadline_wrong", actor, cohort, institution, unnamed=1, held_until=clock.today() + timedelta(days=days))


def test_two_weeks_are_the_longest(actor, institution):
    cohort = soon(in_days=40)
    last = clock.today() + timedelta(days=14)
    refused("deadline_wrong", actor, cohort, institution, unnamed=1, held_until=last + timedelta(days=1))
    assert hold(actor, cohort, institution, unnamed=1, held_until=last)


def test_nobody_else_is_held_for(actor, cohort, institution):
    stranger, gone = make_person("陈默"), make_person("郭启")
    make_appointment(gone, institution, end_date=clock.today())
    for person in (stranger, gone):
        refused("not_staff", actor, cohort, institution, person)
    refused("nobody_chosen", actor, cohort, institution)


def test_no_more_than_half_of_a_class_and_than_is_free(actor, cohort, institution):
    refused("too_many_held", actor, cohort, institution, unnamed=3)
    make_enrolment(cohort)
    make_enrolment(cohort)
    make_enrolment(cohort)
    refused("seats_missing", actor, cohort, institution, unnamed=2)


@pytest.mark.parametrize("state", ["draft", "filed", "running", "closed", "cancelled"])
def test_only_a_class_that_takes_applications_has_seats_to_hold(actor, institution, state):
    with pytest.raises(WrongState):
        hold(actor, soon(state=state), institution, unnamed=1)


def test_only_the_institution_itself_holds_and_gives_back(actor, cohort, institution):
    [held] = hold(actor, cohort, institution, unnamed=1)
    for other in (officer(make_institution()), base_manager(cohort.base), make_user()):
        with pytest.raises(NotAllowed):
            hold(other, cohort, institution, unnamed=1)
        with pytest.raises(NotAllowed):
            release_seat(actor=other, reservation=held)
    assert release_seat(actor=actor, reservation=held).state == "released"
    assert seats_free(cohort) == 4


def test_base_takes_a_seat_back_with_a_reason(actor, cohort, institution):
    [held] = hold(actor, cohort, institution, unnamed=1)
    manager = base_manager(cohort.base)
    with pytest.raises(DomainError, match="reason_missing"):
        withdraw_seat(actor=manager, reservation=held, reason=" ")
    with pytest.raises(NotAllowed):
        withdraw_seat(actor=base_manager(make_base()), reservation=held, reason="x")
    assert withdraw_seat(actor=manager, reservation=held, reason="场地变小").state == "withdrawn"


def test_plan_is_held_whole_or_not_at_all(actor, cohort, institution):
    other = soon(capacity=1)
    make_enrolment(other)
    people = [staff_of(institution, name) for name in ("甲", "乙")]
    with pytest.raises(DomainError, match="seats_missing"):
        reserve_plan(actor=actor, institution=institution, places=[(cohort, people[0].pk), (other, people[1].pk)])
    assert not SeatReservation.objects.exists()
    assert reserve_plan(actor=actor, institution=institution, places=[(cohort, one.pk) for one in people]) == 2


def test_taken_and_enrolled_go_together_in_the_database(actor, cohort, institution):
    [held] = hold(actor, cohort, institution, unnamed=1)
    for changes in ({"state": "taken"}, {"enrolment": make_enrolment(cohort)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SeatReservation.objects.filter(pk=held.pk).update(**changes)


# --- taking -----------------------------------------------------------------------------------------------------------
def full_but_held(actor, institution, *people, **more):
    """Two seats: one taken, one held."""
    cohort = soon(capacity=2)
    make_enrolment(cohort)
    hold(actor, cohort, institution, *people, **more)
    return cohort


def test_whom_it_is_held_for_applies_and_is_admitted(actor, institution):
    user = make_user()
    person = staff_of(institution, user=user)
    cohort = full_but_held(actor, institution, person)

    applied = apply_for_cohort(actor=user, cohort=cohort, agrees=True)
    assert applied.state == "applied"
    assert admit(actor=base_manager(cohort.base), enrolment=applied).state == "admitted"

    held = SeatReservation.objects.get()
    assert (held.state, held.enrolment, seats_free(cohort)) == ("taken", applied, 0)
    assert held_by(institution) == {person.pk: held}


def test_everybody_else_waits(actor, institution):
    cohort = full_but_held(actor, institution, staff_of(institution))
    user = make_user()
    make_person("林知夏", user=user)
    assert apply_for_cohort(actor=user, cohort=cohort, agrees=True).state == "waitlisted"
    colleague = make_enrolment(cohort, state="applied", person=staff_of(institution, "乙"))
    assert admit(actor=base_manager(cohort.base), enrolment=colleague).state == "waitlisted"


def test_seat_without_a_name_is_for_any_of_the_staff_once(actor, institution):
    cohort = full_but_held(actor, institution, unnamed=1)
    manager = base_manager(cohort.base)
    first, second = (make_enrolment(cohort, state="applied", person=staff_of(institution, name)) for name in "甲乙")
    assert admit(actor=manager, enrolment=first).state == "admitted"
    assert admit(actor=manager, enrolment=second).state == "waitlisted"
    assert SeatReservation.objects.get().enrolment == first
    assert held_by(institution) == {}


def test_lapsed_seat_is_nobodys(actor, institution):
    person = staff_of(institution)
    cohort = full_but_held(actor, institution, person, held_until=clock.today())
    with travel(timedelta(days=1)):
        stranger = make_enrolment(cohort, state="applied")
        assert admit(actor=base_manager(cohort.base), enrolment=stranger).state == "admitted"
    assert SeatReservation.objects.get().enrolment is None


def test_whoever_leaves_frees_the_seat_for_all(actor, institution):
    user = make_user()
    cohort = full_but_held(actor, institution, staff_of(institution, user=user))
    applied = apply_for_cohort(actor=user, cohort=cohort, agrees=True)
    admit(actor=base_manager(cohort.base), enrolment=applied)
    withdraw(actor=user, enrolment=applied)
    assert seats_free(cohort) == 1


# --- pages ------------------------------------------------------------------------------------------------------------
def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_officer_reserves_on_the_page_of_the_class_and_gives_back(actor, cohort, institution):
    client, address = signed_in(actor), f"/en/cohorts/{cohort.pk}/reserve/"
    assert address in client.get(f"/en/cohorts/{cohort.pk}/").content.decode()
    until = last_day(cohort)
    wrong = client.post(address, {"seats": "2", "held_until": (until + timedelta(days=1)).isoformat()})
    assert "two weeks" in wrong.content.decode()
    assert 'value="2"' in wrong.content.decode()
    client.post(address, {"seats": "2", "held_until": until.isoformat()})
    page = client.get("/en/institution/seats/").content.decode()
    assert page.count("any of the staff") == 2
    held = SeatReservation.objects.order_by("pk")[0]
    client.post(f"/institution/seats/{held.pk}/release/")
    assert [*SeatReservation.objects.order_by("pk").values_list("state", flat=True)] == ["released", "held"]


def test_plan_is_posted_as_pairs_and_rubbish_is_left_out(actor, cohort, institution):
    person = staff_of(institution)
    places = [f"{cohort.pk}:{person.pk}", "x", ":", "²:1", f"{cohort.pk}:{10**19}"]
    answer = signed_in(actor).post("/en/institution/seats/plan/", {"place": places}, follow=True)
    assert "1 seat is held." in answer.content.decode()
    assert SeatReservation.objects.get().person == person


def test_base_sees_what_is_held_and_takes_it_back(actor, cohort, institution):
    [held] = hold(actor, cohort, institution, staff_of(institution, "高轩"))
    client = signed_in(base_manager(cohort.base))
    page = client.get(f"/base/cohorts/{cohort.pk}/").content.decode()
    assert institution.name in page
    client.post(f"/base/seats/{held.pk}/withdraw/", {"reason": ""})
    held.refresh_from_db()
    assert held.state == "held"
    client.post(f"/base/seats/{held.pk}/withdraw/", {"reason": "场地变小"})
    held.refresh_from_db()
    assert held.state == "withdrawn"


def test_trainee_is_told_for_whom_a_seat_is_held(actor, cohort, institution):
    user = make_user()
    hold(actor, cohort, institution, staff_of(institution, user=user))
    client = signed_in(user)
    assert institution.name in client.get("/training/").content.decode()
    apply_for_cohort(actor=user, cohort=cohort, agrees=True)
    assert institution.name not in client.get("/training/").content.decode()


@pytest.mark.parametrize("many", [1, 3])
def test_list_takes_the_same_queries_for_any_number(actor, institution, many, django_assert_num_queries):
    cohort = soon(capacity=10)
    hold(actor, cohort, institution, *[staff_of(institution, f"人{number}") for number in range(many)])
    client = signed_in(actor)
    client.get("/institution/seats/")
    with django_assert_num_queries(5):
        client.get("/institution/seats/")


def test_page_to_apply_says_who_would_wait(actor, institution):
    held, other = make_user(), make_user()
    make_person("林知夏", user=other)
    cohort = full_but_held(actor, institution, staff_of(institution, user=held))
    pages = [signed_in(user).get(f"/en/cohorts/{cohort.pk}/apply/").content.decode() for user in (held, other)]
    assert ["waiting list" in page for page in pages] == [False, True]


def test_what_is_held_today_comes_before_what_is_over(actor, institution):
    cohort = soon(capacity=10, in_days=12)
    days = (-3, 9, 2, -1)
    made = SeatReservation.objects.bulk_create(
        SeatReservation(
            cohort=cohort, institution=institution, reserved_by=actor, held_until=clock.today() + timedelta(days=day)
        )
        for day in days
    )
    assert [made.index(one) for one in reservations(actor)] == [2, 1, 3, 0]
