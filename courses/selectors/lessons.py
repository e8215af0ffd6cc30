"""A trainee's reading: the lesson in the reader's language, what has been read, which question is asked."""

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from accounts.models import User
from accounts.permissions import Permission
from core.errors import NotAllowed
from courses.models import CoursePage, Enrolment, HourEntry, LessonPage
from courses.selectors import content
from courses.workflow import SEATED, STUDYING

SOURCE = "lesson:"


@dataclass(frozen=True)
class Reading:
    """One lesson as one trainee sees it. `question` is the one to answer; `others` test oneself."""

    enrolment: Enrolment
    course: CoursePage
    page: LessonPage
    lessons: list[LessonPage]
    read: frozenset[str]
    shares: dict[str, Decimal]
    question: Any
    others: list[Any]

    @property
    def is_read(self) -> bool:
        return str(self.page.translation_key) in self.read

    @property
    def asks(self) -> bool:
        """Is there something to gain by answering?"""
        return bool(self.question and self.shares) and not self.is_read and self.enrolment.state in STUDYING

    @property
    def following(self) -> LessonPage | None:
        """The next lesson in order that has not been read; after the last one the first gap."""
        later = [one for one in self.lessons if one.number > self.page.number]
        earlier = [one for one in self.lessons if one.number < self.page.number]
        open_ones = [one for one in later + earlier if str(one.translation_key) not in self.read]
        return next(iter(open_ones), None)


def own_enrolment(actor: User, pk: int) -> Enrolment:
    """The actor's own place in a cohort, once admitted. Raises NotAllowed, also when there is none."""
    rows = Enrolment.objects.allowed(actor, Permission.ENROLMENT_VIEW).filter(applicant=actor, state__in=SEATED)
    found = rows.select_related("cohort__programme__level").filter(pk=pk).first()
    if found is None:
        raise NotAllowed(permission=Permission.ENROLMENT_VIEW.value)
    return found


def reading(actor: User, enrolment_id: int, key: UUID, language: str) -> Reading:
    """Raises NotAllowed for a lesson of another course."""
    enrolment = own_enrolment(actor, enrolment_id)
    page = content.lesson(key, language)
    course = page and content.course_of(page)
    if page is None or course is None or course.translation_key != enrolment.cohort.programme.course_key:
        raise NotAllowed(permission=Permission.ENROLMENT_VIEW.value)
    checks = [block.value for block in page.checks]
    asked = asked_question(enrolment.pk, key, len(checks))
    return Reading(
        enrolment=enrolment,
        course=course,
        page=page,
        lessons=content.lessons_of(course),
        read=lessons_read(enrolment),
        shares=content.shares_of(page),
        question=checks[asked] if checks else None,
        others=[check for place, check in enumerate(checks) if place != asked],
    )


def lessons_read(enrolment: Enrolment) -> frozenset[str]:
    """The keys of the lessons that hours were credited for."""
    rows = HourEntry.objects.filter(enrolment=enrolment, source__startswith=SOURCE)
    return frozenset(source.removeprefix(SOURCE) for source in rows.values_list("source", flat=True))


def asked_question(enrolment_id: int, key: UUID, count: int) -> int:
    """Which of a lesson's questions is this trainee's: neighbours get different ones, a reload the same."""
    return int.from_bytes(sha256(f"{enrolment_id}:{key}".encode()).digest()[:4]) % count if count else 0
