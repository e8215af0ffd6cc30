"""Dates of the demo are relative: D is the day of loading, Y the last 31 December; `D-3`, `D+41`, `Y-20`."""

import re
from datetime import date, timedelta

_ANCHOR = re.compile(r"\b([DY])(?:([+-])(\d+))?\b")
_ALONE = re.compile(r"(?<![\w-])([DY])([+-]\d+)(?![\w])")


def day_of(text: str, *, loaded_on: date) -> date:
    """The day that an anchored text means. Raises ValueError for anything else."""
    if not (found := _ANCHOR.fullmatch(text.strip())):
        raise ValueError(f"not a relative day: {text!r}")
    start = loaded_on if found[1] == "D" else last_year_end(loaded_on)
    return start + timedelta(days=int(f"{found[2] or '+'}{found[3] or 0}"))


def last_year_end(day: date) -> date:
    return date(day.year - 1, 12, 31)


def with_days(table: str, *, loaded_on: date) -> bytes:
    """A CSV text with every anchor replaced by its day: what an importer reads."""
    return _ALONE.sub(lambda found: day_of(found[0], loaded_on=loaded_on).isoformat(), table).encode()
