"""What roster imports read besides the staff itself: remembered meanings of heads, and who decided a row by hand."""

from collections.abc import Collection

from accounts.models import Appointment, Institution, RosterHeads
from core.heads import HeadMap
from core.models import AuditEntry


def remembered_heads(institution: Institution) -> dict[str, HeadMap]:
    """Signature of a set of heads -> what was last said that they mean. For services."""
    rows = RosterHeads.objects.filter(institution=institution).order_by("said_at", "pk")
    return {one.signature: HeadMap(one.fields, one.sheet) for one in rows}


def deciders(appointments: Collection[int | None]) -> dict[int, str]:
    """Appointment -> the login that last wrote it by hand. For services that tell the institution itself."""
    keys = [str(pk) for pk in appointments if pk]
    entries = AuditEntry.objects.filter(subject_type=Appointment._meta.label_lower, subject_id__in=keys)
    return {int(one.subject_id): str(one.actor) for one in entries.select_related("actor").order_by("at", "pk")}
