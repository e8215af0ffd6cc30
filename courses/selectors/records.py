"""Training records in the actor's reach, with their standing: counted, claimed, annulled."""

from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import Permission
from core.text import name_key
from courses.models import TrainingRecord
from courses.workflow import COUNTED, RecordStanding

# What the list can be narrowed to.
COUNTED_ONLY, CLAIMED_ONLY = "counted", "claimed"


def training_records(actor: User, *, standing: str = "", name: str = "") -> QuerySet[TrainingRecord]:
    """Present wordings only, newest first; annulled ones stay visible as such."""
    rows = TrainingRecord.objects.allowed(actor, Permission.TRAINING_RECORD_VIEW).filter(replaced_by__isnull=True)
    if standing == COUNTED_ONLY:
        rows = rows.filter(standing__in=COUNTED, annulment__isnull=True)
    elif standing == CLAIMED_ONLY:
        rows = rows.filter(standing=RecordStanding.CLAIMED, annulment__isnull=True)
    if name:
        rows = rows.filter(person__name_key__contains=name_key(name))
    return rows.select_related("person", "level", "base", "annulment").order_by("-completed_on", "-pk")
