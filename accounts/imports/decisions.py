"""What a roster file may not do by itself: overwrite what somebody decided by hand, end those whom it does not name.

Both happen only where a person ticks it: RosterChoices. Rows are held before anything is written.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.imports.primary import give_up_meeting_ones
from accounts.imports.roster import MESSAGES as ROSTER_MESSAGES
from accounts.imports.roster import RosterPlan, RosterRow
from accounts.imports.voided import claiming_again, denied_at, waits_for_an_officer
from accounts.models import Appointment, Institution
from accounts.models.positions import post_key
from accounts.selectors import surviving
from accounts.selectors.staff import running_on
from core.plans import Action, Problem, kept_row, row_to_keep
from core.text import name_key

MESSAGES: dict[str, Promise] = {
    "decided_by_hand": _("Decided by hand on %(day)s by %(by)s; the file says otherwise (%(what)s). It stays."),
    "leave_by_hand": _("A leave recorded on %(day)s says otherwise than the file (%(what)s). It stays."),
    "end_before_start": _("%(name)s began on %(start)s: the end must lie after that."),
}


@dataclass(frozen=True)
class RosterChoices:
    """What somebody ticked. `overwrite`: line numbers; `end_missing`: ids of appointments; `end_on`: their end.

    `enter_again`: line numbers of people of whom an officer decided that they do not work here; none for all of them.
    """

    overwrite: frozenset[int] = frozenset()
    overwrite_all: bool = False
    end_missing: frozenset[int] = frozenset()
    end_all_missing: bool = False
    end_on: date | None = None
    enter_again: frozenset[int] = frozenset()


NO_CHOICES = RosterChoices()


class Missing(NamedTuple):
    """Somebody who works here today and whom the file does not name; `end`: when that ends already."""

    id: int
    name: str
    post: str
    start: date
    end: date | None

    def has_left_by(self, day: date | None) -> bool:
        return self.end is not None and day is not None and self.end <= day


@dataclass
class DecidedPlan(RosterPlan):
    """A plan in which decisions stand. `ended`: those of the missing who are ended; `end_on` is their end.

    `held`: rows decided by hand here; `voided`: rows that claim what an officer decided not to be; ticked or not.
    """

    held: list[RosterRow] = field(default_factory=list)
    voided: list[RosterRow] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    ended: list[Missing] = field(default_factory=list)
    end_on: date | None = None
    problems: list[str] = field(default_factory=list)
    # What the file alone would do, before anything was ticked.
    planned: str = ""

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.planned} {[one.id for one in self.missing]}".encode()).hexdigest()[:32]

    @property
    def has_errors(self) -> bool:
        return super().has_errors or bool(self.problems)

    @property
    def changes_something(self) -> bool:
        return super().changes_something or bool(self.ended)


def decided(
    plan: RosterPlan, institution: Institution, choices: RosterChoices, hands: Mapping[int, str], *, on: date
) -> DecidedPlan:
    """The plan with what was decided by hand held back. `hands`: appointment -> who decided it. Writes nothing."""
    planned, denied = plan.fingerprint, denied_at(institution)
    waiting = [row for row in plan.rows if row.person_id in denied and row.action in (Action.CREATE, Action.UPDATE)]
    for row in waiting:
        _hold_as_it_is(row, waits_for_an_officer())
    held = [row for row in plan.rows if row.action == Action.UPDATE and _says_otherwise(row)]
    kept = [row for row in held if not (choices.overwrite_all or row.row in choices.overwrite)]
    claims = claiming_again(plan.rows, institution)
    for row in kept:
        _hold(row, hands)
    for row, one in claims:
        if row.row not in choices.enter_again:
            _hold_as_it_is(row, one.stays_out())
            row.id = row.id or one.id
        elif row.action != Action.UNCHANGED:
            row.warnings.append(one.again())
    _refuse_what_needs_the_held(plan.rows, kept + waiting)
    give_up_meeting_ones(plan.rows)
    found = DecidedPlan(
        plan.rows,
        plan.ignored,
        plan.sha256,
        plan.remarks,
        plan.head_texts,
        held,
        voided=[row for row, _one in claims],
        end_on=choices.end_on,
        planned=planned,
    )
    if not found.has_errors:
        _end_missing(found, institution, choices, on, denied)
    return found


# --- kept while somebody looks at it --------------------------------------------------------------------------------
def plan_to_keep(plan: DecidedPlan) -> dict[str, Any]:
    """A preview of a large file, which is not planned anew for every page of it."""
    held, voided = ({row.row for row in rows} for rows in (plan.held, plan.voided))
    return {
        "rows": [row_to_keep(row) for row in plan.rows],
        "held": sorted(held),
        "voided": sorted(voided),
        "missing": [[*one[:3], *(day and day.isoformat() for day in one[3:])] for one in plan.missing],
        "about": [plan.ignored, plan.sha256, plan.remarks, plan.head_texts],
        "planned": plan.planned,
    }


def kept_plan(kept: dict[str, Any]) -> DecidedPlan:
    rows = [RosterRow(**vars(kept_row(one))) for one in kept["rows"]]
    held, voided = ([row for row in rows if row.row in set(kept.get(name, ()))] for name in ("held", "voided"))
    missing = [Missing(*one[:3], *(day and date.fromisoformat(day) for day in one[3:])) for one in kept["missing"]]
    ignored, sha256, remarks, heads = kept["about"]
    planned = kept["planned"]
    return DecidedPlan(rows, ignored, sha256, remarks, heads, held, voided, missing, planned=planned)


# --- by hand --------------------------------------------------------------------------------------------------------
def _hold(row: RosterRow, hands: Mapping[int, str]) -> None:
    appointment, leave = row.appointment, row.leave
    if appointment is None:
        return
    what = "; ".join(f"{name}: {_said(old)} → {_said(new)}" for name, (old, new) in row.changes.items())
    if appointment.by_hand_at:
        facts = {"day": _day(appointment.by_hand_at), "by": hands.get(appointment.pk, "?"), "what": what}
        row.warnings.append(Problem("", "decided_by_hand", str(MESSAGES["decided_by_hand"]) % facts))
    elif leave and leave.instead_of:
        facts = {"day": _day(leave.instead_of.recorded_at), "what": what}
        row.warnings.append(Problem("", "leave_by_hand", str(MESSAGES["leave_by_hand"]) % facts))
    row.action, row.changes = Action.UNCHANGED, {}
    row.notes = {"counted_until": appointment.counted_until} if appointment.counted_until else {}


def _says_otherwise(row: RosterRow) -> bool:
    """Than somebody decided about the appointment, or recorded of a leave."""
    decided_on = row.appointment is not None and row.appointment.by_hand_at is not None
    return decided_on or (row.leave is not None and row.leave.overwrites)


def _said(value: object) -> str:
    return "—" if value is None or value == "" else str(value)


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "SHORT_DATE_FORMAT")


def _hold_as_it_is(row: RosterRow, why: Problem) -> None:
    row.warnings.append(why)
    row.action, row.changes, row.notes = Action.UNCHANGED, {}, {}


def _refuse_what_needs_the_held(rows: Iterable[RosterRow], kept: Iterable[RosterRow]) -> None:
    """Where a row that is held was to make room for another one, that one cannot be written either."""
    stays: dict[int | None, list[Appointment]] = defaultdict(list)
    for one in kept:
        if one.appointment:
            stays[one.person_id].append(one.appointment)
    for row in rows:
        if any(_collides(row, held) for held in stays.get(row.person_id, ())):
            row.errors.append(Problem("", "overlaps", str(ROSTER_MESSAGES["overlaps"])))
            row.action, row.changes = Action.ERROR, {}


def _collides(row: RosterRow, held: Appointment) -> bool:
    if row.action not in (Action.CREATE, Action.UPDATE) or held.post_key != post_key(row.values["post"]):
        return False
    if row.appointment == held:
        return False
    ends = row.values.get("end_date") or (row.appointment and row.appointment.end_date) or date.max
    return row.values["start_date"] < (held.end_date or date.max) and held.start_date < ends


# --- missing --------------------------------------------------------------------------------------------------------
def _end_missing(
    plan: DecidedPlan, institution: Institution, choices: RosterChoices, on: date, denied: Collection[int]
) -> None:
    """Nobody stays longer by being ended, and whoever has ended by then is not ended once more."""
    named = {row.person_id for row in plan.rows}.union(denied)
    running = Appointment.objects.holding().filter(running_on(on), institution=institution)
    pairs = running.annotate(survivor=surviving("person__")).values_list("pk", "survivor")
    absent = [pk for pk, survivor in pairs if survivor not in named]
    plan.missing = _missing(absent) if absent else []
    ticked = [one for one in plan.missing if choices.end_all_missing or one.id in choices.end_missing]
    plan.ended = [one for one in ticked if not one.has_left_by(choices.end_on)]
    for one in plan.ended:
        if choices.end_on is None or choices.end_on <= one.start:
            facts = {"name": one.name, "start": one.start.isoformat()}
            plan.problems.append(str(MESSAGES["end_before_start"]) % facts)


def _missing(ids: list[int]) -> list[Missing]:
    names = ("pk", "person__name", "post", "start_date", "end_date")
    found = [
        Missing(*values)
        for place in range(0, len(ids), 5_000)
        for values in Appointment.objects.filter(pk__in=ids[place : place + 5_000]).values_list(*names)
    ]
    return sorted(found, key=lambda one: (name_key(one.name), one.id))
