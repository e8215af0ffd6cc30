"""One leave of absence as it is entered: checked, and told as a line of the roster, so that its effect can be shown."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from accounts.imports.lines import BY_FIELD, Line, wording_of
from accounts.imports.roster_leaves import MESSAGES
from accounts.models import Appointment, LeaveKind, LeaveOfAbsence
from accounts.selectors.leaves import Away, leaves_of
from core.columns import WrongValue
from core.plans import Problem
from core.tables import Cell


def plan_leave(
    appointment: Appointment, values: Mapping[str, str], *, instead_of: LeaveOfAbsence | None = None
) -> Line:
    """`values`: text of `kind`, `start_date` and `end_date` (the first day back, empty while unknown).

    `instead_of`: the wrong row that it corrects; `values` then also says why (`reason`), unless somebody comes back.
    """
    errors: list[Problem] = []
    start = _day(errors, "start_date", values.get("start_date", ""))
    end = _day(errors, "end_date", values["end_date"]) if values.get("end_date", "").strip() else None
    kind = values.get("kind", "")
    if kind not in LeaveKind.values:
        _refuse(errors, "kind", "kind")
    if errors or start is None:
        return Line(appointment.institution, errors)
    asked, others = Away(kind, start, end), leaves_of(appointment, without=instead_of)
    _check(errors, appointment, asked, others)
    before = _away(instead_of)
    if asked == before:
        _refuse(errors, "", "nothing_new")
    elif before and not _comes_back(before, asked) and not values.get("reason", "").strip():
        errors.append(Problem("reason", "missing", WrongValue("missing").message))
    return _line(appointment, [*others, asked], _changes(before, asked), errors, asked)


def plan_withdrawal(leave: LeaveOfAbsence) -> Line:
    """There was no such leave."""
    return _line(leave.appointment, leaves_of(leave.appointment, without=leave), _changes(_away(leave), None))


def _line(
    appointment: Appointment,
    leaves: list[Away],
    changes: dict[str, list[Any]],
    errors: Sequence[Problem] = (),
    asked: Away | None = None,
) -> Line:
    stands = {appointment.pk: sorted(leaves, key=lambda one: one.start)}
    wording = wording_of(appointment)
    return Line(
        appointment.institution, list(errors), [], changes, (appointment.pk,), (wording,), asked=asked, leaves=stands
    )


def _comes_back(before: Away, asked: Away) -> bool:
    """Only the day is said that nobody had known."""
    return before.end is None and (before.kind, before.start) == (asked.kind, asked.start)


def _away(leave: LeaveOfAbsence | None) -> Away | None:
    return Away(leave.kind, leave.start_date, leave.end_date) if leave else None


def _check(errors: list[Problem], appointment: Appointment, asked: Away, others: list[Away]) -> None:
    last = appointment.end_date or date.max
    if asked.end and asked.end <= asked.start:
        _refuse(errors, "end_date", "end_not_after_start")
    if asked.start < appointment.start_date or asked.start >= last or (asked.end or asked.start) > last:
        _refuse(errors, "start_date", "outside")
    if any(one.start < (asked.end or date.max) and asked.start < (one.end or date.max) for one in others):
        _refuse(errors, "start_date", "meets")


def _changes(before: Away | None, after: Away | None) -> dict[str, list[Any]]:
    """Old and new by the words of the form."""
    said = {"leave_kind": "kind", "away_from": "start", "back_on": "end"}
    pairs = {name: [getattr(one, part) if one else None for one in (before, after)] for name, part in said.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _day(errors: list[Problem], name: str, text: str) -> date | None:
    try:
        if not text.strip():
            raise WrongValue("missing")
        day: date = BY_FIELD["start_date"].parse(Cell(text))
        return day
    except WrongValue as wrong:
        errors.append(Problem(name, wrong.code, str(wrong.message)))
        return None


def _refuse(errors: list[Problem], name: str, code: str) -> None:
    errors.append(Problem(name, code, str(MESSAGES[code])))
