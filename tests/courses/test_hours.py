"""The ledger: what attendance and lessons credit, what corrections append, what is never written twice."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.permissions import Permission
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from courses.models import Attendance, HourEntry
from courses.selectors.cohorts import taking_part
from courses.services import credit_lesson, mark_attendance
from tests.builders import base_manager, make_base, make_user
from tests.courses.builders import credit, make_cohort, make_enrolment, make_programme, make_session
from tests.courses.pages import lesson_of, make_course

pytestmark = pytest.mark.django_db
SHARES = {"K1": "1.5", "P1": "2.5"}


@pytest.fixture
def session():
    return make_session(make_cohort(state="running"), shares=SHARES)


@pytest.fixture
def trainee(session):
    return make_enrolment(session.cohort, state="attending")


@pytest.fixture
def manager(session):
    return base_manager(session.cohort.base)


def ledger(enrolment):
    rows = HourEntry.objects.filter(enrolment=enrolment).order_by("pk")
    return [(row.module.code, str(row.hours), row.turn) for row in rows.select_related("module")]


@pytest.mark.parametrize("status", ["present", "online"])
def test_mark_attendance_credits_the_module_shares(session, trainee, manager, status):
    mark_attendance(actor=manager, session=session, marks={trainee.pk: status})

    assert ledger(trainee) == [("K1", "1.5", 0), ("P1", "2.5", 0)]
    assert HourEntry.objects.first().source == f"session:{session.pk}"


@pytest.mark.parametrize("status", ["leave", "absent"])
def test_mark_attendance_credits_nothing_to_the_absent(session, trainee, manager, status):
    mark_attendance(actor=manager, session=session, marks={trainee.pk: status})

    assert ledger(trainee) == []
    assert Attendance.objects.get().status == status


def test_mark_attendance_the_same_again_writes_nothing(session, trainee, manager):
    mark_attendance(actor=manager, session=session, marks={trainee.pk: "present"})
    entries = AuditEntry.objects.count()

    again = mark_attendance(actor=manager, session=session, marks={trainee.pk: "present"})

    assert (again, len(ledger(trainee)), AuditEntry.objects.count()) == ([], 2, entries)


def test_mark_attendance_from_present_to_online_credits_nothing_more(session, trainee, manager):
    mark_attendance(actor=manager, session=session, marks={trainee.pk: "present"})
    mark_attendance(actor=manager, session=session, marks={trainee.pk: "online"})

    assert ledger(trainee) == [("K1", "1.5", 0), ("P1", "2.5", 0)]


def test_mark_attendance_corrected_appends_the_difference(session, trainee, manager):
    for status in ("present", "absent", "present"):
        mark_attendance(actor=manager, session=session, marks={trainee.pk: status})

    assert ledger(trainee) == [
        ("K1", "1.5", 0),
        ("P1", "2.5", 0),
        ("K1", "-1.5", 1),
        ("P1", "-2.5", 1),
        ("K1", "1.5", 2),
        ("P1", "2.5", 2),
    ]


def test_mark_attendance_of_one_leaves_the_others_alone(session, trainee, manager):
    other = make_enrolment(session.cohort, state="attending")
    mark_attendance(actor=manager, session=session, marks={trainee.pk: "present", other.pk: "present"})
    mark_attendance(actor=manager, session=session, marks={trainee.pk: "leave"})

    assert Attendance.objects.get(enrolment=other).status == "present"
    assert len(ledger(other)) == 2


def test_mark_attendance_brings_an_admitted_trainee_to_attending(session, manager):
    late, absent = (make_enrolment(session.cohort, state="admitted") for _ in range(2))

    mark_attendance(actor=manager, session=session, marks={late.pk: "present", absent.pk: "absent"})

    late.refresh_from_db()
    absent.refresh_from_db()
    assert (late.state, absent.state) == ("attending", "admitted")


def test_mark_attendance_writes_one_audit_entry_with_old_and_new(session, trainee, manager):
    mark_attendance(actor=manager, session=session, marks={trainee.pk: "present"})
    mark_attendance(actor=manager, session=session, marks={trainee.pk: "leave"})

    facts = AuditEntry.objects.filter(verb="courses.attendance_marked").order_by("pk")
    assert [entry.facts for entry in facts] == [
        {"marks": {str(trainee.pk): [None, "present"]}},
        {"marks": {str(trainee.pk): ["present", "leave"]}},
    ]


def test_mark_attendance_of_oneself_is_refused_as_a_whole(session, trainee, manager):
    own = make_enrolment(session.cohort, state="attending", user=manager)
    colleague = base_manager(session.cohort.base)

    with pytest.raises(DomainError) as refusal:
        mark_attendance(actor=manager, session=session, marks={trainee.pk: "present", own.pk: "present"})

    assert (refusal.value.code, ledger(trainee), ledger(own)) == ("own_record", [], [])
    assert taking_part(manager, session.cohort, Permission.ATTENDANCE_MARK) == [trainee]
    assert taking_part(colleague, session.cohort, Permission.ATTENDANCE_MARK) == [trainee, own]
    mark_attendance(actor=colleague, session=session, marks={own.pk: "present"})
    assert len(ledger(own)) == 2


def test_mark_attendance_of_another_cohort_is_refused_as_a_whole(session, trainee, manager):
    foreign = make_enrolment(make_cohort(session.cohort.base, state="running"), state="attending")

    with pytest.raises(DomainError) as refusal:
        mark_attendance(actor=manager, session=session, marks={trainee.pk: "present", foreign.pk: "present"})

    assert (refusal.value.facts, ledger(trainee), ledger(foreign)) == ({"enrolments": [foreign.pk]}, [], [])


@pytest.mark.parametrize("state", ["applied", "waitlisted", "completed", "failed", "withdrawn"])
def test_mark_attendance_of_somebody_not_taking_part_is_refused(session, manager, state):
    gone = make_enrolment(session.cohort, state=state)

    with pytest.raises(DomainError) as refusal:
        mark_attendance(actor=manager, session=session, marks={gone.pk: "present"})

    assert (refusal.value.code, ledger(gone)) == ("not_in_cohort", [])


@pytest.mark.parametrize("state", ["draft", "filed", "open", "closed", "cancelled"])
def test_mark_attendance_in_a_cohort_not_under_way_is_refused(state):
    session = make_session(make_cohort(state=state))
    trainee = make_enrolment(session.cohort)

    with pytest.raises(WrongState):
        mark_attendance(actor=base_manager(session.cohort.base), session=session, marks={trainee.pk: "present"})

    assert ledger(trainee) == []


def test_mark_attendance_before_the_day_is_refused(manager, trainee):
    tomorrow = make_session(trainee.cohort, starts_at=clock.now() + timedelta(days=1))

    with pytest.raises(DomainError) as refusal:
        mark_attendance(actor=manager, session=tomorrow, marks={trainee.pk: "present"})

    assert (refusal.value.code, ledger(trainee)) == ("session_in_future", [])


def test_mark_attendance_with_an_unknown_status_is_refused(session, trainee, manager):
    with pytest.raises(DomainError) as refusal:
        mark_attendance(actor=manager, session=session, marks={trainee.pk: "asleep"})

    assert (refusal.value.code, Attendance.objects.count()) == ("status_unknown", 0)


@pytest.mark.parametrize("stranger", [lambda: base_manager(make_base()), make_user])
def test_mark_attendance_is_refused_to_strangers(session, trainee, stranger):
    with pytest.raises(NotAllowed):
        mark_attendance(actor=stranger(), session=session, marks={trainee.pk: "present"})

    assert ledger(trainee) == []


def test_mark_attendance_is_refused_to_the_trainee(session, trainee):
    with pytest.raises(NotAllowed):
        mark_attendance(actor=trainee.applicant, session=session, marks={trainee.pk: "present"})


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path)


@pytest.fixture
def reader(course):
    """A trainee whose programme is read from the small course: lessons of 2.0 hours K1 and 0.5 K2, answer 2."""
    return make_enrolment(make_cohort(state="running", programme=make_programme(course_key=course.translation_key)))


def read(enrolment, lesson, *, actor=None, answer=2):
    return credit_lesson(
        actor=actor or enrolment.applicant, enrolment=enrolment, lesson_key=lesson.translation_key, answer=answer
    )


def test_credit_lesson_credits_its_declared_hours(course, reader):
    lesson = lesson_of(course, 1)

    read(reader, lesson)

    assert ledger(reader) == [("K1", "2.0", 0), ("K2", "0.5", 0)]
    assert HourEntry.objects.first().source == f"lesson:{lesson.translation_key}"
    entry = AuditEntry.objects.get(verb="courses.lesson_credited")
    assert entry.facts == {
        "lesson": str(lesson.translation_key), "title": "第1课", "hours": {"K1": "2.0", "K2": "0.5"},
    }  # fmt: skip


def test_credit_lesson_twice_credits_once(course, reader):
    first = read(reader, lesson_of(course, 1))
    second = read(reader, lesson_of(course, 1))

    assert (first, len(ledger(reader))) == (second, 2)
    assert AuditEntry.objects.filter(verb="courses.lesson_credited").count() == 1


@pytest.mark.parametrize("answer", [1, 3, 0, -1])
def test_credit_lesson_for_a_wrong_answer_is_refused(course, reader, answer):
    with pytest.raises(DomainError) as refusal:
        read(reader, lesson_of(course, 1), answer=answer)

    assert (refusal.value.code, ledger(reader)) == ("wrong_answer", [])


def test_credit_lesson_of_another_course_is_refused(tmp_path, reader):
    other = make_course(tmp_path / "other", slug="other-course")

    with pytest.raises(NotAllowed):
        read(reader, lesson_of(other, 1))

    assert ledger(reader) == []


@pytest.mark.parametrize("state", ["applied", "waitlisted", "refused", "completed", "failed", "withdrawn"])
def test_credit_lesson_without_a_seat_is_refused(course, reader, state):
    reader.state = state
    reader.save()

    with pytest.raises(WrongState):
        read(reader, lesson_of(course, 1))

    assert ledger(reader) == []


def test_credit_lesson_is_refused_to_another_trainee_and_to_the_base(course, reader):
    other = make_enrolment(reader.cohort, state="attending").applicant

    for actor in (other, base_manager(reader.cohort.base)):
        with pytest.raises(NotAllowed):
            read(reader, lesson_of(course, 1), actor=actor)

    assert ledger(reader) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE courses_hourentry SET hours = 99",
        "DELETE FROM courses_hourentry",
    ],
)
def test_ledger_refuses_to_be_changed(trainee, statement):
    credit(trainee, "2.0")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert ledger(trainee) == [("K1", "2.0", 0)]


def test_ledger_refuses_to_be_replaced(trainee):
    entry = credit(trainee, "2.0")
    if connection.vendor != "sqlite":
        pytest.skip("REPLACE is SQLite's")

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "REPLACE INTO courses_hourentry (id, enrolment_id, module_id, hours, source, turn, credited_at)"
            " SELECT id, enrolment_id, module_id, 99, source, turn, credited_at FROM courses_hourentry"
            " WHERE id = %s",
            [entry.pk],
        )

    assert ledger(trainee) == [("K1", "2.0", 0)]


def test_ledger_refuses_the_same_source_twice(trainee):
    credit(trainee, "2.0", source="lesson:1")

    with pytest.raises(IntegrityError), transaction.atomic():
        credit(trainee, "2.0", source="lesson:1")


def test_ledger_refuses_an_entry_of_zero_hours(trainee):
    with pytest.raises(IntegrityError), transaction.atomic():
        credit(trainee, "0")
