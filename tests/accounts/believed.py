"""Who was believed to work at an institution on a day."""

from datetime import date, datetime

from accounts.models import Institution
from accounts.selectors.staff import StaffRow, wordings_of


def staff_of(institution: Institution, day: date, known_at: datetime | None = None) -> list[StaffRow]:
    """Somebody with two posts stands here twice."""
    return [row for row in wordings_of(institution, known_at) if row.runs_on(day)]
