"""The ratio itself: integers only, no database, no clock. Rule and wording: 国科发区〔2022〕263号, 专栏4, as data."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    MET = "met", _("met")
    NOT_MET = "not_met", _("not met")
    NOT_APPLICABLE = "not_applicable", _("not applicable")


@dataclass(frozen=True)
class Ratio:
    """`trained` of `staff` people against a threshold of `value` percent ("not below": met at equality)."""

    trained: int
    staff: int
    value: int

    def with_sealed(self, trained: int, staff: int) -> "Ratio":
        """Together with people in secret posts, who are known by number alone and are in no other list."""
        return Ratio(trained=self.trained + trained, staff=self.staff + staff, value=self.value)

    @property
    def outcome(self) -> Outcome:
        if self.staff == 0:
            return Outcome.NOT_APPLICABLE
        return Outcome.MET if self.trained * 100 >= self.value * self.staff else Outcome.NOT_MET

    @property
    def percent_floor(self) -> str | None:
        """Percent with one decimal, rounded down: 69 of 99 is 69.6, never 70."""
        if self.staff == 0:
            return None
        tenths = self.trained * 1000 // self.staff
        return f"{tenths // 10}.{tenths % 10}"

    @property
    def needed(self) -> int:
        """The least number of trained people that meets the threshold with this staff."""
        return -(-self.value * self.staff // 100)

    @property
    def shortfall(self) -> int:
        return max(0, self.needed - self.trained)

    @property
    def margin(self) -> int:
        """How many trained people more than needed; 0 when exactly met or not met."""
        return max(0, self.trained - self.needed)


def ratio_of(staff: frozenset[Hashable], trained: frozenset[Hashable], *, value: int) -> Ratio:
    """Count people, each once: the trained among the staff."""
    return Ratio(trained=len(staff & trained), staff=len(staff), value=value)


def month_ends(until: date, months: int) -> list[date]:
    """The last days of the `months` months before `until`, and `until` itself."""
    days, first = [until], until.replace(day=1)
    for _month in range(months):
        last = first - timedelta(days=1)
        days.append(last)
        first = last.replace(day=1)
    return days[::-1]
