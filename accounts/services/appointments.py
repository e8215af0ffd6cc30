"""The roster line by line: somebody joined, left, changed, was wrongly entered, moved to another institution.

Checked by the functions that check a file (accounts.imports.lines). What an officer writes here carries `by_hand_at`,
so that a later file does not undo it by itself.
"""

from collections.abc import Mapping
from typing import Any

from accounts.access import office_of, require
from accounts.imports.lines import (
    CHANGING,
    CORRECTING,
    Line,
    plan_change,
    plan_correction,
    plan_joining,
    plan_leaving,
    plan_transfer,
)
from accounts.models import Appointment, Institution, LeaveOfAbsence, User
from accounts.permissions import Permission
from accounts.selectors.staff import StaffRow, main_ones_meeting
from accounts.services.disputes import lay_before_officers
from accounts.services.imports import create_appointments, one_transaction, version_of
from accounts.services.notices import open_notices
from core import audit, clock, outbox
from core.errors import DomainError
from core.plans import Problem

# Of an appointment that goes on under other terms, or elsewhere.
COPIED = ("email", "staff_no")


class LineRefused(DomainError):
    """The line is wrong; `problems` say where and why."""

    code = "line_refused"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(codes=[problem.code for problem in problems])
        self.problems = problems


def preview_joining(*, actor: User, institution: Institution, values: Mapping[str, str]) -> Line:
    require(actor, Permission.ROSTER_IMPORT, institution)
    return plan_joining(institution, values, on=clock.today())


def preview_leaving(*, actor: User, appointment: Appointment, values: Mapping[str, str]) -> Line:
    require(actor, Permission.ROSTER_IMPORT, appointment)
    return plan_leaving(appointment, values)


def preview_change(*, actor: User, appointment: Appointment, values: Mapping[str, str]) -> Line:
    require(actor, Permission.ROSTER_IMPORT, appointment)
    return plan_change(appointment, values)


def preview_correction(*, actor: User, appointment: Appointment, values: Mapping[str, str]) -> Line:
    require(actor, Permission.ROSTER_IMPORT, appointment)
    return plan_correction(appointment, values)


def preview_transfer(
    *, actor: User, appointment: Appointment, institution: Institution, values: Mapping[str, str]
) -> tuple[Line, Line]:
    _require_both(actor, appointment, institution)
    return plan_transfer(appointment, institution, values)


def record_joining(*, actor: User, institution: Institution, values: Mapping[str, str]) -> Appointment:
    """Somebody works here from a day on. `values`: text by the heads of the roster. Raises LineRefused.

    Who is known elsewhere is named by document and name like anybody else; nothing of the other places is shown.
    """
    require(actor, Permission.ROSTER_IMPORT, institution)
    with one_transaction():
        locked = _locked(institution)
        line = _clean(plan_joining(locked, values, on=clock.today()))
        create_appointments(line.rows, locked, clock.now())
        made = Appointment.objects.get(pk__in=[row.id for row in line.rows])
        made.by_hand_at = made.recorded_at
        made.save(update_fields=["by_hand_at"])
        _told(actor, "accounts.joining_recorded", made, **_again(line, made))
    return made


def record_leaving(*, actor: User, appointment: Appointment, values: Mapping[str, str]) -> Appointment:
    """Somebody leaves: `end_date` (the first day no longer counted) or `last_day`, also later. Raises LineRefused."""
    require(actor, Permission.ROSTER_IMPORT, appointment)
    with one_transaction():
        held = hold(appointment)
        line = _clean(plan_leaving(held, values))
        _reword(held, line.wordings[0])
        _told(actor, "accounts.leaving_recorded", held, changes=_plain(line), **_again(line, held))
    return held


def record_change(*, actor: User, appointment: Appointment, values: Mapping[str, str]) -> Appointment:
    """Other terms from the day `from_day` on; returns the appointment that begins then. Raises LineRefused."""
    require(actor, Permission.ROSTER_IMPORT, appointment)
    with one_transaction():
        held = hold(appointment)
        line = _clean(plan_change(held, values))
        before, after = line.wordings
        _reword(held, before)
        made = _begin(held, held.institution, after, is_primary=held.is_primary)
        _carry_leaves(actor, held, made)
        _told(actor, "accounts.change_recorded", made, before=held.pk, changes=_plain(line))
    return made


def correct_appointment(
    *, actor: User, appointment: Appointment, values: Mapping[str, str], reason: str
) -> Appointment:
    """The terms were never right; the wrong ones stay as what was believed until now. Raises LineRefused."""
    require(actor, Permission.ROSTER_IMPORT, appointment)
    with one_transaction():
        held = hold(appointment)
        line = _clean(plan_correction(held, values))
        _reword(held, line.wordings[0])
        facts = {"changes": _plain(line)} | _again(line, held)
        _told(actor, "accounts.appointment_corrected", held, reason=reason, **facts)
    return held


def transfer_person(
    *, actor: User, appointment: Appointment, institution: Institution, values: Mapping[str, str]
) -> Appointment:
    """End here and begin there on the same day, for whoever may do both; history and training stay with the person.

    Otherwise the new institution records somebody joining and the old one somebody leaving, each by itself.
    """
    _require_both(actor, appointment, institution)
    with one_transaction():
        # In one order for everybody, so that two transfers never wait for each other.
        for place in sorted((appointment.institution, institution), key=lambda one: one.pk):
            _locked(place)
        held = hold(appointment)
        ending, beginning = plan_transfer(held, institution, values)
        _clean(ending)
        _reword(held, ending.wordings[0])
        made = _begin(held, institution, beginning.wordings[0])
        outbox.add("accounts.roster_imported", held.institution_id)
        facts = {"from_institution": held.institution_id} | _again(beginning, made)
        _told(actor, "accounts.person_transferred", made, before=held.pk, **facts)
    return made


def make_primary(*, actor: User, appointment: Appointment) -> Appointment:
    """Decide that this is the person's main place of work; for as long as it runs no other one is."""
    require(actor, Permission.APPOINTMENT_CHOOSE_PRIMARY, appointment)
    with one_transaction():
        held = hold(appointment)
        before = [one.pk for one in main_ones_meeting(held)]
        Appointment.objects.filter(pk__in=before).update(is_primary=False)
        held.is_primary = True
        held.save(update_fields=["is_primary"])
        audit.record(actor, "accounts.primary_chosen", held, instead_of=before)
    return held


# --- writing --------------------------------------------------------------------------------------------------------
def _require_both(actor: User, appointment: Appointment, institution: Institution) -> None:
    require(actor, Permission.APPOINTMENT_TRANSFER, appointment)
    require(actor, Permission.APPOINTMENT_TRANSFER, institution)


def _locked(institution: Institution) -> Institution:
    """Rosters of one institution wait for each other, whether they come as a file or as a line."""
    return Institution.objects.select_for_update().get(pk=institution.pk)


def hold(appointment: Appointment) -> Appointment:
    """Fresh and locked with its institution; raises `voided` when an officer has decided that it never was."""
    _locked(appointment.institution)
    held = Appointment.objects.select_related("person", "institution").get(pk=appointment.pk)
    if held.voided_at:
        raise DomainError("voided")
    return held


def _clean(line: Line) -> Line:
    if line.errors:
        raise LineRefused(line.errors)
    return line


def _reword(held: Appointment, wording: StaffRow) -> None:
    """Keep the old wording with the time until which it was believed, then write the new one.

    Where it would meet another main place of work of the person, it is no longer the main one (the line said so).
    """
    now = clock.now()
    version_of(held, now).save(force_insert=True)
    for name in CORRECTING:
        setattr(held, name, getattr(wording, name))
    held.recorded_at = held.by_hand_at = now
    held.is_primary = held.is_primary and not main_ones_meeting(held).exists()
    held.save(update_fields=[*CORRECTING, "recorded_at", "by_hand_at", "is_primary"])


def _begin(
    before: Appointment, institution: Institution, wording: StaffRow, *, is_primary: bool = False
) -> Appointment:
    now = clock.now()
    terms: dict[str, Any] = {name: getattr(wording, name) for name in ("start_date", "end_date", *CHANGING)}
    if institution.pk == before.institution_id:
        terms |= {name: getattr(before, name) for name in (*COPIED, "phone")}
    made = Appointment.objects.create(
        person_id=wording.person,
        institution=institution,
        is_primary=is_primary,
        recorded_at=now,
        by_hand_at=now,
        **terms,
    )
    open_notices([made])
    return made


def _carry_leaves(actor: User, before: Appointment, made: Appointment) -> None:
    """Whoever is away goes on being away: of each leave the days from the change on stand with the new appointment."""
    day, said = made.start_date, {"recorded_at": clock.now(), "recorded_by": actor}
    rows = LeaveOfAbsence.objects.believed().filter(appointment=before).exclude(end_date__lte=day)
    for leave in rows.order_by("start_date", "pk"):
        begun, facts = leave.start_date < day, {"kind": leave.kind, **said}
        LeaveOfAbsence.objects.create(
            appointment=before, start_date=leave.start_date, end_date=day if begun else leave.end_date,
            withdrawn=not begun, replaces=leave, **facts,
        )  # fmt: skip
        LeaveOfAbsence.objects.create(
            appointment=made, start_date=max(leave.start_date, day), end_date=leave.end_date, **facts
        )


def _again(line: Line, made: Appointment) -> dict[str, Any]:
    """A tick against an officer's decision: the officers see it, and the audit trail keeps it."""
    if line.again:
        lay_before_officers([made.pk])
    return {"entered_again": True} if line.again else {}


def _told(actor: User, verb: str, made: Appointment, *, reason: str = "", **facts: Any) -> None:
    office = office_of(actor, Permission.ROSTER_IMPORT) or office_of(actor, Permission.APPOINTMENT_TRANSFER)
    audit.record(actor, verb, made, reason=reason, institution=made.institution_id, office=office, **facts)
    outbox.add("accounts.roster_imported", made.institution_id)


def _plain(line: Line) -> dict[str, list[Any]]:
    """Old and new as the audit trail keeps them."""
    changes = {
        name: [value if value is None or isinstance(value, bool | int) else str(value) for value in pair]
        for name, pair in line.changes.items()
    }
    return audit.without_words(changes, Appointment.PERSONAL)
