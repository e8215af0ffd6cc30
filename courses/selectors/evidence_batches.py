"""Many evidences at once, in the actor's reach: the institution's own, and those that an office has to decide."""

from dataclasses import dataclass
from math import ceil

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from accounts.permissions import Permission
from core.errors import NotAllowed
from courses.models import EvidenceBatch, EvidenceScan, ExternalEvidence
from courses.selectors.evidence import competent_regions
from courses.workflow import BatchState

# Of a batch at least so many are looked at, and a tenth of a large one.
LEAST, SHARE = 5, 10


def least_sample(rows: int) -> int:
    return min(rows, max(LEAST, ceil(rows / SHARE)))


def own_batches(actor: User) -> QuerySet[EvidenceBatch]:
    rows = EvidenceBatch.objects.allowed(actor, Permission.EVIDENCE_SUBMIT).select_related("institution__region")
    return rows.order_by("-submitted_at", "-pk")


def batches_to_decide(actor: User) -> QuerySet[EvidenceBatch]:
    """Of the regions for which the actor's body is competent today; the oldest first."""
    rows = EvidenceBatch.objects.allowed(actor, Permission.TRAINING_RECORD_CONFIRM)
    waiting = rows.filter(state__in=[BatchState.SUBMITTED, BatchState.DRAWN])
    mine = waiting.filter(institution__region__in=competent_regions(actor, waiting.values("institution__region")))
    return mine.select_related("institution__region").order_by("submitted_at", "pk")


@dataclass(frozen=True)
class BatchRow:
    evidence: ExternalEvidence
    # For whoever decides: the submitter does not read who was drawn before it is decided.
    drawn: bool


def batch_for(actor: User, pk: int, permission: Permission) -> EvidenceBatch:
    """Raises NotAllowed, also when there is none."""
    rows = EvidenceBatch.objects.allowed(actor, permission).select_related("institution__region")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotAllowed(permission=permission.value)
    return found


def rows_of(batch: EvidenceBatch, *, shows_draw: bool) -> list[BatchRow]:
    """In the order of the table; for whoever decides those that were drawn first."""
    rows = batch.evidence.select_related("person__merged_into", "record__annulment").order_by("place")
    # Beside a row that was drawn whoever decides finds its scans; their bytes are not read here.
    rows = rows.prefetch_related(Prefetch("scans", EvidenceScan.objects.defer("scanned").order_by("pk")))
    found = [BatchRow(one, shows_draw and one.place in batch.places) for one in rows]
    return sorted(found, key=lambda row: not row.drawn)


def all_agree(batch: EvidenceBatch) -> bool:
    agreeing = batch.evidence.filter(place__in=batch.places, agrees=True).count()
    return bool(batch.places) and agreeing == len(batch.places)
