"""Reads of the written courses and of the cohorts one can join: public facts, so that no actor is asked.

Pages come in the reader's language, or in the default one where a course is not translated.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from core import clock, search
from core.text import search_tokens
from courses.models import Cohort, CoursePage, LessonPage, Level, ModuleHours, PlannedSession
from courses.selectors.cohorts import with_seats
from courses.workflow import CohortState

AnyPage = TypeVar("AnyPage", CoursePage, LessonPage)
Parts = list[tuple[str, bool]]


@dataclass(frozen=True)
class Outline:
    """How a course is taught: module hours of its level, lessons to read, planned sessions face to face."""

    module_hours: list[ModuleHours]
    lessons: list[LessonPage]
    sessions: list[PlannedSession]
    online: Decimal
    total: Decimal

    @property
    def face_to_face(self) -> Decimal:
        return self.total - self.online


@dataclass(frozen=True)
class Passage:
    """Where a word was found: a lesson, or the course itself, and the text around it as (piece, is the word)."""

    page: CoursePage | LessonPage
    parts: Parts


@dataclass(frozen=True)
class Found:
    """A course that a search found, with the passages in it, best first."""

    course: CoursePage
    passages: list[Passage]


def levels() -> list[Level]:
    return list(Level.objects.order_by("rank"))


def courses(language: str, *, level: str = "") -> list[CoursePage]:
    """Live courses, juniors first."""
    rows = CoursePage.objects.live().select_related("level", "locale")
    if level:
        rows = rows.filter(level__code=level)
    return _one_language(rows.order_by("level__rank", "title", "pk"), language)


def course(key: UUID, language: str) -> CoursePage | None:
    rows = CoursePage.objects.live().filter(translation_key=key).select_related("level", "locale")
    return next(iter(_one_language(rows, language)), None)


def lesson(key: UUID, language: str) -> LessonPage | None:
    rows = LessonPage.objects.live().filter(translation_key=key).select_related("locale")
    return next(iter(_one_language(rows, language)), None)


def lessons_of(page: CoursePage) -> list[LessonPage]:
    """The live lessons of a course page in order; `hours` is what each declares, None for a worked case."""
    rows = LessonPage.objects.live().child_of(page).annotate(hours=Sum("shares__hours"))
    return list(rows.order_by("number", "pk"))


def shares_of(page: LessonPage) -> dict[str, Decimal]:
    """Class hours per module code."""
    return dict(page.shares.order_by("module__position").values_list("module__code", "hours"))


def course_of(page: LessonPage) -> CoursePage:
    return CoursePage.objects.select_related("level").get(path=page.path[: -page.steplen])


def translations_of(page: AnyPage) -> list[AnyPage]:
    """The live versions of a page, one per language it exists in."""
    rows = type(page).objects.live().filter(translation_key=page.translation_key)
    return list(rows.select_related("locale").order_by("locale__pk"))


def outline(page: CoursePage) -> Outline:
    hours = ModuleHours.objects.filter(level=page.level_id).select_related("module__group")
    lessons = lessons_of(page)
    return Outline(
        module_hours=list(hours.order_by("module__position")),
        lessons=lessons,
        sessions=list(PlannedSession.objects.filter(level=page.level_id).order_by("number")),
        online=sum((one.hours or Decimal(0) for one in lessons), Decimal(0)),
        total=page.level.total_hours,
    )


def open_cohorts(*, level: Level | None = None) -> QuerySet[Cohort]:
    """Cohorts that take applications, soonest first; `seats_left` and `waiting` are head counts."""
    rows = _taking_applications()
    if level is not None:
        rows = rows.filter(programme__level=level)
    return _told(rows)


def next_cohorts(levels: Iterable[int], *, count: int) -> QuerySet[Cohort]:
    """The soonest of each level, `count` at most: chosen by the database, before anything is counted."""
    rank = Window(RowNumber(), partition_by="programme__level", order_by=["starts_on", "pk"])
    ranked = _taking_applications().filter(programme__level__in=set(levels)).annotate(rank=rank)
    return _told(Cohort.objects.filter(pk__in=ranked.filter(rank__lte=count).values("pk")))


def found_courses(query: str, language: str, *, level: str = "") -> list[Found]:
    """Courses that hold every word of the query in one of their pages; other languages only if this one has none."""
    for one in [language, *(code for code, _ in settings.LANGUAGES if code != language)]:
        if found := _found_in(query, one, level):
            return found
    return []


def excerpt(text: str, query: str, *, around: int = 48) -> Parts:
    """Where the query first stands in a text, and what is around it; failing that, where a pair of it does."""
    plain = re.sub(r"\s+", " ", text).strip()
    pattern = _pattern(query.split())
    if not pattern.search(plain):
        pattern = _pattern(search_tokens(query))
    first = pattern.search(plain)
    start = max(first.start() - around, 0) if first else 0
    end = min(start + 3 * around, len(plain))
    window = ("…" if start else "") + plain[start:end] + ("…" if end < len(plain) else "")
    pieces = pattern.split(window) if first else [window]
    return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]


def _taking_applications() -> QuerySet[Cohort]:
    return Cohort.objects.filter(state=CohortState.OPEN, ends_on__gte=clock.today())


def _told(rows: QuerySet[Cohort]) -> QuerySet[Cohort]:
    return with_seats(rows).select_related("base__region", "programme__level").order_by("starts_on", "pk")


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted((re.escape(word) for word in words), key=len, reverse=True)
    return re.compile(f"((?:{'|'.join(longest_first) or '(?!)'})+)", re.IGNORECASE)


def _found_in(query: str, language: str, level: str) -> list[Found]:
    hits = search.find(query, kinds=["course", "lesson"], language=language)
    keys = [key for _, key in hits]
    here = Q(translation_key__in=keys, locale__language_code=language)
    lessons = list(LessonPage.objects.live().filter(here))
    parents = [page.path[: -page.steplen] for page in lessons]
    rows = CoursePage.objects.live().filter(here | Q(path__in=parents)).select_related("level", "locale")
    known = {page.path: page for page in (rows.filter(level__code=level) if level else rows)}
    pages = {str(page.translation_key): page for page in [*known.values(), *lessons]}
    found: dict[str, Found] = {}
    for page in (pages[key] for key in keys if key in pages):
        path = page.path[: -page.steplen] if isinstance(page, LessonPage) else page.path
        if path in known:
            entry = found.setdefault(path, Found(known[path], []))
            entry.passages.append(Passage(page, excerpt(page.plain_text(), query)))
    return list(found.values())


def _one_language(rows: QuerySet[AnyPage], language: str) -> list[AnyPage]:
    """Of each page the version in the language, else in the default one; in the order of the rows."""
    wanted = rows.filter(locale__language_code__in=[language, settings.LANGUAGE_CODE])
    best: dict[UUID, AnyPage] = {}
    for page in wanted:
        if page.translation_key not in best or page.locale.language_code == language:
            best[page.translation_key] = page
    return list(best.values())
