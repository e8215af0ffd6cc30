"""One line of the roster entered by hand (joined, left, changed), checked by the same functions as a file."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from accounts.imports.people import shown
from accounts.imports.primary import loses_primary, lost
from accounts.imports.roster import (
    COLUMNS,
    FIELDS,
    MESSAGES,
    RosterRow,
    Span,
    check_dates,
    plan_roster,
    read_roster,
    refuse_crossing,
)
from accounts.imports.roster_leaves import COLUMNS as LEAVE_COLUMNS
from accounts.imports.voided import Voided, claiming_again, denied_at, stretched_over, voided_at, waits_for_an_officer
from accounts.models import Appointment, Institution
from accounts.models.positions import post_key
from accounts.selectors import surviving
from accounts.selectors.leaves import Away, Leaves, leaves_of
from accounts.selectors.staff import StaffRow
from core.columns import Entry, WrongValue
from core.plans import Action, Problem
from core.tables import Cell

BY_FIELD = {column.field: column for column in COLUMNS}
# Leaves are lines of their own (accounts.imports.leaves).
JOINING = tuple(name for name in BY_FIELD if name not in {column.field for column in LEAVE_COLUMNS})
# What a dated change may say anew, and what a correction may.
CHANGING = ("post", "professional", "employment_type", "full_time", "share", "department")
CORRECTING = ("start_date", "end_date", *CHANGING)
# The tick that somebody may be entered of whom an officer decided not to work here.
AGAIN = "enter_again"
# What an emptied field holds.
EMPTIED: dict[str, Any] = {"end_date": None, "full_time": None, "share": None, "department": ""}


@dataclass(frozen=True)
class Line:
    """What one line does: rows of the staff list go (`replaced`), others come (`wordings`).

    `rows`: what is written for somebody who joins. In a wording, appointment 0 is one that does not exist yet, person 0
    somebody whom nobody knows yet. `again`: it claims what an officer decided not to be, and somebody ticked that.
    """

    institution: Institution
    errors: list[Problem]
    warnings: list[Problem] = field(default_factory=list)
    changes: dict[str, list[Any]] = field(default_factory=dict)
    replaced: tuple[int, ...] = ()
    wordings: tuple[StaffRow, ...] = ()
    rows: list[RosterRow] = field(default_factory=list)
    again: bool = False
    # The leave of absence asked for, and all of the appointments in `wordings` as they stand afterwards.
    asked: Away | None = None
    leaves: Leaves = field(default_factory=dict)


def plan_joining(institution: Institution, values: Mapping[str, str], *, on: date) -> Line:
    """`values`: text by English head, as a file of one row would hold it."""
    text = io.StringIO("sep=,\r\n", newline="")
    text.seek(0, io.SEEK_END)
    sheet = csv.writer(text)
    sheet.writerow(JOINING)
    sheet.writerow([values.get(name, "") for name in JOINING])
    [row] = plan_roster(read_roster(text.getvalue().encode()), institution, on=on, renames=False).rows
    if row.action in (Action.UPDATE, Action.UNCHANGED):
        row.errors.append(Problem("start_date", "already_here", str(MESSAGES["already_here"])))
    if row.person_id in denied_at(institution):
        row.errors.append(waits_for_an_officer())
    claims = [one for _row, one in claiming_again([row], institution)]
    said = _said_of(claims, values)
    (row.warnings if _ticked(values) else row.errors).extend(said)
    if row.errors:
        return Line(institution, row.errors)
    wording = StaffRow(0, row.person_id or 0, *_terms({name: row.values.get(name) for name in CORRECTING}))
    return Line(institution, [], row.warnings, row.changes, (), (wording,), [row], bool(claims))


def plan_leaving(appointment: Appointment, values: Mapping[str, str]) -> Line:
    """`end_date` (the first day no longer counted) or `last_day`."""
    entry = _read({name: values.get(name, "") for name in ("end_date", "last_day")}, appointment)
    check_dates(entry)
    if not entry.errors and not entry.values.get("end_date"):
        _missing(entry, "end_date")
    return _line(appointment, entry, values)


def plan_change(appointment: Appointment, values: Mapping[str, str]) -> Line:
    """Other terms from a day on (`from_day`): the appointment ends there and goes on in a new one."""
    entry = _read({name: values[name] for name in CHANGING if name in values}, appointment)
    day = _day(entry, "from_day", values.get("from_day", ""))
    kept = wording_of(appointment)
    if day and not (kept.start_date < day < (kept.end_date or date.max)):
        _refuse(entry, "from_day", "not_running")
    changes = _differences(appointment, entry)
    _refuse_denied(entry, kept.person, appointment.institution)
    if entry.errors or day is None:
        return Line(appointment.institution, entry.errors)
    before = replace(kept, end_date=day)
    after = replace(kept, appointment=0, start_date=day, **{name: entry.values[name] for name in CHANGING})
    _refuse_overlaps(entry, appointment.institution, (before, after), "from_day")
    # Whoever is away stays so under the new terms.
    leaves = dict.fromkeys((before.appointment, after.appointment), leaves_of(appointment))
    wordings = (before, after)
    return Line(appointment.institution, entry.errors, [], changes, (appointment.pk,), wordings, leaves=leaves)


def plan_correction(appointment: Appointment, values: Mapping[str, str]) -> Line:
    """The terms were never right: other ones hold from the start, and the wrong ones stay as what was believed."""
    entry = _read({name: values[name] for name in CORRECTING if name in values}, appointment)
    check_dates(entry)
    return _line(appointment, entry, values)


def plan_transfer(appointment: Appointment, institution: Institution, values: Mapping[str, str]) -> tuple[Line, Line]:
    """The end here and the beginning there, on the same day `from_day`; the same terms unless `values` says others.

    Where an officer decided that the person never worked there, it takes a tick, as it does for somebody who joins.
    """
    entry = _read({name: values[name] for name in CHANGING if name in values}, appointment)
    day, kept = _day(entry, "from_day", values.get("from_day", "")), wording_of(appointment)
    if day and not (kept.start_date < day < (kept.end_date or date.max)):
        _refuse(entry, "from_day", "not_running")
    if institution.pk == appointment.institution_id:
        _refuse(entry, "institution", "same_institution")
    _refuse_denied(entry, kept.person, appointment.institution, institution)
    if entry.errors or day is None:
        return Line(appointment.institution, entry.errors), Line(institution, entry.errors)
    terms = {name: entry.values[name] for name in CHANGING}
    after = replace(kept, appointment=0, start_date=day, end_date=None, **terms)
    _refuse_overlaps(entry, institution, (after,), "from_day")
    claims = [one for one in voided_at(institution).get(kept.person, ()) if one.covers(day, None)][:1]
    said = _said_of(claims, values)
    errors, warnings = (entry.errors, said) if _ticked(values) else (entry.errors + said, [])
    before = replace(kept, end_date=day)
    return (
        Line(appointment.institution, errors, warnings, {}, (kept.appointment,), (before,)),
        Line(institution, errors, warnings, wordings=(after,), again=bool(claims)),
    )


def _line(appointment: Appointment, entry: Entry, values: Mapping[str, str]) -> Line:
    changes = _differences(appointment, entry)
    kept = wording_of(appointment)
    _refuse_denied(entry, kept.person, appointment.institution)
    if entry.errors:
        return Line(appointment.institution, entry.errors)
    wording = replace(kept, **{name: entry.values[name] for name in CORRECTING})
    _refuse_overlaps(entry, appointment.institution, (wording,), "start_date")
    claimed = stretched_over(appointment, wording.person, wording.start_date, wording.end_date)
    said = _said_of([claimed] if claimed else [], values)
    errors, warnings = (entry.errors, said) if _ticked(values) else (entry.errors + said, [])
    if loses_primary(appointment, wording.start_date, wording.end_date):
        changes["is_primary"] = [True, False]
        warnings = [*warnings, lost()]
    return Line(appointment.institution, errors, warnings, changes, (appointment.pk,), (wording,), again=bool(claimed))


def _refuse_denied(entry: Entry, person: int, *institutions: Institution) -> None:
    """Who says not to work at one of these places, and waits for an officer."""
    if any(person in denied_at(one) for one in institutions):
        entry.errors.append(waits_for_an_officer())


def _ticked(values: Mapping[str, str]) -> bool:
    return values.get(AGAIN) == str(True)


def _said_of(claims: list[Voided], values: Mapping[str, str]) -> list[Problem]:
    """What an officer decided: a refusal at the tick, or a remark once it is set."""
    return [one.again() if _ticked(values) else replace(one.stays_out(), column=AGAIN) for one in claims]


# --- reading --------------------------------------------------------------------------------------------------------
def _read(values: Mapping[str, str], appointment: Appointment) -> Entry:
    """The texts by the columns of the roster; what is not given stays as it is."""
    entry = Entry(1, {}, {name: getattr(appointment, name) for name in CORRECTING})
    if "last_day" in values:
        # One of the two says when somebody leaves; what was planned before gives way.
        entry.values.pop("end_date")
    for name, text in values.items():
        if text.strip():
            _parse(entry, name, text)
        elif name in EMPTIED and "last_day" not in values:
            entry.values[name] = EMPTIED[name]
        elif BY_FIELD[name].required:
            _missing(entry, name)
    return entry


def _parse(entry: Entry, name: str, text: str) -> None:
    try:
        entry.values[name] = BY_FIELD[name].parse(Cell(text))
    except WrongValue as wrong:
        entry.refuse(name, wrong.code, wrong.message)


def _day(entry: Entry, name: str, text: str) -> date | None:
    try:
        if text.strip():
            day: date = BY_FIELD["start_date"].parse(Cell(text))
            return day
        raise WrongValue("missing")
    except WrongValue as wrong:
        entry.refuse(name, wrong.code, wrong.message)
        return None


def _missing(entry: Entry, name: str) -> None:
    entry.refuse(name, "missing", WrongValue("missing").message)


def _refuse(entry: Entry, name: str, code: str) -> None:
    entry.refuse(name, code, MESSAGES[code])


def _differences(appointment: Appointment, entry: Entry) -> dict[str, list[Any]]:
    names = [name for name in ("start_date", *FIELDS) if name in entry.values]
    pairs = {name: (getattr(appointment, name), entry.values[name]) for name in names}
    found = {name: [shown(name, old), shown(name, new)] for name, (old, new) in pairs.items() if old != new}
    if not found and not entry.errors:
        _refuse(entry, "", "nothing_new")
    return found


# --- against the rest -----------------------------------------------------------------------------------------------
def wording_of(appointment: Appointment) -> StaffRow:
    """As it stands."""
    person = appointment.person.merged_into_id or appointment.person_id
    return StaffRow(appointment.pk, person, *_terms({name: getattr(appointment, name) for name in CORRECTING}))


def _terms(values: Mapping[str, Any]) -> tuple[Any, ...]:
    """In the order of a staff row."""
    filled = EMPTIED | {name: value for name, value in values.items() if value is not None}
    names = ("start_date", "end_date", "post", "professional", "employment_type", "full_time", "share", "department")
    return tuple(filled[name] for name in names)


def _refuse_overlaps(entry: Entry, institution: Institution, wordings: tuple[StaffRow, ...], name: str) -> None:
    """Nobody holds a post twice at a time, whichever of the person's records says so."""
    here = Appointment.objects.holding().filter(institution=institution).annotate(survivor=surviving("person__"))
    kept = here.filter(survivor=wordings[0].person).exclude(pk__in=[row.appointment for row in wordings])
    spans: dict[str, list[Span]] = defaultdict(list)
    for one in kept:
        spans[one.post_key].append(Span(one.start_date, one.end_date or date.max, None))
    for row in wordings:
        spans[post_key(row.post)].append(Span(row.start_date, row.end_date or date.max, entry))
    probe = len(entry.errors)
    for several in spans.values():
        refuse_crossing(several)
    if len(entry.errors) > probe:
        problem = entry.errors[probe]
        entry.errors[probe:] = [replace(problem, column=name)]
