"""Sessions of a class that has no written course: every hour of its level face to face."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from core import clock
from courses.models import Level
from courses.services.delivery import SessionPlan

HALF_DAY = Decimal(4)


def face_to_face(level: Level, starts: date) -> list[SessionPlan]:
    """Every class hour of the level in half days of four, two a day."""
    titles = {"zh": "面授", "en": "Classroom session", "ja": "対面授業"}
    return [
        SessionPlan(titles, shares, *_half_day(starts, number)) for number, shares in enumerate(_half_days_of(level))
    ]


def _half_days_of(level: Level) -> Iterator[dict[str, Decimal]]:
    shares: dict[str, Decimal] = {}
    for row in level.module_hours.select_related("module").order_by("module__position"):
        left = row.hours
        while left:
            taken = min(left, HALF_DAY - sum(shares.values(), Decimal(0)))
            shares[row.module.code], left = taken, left - taken
            if sum(shares.values()) == HALF_DAY:
                yield shares
                shares = {}
    if shares:
        yield shares


def _half_day(starts: date, number: int) -> tuple[datetime, datetime]:
    day = starts + timedelta(days=number // 2)
    begins = datetime.combine(day, time(9 if number % 2 == 0 else 14), tzinfo=clock.SHANGHAI)
    return begins, begins + timedelta(hours=3)
