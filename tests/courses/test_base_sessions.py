"""Sessions, attendance, the examination and the completion review, as the base works with them."""

from datetime import timedelta

import pytest

from accounts.selectors import is_checked
from core import clock
from courses.models import Attendance, Enrolment, Session, TrainingRecord
from courses.services import mark_attendance
from tests.builders import base_manager
from tests.courses.builders import (
    credit,
    make_blueprint,
    make_cohort,
    make_enrolment,
    make_programme,
    make_ready,
    make_session,
)
from tests.courses.visits import address, messages

pytestmark = pytest.mark.django_db


def test_session_is_moved_by_its_form(signed_in, base):
    session = make_session(make_cohort(base))
    given = {"starts_at": "2026-12-01T09:00", "ends_at": "2026-12-01T12:00", "place": "三号教室"}

    signed_in.post(address("session", session.pk), given)

    moved = Session.objects.get()
    assert (moved.starts_at.astimezone(clock.SHANGHAI).hour, moved.place) == (9, "三号教室")


def test_session_with_attendance_is_not_moved(signed_in, base):
    session = make_session(make_cohort(base, state="running"))
    trainee = make_enrolment(session.cohort)
    mark_attendance(actor=base_manager(base), session=session, marks={trainee.pk: "absent"})
    given = {"starts_at": "2026-12-01T09:00", "ends_at": "2026-12-01T12:00"}

    form = signed_in.post(address("session", session.pk), given).context["form"]

    assert len(form.non_field_errors()) == 1


def test_session_cannot_end_before_it_begins(signed_in, base):
    session = make_session(make_cohort(base))

    form = signed_in.post(
        address("session", session.pk), {"starts_at": "2026-12-01T09:00", "ends_at": "2026-12-01T08:00"}
    ).context["form"]

    assert list(form.errors) == ["ends_at"]


def test_cohort_exam_is_set_by_its_form(signed_in, base):
    cohort = make_cohort(base, state="running", programme=make_programme(blueprint=make_blueprint()))

    signed_in.post(address("cohort_exam", cohort.pk), {"opens_at": "2026-12-01T09:00", "closes_at": "2026-12-01T12:00"})

    cohort.refresh_from_db()
    assert cohort.sitting.opens_at.astimezone(clock.SHANGHAI).hour == 9


def test_cohort_exam_without_a_blueprint_is_refused_in_words(signed_in, base):
    cohort = make_cohort(base, state="running")

    form = signed_in.post(
        address("cohort_exam", cohort.pk), {"opens_at": "2026-12-01T09:00", "closes_at": "2026-12-01T12:00"}
    ).context["form"]

    assert len(form.non_field_errors()) == 1


def test_attendance_is_saved_per_trainee(signed_in, base):
    session = make_session(make_cohort(base, state="running"))
    here, away, unmarked = (make_enrolment(session.cohort) for _ in range(3))

    signed_in.post(address("attendance", session.pk), {f"trainee-{here.pk}": "present", f"trainee-{away.pk}": "leave"})

    marks = dict(Attendance.objects.values_list("enrolment", "status"))
    assert marks == {here.pk: "present", away.pk: "leave"}
    assert unmarked.pk not in marks


def test_attendance_one_button_makes_the_rest_present(signed_in, base):
    session = make_session(make_cohort(base, state="running"))
    away, *others = (make_enrolment(session.cohort) for _ in range(3))

    signed_in.post(address("attendance", session.pk), {f"trainee-{away.pk}": "absent", "rest_present": "1"})

    assert dict(Attendance.objects.values_list("enrolment", "status")) == {
        away.pk: "absent",
        **{one.pk: "present" for one in others},
    }


def test_attendance_shows_what_was_marked(signed_in, base):
    session = make_session(make_cohort(base, state="running"))
    trainee = make_enrolment(session.cohort)
    mark_attendance(actor=base_manager(base), session=session, marks={trainee.pk: "online"})

    context = signed_in.get(address("attendance", session.pk)).context

    assert ([field.value() for _one, field in context["lines"]], context["marked"]) == (["online"], 1)


def test_attendance_counts_those_who_have_finished_apart(signed_in, base):
    session = make_session(make_cohort(base, state="running"))
    done, late, _away = (make_enrolment(session.cohort, name=name) for name in ("安宁", "白露", "陈晨"))
    mark_attendance(actor=base_manager(base), session=session, marks={done.pk: "online", late.pk: "absent"})
    Enrolment.objects.filter(pk=done.pk).update(state="completed")
    make_enrolment(session.cohort, state="failed", name="邓超")
    make_enrolment(session.cohort, state="withdrawn", name="方圆")

    context = signed_in.get("/en" + address("attendance", session.pk)).context

    assert (context["marked"], context["trainees"], context["finished_marked"]) == (1, 2, 1)
    assert [(one.person.name, label) for one, _mark, label in context["finished"]] == [
        ("安宁", "online"),
        ("邓超", "not marked"),
    ]


def test_attendance_says_that_nobody_takes_part_any_more(signed_in, base):
    session = make_session(make_cohort(base, state="assessing"))
    make_enrolment(session.cohort, state="completed")

    shown = signed_in.get("/en" + address("attendance", session.pk)).content.decode()

    assert "Nobody takes part any more." in shown
    assert "Nobody takes part yet" not in shown


def test_attendance_with_a_forged_status_is_refused(signed_in, base):
    session = make_session(make_cohort(base, state="running"))
    trainee = make_enrolment(session.cohort)

    response = signed_in.post(address("attendance", session.pk), {f"trainee-{trainee.pk}": "asleep"})

    assert (response.status_code, Attendance.objects.count()) == (200, 0)


def test_attendance_before_the_day_is_refused_in_words(signed_in, base):
    session = make_session(make_cohort(base, state="running"), starts_at=clock.now() + timedelta(days=2))
    make_enrolment(session.cohort)

    form = signed_in.post(address("attendance", session.pk), {"rest_present": "1"}).context["form"]

    assert (len(form.non_field_errors()), Attendance.objects.count()) == (1, 0)


@pytest.mark.parametrize("rows", [1, 3])
def test_attendance_takes_the_same_queries_for_any_number(signed_in, base, rows, django_assert_num_queries):
    session = make_session(make_cohort(base, state="running"))
    for _ in range(rows):
        make_enrolment(session.cohort)
        make_enrolment(session.cohort, state="completed")

    with django_assert_num_queries(8):
        signed_in.get(address("attendance", session.pk))


def test_completion_review_lists_what_is_missing(signed_in, base):
    cohort = make_cohort(base, state="assessing")
    make_ready(cohort, name="甲")
    nearly = make_enrolment(cohort, name="乙", state="attending")
    credit(nearly, "47.5")

    lines = signed_in.get(address("completion_review", cohort.pk)).context["lines"]

    assert [(line["review"].ready, sorted(line["review"].lacking)) for line in lines] == [
        (False, ["exam", "hours", "identity"]),
        (True, []),
    ]


def test_completion_review_leads_to_the_session_that_was_missed(signed_in, base):
    cohort = make_cohort(base, state="assessing")
    attended, missed = make_session(cohort), make_session(cohort)
    trainee = make_enrolment(cohort, state="attending")
    mark_attendance(actor=base_manager(base), session=attended, marks={trainee.pk: "present"})

    response = signed_in.get(address("completion_review", cohort.pk))

    assert response.context["lines"][0]["gap"] == missed.pk
    assert address("attendance", missed.pk) in response.content.decode()


def test_completion_review_makes_records_of_the_ticked(signed_in, base):
    cohort = make_cohort(base, state="assessing")
    ticked, unticked = make_ready(cohort), make_ready(cohort)

    response = signed_in.post(address("completion_review", cohort.pk), {"enrolment": [ticked.pk]}, follow=True)

    assert list(TrainingRecord.objects.values_list("enrolment", flat=True)) == [ticked.pk]
    assert [line["review"].enrolment.state for line in response.context["lines"]] == ["completed", "attending"]
    assert response.context["completed"] == 1
    assert unticked.pk != ticked.pk


def test_completion_review_leaves_out_who_lacks_something(signed_in, base):
    cohort = make_cohort(base, state="assessing")
    bare = make_enrolment(cohort, state="attending")

    response = signed_in.post(address("completion_review", cohort.pk), {"enrolment": [bare.pk, "x"]}, follow=True)

    assert (TrainingRecord.objects.count(), len(messages(response))) == (0, 1)


@pytest.mark.parametrize("nonsense", ["9" * 4301, "9" * 19, "0", "-1", "²", "x", ""])
def test_completion_review_passes_over_what_is_no_id(signed_in, base, nonsense):
    cohort = make_cohort(base, state="assessing")
    ready = make_ready(cohort)

    response = signed_in.post(address("completion_review", cohort.pk), {"enrolment": [nonsense, ready.pk]})

    assert (response.status_code, TrainingRecord.objects.get().enrolment) == (302, ready)


@pytest.mark.parametrize("nonsense", ["9" * 4301, "9" * 19, "²", "x"])
def test_create_cohort_copies_nothing_from_what_is_no_id(signed_in, nonsense):
    response = signed_in.get(f"/en/base/cohorts/new/?copy={nonsense}")

    assert (response.status_code, response.context["source"]) == (200, None)


@pytest.mark.parametrize("rows", [1, 3])
def test_completion_review_takes_the_same_queries_for_any_number(signed_in, base, rows, django_assert_num_queries):
    cohort = make_cohort(base, state="assessing")
    make_session(cohort)
    for _ in range(rows):
        make_ready(cohort)

    with django_assert_num_queries(12):
        signed_in.get(address("completion_review", cohort.pk))


def test_check_identity_from_the_review(signed_in, base):
    trainee = make_enrolment(make_cohort(base, state="assessing"), state="attending")

    response = signed_in.post(address("check_identity", trainee.pk))

    assert (response.url, is_checked(trainee.person)) == (
        address("completion_review", trainee.cohort_id),
        True,
    )


def test_enrolment_left_meanwhile_is_said_in_words(signed_in, base):
    gone = make_enrolment(make_cohort(base, state="assessing"), state="withdrawn")

    response = signed_in.post(address("check_identity", gone.pk), follow=True)

    assert (len(messages(response)), Enrolment.objects.get().state) == (1, "withdrawn")
