"""What is kept of the ratio of today: which of it may be believed, and the same figures from the stays."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Count, DateField, F, Max, Min, Q, QuerySet

from accounts.models import Appointment, Person
from accounts.selectors import surviving
from core.compiled import compiled
from core.marks import EVERYTHING
from courses.models import TrainingRecord
from staffing.models import CountedStay, FigureMark, FigureRound, InstitutionFigure, RatioRule

# So many marks are looked up by a page or handled by a round at once.
MOST_MARKS = 20_000
# A page that would have to compute more institutions than these computes all: nothing kept helps it.
MOST_TOUCHED = 300


@dataclass(frozen=True)
class Touched:
    """What is not as kept: these institutions, or `everything`; and the marks that say so."""

    institutions: frozenset[int] = frozenset()
    everything: bool = False
    marks: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return self.everything or bool(self.institutions) or bool(self.marks)


def touched(rule: RatioRule, day: date) -> Touched:
    """By marks, by another rule, by a day that the kept figures do not hold for."""
    marks, kept = _marks(MOST_MARKS), bool(_rounds(rule=rule.pk, day=day))
    grouped: dict[str, set[int]] = defaultdict(set)
    for _pk, kind, key in marks:
        grouped[kind].add(key)
    return Touched(
        institutions=frozenset(pk for (pk,) in _expired(day=day)) | _institutions(grouped, rule),
        everything=not kept or EVERYTHING in grouped or len(marks) == MOST_MARKS,
        marks=tuple(pk for pk, _kind, _key in marks),
    )


@compiled()
def _marks(most: int) -> QuerySet[Any]:
    return FigureMark.objects.order_by("pk").values_list("pk", "kind", "key")[:most]


@compiled(rule=BigIntegerField(), day=DateField())
def _rounds(*, rule: Any, day: Any) -> QuerySet[Any]:
    return FigureRound.objects.filter(pk=1, rule=rule, day__lte=day).values_list("turn")


@compiled(day=DateField())
def _expired(*, day: Any) -> QuerySet[Any]:
    return InstitutionFigure.objects.filter(until__lte=day).values_list("pk")


def _institutions(grouped: dict[str, set[int]], rule: RatioRule) -> frozenset[int]:
    """Where a marked person works, has worked or will, under which number ever."""
    people = set(grouped["person"])
    if grouped["record"]:
        records = TrainingRecord.objects.filter(pk__among=grouped["record"])
        people |= set(records.values_list("person", flat=True))
    if grouped["base"] and rule.providers:
        people |= set(TrainingRecord.objects.filter(base__in=grouped["base"]).values_list("person", flat=True))
    found = set(grouped["institution"])
    if grouped["post"]:
        found |= set(Appointment.objects.filter(pk__among=grouped["post"]).values_list("institution", flat=True))
    if people:
        standing = people | set(Person.objects.filter(pk__among=people).values_list(surviving(), flat=True))
        posts = Appointment.objects.filter(Q(person__pk__among=standing) | Q(person__merged_into__pk__among=standing))
        found |= set(posts.values_list("institution", flat=True))
    return frozenset(found)


# --- from the stays -------------------------------------------------------------------------------------------------
def stays_on(day: date) -> QuerySet[CountedStay]:
    """Whoever counts that day, once for each institution: right for any day where nothing is marked."""
    return CountedStay.objects.filter(Q(end__isnull=True) | Q(end__gt=day), start__lte=day)


def counts_on(day: date, institutions: Collection[int] | None = None) -> dict[int, tuple[int, int]]:
    """(trained, staff) of every institution with staff that day, in one statement; secret posts stand beside."""
    rows = _among(stays_on(day), institutions).values("institution").order_by()
    figures = rows.annotate(trained=Count("pk", filter=Q(trained_from__lte=day)), staff=Count("pk"))
    return {pk: (trained, staff) for pk, trained, staff in figures.values_list("institution", "trained", "staff")}


def next_turns(day: date, institutions: Collection[int] | None = None) -> dict[int, date]:
    """The first later day on which somebody comes, leaves or begins to count as trained, per institution."""
    later = Q(start__gt=day) | Q(end__gt=day) | Q(trained_from__gt=day)
    rows = _among(CountedStay.objects.filter(later), institutions).values("institution").order_by()
    first: QuerySet[Any] = rows.annotate(
        **{f"first_{name}": Min(name, filter=Q(**{f"{name}__gt": day})) for name in ("start", "end", "trained_from")}
    )
    found = first.values_list("institution", "first_start", "first_end", "first_trained_from")
    return {pk: min(one for one in days if one) for pk, *days in found}


def shared_members(rows: QuerySet[CountedStay], day: date) -> dict[int, dict[int, bool]]:
    """Who counts at several institutions among these stays of a day: person -> institution -> trained."""
    several = rows.values("person").order_by().annotate(first=Min("institution"), last=Max("institution"))
    rows = rows.filter(person__in=several.exclude(first=F("last")).values("person"))
    found: dict[int, dict[int, bool]] = defaultdict(dict)
    for person, place, trained_from in rows.values_list("person", "institution", "trained_from"):
        found[person][place] = trained_from is not None and trained_from <= day
    return found


def _among(rows: QuerySet[CountedStay], institutions: Collection[int] | None) -> QuerySet[CountedStay]:
    return rows if institutions is None else rows.filter(institution__in=list(institutions))
