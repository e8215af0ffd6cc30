"""Rules of completion (结业审核), of laying out sessions, and figures of training with their days: pure, with dates and
hours as arguments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.figures import figure_in

FIGURES = "demo/reference/training_rules.yaml"

# Why whoever still waits when a cohort closes is refused.
NO_SEAT_BECAME_FREE = _("The cohort has ended and no seat became free.")


class Condition(TextChoices):
    HOURS = "hours", _("class hours")
    ATTENDANCE = "attendance", _("attendance")
    EXAM = "exam", _("examination")
    IDENTITY = "identity", _("identity checked")


@dataclass(frozen=True)
class Progress:
    """What one trainee has reached, and what the level asks for.

    `attended` and `scheduled` are class hours of sessions; `score` is that of the best marked attempt.
    """

    hours: Decimal
    hours_needed: Decimal
    attended: Decimal
    scheduled: Decimal
    attendance_needed: int
    score: int | None
    passed: bool
    score_needed: int
    identity_checked: bool

    @property
    def attendance(self) -> int | None:
        """Percent of the scheduled hours attended, rounded down; None when nothing is scheduled."""
        return int(100 * self.attended / self.scheduled) if self.scheduled else None

    @property
    def hours_left(self) -> Decimal:
        return max(self.hours_needed - self.hours, Decimal(0))


@dataclass(frozen=True)
class Missing:
    """A condition that is not met yet: what there is, and what is needed (None for a yes or no)."""

    code: Condition
    have: Decimal | int | None = None
    need: Decimal | int | None = None


def missing(progress: Progress) -> tuple[Missing, ...]:
    """What keeps a trainee from completing. Source: the assessment rules of the level (curriculum.yaml).

    Attendance is compared in whole numbers, 100 * attended against percent * scheduled; 0 of 0 lacks nothing.
    """
    found = []
    if progress.hours < progress.hours_needed:
        found.append(Missing(Condition.HOURS, progress.hours, progress.hours_needed))
    if 100 * progress.attended < progress.attendance_needed * progress.scheduled:
        found.append(Missing(Condition.ATTENDANCE, progress.attendance, progress.attendance_needed))
    if not progress.passed:
        found.append(Missing(Condition.EXAM, progress.score, progress.score_needed))
    if not progress.identity_checked:
        found.append(Missing(Condition.IDENTITY))
    return tuple(found)


@dataclass(frozen=True)
class HalfDay:
    day: date
    afternoon: bool


def half_days(starts_on: date, ends_on: date, count: int) -> Sequence[HalfDay]:
    """Spread `count` sessions evenly over the days, at most two a day; fewer when the days do not hold them."""
    days = (ends_on - starts_on).days + 1
    count = min(count, 2 * days)
    places = [number * days // count for number in range(count)]
    return [
        HalfDay(starts_on + timedelta(days=place), afternoon=place in places[:number])
        for number, place in enumerate(places)
    ]


def figure(code: str, *, on: date) -> Any:
    """The figure that holds on a day. Raises LookupError for a code, or a day, that no entry covers."""
    return figure_in(FIGURES, code, on=on)
