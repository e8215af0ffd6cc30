"""Public reads of the website: institutions and bases by name, the demo's province, answers of the one search box.

What is public is asked for without an actor; persons and ratios come only through what reaches the actor.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Designation, Institution, Person, Region, TrainingBase, User
from accounts.permissions import Permission
from accounts.selectors import system_user
from accounts.selectors.places import base_named
from certificates.identifiers import normal_number
from core import clock
from core.text import compact, name_key
from courses.exams.models import Attempt, PaperQuestion
from courses.exams.selectors import paper_of
from courses.exams.workflow import AttemptState
from courses.selectors.content import Found, found_courses
from courses.workflow import CohortState
from staffing.models import RatioRule
from staffing.selectors import RatioAnswer, institution_ratio, region_ratios, rule_on
from staffing.selectors.versions import adopted

# One character names half the country; a word of two finds somebody.
SHORTEST_NAME = 2
ANSWERS = 5
CAST = Path("demo") / "story" / "cast.yaml"
FIGURE_SECONDS = 60


@dataclass(frozen=True)
class Member:
    """Somebody of the demo's cast; hat, name and what are texts by language."""

    key: str
    email: str
    hat: dict[str, str]
    name: dict[str, str]
    what: dict[str, str]


@dataclass(frozen=True)
class PersonAnswer:
    person: Person
    masked: str


@dataclass(frozen=True)
class InstitutionAnswer:
    institution: Institution
    ratio: RatioAnswer | None


@dataclass(frozen=True)
class Answers:
    """What the search box answers with, one card each."""

    certificate_number: str = ""
    institutions: list[InstitutionAnswer] = field(default_factory=list)
    people: list[PersonAnswer] = field(default_factory=list)
    courses: list[Found] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.certificate_number or self.institutions or self.people or self.courses)


def institutions(query: str = "", category: str = "") -> QuerySet[Institution]:
    """By name, part of a name or credit code; with the designations that hold today."""
    rows = Institution.objects.select_related("region", "parent").prefetch_related(_designations())
    if category:
        rows = rows.filter(category=category)
    return _named(rows, query).order_by("name", "pk")


def bases(query: str = "") -> QuerySet[TrainingBase]:
    """With designations and the number of cohorts that take applications (`open_cohorts`)."""
    taking = Count("cohorts", filter=Q(cohorts__state=CohortState.OPEN))
    rows = TrainingBase.objects.select_related("region", "host").prefetch_related(_designations())
    if query:
        place = Q(region__name__icontains=query) | Q(region__name_en__icontains=query)
        place |= Q(region__name_ja__icontains=query)
        rows = rows.filter(base_named(query) | Q(host__name__icontains=query) | place)
    return rows.annotate(open_cohorts=taking).order_by("name", "pk")


def rules() -> list[RatioRule]:
    """The requirement in force first, then its other versions, newest first."""
    current = rule_on(clock.today())
    others = adopted().filter(code=current.code).exclude(pk=current.pk).order_by("-valid_from", "pk")
    return [current, *others]


def demo_province() -> dict[str, Any] | None:
    """The invented province's figure, at most a minute old: {name, trained, staff, percent, binding, met, at}."""
    if not settings.DEMO:
        return None
    return cache.get_or_set("website.demo_province", _demo_province, FIGURE_SECONDS)


def cast() -> list[Member]:
    """Whom the demo introduces; nobody where its files are not."""
    file = settings.ROOT / CAST
    if not file.exists():
        return []
    names = Member.__dataclass_fields__
    return [Member(**{name: row[name] for name in names}) for row in yaml.safe_load(file.read_text(encoding="utf-8"))]


def login_of_the_cast(key: str) -> User | None:
    """The login one may enter as without a password: only where the demo runs, only of the cast, only if active."""
    if not settings.DEMO:
        return None
    emails = [member.email for member in cast() if member.key == key]
    return User.objects.filter(email__in=emails, is_active=True).first()


def answers(actor: User | AnonymousUser, query: str, language: str) -> Answers:
    """A certificate number, institutions, people who reach the actor, courses: whatever the words can mean."""
    if not query:
        return Answers()
    user = actor if isinstance(actor, User) else None
    return Answers(
        certificate_number=normal_number(query),
        institutions=_institution_answers(user, query),
        people=_people(user, query) if user else [],
        courses=found_courses(query, language)[:ANSWERS],
    )


def _institution_answers(user: User | None, query: str) -> list[InstitutionAnswer]:
    if len(query) < SHORTEST_NAME:
        return []
    found = list(institutions(query)[:ANSWERS])
    reach: frozenset[int] = frozenset()
    if user is not None and found:
        rows = Institution.objects.allowed(user, Permission.RATIO_VIEW).filter(pk__in=[one.pk for one in found])
        reach = frozenset(rows.values_list("pk", flat=True))
    return [InstitutionAnswer(one, institution_ratio(one) if one.pk in reach else None) for one in found]


def _people(user: User, query: str) -> list[PersonAnswer]:
    key = name_key(query)
    if len(key) < SHORTEST_NAME:
        return []
    rows = Person.objects.allowed(user, Permission.PERSON_VIEW).filter(name_key__contains=key, merged_into=None)
    found = rows.prefetch_related("documents").order_by("name_key", "pk")[:ANSWERS]
    return [PersonAnswer(one, next((paper.masked for paper in one.documents.all()), "")) for one in found]


def _named(rows: QuerySet[Institution], query: str) -> QuerySet[Institution]:
    if not query:
        return rows
    code = compact(query)
    if len(code) == 18 and code.isascii():
        return rows.filter(uscc=code)
    place = Q(region__name=query) | Q(region__name_en__iexact=query) | Q(region__name_ja=query)
    return rows.filter(Q(name__icontains=query) | Q(name_key__contains=name_key(query)) | place)


def _designations() -> Prefetch:
    today = clock.today()
    running = Q(valid_to__isnull=True) | Q(valid_to__gt=today)
    return Prefetch("designations", Designation.objects.filter(running, valid_from__lte=today).order_by("kind", "pk"))


def _demo_province() -> dict[str, Any]:
    """An empty mapping, not None, before the demo is loaded: None would not stay in the cache."""
    # The province of the story; another one has nothing but an agreement.
    region = Region.objects.filter(demo=True, level="provincial").order_by("-code").first()
    if region is None:
        return {}
    figure, _ = region_ratios(system_user(), region.path)
    at: datetime = clock.now()
    return {
        "region": region, "trained": figure.ratio.trained, "staff": figure.ratio.staff,
        "percent": figure.ratio.percent_floor, "outcome": figure.ratio.outcome.value,
        "institutions": figure.institutions, "binding": figure.binding, "met": figure.binding_met, "at": at,
    }  # fmt: skip


def answers_of_running_paper(actor: User) -> list[dict[str, Any]]:
    """Position, question and right answer of the actor's running attempt. For the demo's own page alone."""
    running = Attempt.objects.allowed(actor, Permission.EXAM_SIT).filter(state=AttemptState.RUNNING).first()
    language = get_language() or settings.LANGUAGE_CODE
    return [_answer(place, language) for place in paper_of(running)] if running else []


def _answer(place: PaperQuestion, language: str) -> dict[str, Any]:
    question = place.question
    texts = question.texts.get(language) or question.texts["zh-hans"]
    options = texts.get("options") or []
    right = [options[number - 1] for number in question.answer] if options else question.answer
    words = {True: _("true"), False: _("false")}
    return {
        "position": place.position,
        "stem": texts["stem"],
        "right": [words[one] if isinstance(one, bool) else one for one in right],
    }
