"""Whom to train so that the requirement is met on a day, and in which classes: proposed, never booked."""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from accounts.models import Institution
from courses.models import Cohort, SeatReservation
from courses.models.records import Track
from courses.selectors.content import levels, open_cohorts
from courses.selectors.seats import held_by
from staffing.models import RatioRule
from staffing.ratio import Candidate, Outcome, Ratio, fewest_to_train
from staffing.selectors.ahead import Ahead
from staffing.selectors.versions import counts, provider_held


@dataclass(frozen=True)
class Proposed:
    """One person to train; no class where none has a seat and ends in time. `name` as in Mover."""

    candidate: Candidate
    name: str
    post: str
    cohort: Cohort | None
    reached: bool = True
    joins: bool = False
    # The seat that the institution holds for that person, or that was taken by it.
    held: SeatReservation | None = None

    @property
    def person(self) -> int:
        """Rows alone give candidates: nobody who was made up is proposed."""
        return int(str(self.candidate.person))


@dataclass(frozen=True)
class Plan:
    """`ratio` is that of the day without the plan, by the rule in force then."""

    day: date
    rule: RatioRule
    ratio: Ratio
    binding: bool
    people: list[Proposed]

    @property
    def needed(self) -> bool:
        return self.ratio.outcome == Outcome.NOT_MET

    @property
    def people_missing(self) -> int:
        """How many trained people the staff of that day cannot give."""
        return self.ratio.shortfall - len(self.people)

    @property
    def seats_missing(self) -> int:
        return sum(one.cohort is None for one in self.people)

    @property
    def to_reserve(self) -> list[Proposed]:
        """Those with a name and a class in which no seat is held for them yet."""
        return [one for one in self.people if one.name and one.cohort and not one.held]

    @property
    def seats_held(self) -> int:
        return sum(one.held is not None for one in self.people)

    @property
    def others(self) -> int:
        return len(self.people) - 1

    @property
    def by_training_alone(self) -> bool:
        return not self.people_missing and not self.seats_missing

    @property
    def after(self) -> Ratio:
        """The ratio of that day once everybody proposed for a class has been trained."""
        done = len(self.people) - self.seats_missing
        return Ratio(self.ratio.trained + done, self.ratio.staff, self.ratio.value, self.ratio.comparator)


def year_end(today: date) -> date:
    """The day for which institutions report: the next 31 December."""
    return date(today.year, 12, 31)


def plan_for(ahead: Ahead, day: date) -> Plan:
    chosen, rule = fewest_to_train(ahead.prospect, day), ahead.rule_on(day)
    held = _held(ahead, day) if chosen else {}
    seats = _seats(ahead.institution, rule, day, len(chosen)) if chosen else []
    people = [_proposed(ahead, one, held.get(str(one.person)), seats, day) for one in chosen]
    return Plan(day, rule, ahead.prospect.ratio_on(day), ahead.facts.bound(rule, day), people)


def _seat_for(candidate: Candidate, seats: list[Cohort], today: date) -> Cohort | None:
    """The next one, taken out; for who joins later, the next class that begins after that."""
    fits = (place for place, one in enumerate(seats) if candidate.since <= today or one.starts_on >= candidate.since)
    place = next(fits, None)
    return None if place is None else seats.pop(place)


def _held(ahead: Ahead, day: date) -> dict[str, SeatReservation]:
    """Seats of classes that end before the day; names are for whoever sees the roster."""
    if not ahead.named:
        return {}
    found = held_by(ahead.institution).items()
    return {str(person): one for person, one in found if one.cohort.ends_on < day}


def _proposed(
    ahead: Ahead, candidate: Candidate, held: SeatReservation | None, seats: list[Cohort], day: date
) -> Proposed:
    cohort = held.cohort if held else _seat_for(candidate, seats, ahead.today)
    made = Proposed(candidate, "", "", cohort, joins=candidate.since > ahead.today, held=held)
    if not ahead.named:
        return made
    rule = ahead.rule_on(day)
    rows = [row for row in ahead.people[made.person] if row.runs_on(day) and counts(row, rule)]
    return replace(
        made, name=ahead.names[made.person], post=rows[-1].post if rows else "", reached=ahead.reaches(made.person)
    )


def _seats(institution: Institution, rule: RatioRule, day: date, count: int) -> list[Cohort]:
    """A class for each free seat, the nearest first, then the one that ends first."""
    found = classes_near(institution, rule, day)[:count]
    return [cohort for cohort in found for _seat in range(cohort.seats_left)][:count]  # type: ignore[attr-defined]


def classes_near(institution: Institution, rule: RatioRule, day: date) -> QuerySet[Cohort]:
    """Those for the rule, the nearest region first."""
    rows = classes_for(rule, day)
    return rows.annotate(distance=_distance(institution.region.path)).order_by("distance", "ends_on", "pk")


def classes_for(rule: RatioRule, day: date) -> QuerySet[Cohort]:
    """Classes that take applications, have a seat, end before the day and train as the rule asks: of the lowest level
    that it accepts, which asks least of those admitted."""
    accepted = [level for level in levels() if not rule.levels or level.code in rule.levels]
    if Track.SOCIAL not in rule.tracks or not accepted:
        return Cohort.objects.none()
    rows = open_cohorts(level=accepted[0]).filter(ends_on__lt=day, capacity__gt=F("taken") + F("reserved"))
    if rule.providers:
        rows = rows.annotate(completed_on=F("ends_on")).filter(provider_held(rule.providers))
    return rows


def _distance(path: str) -> Case:
    """How many divisions up the two regions meet: 0 in the same one."""
    codes = path.rstrip("/").split("/")
    above = ["/".join(codes[:depth]) + "/" for depth in range(len(codes), 0, -1)]
    places = [When(base__region__path__startswith=one, then=Value(up)) for up, one in enumerate(above)]
    return Case(*places, default=Value(len(above)), output_field=IntegerField())
