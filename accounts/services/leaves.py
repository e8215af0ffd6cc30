"""Leaves of absence, line by line: somebody is away for a time, comes back, or never was away."""

from collections.abc import Mapping

from accounts.access import office_of, require
from accounts.imports.leaves import plan_leave, plan_withdrawal
from accounts.imports.lines import Line
from accounts.models import Appointment, LeaveOfAbsence, User
from accounts.permissions import Permission
from accounts.services.appointments import LineRefused, hold
from accounts.services.imports import one_transaction
from core import audit, clock, outbox
from core.errors import DomainError


def preview_leave(
    *, actor: User, appointment: Appointment, values: Mapping[str, str], instead_of: LeaveOfAbsence | None = None
) -> Line:
    require(actor, Permission.ROSTER_IMPORT, appointment)
    return plan_leave(appointment, values, instead_of=instead_of)


def preview_withdrawal(*, actor: User, leave: LeaveOfAbsence) -> Line:
    require(actor, Permission.ROSTER_IMPORT, leave.appointment)
    return plan_withdrawal(leave)


def record_leave(*, actor: User, appointment: Appointment, values: Mapping[str, str]) -> LeaveOfAbsence:
    """Somebody in post is away: `kind`, `start_date`, `end_date` (the first day back). Raises LineRefused, `voided`."""
    require(actor, Permission.ROSTER_IMPORT, appointment)
    with one_transaction():
        held = hold(appointment)
        made = _write(actor, held, plan_leave(held, values))
        _told(actor, "accounts.leave_recorded", made)
    return made


def correct_leave(*, actor: User, leave: LeaveOfAbsence, values: Mapping[str, str], reason: str = "") -> LeaveOfAbsence:
    """Other days or another kind, also the day of coming back once it is known; the wrong row stays as what was
    believed until now. Raises LineRefused, `replaced`, `voided`."""
    require(actor, Permission.ROSTER_IMPORT, leave.appointment)
    with one_transaction():
        held = _still_believed(leave)
        line = plan_leave(held, {**values, "reason": reason}, instead_of=leave)
        made = _write(actor, held, line, replaces=leave, reason=reason)
        _told(actor, "accounts.leave_corrected", made)
    return made


def withdraw_leave(*, actor: User, leave: LeaveOfAbsence, reason: str) -> LeaveOfAbsence:
    """There was no such leave. Raises `reason_missing`, `replaced`, `voided`."""
    require(actor, Permission.ROSTER_IMPORT, leave.appointment)
    if not reason.strip():
        raise DomainError("reason_missing")
    with one_transaction():
        _still_believed(leave)
        made = LeaveOfAbsence.objects.create(
            appointment=leave.appointment, kind=leave.kind, start_date=leave.start_date, end_date=leave.end_date,
            recorded_at=clock.now(), recorded_by=actor, replaces=leave, withdrawn=True, reason=reason.strip(),
        )  # fmt: skip
        _told(actor, "accounts.leave_withdrawn", made)
    return made


def _still_believed(leave: LeaveOfAbsence) -> Appointment:
    """The appointment, locked; of two corrections at once one finds the row gone."""
    held = hold(leave.appointment)
    if not LeaveOfAbsence.objects.believed().filter(pk=leave.pk).exists():
        raise DomainError("replaced")
    return held


def _write(
    actor: User, held: Appointment, line: Line, *, replaces: LeaveOfAbsence | None = None, reason: str = ""
) -> LeaveOfAbsence:
    if line.errors or line.asked is None:
        raise LineRefused(line.errors)
    return LeaveOfAbsence.objects.create(
        appointment=held, kind=line.asked.kind, start_date=line.asked.start, end_date=line.asked.end,
        recorded_at=clock.now(), recorded_by=actor, replaces=replaces, reason=reason.strip(),
    )  # fmt: skip


def _told(actor: User, verb: str, made: LeaveOfAbsence) -> None:
    held = made.appointment
    office = office_of(actor, Permission.ROSTER_IMPORT)
    facts = {"appointment": held.pk, "kind": made.kind, "from": str(made.start_date), "back": str(made.end_date or "")}
    audit.record(actor, verb, held, reason=made.reason, institution=held.institution_id, office=office, **facts)
    outbox.add("accounts.roster_imported", held.institution_id)
