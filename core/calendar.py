"""Working days from data. A deadline that needs a year not yet loaded is provisional: nothing may expire on it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from core.models import CalendarYear, SpecialDay


@dataclass(frozen=True)
class Deadline:
    """The last day of a period; `provisional` when a year on the way has no official arrangement yet."""

    day: date
    provisional: bool

    def has_passed(self, on: date) -> bool:
        return not self.provisional and on > self.day


def working_day_deadline(start: date, days: int) -> Deadline:
    """The `days`-th working day after `start` (the day of the event itself does not count)."""
    return working_day_deadlines([(start, days)])[0]


def working_day_deadlines(periods: Collection[tuple[date, int]]) -> list[Deadline]:
    """Of many periods at the price of one: the calendar is read once for all of them."""
    if not periods:
        return []
    first, horizon = min(start for start, _days in periods), max(_horizon(*period) for period in periods)
    special = dict(SpecialDay.objects.filter(day__range=(first, horizon)).values_list("day", "is_working"))
    known = set(CalendarYear.objects.values_list("year", flat=True))
    return [_deadline(start, days, special, known) for start, days in periods]


def _horizon(start: date, days: int) -> date:
    return start + timedelta(days=days * 3 + 30)


def _deadline(start: date, days: int, special: Mapping[date, bool], known: set[int]) -> Deadline:
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= special.get(day, day.weekday() < 5)
    return Deadline(day, provisional=bool(set(range(start.year, day.year + 1)) - known))


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative when `end` lies before."""
    if end < start:
        return -working_days_between(end, start)
    special = dict(SpecialDay.objects.filter(day__range=(start, end)).values_list("day", "is_working"))
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(special.get(day, day.weekday() < 5) for day in days)
