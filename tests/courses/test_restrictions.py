"""Who may not teach at a base marks no attendance there."""

import pytest

from accounts.permissions import Role
from accounts.selectors import system_user
from accounts.services import lift, restrict
from core import clock
from core.errors import DomainError
from courses.models import Attendance
from courses.services import hours, mark_attendance
from tests.builders import hat, make_base, make_person
from tests.courses.builders import make_cohort, make_enrolment, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return make_session(make_cohort(state="running"))


@pytest.fixture
def trainee(session):
    return make_enrolment(session.cohort, state="attending")


@pytest.fixture
def instructor(session):
    user = hat(Role.INSTRUCTOR, session.cohort.base)
    make_person("何讲师", user=user)
    return user


def keep_from_teaching(user, within=None):
    restrict(
        actor=system_user(),
        kind="no_teaching",
        subject=user.person,
        valid_from=clock.today(),
        valid_to=None,
        document="决定1号",
        source="credit.test:1",
        within=within,
    )


@pytest.mark.parametrize("where", ["everywhere", "here"])
def test_restricted_instructor_marks_nobody(session, trainee, instructor, where):
    keep_from_teaching(instructor, session.cohort.base if where == "here" else None)

    with pytest.raises(DomainError, match="may_not_teach"):
        mark_attendance(actor=instructor, session=session, marks={trainee.pk: "present"})
    assert Attendance.objects.count() == 0


def test_instructor_restricted_elsewhere_marks_here(session, trainee, instructor):
    keep_from_teaching(instructor, make_base())

    mark_attendance(actor=instructor, session=session, marks={trainee.pk: "present"})

    assert Attendance.objects.count() == 1


def test_instructor_marks_again_once_the_restriction_is_lifted(session, trainee, instructor):
    keep_from_teaching(instructor)
    lift(actor=system_user(), source="credit.test:1", why="复核撤销")

    mark_attendance(actor=instructor, session=session, marks={trainee.pk: "present"})

    assert Attendance.objects.count() == 1


def test_page_says_why_a_restricted_instructor_cannot_mark(client, session, trainee, instructor):
    keep_from_teaching(instructor)
    client.force_login(instructor)

    answer = client.post(f"/en/base/sessions/{session.pk}/attendance/", {f"mark-{trainee.pk}": "present"})

    assert answer.status_code == 200
    assert "A decision in force keeps you from teaching here" in answer.content.decode()


def test_without_the_guard_attendance_is_marked(session, trainee, instructor, monkeypatch):
    keep_from_teaching(instructor)
    monkeypatch.setattr(hours, "restricted_login", lambda *args, **kwargs: False)

    mark_attendance(actor=instructor, session=session, marks={trainee.pk: "present"})

    assert Attendance.objects.count() == 1
