"""All that the ratio of one institution is made of: each kind of fact is asked for once, and answers for every day and
every version of the requirement."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, QuerySet

from accounts.models import Designation, Institution, LeaveKind, Person
from accounts.selectors import surviving
from accounts.selectors.leaves import Leaves, leaves_at, there_on, without_leaves
from accounts.selectors.staff import StaffRow, wordings_of
from core.compiled import Many, compiled
from staffing.models import RatioRule, SealedCount
from staffing.ratio import Ratio
from staffing.selectors.sealed import Sealed, sealed_on, sealed_rows
from staffing.selectors.versions import (
    RULE_CODE,
    adopted_of,
    binds,
    counted,
    counts,
    granted_designations,
    rule_among,
    rules_beside,
    verified_records,
)

# As Training takes them, after the person.
TRAINING = ("completed_on", "track", "level__code", "base_id")


@dataclass(frozen=True, slots=True)
class Training:
    """A verified record that was neither annulled nor replaced, as far as a version of the requirement looks at it."""

    person: int
    completed_on: date
    track: str
    level: str | None
    base: int | None


@dataclass(frozen=True, eq=False)
class Known:
    """One institution as known at a moment (default now). Nothing is asked before it is needed, and nothing twice: what
    is written afterwards shows in another one."""

    institution: Institution
    known_at: datetime | None = None

    # --- who works here -----------------------------------------------------------------------------------------------
    @cached_property
    def rows(self) -> list[StaffRow]:
        """Every appointment believed, of all times, by start."""
        return wordings_of(self.institution, self.known_at)

    @cached_property
    def names(self) -> dict[int, str]:
        """Of everybody of the rows; whoever shows them asks first whether the reader may see the roster."""
        return dict(Person.objects.filter(pk__among=self._people).values_list("pk", "name"))

    def in_post(self, day: date) -> list[StaffRow]:
        """Whoever has a running appointment at the end of the day, away or not."""
        return [row for row in self.rows if row.runs_on(day)]

    def there(self, rule: RatioRule, day: date) -> list[StaffRow]:
        """The same without those on a leave that the rule leaves out."""
        return there_on(day, self.in_post(day), self.leaves(rule), rule.leaves_left_out)

    def counted_staff(self, rule: RatioRule, day: date) -> list[StaffRow]:
        """Whom the rule counts that day: somebody with two posts stands here twice."""
        if (rule, day) not in self._counted_staff:
            self._counted_staff[rule, day] = [row for row in self.there(rule, day) if counts(row, rule)]
        return self._counted_staff[rule, day]

    @cached_property
    def _counted_staff(self) -> dict[tuple[RatioRule, date], list[StaffRow]]:
        return {}

    def staff(self, rule: RatioRule, day: date) -> frozenset[int]:
        """Distinct surviving persons with a counting appointment that day: start <= day, no end or one after it."""
        return frozenset(row.person for row in self.counted_staff(rule, day))

    def stretches(self, rule: RatioRule) -> list[StaffRow]:
        """Whom the rule counts at any time: one row for each stretch of days on which an appointment counts."""
        counting = [row for row in self.rows if counts(row, rule)]
        return without_leaves(counting, self.leaves(rule), rule.leaves_left_out)

    def ratio(self, rule: RatioRule, day: date) -> Ratio:
        """At the end of the day in Shanghai, people in secret posts included."""
        return self.with_sealed(counted(self.staff(rule, day), self.trained(rule, day), rule), day)

    def ratios(self, rule: RatioRule, days: Iterable[date]) -> list[tuple[date, Ratio]]:
        """Of many days, read from the stretches."""
        stretches, since = self.stretches(rule), self.trained_since(rule)
        return [(day, self.with_sealed(_counted(stretches, since, rule, day), day)) for day in days]

    def with_sealed(self, ratio: Ratio, day: date) -> Ratio:
        sealed = self.sealed(day)
        return ratio.with_sealed(sealed.trained, sealed.staff)

    def leaves(self, rule: RatioRule) -> Leaves:
        """Asked for only where the rule leaves any out."""
        return self._leaves if rule.leaves_left_out else {}

    @cached_property
    def _leaves(self) -> Leaves:
        return leaves_at([self.institution], LeaveKind.values, self.known_at)

    # --- who is trained -----------------------------------------------------------------------------------------------
    def trained_since(self, rule: RatioRule) -> dict[int, date]:
        """From which day each person of the rows counts as trained by the rule."""
        if rule not in self._since:
            since: dict[int, date] = {}
            for one in self._trainings:
                if self._accepts(rule, one) and one.completed_on < since.get(one.person, date.max):
                    since[one.person] = one.completed_on
            self._since[rule] = since
        return self._since[rule]

    @cached_property
    def _since(self) -> dict[RatioRule, dict[int, date]]:
        return {}

    def trained(self, rule: RatioRule, day: date) -> frozenset[int]:
        """Those of the rows with a counting training record completed by that day."""
        return frozenset(person for person, since in self.trained_since(rule).items() if since <= day)

    def _accepts(self, rule: RatioRule, one: Training) -> bool:
        if one.track not in rule.tracks or (rule.levels and one.level not in rule.levels):
            return False
        return not rule.providers or any(
            held.kind in rule.providers and held.held_on(one.completed_on) for held in self._providers[one.base]
        )

    @cached_property
    def _trainings(self) -> list[Training]:
        """Under the numbers of the people here and under those of their doubles: no index knows who survives."""
        found = _trainings_of(self.known_at is not None, people=self._people, known_at=self.known_at)
        return [Training(*facts) for facts in found if facts[0] in self._people]

    @cached_property
    def _people(self) -> frozenset[int]:
        return frozenset(row.person for row in self.rows)

    @cached_property
    def _providers(self) -> defaultdict[int | None, list[Designation]]:
        """What the bases of the records were designated as."""
        held: defaultdict[int | None, list[Designation]] = defaultdict(list)
        if bases := {one.base for one in self._trainings if one.base}:
            for one in _designations_of_bases(bases=bases):
                held[one.base_id].append(one)
        return held

    # --- people in secret posts ---------------------------------------------------------------------------------------
    @cached_property
    def sealed_counts(self) -> list[SealedCount]:
        """All that were entered for the institution, confirmed or not."""
        return sealed_rows(self.institution)

    def sealed(self, day: date) -> Sealed:
        return sealed_on(self.sealed_counts, day, self.known_at)

    # --- the requirement ----------------------------------------------------------------------------------------------
    def versions(self, code: str = RULE_CODE) -> list[RatioRule]:
        """Of a requirement and its narrower wordings, the one begun last first."""
        if code not in self._versions:
            self._versions[code] = adopted_of(code, known_at=self.known_at)
        return self._versions[code]

    def requirement(self, code: str = RULE_CODE) -> list[RatioRule]:
        return [rule for rule in self.versions(code) if not rule.reference_only]

    def rule_on(self, day: date, code: str = RULE_CODE) -> RatioRule:
        return rule_among(self.requirement(code), day)

    @cached_property
    def _versions(self) -> dict[str, list[RatioRule]]:
        return {}

    def others(self, day: date, code: str = RULE_CODE) -> list[RatioRule]:
        """Narrower wordings of a requirement, then other ones about this institution."""
        narrower = [rule for rule in self.versions(code) if rule.reference_only]
        return [*narrower, *rules_beside(self.institution, day, self.known_at)]

    def bound(self, rule: RatioRule, day: date) -> bool:
        """Must it meet the rule that day?"""
        held = self._held if rule.binds == RatioRule.Binds.DESIGNATED else ()
        return binds(rule, self.institution, held, day)

    @cached_property
    def _held(self) -> list[Designation]:
        return _designations_of(institution=self.institution.pk)


# --- asked for each institution: put together once ------------------------------------------------------------------
@compiled(people=Many(), known_at=DateTimeField())
def _trainings_of(then: bool, *, people: Any, known_at: Any) -> QuerySet[Any]:
    """Facts of Training."""
    moment = known_at if then else None
    records = verified_records(moment).order_by()
    own = records.filter(person__pk__among=people).values_list("person_id", *TRAINING)
    if moment is None:
        merged = records.filter(person__merged_into__pk__among=people)
        return own.union(merged.values_list("person__merged_into_id", *TRAINING), all=True)
    ever = records.filter(person__merges__into__pk__among=people)
    return own.union(ever.values_list(surviving("person__", moment), *TRAINING), all=True)


@compiled(bases=Many())
def _designations_of_bases(*, bases: Any) -> QuerySet[Designation]:
    return granted_designations().filter(base__pk__among=bases)


@compiled(institution=BigIntegerField())
def _designations_of(*, institution: Any) -> QuerySet[Designation]:
    return granted_designations().filter(institution=institution)


def _counted(stretches: list[StaffRow], since: dict[int, date], rule: RatioRule, day: date) -> Ratio:
    # Two years of a large staff: no call for each row.
    staff = frozenset(
        row.person for row in stretches if row.start_date <= day and (row.end_date is None or row.end_date > day)
    )
    return counted(staff, frozenset(person for person in staff if since.get(person, date.max) <= day), rule)
