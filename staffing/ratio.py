"""The ratio itself: integers only, no database, no clock. Rule and wording: 国科发区〔2022〕263号, 专栏4, as data."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
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
        """The least number of trained people that meets the threshold with this staff; nobody where there is none."""
        if self.staff == 0:
            return 0
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


# --- the days to come -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Stay:
    """Somebody counts from `start` to the day before `end`."""

    person: Hashable
    start: date
    end: date | None = None

    def runs_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or self.end > day)


@dataclass(frozen=True)
class Era:
    """Whom a requirement counts from `begins` on, until the next era begins, and since when each is trained by it."""

    begins: date
    value: int
    comparator: str
    stays: tuple[Stay, ...]
    trained_from: Mapping[Hashable, date]

    def is_trained(self, person: Hashable, day: date) -> bool:
        return self.trained_from.get(person, date.max) <= day


@dataclass(frozen=True)
class Turn:
    """A day on which something changes. `moved`: trained or not, before and after; None is not on the staff."""

    day: date
    before: Ratio
    after: Ratio
    moved: Mapping[Hashable, tuple[bool | None, bool | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Prospect:
    """What is known of the days from `today` on. `sealed`: people in secret posts from a day on (trained, staff)."""

    today: date
    eras: tuple[Era, ...]
    sealed: tuple[tuple[date, int, int], ...] = ()

    def era_on(self, day: date) -> Era:
        return [era for era in self.eras if era.begins <= day][-1]

    def sealed_on(self, day: date) -> tuple[int, int]:
        return next(((trained, staff) for since, trained, staff in reversed(self.sealed) if since <= day), (0, 0))

    def standing_on(self, day: date) -> dict[Hashable, bool]:
        """Who counts that day, and whether trained; people in secret posts stand in no list."""
        era = self.era_on(day)
        return {stay.person: era.is_trained(stay.person, day) for stay in era.stays if stay.runs_on(day)}

    def ratio_on(self, day: date) -> Ratio:
        standing = self.standing_on(day)
        return self._ratio(day, list(standing.values()).count(True), len(standing))

    def turns(self) -> list[Turn]:
        """Today, then every later day on which a figure or a name changes, by day."""
        found: list[Turn] = []
        walk = _Walk()
        for day in self._days():
            moved = walk.to(self.era_on(day), day)
            ratio = self._ratio(day, walk.trained, len(walk.standing))
            if not found:
                found.append(Turn(day, ratio, ratio))
            elif moved or ratio != found[-1].after:
                found.append(Turn(day, found[-1].after, ratio, moved))
        return found

    def _ratio(self, day: date, trained: int, staff: int) -> Ratio:
        era = self.era_on(day)
        return Ratio(trained, staff, era.value, era.comparator).with_sealed(*self.sealed_on(day))

    def _days(self) -> list[date]:
        named = {day for era in self.eras for day in (era.begins, *_touched(era))} | {day for day, *_ in self.sealed}
        return [self.today, *sorted(day for day in named if day > self.today)]


class _Walk:
    """From day to day: a person is looked at only where something is said of that person."""

    def __init__(self) -> None:
        self.era: Era | None = None
        self.standing: dict[Hashable, bool] = {}
        self.trained = 0
        self.stays: Mapping[Hashable, list[Stay]] = {}
        self.touched: Mapping[date, set[Hashable]] = {}

    def to(self, era: Era, day: date) -> dict[Hashable, tuple[bool | None, bool | None]]:
        people: Iterable[Hashable] = self.touched.get(day, ())
        if era is not self.era:
            self.era, self.stays, self.touched = era, _by_person(era), _touched(era)
            people = {*self.standing, *self.stays}
        moved = {}
        for person in people:
            before, after = self.standing.get(person), self._now(person, day)
            if before is not after:
                moved[person] = (before, after)
                self._put(person, after)
        return moved

    def _now(self, person: Hashable, day: date) -> bool | None:
        here = any(stay.runs_on(day) for stay in self.stays.get(person, ()))
        return self.era.is_trained(person, day) if here and self.era else None

    def _put(self, person: Hashable, after: bool | None) -> None:
        self.trained += (after is True) - (self.standing.pop(person, None) is True)
        if after is not None:
            self.standing[person] = after


def _by_person(era: Era) -> dict[Hashable, list[Stay]]:
    stays: dict[Hashable, list[Stay]] = defaultdict(list)
    for stay in era.stays:
        stays[stay.person].append(stay)
    return stays


def _touched(era: Era) -> dict[date, set[Hashable]]:
    """Of which people something is said on a day: they come, they leave, their training begins to count."""
    days: dict[date, set[Hashable]] = defaultdict(set)
    for stay in era.stays:
        for day in (stay.start, stay.end, era.trained_from.get(stay.person)):
            if day:
                days[day].add(stay.person)
    return days


# --- an experiment, and whom to train ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Experiment:
    """What if, on a day: so many join, these leave, these have been trained."""

    day: date
    trained: int = 0
    untrained: int = 0
    leave: frozenset[Hashable] = frozenset()
    train: frozenset[Hashable] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.trained or self.untrained or self.leave or self.train)

    def on(self, prospect: Prospect) -> Prospect:
        return replace(prospect, eras=tuple(self._era(era) for era in prospect.eras))

    def _era(self, era: Era) -> Era:
        joined = [("joined", number) for number in range(self.trained + self.untrained)]
        stays = [stay for one in era.stays if (stay := self._stay(one))]
        stays += [Stay(person, self.day) for person in joined]
        done = {person: min(self.day, era.trained_from.get(person, date.max)) for person in self.train}
        done |= dict.fromkeys(joined[: self.trained], self.day)
        return replace(era, stays=tuple(stays), trained_from={**era.trained_from, **done})

    def _stay(self, stay: Stay) -> Stay | None:
        if stay.person not in self.leave:
            return stay
        if stay.start >= self.day:
            return None
        return replace(stay, end=min(self.day, stay.end or self.day))


@dataclass(frozen=True)
class Candidate:
    """Somebody untrained who counts on the day: `until` is the first day no longer counted, where one is known."""

    person: Hashable
    since: date
    until: date | None = None


def candidates(prospect: Prospect, day: date) -> list[Candidate]:
    """Those untrained on the day: people of today before those who join later, then who will stay longest, then who has
    been there longest."""
    stays = _by_person(prospect.era_on(day))
    untrained = [person for person, trained in prospect.standing_on(day).items() if not trained]
    found = [Candidate(person, *_stretch(stays[person], day)) for person in untrained]
    return sorted(found, key=lambda one: _turn_of(one, prospect.today))


def fewest_to_train(prospect: Prospect, day: date) -> list[Candidate]:
    """The smallest set whose training meets the threshold on the day; all there are, where even they do not."""
    return candidates(prospect, day)[: prospect.ratio_on(day).shortfall]


def _turn_of(one: Candidate, today: date) -> tuple[bool, int, date, str]:
    return one.since > today, -(one.until or date.max).toordinal(), one.since, str(one.person)


def _stretch(stays: Iterable[Stay], day: date) -> tuple[date, date | None]:
    """From when to when somebody who counts on the day does so without a gap; None: no end is known."""
    since, until = day, date.min
    for stay in sorted(stays, key=lambda one: one.start):
        end = stay.end or date.max
        if stay.start <= until:
            until = max(until, end)
        elif until > day:
            break
        else:
            since, until = stay.start, end
    return since, None if until == date.max else until
