"""The ratio itself: integers only, no database, no clock. Rule and wording: 国科发区〔2022〕263号, 专栏4, as data."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# Hundredths of a full-time post.
FULL = 100


class Outcome(TextChoices):
    MET = "met", _("met")
    NOT_MET = "not_met", _("not met")
    NOT_APPLICABLE = "not_applicable", _("not applicable")


class Comparator(TextChoices):
    AT_LEAST = "gte", _("not below")
    MORE_THAN = "gt", _("above")


@dataclass(frozen=True)
class Ratio:
    """`trained` of `staff` people against a threshold of `value` percent.

    "Not below" is met at equality, "above" is not. Both numbers count people, or hundredths of full-time posts.
    """

    trained: int
    staff: int
    value: int
    comparator: str = Comparator.AT_LEAST

    def with_sealed(self, trained: int, staff: int) -> "Ratio":
        """Together with people in secret posts, who are known by number alone and are in no other list."""
        return replace(self, trained=self.trained + trained, staff=self.staff + staff)

    @property
    def outcome(self) -> Outcome:
        if self.staff == 0:
            return Outcome.NOT_APPLICABLE
        above = self.trained * 100 > self.value * self.staff
        met = above or (self.comparator == Comparator.AT_LEAST and self.trained * 100 == self.value * self.staff)
        return Outcome.MET if met else Outcome.NOT_MET

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
        if self.comparator == Comparator.MORE_THAN:
            return self.value * self.staff // 100 + 1
        return -(-self.value * self.staff // 100)

    @property
    def shortfall(self) -> int:
        return max(0, self.needed - self.trained)

    @property
    def margin(self) -> int:
        """How many trained people more than needed; 0 when exactly met or not met."""
        return max(0, self.trained - self.needed)


def ratio_of(
    staff: frozenset[Hashable], trained: frozenset[Hashable], *, value: int, comparator: str = Comparator.AT_LEAST
) -> Ratio:
    """Count people, each once: the trained among the staff."""
    return Ratio(trained=len(staff & trained), staff=len(staff), value=value, comparator=comparator)


def equivalents_of(
    shares: Mapping[Hashable, int], trained: frozenset[Hashable], *, value: int, comparator: str = Comparator.AT_LEAST
) -> Ratio:
    """Full-time equivalents in hundredths of a post; nobody is more than one."""
    whole = {person: min(share, FULL) for person, share in shares.items()}
    done = sum(share for person, share in whole.items() if person in trained)
    return Ratio(trained=done, staff=sum(whole.values()), value=value, comparator=comparator)


def month_ends(until: date, months: int) -> list[date]:
    """The last days of the `months` months before `until`, and `until` itself."""
    days, first = [until], until.replace(day=1)
    for _month in range(months):
        last = first - timedelta(days=1)
        days.append(last)
        first = last.replace(day=1)
    return days[::-1]
