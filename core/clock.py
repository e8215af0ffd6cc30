"""The platform's clock. It can travel, so that tests and drills live on another day. Rules take dates as arguments."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")
_shift: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta())


def now() -> datetime:
    """This moment, aware, in UTC."""
    return timezone.now() + _shift.get()


def today() -> date:
    """The business day in Asia/Shanghai."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The day in Asia/Shanghai on which something happened."""
    return moment.astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """The last microsecond of a day in Shanghai: what `known_at=DATE` means."""
    return datetime.combine(day, time.max, tzinfo=SHANGHAI)


@contextmanager
def travel(shift: timedelta) -> Iterator[None]:
    token = _shift.set(_shift.get() + shift)
    try:
        yield
    finally:
        _shift.reset(token)
