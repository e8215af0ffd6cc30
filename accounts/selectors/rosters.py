"""What roster imports read besides the staff itself: remembered meanings of heads, and who decided a row by hand."""

from collections.abc import Collection

from django.db.models import Q
from django.utils.translation import gettext

from accounts.models import Appointment, Institution, RosterHeads
from core.heads import HeadMap
from core.models import AuditEntry

# What accounts.services.appointments writes down when it sets `by_hand_at`.
BY_HAND = (
    "accounts.joining_recorded",
    "accounts.leaving_recorded",
    "accounts.change_recorded",
    "accounts.appointment_corrected",
    "accounts.person_transferred",
)
# A file decides by hand where it ends somebody by a tick.
IMPORTED = "accounts.roster_imported"


def remembered_heads(institution: Institution) -> dict[str, HeadMap]:
    """Signature of a set of heads -> what was last said that they mean. For services."""
    rows = RosterHeads.objects.filter(institution=institution).order_by("said_at", "pk")
    return {one.signature: HeadMap(one.fields, one.sheet) for one in rows}


def deciders(appointments: Collection[int | None]) -> dict[int, str]:
    """Appointment -> the office that last decided it by hand. For services that tell the institution itself.

    Never a login: whoever else wrote something about the row (the person answering, say) has decided nothing.
    """
    keys = {pk for pk in appointments if pk}
    found: dict[int, str] = {}
    for entry in _decisions(keys):
        line = {int(entry.subject_id), entry.facts.get("before")}
        decided = set(entry.facts["ended"]) if entry.verb == IMPORTED else line
        found |= dict.fromkeys(keys & decided, entry.facts.get("office") or gettext("an officer"))
    return found


def _decisions(appointments: Collection[int]) -> list[AuditEntry]:
    """By line, the ends of files among them, oldest first. What went on elsewhere stands with the later row."""
    pairs = Appointment.objects.filter(pk__in=appointments).values_list("person", "person__merged_into")
    people = {person for pair in pairs for person in pair if person}
    rows = Appointment.objects.filter(person__in=people).values_list("pk", "institution")
    by_line = Q(subject_type=Appointment._meta.label_lower, subject_id__in=[str(pk) for pk, _place in rows])
    by_file = Q(subject_type=Institution._meta.label_lower, subject_id__in={str(place) for _pk, place in rows})
    entries = AuditEntry.objects.filter(
        by_line & Q(verb__in=BY_HAND) | by_file & Q(verb=IMPORTED, facts__has_key="ended")
    )
    return list(entries.order_by("at", "pk"))
