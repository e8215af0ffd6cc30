"""Work of which an officer decided that it never was (a voided appointment), and who claims it again.

Until an officer has decided, nothing of whoever says not to work here is begun, changed or ended: neither by a file nor
by a line. Otherwise the decision would meet another row than the one that was denied.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.imports.roster import RosterRow
from accounts.models import Appointment, AppointmentDispute, Institution
from accounts.selectors import surviving
from core.plans import Action, Problem

STAYS_OUT = _("On %(day)s an officer decided that this person does not work here. It is not entered without a tick.")
AGAIN = _("On %(day)s an officer decided that this person does not work here. It is entered again by your tick.")

DENIED = _("This person says not to work here. Until an officer has decided, what is recorded of them here stays.")


class Voided(NamedTuple):
    """A time of which an officer decided that nobody worked there."""

    id: int
    start: date
    end: date | None
    voided_at: datetime

    def covers(self, start: date, end: date | None) -> bool:
        """Work from the day of the decision on is another matter than what was decided."""
        decided_on = localtime(self.voided_at).date()
        return start <= min(self.end or decided_on, decided_on) and (end or date.max) > self.start

    def stays_out(self) -> Problem:
        return Problem("", "voided", str(STAYS_OUT) % {"day": self.day})

    def again(self) -> Problem:
        return Problem("", "entered_again", str(AGAIN) % {"day": self.day})

    @property
    def day(self) -> str:
        return date_format(localtime(self.voided_at), "SHORT_DATE_FORMAT")


def voided_at(institution: Institution) -> dict[int, list[Voided]]:
    """Surviving person -> what was voided here."""
    found: dict[int, list[Voided]] = defaultdict(list)
    never = Appointment.objects.filter(institution=institution, voided_at__isnull=False)
    names = ("survivor", "pk", "start_date", "end_date", "voided_at")
    for person, *facts in never.annotate(survivor=surviving("person__")).order_by("pk").values_list(*names):
        found[person].append(Voided(*facts))
    return found


def denied_at(institution: Institution) -> frozenset[int]:
    """Surviving persons with a denial here that waits for an officer."""
    waiting = AppointmentDispute.objects.open_ones().filter(appointment__institution=institution)
    return frozenset(waiting.values_list(surviving("appointment__person__"), flat=True))


def waits_for_an_officer() -> Problem:
    return Problem("", "denied", str(DENIED))


def stretched_over(held: Appointment, person_id: int, start: date, end: date | None) -> Voided | None:
    """What other terms of an appointment would claim again and its present ones do not."""
    for one in voided_at(held.institution).get(person_id, ()):
        if one.covers(start, end) and not one.covers(held.start_date, held.end_date):
            return one
    return None


def claiming_again(rows: Iterable[RosterRow], institution: Institution) -> list[tuple[RosterRow, Voided]]:
    """Rows that would count a person for a time of which an officer decided otherwise: new ones, and longer ones."""
    voided = voided_at(institution)
    pairs = ((row, one) for row in rows for one in voided.get(row.person_id or 0, ()) if _claims(row, one))
    return list({row.row: (row, one) for row, one in pairs}.values())


def _claims(row: RosterRow, one: Voided) -> bool:
    if row.action == Action.CREATE:
        return one.covers(row.values["start_date"], row.values.get("end_date"))
    held = row.appointment
    if row.action != Action.UPDATE or held is None or "end_date" not in row.changes:
        return False
    return one.covers(held.start_date, row.values["end_date"]) and not one.covers(held.start_date, held.end_date)
