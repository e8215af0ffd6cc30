"""A trainee's own training: cohorts, what remains to be done, sessions with attendance; the base's one enrolment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import Claim, Person, User
from accounts.permissions import Permission
from accounts.workflow import ClaimState
from core import audit, clock
from core.errors import NotAllowed
from courses.exams.models import Sitting
from courses.models import Attendance, Enrolment, Session
from courses.rules import NO_SEAT_BECAME_FREE, Progress
from courses.selectors import content
from courses.selectors.cohorts import next_session_starts, sessions_of
from courses.selectors.completion import progress_of
from courses.selectors.lessons import lessons_read
from courses.workflow import CohortState, EnrolmentState

RELATED = ("person", "claim", "cohort__base", "cohort__sitting", "cohort__programme__level")


@dataclass(frozen=True)
class Card:
    """One enrolment among the actor's own."""

    enrolment: Enrolment
    progress: Progress
    next_session: datetime | None
    exam_open: bool


@dataclass(frozen=True)
class SessionLine:
    session: Session
    status: str
    label: str


def my_enrolments(actor: User) -> QuerySet[Enrolment]:
    """The actor's own applications and places, newest first."""
    rows = Enrolment.objects.allowed(actor, Permission.ENROLMENT_VIEW).filter(applicant=actor)
    return rows.select_related(*RELATED).order_by("-applied_at", "-pk")


def my_enrolment(actor: User, pk: int) -> Enrolment:
    """Raises NotAllowed, also when there is none."""
    rows = my_enrolments(actor).select_related(*RELATED, "training_record")
    return _found(rows.filter(pk=pk).first(), Permission.ENROLMENT_VIEW)


def enrolment_for(actor: User, pk: int, permission: Permission) -> Enrolment:
    rows = Enrolment.objects.allowed(actor, permission).select_related(*RELATED)
    return _found(rows.filter(pk=pk).first(), permission)


def application_to(actor: User, cohort_id: int) -> Enrolment | None:
    """The actor's own latest application to a cohort, whatever came of it."""
    return my_enrolments(actor).filter(cohort=cohort_id).first()


def cards(enrolments: Sequence[Enrolment]) -> list[Card]:
    progress = progress_of(enrolments)
    coming = next_session_starts([one.cohort_id for one in enrolments])
    return [Card(one, progress[one.pk], coming.get(one.cohort_id), is_open(one.cohort.sitting)) for one in enrolments]


def is_open(sitting: Sitting | None) -> bool:
    return sitting is not None and sitting.opens_at <= clock.now() < sitting.closes_at


def session_lines(enrolment: Enrolment) -> list[SessionLine]:
    """The sessions of the cohort with what was marked for this trainee."""
    marks = dict(Attendance.objects.filter(enrolment=enrolment).values_list("session", "status"))
    labels = dict(Attendance.Status.choices)
    return [
        SessionLine(session, marks.get(session.pk, ""), str(labels.get(marks.get(session.pk, ""), "")))
        for session in sessions_of(enrolment.cohort)
    ]


def lesson_lines(enrolment: Enrolment, language: str) -> list[dict[str, Any]]:
    """The lessons of the programme's course with what has been read."""
    key = enrolment.cohort.programme.course_key
    course = content.course(key, language) if key else None
    if course is None:
        return []
    read = lessons_read(enrolment)
    return [{"page": page, "read": str(page.translation_key) in read} for page in content.lessons_of(course)]


def reason_given(enrolment: Enrolment) -> str:
    """Why the base refused the application, or called the cohort off."""
    if enrolment.cohort.state == CohortState.CANCELLED:
        entries = audit.entries_about(enrolment.cohort)
    elif enrolment.state == EnrolmentState.REFUSED:
        entries = audit.entries_about(enrolment)
    else:
        return ""
    entry = entries.exclude(reason="").last()
    if entry and entry.facts.get("cause") == "close":
        return str(NO_SEAT_BECAME_FREE)
    return entry.reason if entry else ""


def may_apply(actor: User) -> bool:
    """Is there a person, or an open claim on one, for whom the actor could apply?"""
    own = Person.objects.filter(user=actor).exists()
    return own or Claim.objects.filter(user=actor, state=ClaimState.OPEN).exists()


def _found(enrolment: Enrolment | None, permission: Permission) -> Enrolment:
    if enrolment is None:
        raise NotAllowed(permission=str(permission))
    return enrolment
