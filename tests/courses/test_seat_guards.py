"""Held seats: who reads a name, whose ids are answered, joined records, dead seats, double clicks, limits."""

from datetime import timedelta

import pytest

from core import clock
from core.clock import travel
from core.errors import DomainError
from courses.models import SeatReservation
from courses.selectors.seats import held_by, seat_held_for
from courses.services import admit, apply_for_cohort, release_seat, reserve_plan, withdraw
from tests.builders import (
    base_manager,
    join_records,
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
)
from tests.courses.builders import make_cohort, make_enrolment
from tests.courses.test_seats import hold, signed_in, soon, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def institution():
    return make_institution()


@pytest.fixture
def actor(institution):
    return officer(institution)


@pytest.fixture
def cohort():
    return soon(capacity=4)


# --- who reads a name, whose ids are answered -------------------------------------------------------------------------
@pytest.mark.parametrize("joined", [False, True])
def test_base_reads_a_name_once_the_person_has_applied(actor, cohort, institution, joined):
    user = make_user()
    person = staff_of(institution, "欧阳若水", user=None if joined else user)
    hold(actor, cohort, institution, person)
    client = signed_in(base_manager(cohort.base))
    before = client.get(f"/en/base/cohorts/{cohort.pk}/").content.decode()
    assert "one of the staff" in before
    assert "欧阳若水" not in before
    if joined:
        own = make_person("欧阳若水", user=user)
        join_records(person, own)
    apply_for_cohort(actor=user, cohort=cohort, agrees=True)
    section = (
        client.get(f"/en/base/cohorts/{cohort.pk}/").content.decode().split('id="reserved"')[1].split("</section>")[0]
    )
    assert "欧阳若水" in section
    assert "one of the staff" not in section


def test_id_of_nobody_is_answered_like_that_of_a_stranger(actor, institution):
    stranger = make_person("陈默").pk
    for cohort in (soon(capacity=4), soon(capacity=4, state="running")):
        for person in (stranger, 10**9):
            with pytest.raises(DomainError, match="not_staff"):
                reserve_plan(actor=actor, institution=institution, places=[(cohort, person)])
    with pytest.raises(DomainError, match="nobody_chosen"):
        reserve_plan(actor=actor, institution=institution, places=[])


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("{cohort}:999999", "does not work at this institution"),
        ("999999:{person}", "moved on"),
        ("x", "Nobody was chosen"),
    ],
)
def test_plan_that_holds_nothing_is_no_success(actor, cohort, institution, place, words):
    sent = {"place": place.format(cohort=cohort.pk, person=staff_of(institution).pk)}
    page = signed_in(actor).post("/en/institution/seats/plan/", sent, follow=True).content.decode()
    assert words in page
    assert "seats are held." not in page
    assert not SeatReservation.objects.exists()


# --- joined records ---------------------------------------------------------------------------------------------------
def test_joined_person_is_one_of_the_staff_and_has_one_seat(actor, cohort, institution):
    double, survivor = staff_of(institution), make_person("高轩")
    [held] = hold(actor, cohort, institution, double)
    join_records(double, survivor)
    double.refresh_from_db()

    assert reserve_plan(actor=actor, institution=institution, places=[(cohort, survivor.pk)]) == 1
    assert hold(actor, cohort, institution, double, survivor) == [held]
    assert SeatReservation.objects.count() == 1

    held.delete()
    assert reserve_plan(actor=actor, institution=institution, places=[(cohort, survivor.pk), (cohort, double.pk)]) == 1
    assert SeatReservation.objects.get().person == survivor


@pytest.mark.parametrize("named", [True, False])
def test_seat_is_held_for_whoever_stands_for_the_one_it_was_held_for(actor, cohort, institution, named):
    double, survivor = staff_of(institution), make_person("高轩")
    [held] = hold(actor, cohort, institution, *([double] if named else []), unnamed=0 if named else 1)
    assert seat_held_for(cohort, survivor) is None
    join_records(double, survivor)
    assert seat_held_for(cohort, survivor) == held


@pytest.mark.parametrize(
    ("start", "end", "theirs"), [(-9, None, True), (-9, 1, True), (1, None, False), (-9, 0, False)]
)
def test_seat_without_a_name_is_for_those_who_work_there_today(actor, cohort, institution, start, end, theirs):
    hold(actor, cohort, institution, unnamed=1)
    person, today = make_person("高轩"), clock.today()
    ends = None if end is None else today + timedelta(days=end)
    make_appointment(person, institution, start=today + timedelta(days=start), end_date=ends)
    assert (seat_held_for(cohort, person) is not None) == theirs


# --- dead seats -------------------------------------------------------------------------------------------------------
def test_seat_of_a_class_that_takes_no_applications_is_none(actor, cohort, institution):
    hold(actor, cohort, institution, person := staff_of(institution))
    assert held_by(institution).keys() == {person.pk}
    cohort.state = "running"
    cohort.save()
    assert held_by(institution) == {}
    cohort.state, cohort.ends_on = "open", clock.today() - timedelta(days=1)
    cohort.starts_on = cohort.ends_on - timedelta(days=5)
    cohort.save()
    assert held_by(institution) == {}


def test_seat_that_was_taken_counts_as_long_as_it_is_studied_in(actor, cohort, institution):
    user = make_user()
    hold(actor, cohort, institution, person := staff_of(institution, user=user))
    applied = apply_for_cohort(actor=user, cohort=cohort, agrees=True)
    admit(actor=base_manager(cohort.base), enrolment=applied)
    cohort.state = "running"
    cohort.save()
    assert held_by(institution).keys() == {person.pk}
    withdraw(actor=user, enrolment=applied)
    assert held_by(institution) == {}


# --- limits -----------------------------------------------------------------------------------------------------------
def test_form_sent_twice_holds_once(actor, cohort, institution):
    client, address = signed_in(actor), f"/en/cohorts/{cohort.pk}/reserve/"
    page = client.get(address).content.decode()
    assert 'name="held" value="0"' in page
    sent = {"seats": "1", "held_until": clock.today().isoformat(), "held": "0"}
    assert client.post(address, sent).status_code == 302
    again = client.post(address, sent).content.decode()
    assert SeatReservation.objects.count() == 1
    assert "has changed in the meantime" in again
    assert 'name="held" value="1"' in again
    assert f'value="{sent["held_until"]}"' in again
    assert client.post(address, sent | {"held": "1"}).status_code == 302
    assert SeatReservation.objects.count() == 2


def too_many(code, actor, cohort, institution, *people, **more):
    before = SeatReservation.objects.count()
    with pytest.raises(DomainError, match=code):
        hold(actor, cohort, institution, *people, **more)
    assert SeatReservation.objects.count() == before


def test_half_is_of_what_is_held_and_taken_altogether(actor, cohort, institution):
    hold(actor, cohort, institution, person := staff_of(institution))
    too_many("too_many_held", actor, cohort, institution, unnamed=2)
    applied = make_enrolment(cohort, state="applied", person=person)
    admit(actor=base_manager(cohort.base), enrolment=applied)
    too_many("too_many_held", actor, cohort, institution, unnamed=2)
    assert len(hold(actor, cohort, institution, unnamed=1)) == 1


def test_departments_share_the_half_of_their_legal_person(actor, cohort, institution):
    one, other = make_institution(parent=institution), make_institution(parent=institution)
    hold(officer(one), cohort, one, unnamed=1)
    for place in (institution, other):
        too_many("too_many_held", officer(place), cohort, place, unnamed=2)
    hold(officer(other), cohort, other, unnamed=1)
    too_many("too_many_held", actor, cohort, institution, unnamed=1)


def test_class_that_is_over_holds_no_seats(actor, institution):
    past = make_cohort(ends_on=clock.today() - timedelta(days=1))
    too_many("cohort_over", actor, past, institution, unnamed=1)


@pytest.mark.parametrize("named", [True, False])
def test_lapsed_seat_is_not_held_again_for_two_weeks(actor, institution, named):
    cohort, person = soon(in_days=60, capacity=8), staff_of(institution)
    department = make_institution(parent=institution)
    make_appointment(person, department)
    wanted, number = ([person], 0) if named else ([], 1)
    hold(actor, cohort, institution, *wanted, unnamed=number, held_until=clock.today())
    for days in (1, 14):
        with travel(timedelta(days=days)):
            too_many("held_lately", actor, cohort, institution, *wanted, unnamed=number)
            too_many("held_lately", officer(department), cohort, department, *wanted, unnamed=number)
    with travel(timedelta(days=1)):
        assert hold(actor, cohort, institution, staff_of(institution, "乙"))
        assert hold(actor, soon(in_days=60), institution, *wanted, unnamed=number)
    with travel(timedelta(days=15)):
        assert hold(actor, cohort, institution, *wanted, unnamed=number)


def test_seat_given_back_is_not_held_again_for_the_same_person(actor, cohort, institution):
    person = staff_of(institution)
    [held] = hold(actor, cohort, institution, person)
    release_seat(actor=actor, reservation=held)
    too_many("held_lately", actor, cohort, institution, person)
    assert hold(actor, cohort, institution, staff_of(institution, "乙"), unnamed=1)


# --- full only by what is held ----------------------------------------------------------------------------------------
def test_class_full_only_by_held_seats_is_said_so(actor, institution):
    cohort = soon(capacity=2)
    make_enrolment(cohort)
    stranger = make_enrolment(cohort, state="applied")
    hold(actor, cohort, institution, unnamed=1)
    client = signed_in(base_manager(cohort.base))
    page = client.get(f"/en/base/cohorts/{cohort.pk}/").content.decode()
    assert "The last seats are held by institutions: whoever" in page
    for words in ("is on the waiting list now", "once one of them is free"):
        told = client.post(
            f"/en/base/enrolments/{stranger.pk}/answer/", {"step": "admit"}, follow=True
        ).content.decode()
        assert "The last seats are held by institutions, the first of them until" in told
        assert words in told
        assert "Every seat is taken" not in told
        stranger.refresh_from_db()
        assert stranger.state == "waitlisted"


def test_applicant_is_told_that_the_last_seats_are_held(actor, institution):
    cohort, user = soon(capacity=1), make_user()
    hold(actor, cohort, institution, unnamed=1)
    make_person("林知夏", user=user)
    sent = {"agrees": "on", "commitment": "on"}
    told = signed_in(user).post(f"/en/cohorts/{cohort.pk}/apply/", sent, follow=True).content.decode()
    assert "The last seats are held by institutions" in told
