"""The ratio as it would be after one line of the roster: computed beside what is stored, nothing is written."""

from dataclasses import dataclass
from datetime import date

from accounts.imports.lines import Line
from accounts.models import Institution
from accounts.selectors.leaves import without_leaves
from accounts.selectors.staff import StaffRow
from core import clock
from staffing.models import RatioRule
from staffing.ratio import Ratio
from staffing.selectors.known import Known
from staffing.selectors.versions import counted, counts, trained_ids


@dataclass(frozen=True)
class Foreseen:
    """Before and after on one day; `day` is the first from today on on which the line makes a difference."""

    institution: Institution
    rule: RatioRule
    binding: bool
    day: date
    before: Ratio
    after: Ratio

    @property
    def changes(self) -> bool:
        return self.before != self.after


def foreseen(line: Line) -> Foreseen:
    """What a line without errors does to the institution's ratio."""
    facts = Known(line.institution)
    rule = facts.rule_on(clock.today())
    before, kinds = facts.stretches(rule), rule.leaves_left_out
    after = [row for row in before if row.appointment not in line.replaced]
    after += without_leaves(
        [row for row in line.wordings if counts(row, rule)], {**facts.leaves(rule), **line.leaves}, kinds
    )
    day = _first_difference(before, after)
    staff, staff_after = _people(before, day), _people(after, day)
    # A newcomer stands in no row yet.
    trained = trained_ids(staff | staff_after, rule, day)
    return Foreseen(
        institution=line.institution,
        rule=rule,
        binding=facts.bound(rule, day),
        day=day,
        before=facts.with_sealed(counted(staff, trained, rule), day),
        after=facts.with_sealed(counted(staff_after, trained, rule), day),
    )


def _first_difference(before: list[StaffRow], after: list[StaffRow]) -> date:
    """People come and go only on the first and the leaving days of what the two lists do not share."""
    today, differing = clock.today(), set(before) ^ set(after)
    days = {day for row in differing for day in (row.start_date, row.end_date) if day and day > today}
    return next((day for day in (today, *sorted(days)) if _people(before, day) != _people(after, day)), today)


def _people(rows: list[StaffRow], day: date) -> frozenset[int]:
    return frozenset(row.person for row in rows if row.runs_on(day))
