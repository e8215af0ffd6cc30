"""Who returns the ratio of which day: the calls that stand in a file, and the days they name. No database, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

CALENDAR = "demo/reference/return_calendar.yaml"


class Obliges(TextChoices):
    BOUND = "bound", _("those that the rule binds")
    SCOPE = "scope", _("all institutions of its scope")


@dataclass(frozen=True)
class Call:
    """What a period is opened by; `every` is (month, day), None where the day is given by hand."""

    code: str
    every: tuple[int, int] | None
    valid_from: date
    until: date | None
    opens_days: int
    due_working_days: int
    correct_working_days: int
    obliges: str
    categories: tuple[str, ...]
    region_path: str
    rule: str
    published: bool
    reminder_days: tuple[int, ...]
    texts: Mapping[str, Mapping[str, str]]

    def days_near(self, today: date) -> list[date]:
        """The days to return of last year, this one and the next, as far as the call covers them."""
        if self.every is None:
            return []
        days = [date(year, *self.every) for year in (today.year - 1, today.year, today.year + 1)]
        return [day for day in days if self.valid_from <= day and (self.until is None or day <= self.until)]

    def opens_on(self, day: date) -> date:
        return day - timedelta(days=self.opens_days)


def call_of(entry: Mapping[str, Any]) -> Call:
    every = entry.get("every")
    lists = {"categories": tuple(entry["categories"]), "reminder_days": tuple(entry["reminder_days"])}
    words = {name: entry[name] for name in Call.__dataclass_fields__ if name not in {"every", *lists}}
    return Call(every=tuple(map(int, every.split("-"))) if every else None, **lists, **words)  # type: ignore[arg-type]


@cache
def calls() -> tuple[Call, ...]:
    entries = yaml.safe_load((settings.ROOT / CALENDAR).read_text(encoding="utf-8"))
    return tuple(call_of(entry) for entry in entries)


def reminder_due(days_left: int, reminder_days: Iterable[int]) -> int | None:
    """Of the days to remind on the one reached last: 30 with 29 days left, -1 two days late; None before the first."""
    return min((one for one in reminder_days if days_left <= one), default=None)
