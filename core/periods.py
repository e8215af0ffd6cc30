"""How long what is kept: dated periods as data. The nightly job reads them here, and so do the guards of the tables."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import yaml
from django.conf import settings

FILE = "demo/reference/retention.yaml"


@dataclass(frozen=True)
class Period:
    code: str
    days: int
    valid_from: date
    source: str


@cache
def all_periods() -> tuple[Period, ...]:
    entries = yaml.safe_load((settings.ROOT / FILE).read_text(encoding="utf-8"))
    return tuple(sorted((Period(**entry) for entry in entries), key=lambda period: period.valid_from))


def periods_on(day: date) -> dict[str, Period]:
    """The period of each kind that holds on a day."""
    return {period.code: period for period in all_periods() if period.valid_from <= day}


def periods_of(code: str) -> list[Period]:
    """All periods of a kind, the latest first."""
    return [period for period in reversed(all_periods()) if period.code == code]
