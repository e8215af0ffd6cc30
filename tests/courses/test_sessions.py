"""Moving a session, and giving a cohort its examination."""

from datetime import timedelta

import pytest

from core import clock
from core.errors import DomainError, NotAllowed
from courses.models import Session
from courses.services import (
    admit,
    mark_attendance,
    move_session,
    schedule_exam,
)
from tests.builders import base_manager
from tests.courses.builders import (
    make_blueprint,
    make_cohort,
    make_enrolment,
    make_programme,
    make_session,
)

pytestmark = pytest.mark.django_db


def move(session, actor=None, *, hours=3):
    starts_at = clock.now() + timedelta(days=3)
    return move_session(
        actor=actor or base_manager(session.cohort.base),
        session=session,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
        place="二号教室",
    )


def test_move_session_changes_time_and_room():
    session = make_session(make_cohort(state="running"))

    moved = move(session)

    assert Session.objects.values_list("starts_at", "place").get() == (moved.starts_at, "二号教室")


def test_move_session_to_an_end_before_its_start_is_refused():
    with pytest.raises(DomainError) as refusal:
        move(make_session(make_cohort()), hours=-1)

    assert refusal.value.code == "dates_wrong"


def test_move_session_with_attendance_is_refused():
    session = make_session(make_cohort(state="running"))
    trainee = make_enrolment(session.cohort)
    manager = base_manager(session.cohort.base)
    mark_attendance(actor=manager, session=session, marks={trainee.pk: "present"})

    with pytest.raises(DomainError) as refusal:
        move(session, manager)

    assert refusal.value.code == "session_marked"


def test_move_session_is_refused_to_another_base():
    with pytest.raises(NotAllowed):
        move(make_session(make_cohort()), base_manager())


def schedule(cohort, actor=None, *, hours=48):
    opens_at = clock.now()
    return schedule_exam(
        actor=actor or base_manager(cohort.base),
        cohort=cohort,
        opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=hours),
    )


def cohort_with_blueprint():
    return make_cohort(state="running", programme=make_programme(blueprint=make_blueprint()))


def test_schedule_exam_gives_the_cohort_its_sitting():
    cohort = cohort_with_blueprint()

    sitting = schedule(cohort)

    cohort.refresh_from_db()
    assert (cohort.sitting, sitting.base, sitting.blueprint, sitting.max_attempts) == (
        sitting,
        cohort.base,
        cohort.programme.blueprint,
        2,
    )


def test_schedule_exam_again_moves_the_same_sitting():
    cohort = cohort_with_blueprint()
    first = schedule(cohort)

    again = schedule(cohort, hours=72)

    first.refresh_from_db()
    assert (again, first.closes_at) == (first, again.closes_at)


def test_schedule_exam_admits_those_who_take_part():
    cohort = cohort_with_blueprint()
    taking_part = [make_enrolment(cohort, state=state) for state in ("admitted", "attending")]
    for state in ("applied", "waitlisted", "refused", "withdrawn"):
        make_enrolment(cohort, state=state)

    sitting = schedule(cohort)

    admitted = sitting.candidates.order_by("person").values_list("person", flat=True)
    assert list(admitted) == [one.person_id for one in taking_part]


def test_schedule_exam_admits_later_admissions_too():
    cohort = cohort_with_blueprint()
    sitting = schedule(cohort)
    late = make_enrolment(cohort, state="applied")

    admit(actor=base_manager(cohort.base), enrolment=late)

    assert sitting.candidates.get().person == late.person


def test_schedule_exam_without_a_blueprint_is_refused():
    with pytest.raises(DomainError) as refusal:
        schedule(make_cohort(state="running"))

    assert refusal.value.code == "no_blueprint"


def test_schedule_exam_closing_before_it_opens_is_refused():
    with pytest.raises(DomainError) as refusal:
        schedule(cohort_with_blueprint(), hours=0)

    assert refusal.value.code == "sitting_times_wrong"


def test_schedule_exam_is_refused_to_another_base():
    cohort = cohort_with_blueprint()

    with pytest.raises(NotAllowed):
        schedule(cohort, base_manager())

    cohort.refresh_from_db()
    assert cohort.sitting is None
