"""Which rows would make two main places of work meet when their time changes; the decision made last gives way."""

from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.imports.people import batches
from accounts.imports.roster import RosterRow
from accounts.models import Appointment
from accounts.selectors.staff import main_ones_meeting, primary_ones_of
from core.plans import Action, Problem

LOST = _("For some of these days another appointment is the primary one. This one is no longer the primary one.")


def lost() -> Problem:
    return Problem("", "primary_lost", str(LOST))


def loses_primary(appointment: Appointment, start: date, end: date | None) -> bool:
    """Would it meet another main place of work of the person in other dates?"""
    if not appointment.is_primary:
        return False
    moved = copy(appointment)
    moved.start_date, moved.end_date = start, end
    return main_ones_meeting(moved).exists()


def give_up_meeting_ones(rows: Iterable[RosterRow]) -> None:
    """Among the rows of a file: the change says that they are no longer the main one, and why."""
    longer = [row for row in rows if row.action == Action.UPDATE and _is_moved(row)]
    for batch in batches(longer, 500):
        others: dict[int, list[Appointment]] = defaultdict(list)
        for one in primary_ones_of([row.person_id for row in batch if row.person_id]):
            others[one.person.merged_into_id or one.person_id].append(one)
        for row in batch:
            if any(_meets(row, one) for one in others[row.person_id or 0]):
                row.changes["is_primary"], row.values["is_primary"] = [True, False], False
                row.warnings.append(lost())


def _is_moved(row: RosterRow) -> bool:
    return row.appointment is not None and row.appointment.is_primary and "end_date" in row.changes


def _meets(row: RosterRow, other: Appointment) -> bool:
    end = row.values["end_date"] or date.max
    return other.pk != row.id and row.values["start_date"] < (other.end_date or date.max) and other.start_date < end
