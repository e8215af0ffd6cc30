"""What about a return is asked: pure judging of figures against limits that are dated data. No database, no clock.

An anomaly is a question with its figures. It changes no figure and no state, and nothing follows from it by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.figures import figure_in
from staffing.ratio import Ratio

FIGURES = "demo/reference/anomaly_rules.yaml"


class AnomalyKind(TextChoices):
    JUMP = "jump", _("the ratio jumped")
    JOINING = "joining", _("many joined around the day")
    LEAVING = "leaving", _("many left around the day")
    ROSTERS = "rosters", _("somebody stands in several rosters")
    OTHER_DATES = "other_dates", _("the same rows came again with other dates")
    FLAG = "flag", _("untrained people are no longer professional staff")


class Judgement(TextChoices):
    EXPLAINED = "explained", _("explained")
    QUESTION = "question", _("a question remains")
    NOTED = "noted", _("noted")


@dataclass(frozen=True)
class Anomaly:
    """`facts`: figures and days, as they are kept; `people`: whom it is about, surviving persons."""

    kind: AnomalyKind
    facts: Mapping[str, Any]
    people: tuple[int, ...] = ()


def limits(code: str, *, on: date) -> dict[str, int]:
    """The figures that hold on a day. Raises LookupError for a code, or a day, that no entry covers."""
    return dict(figure_in(FIGURES, code, on=on))


def jump(days: Sequence[tuple[date, Ratio]], limit: Mapping[str, int]) -> list[Anomaly]:
    """`days`: the ratio of each day up to the one returned, the last. The widest difference to it counts."""
    day, last = days[-1]
    steps = [(_points_apart(before, last), on, before) for on, before in days[:-1] if before.staff and last.staff]
    if not steps:
        return []
    apart, on, before = max(steps, key=lambda step: step[0])
    if apart <= limit["points"] * before.staff * last.staff:
        return []
    facts = {"from": on.isoformat(), "to": day.isoformat(), **_fraction("before", before), **_fraction("after", last)}
    return [Anomaly(AnomalyKind.JUMP, {**facts, "limit": limit["points"]})]


def movement(
    before: frozenset[int], on: frozenset[int], after: frozenset[int], limit: Mapping[str, int]
) -> list[Anomaly]:
    """Who counted so many days before, on the day, and so many days after, as far as is known."""
    joined, left = on - before, (before - on) | (on - after)
    moves = ((AnomalyKind.JOINING, joined), (AnomalyKind.LEAVING, left))
    return [
        Anomaly(kind, {"people": len(people), "staff": len(on), "days": limit["days"]}, tuple(sorted(people)))
        for kind, people in moves
        if _is_mass(len(people), max(len(before), len(on)), limit)
    ]


def rosters(places: Mapping[int, int], limit: Mapping[str, int]) -> list[Anomaly]:
    """`places`: at how many institutions each of the staff counts that day."""
    people = sorted(person for person, count in places.items() if count >= limit["institutions"])
    if not people:
        return []
    most = max(places[person] for person in people)
    return [Anomaly(AnomalyKind.ROSTERS, {"people": len(people), "institutions": most}, tuple(people))]


def other_dates(batches: Mapping[datetime, frozenset[int]], limit: Mapping[str, int]) -> list[Anomaly]:
    """`batches`: by the moment at which rows were written, whose row repeated an earlier one but for its dates."""
    largest = max(batches.values(), key=len, default=frozenset())
    if len(largest) < limit["people"]:
        return []
    return [Anomaly(AnomalyKind.OTHER_DATES, {"people": len(largest)}, tuple(sorted(largest)))]


def flag(people: frozenset[int], limit: Mapping[str, int]) -> list[Anomaly]:
    """`people`: untrained, in post on the day, and professional staff no longer."""
    if len(people) < limit["people"]:
        return []
    return [Anomaly(AnomalyKind.FLAG, {"people": len(people), "days": limit["days"]}, tuple(sorted(people)))]


def _points_apart(one: Ratio, other: Ratio) -> int:
    """The difference in percentage points times both denominators: integers, nothing is rounded."""
    return abs(one.trained * other.staff - other.trained * one.staff) * 100


def _fraction(name: str, ratio: Ratio) -> dict[str, int]:
    return {f"{name}_trained": ratio.trained, f"{name}_staff": ratio.staff}


def _is_mass(people: int, staff: int, limit: Mapping[str, int]) -> bool:
    return people >= limit["people"] and people * 100 >= limit["percent"] * staff
