"""What is known today of the ratio in the days to come: who comes, leaves, begins to count, and when it falls below.

Leaving days are what officers entered or imported; nothing here computes a retirement (practice 1.18).
"""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.access import can
from accounts.models import Institution, User
from accounts.permissions import Permission
from accounts.selectors.staff import StaffRow, is_over
from core import clock
from staffing.models import RatioRule
from staffing.ratio import Era, Experiment, Outcome, Prospect, Ratio, Stay, Turn
from staffing.selectors.known import Known
from staffing.selectors.versions import rules_from


class Cause(TextChoices):
    """Why somebody changes the ratio on a day."""

    JOINS = "joins", _("joins")
    LEAVES = "leaves", _("leaves")
    TRAINED = "trained", _("counts as trained from this day")
    UNTRAINED = "untrained", _("no longer counts as trained: another version of the requirement")
    COUNTED = "counted", _("begins to be counted")
    UNCOUNTED = "uncounted", _("is no longer counted")


@dataclass(frozen=True)
class Mover:
    """`name` is empty where the actor sees figures only, and of people whom an experiment made up."""

    person: int | None
    name: str
    cause: Cause
    trained: bool
    # Whether the institution reaches the person by now: who only joins later has no page for it yet.
    reached: bool = True


@dataclass(frozen=True)
class Change:
    """One day on which something changes, and by whom."""

    turn: Turn
    rule: RatioRule
    new_rule: bool
    movers: list[Mover]
    # Whether the number of people in secret posts changes that day, too.
    sealed: bool = False

    @property
    def day(self) -> date:
        return self.turn.day

    @property
    def before(self) -> Ratio:
        return self.turn.before

    @property
    def after(self) -> Ratio:
        return self.turn.after

    @property
    def falls(self) -> bool:
        return self.after.outcome == Outcome.NOT_MET and self.before.outcome != Outcome.NOT_MET

    @property
    def rises(self) -> bool:
        return self.after.outcome == Outcome.MET and self.before.outcome != Outcome.MET


@dataclass(frozen=True)
class Ahead:
    """The days to come of one institution as known now. `people`: rows that run today or later, by person."""

    facts: Known
    binding: bool
    rules: tuple[tuple[date, RatioRule], ...]
    prospect: Prospect
    people: dict[int, list[StaffRow]]
    # Of whoever may stand in a list; empty for actors who see figures only.
    names: dict[int, str]
    # Whether the actor may see who it is.
    named: bool
    # By which day people have a page for the institution; today, unless the line is of days gone by.
    reached_by: date | None = None

    @property
    def institution(self) -> Institution:
        return self.facts.institution

    @property
    def today(self) -> date:
        return self.prospect.today

    @property
    def rule(self) -> RatioRule:
        return self.rule_on(self.today)

    def rule_on(self, day: date) -> RatioRule:
        return [rule for begins, rule in self.rules if begins <= day][-1]

    @property
    def now(self) -> Ratio:
        return self.prospect.ratio_on(self.today)

    @cached_property
    def changes(self) -> list[Change]:
        return [self._change(turn) for turn in self.prospect.turns()[1:]]

    @property
    def first_below(self) -> Change | None:
        """The change by which it first falls under the threshold; none where it is below today already."""
        return next((one for one in self.changes if one.falls), None)

    @property
    def first_met(self) -> Change | None:
        return next((one for one in self.changes if one.rises), None)

    def tried(self, experiment: Experiment) -> "Ahead":
        """The same with an experiment in it; nothing is stored."""
        prospect = experiment.on(self.prospect)
        return replace(self, prospect=prospect)

    def _change(self, turn: Turn) -> Change:
        movers = [self._mover(turn, person, *moved) for person, moved in turn.moved.items()]
        return Change(
            turn, self.rule_on(turn.day), any(begins == turn.day for begins, _rule in self.rules),
            sorted(movers, key=lambda one: (one.cause, not one.trained, one.name, str(one.person))),
            self.prospect.sealed_on(turn.day) != self.prospect.sealed_on(turn.day - timedelta(days=1)),
        )  # fmt: skip

    def _mover(self, turn: Turn, person: object, before: bool | None, after: bool | None) -> Mover:
        pk = person if isinstance(person, int) else None
        trained = bool(before if after is None else after)
        cause = self._cause(turn, pk, before, after)
        return Mover(pk if self.named else None, self.names.get(pk or 0, ""), cause, trained, self.reaches(pk))

    def reaches(self, pk: int | None) -> bool:
        return any(row.start_date <= (self.reached_by or self.today) for row in self.people.get(pk or 0, ()))

    def _cause(self, turn: Turn, pk: int | None, before: bool | None, after: bool | None) -> Cause:
        if before is not None and after is not None:
            return Cause.TRAINED if after else Cause.UNTRAINED
        if before is None:
            return Cause.COUNTED if self._works(pk, turn.day - timedelta(days=1)) else Cause.JOINS
        return Cause.UNCOUNTED if self._works(pk, turn.day) else Cause.LEAVES

    def _works(self, pk: int | None, day: date) -> bool:
        return any(row.runs_on(day) for row in self.people.get(pk or 0, ()))


def ahead(actor: User, facts: Known) -> Ahead:
    """`facts`: of one institution, as known now."""
    if facts.known_at is not None:
        raise ValueError("the days to come are told as known now")
    today = clock.today()
    rules, people = rules_from(facts.requirement(), today), by_person(_rows(facts, today))
    named = can(actor, Permission.ROSTER_VIEW, facts.institution)
    return Ahead(
        facts=facts,
        binding=facts.bound(rules[0][1], today),
        rules=tuple(rules),
        prospect=_prospect(facts, rules, today),
        people=people,
        names={person: facts.names[person] for person in people} if named else {},
        named=named,
    )


def by_person(rows: list[StaffRow]) -> dict[int, list[StaffRow]]:
    people: dict[int, list[StaffRow]] = defaultdict(list)
    for row in rows:
        people[row.person].append(row)
    return dict(people)


def shortfall_on(institution: Institution, day: date, today: date) -> int:
    """How many trained people will be missing on a coming day where the requirement binds then: the figure alone."""
    facts = Known(institution)
    rules = rules_from(facts.requirement(), today)
    if not facts.bound([rule for begins, rule in rules if begins <= day][-1], day):
        return 0
    return _prospect(facts, rules, today).ratio_on(day).shortfall


def _rows(facts: Known, today: date) -> list[StaffRow]:
    return [row for row in facts.rows if not is_over(row, today)]


def _prospect(facts: Known, rules: list[tuple[date, RatioRule]], today: date) -> Prospect:
    eras = tuple(era_of(facts, begins, rule, today) for begins, rule in rules)
    return Prospect(today, eras, sealed_from(facts, today))


def era_of(facts: Known, begins: date, rule: RatioRule, first: date) -> Era:
    """Whom a version counts of those here on the first day of the line or later, and since when each is trained by it:
    whoever was here before it begins has not joined by it."""
    rows = [row for row in facts.stretches(rule) if not is_over(row, first)]
    stays = tuple(Stay(row.person, row.start_date, row.end_date) for row in rows)
    since: dict[Hashable, date] = dict(facts.trained_since(rule).items())
    return Era(begins, rule.value, rule.comparator, stays, since)


def sealed_from(facts: Known, first: date) -> tuple[tuple[date, int, int], ...]:
    """People in secret posts from a day and from each later day on which their number changes."""
    ends = {day for row in facts.sealed_counts for day in (row.valid_from, row.valid_to, row.ended_on) if day}
    numbers = ((day, facts.sealed(day)) for day in (first, *sorted(day for day in ends if day > first)))
    return tuple((day, one.trained, one.staff) for day, one in numbers)
