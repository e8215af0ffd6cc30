"""Voided appointments: from the decision on they count nowhere and reach nobody; before it they did."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.access import can
from accounts.models import Appointment, AppointmentVersion, Person
from accounts.permissions import Permission
from core import clock
from courses.models import TrainingRecord
from staffing.selectors import history, institution_ratio, people_behind, region_ratios, uncounted_staff
from tests.builders import make_appointment, make_institution, make_person, officer, regulator

pytestmark = pytest.mark.django_db


@pytest.fixture
def institution(db):
    return make_institution()


@pytest.fixture
def voided(institution):
    """Known for ten days, decided five days ago never to have been true; a colleague is left."""
    now = clock.now()
    make_appointment(make_person("卢毅"), institution, recorded_at=now - timedelta(days=10))
    return make_appointment(
        make_person("高轩"),
        institution,
        recorded_at=now - timedelta(days=10),
        voided_at=now - timedelta(days=5),
    )


def staff(institution, **moments):
    return institution_ratio(institution, **moments).ratio.staff


def test_voided_row_counts_as_known_then_and_not_as_known_now(voided, institution):
    before, after = (clock.now() - timedelta(days=days) for days in (6, 4))

    assert staff(institution) == 1
    assert staff(institution, known_at=after) == 1
    assert staff(institution, known_at=before) == 2


def test_earlier_wording_of_a_voided_row_follows_the_decision(voided, institution):
    """What the roster said first was believed on its own days, and only until the decision."""
    terms = {name: getattr(voided, name) for name in Appointment.TERMS}
    AppointmentVersion.objects.create(
        appointment=voided,
        recorded_at=clock.now() - timedelta(days=20),
        superseded_at=clock.now() - timedelta(days=10),
        **terms,
    )
    then = clock.now() - timedelta(days=15)
    assert staff(institution, known_at=then) == 1

    Appointment.objects.filter(pk=voided.pk).update(voided_at=clock.now() - timedelta(days=16))

    assert staff(institution, known_at=then) == 0


def test_evidence_history_and_region_leave_voided_rows_out(voided, institution):
    actor = officer(institution)
    answer = institution_ratio(institution)
    then = institution_ratio(institution, known_at=clock.now() - timedelta(days=6))

    assert [line.name for line in people_behind(actor, answer)] == ["卢毅"]
    assert sorted(line.name for line in people_behind(actor, then)) == ["卢毅", "高轩"]
    assert (history(answer)[-1][1].staff, history(then)[-1][1].staff) == (1, 2)
    assert region_ratios(regulator(), "990000/")[0].ratio.staff == 1


def test_uncounted_people_leave_voided_rows_out(institution):
    make_appointment(make_person(), institution, professional=False, voided_at=clock.now())

    assert uncounted_staff(institution_ratio(institution)) == 0


@pytest.mark.parametrize("make_actor", [officer, lambda institution: regulator()])
def test_voided_row_reaches_nobody(make_actor, institution):
    person, actor = make_person(), make_actor(institution)
    record = TrainingRecord.objects.create(
        person=person,
        track="SOCIAL",
        title="x",
        provider="x",
        completed_on=date(2025, 1, 1),
        standing="confirmed_by_regulator",
        recorded_at=clock.now(),
        recorded_by=actor,
    )
    row = make_appointment(person, institution)
    reached = [can(actor, Permission.PERSON_VIEW, person), can(actor, Permission.TRAINING_RECORD_VIEW, record)]

    Appointment.objects.filter(pk=row.pk).update(voided_at=clock.now())

    assert reached == [True, True]
    assert not can(actor, Permission.PERSON_VIEW, person)
    assert not can(actor, Permission.TRAINING_RECORD_VIEW, record)
    assert Person.objects.allowed(actor, Permission.PERSON_VIEW).count() == 0


def test_voided_row_does_not_block_a_new_one(voided, institution):
    again = make_appointment(voided.person, institution, start=voided.start_date)

    assert again.pk != voided.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        make_appointment(voided.person, institution, start=voided.start_date)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_appointment(voided.person, institution, start=date(2025, 5, 5))
