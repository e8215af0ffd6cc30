"""What the log says of a document that somebody has in hand."""

from datetime import datetime, timedelta

from certificates.tlog.models import Checkpoint, Leaf, PendingEntry
from certificates.tlog.notes import NoteError
from certificates.tlog.proofs import check
from certificates.tlog.selectors.entries import (
    FINAL,
    PENDING,
    PROVISIONAL,
    covering_head,
    is_final,
    place_of,
    proof_below,
)
from certificates.tlog.selectors.policies import policy
from core import clock

ABSENT, OTHERWISE, LATE = "absent", "otherwise", "late"
# So long the register alone answers for what is new.
LONGEST_UNWITNESSED = timedelta(hours=24)


def seen(entry: PendingEntry | None, *, commitment: bytes) -> str:
    """Of an entry as entries_about() reads it. pending, provisional or final; absent: no such entry; otherwise: the
    entry is of another document, or its proof does not hold; late: nobody has witnessed it within a day.

    Of a final entry the whole proof is checked anew, as a stranger would: path, signature of the log, witnesses.
    """
    if entry is None:
        return ABSENT
    if bytes(entry.commitment) != commitment:
        return OTHERWISE
    leaf = place_of(entry)
    head = covering_head(leaf.idx) if leaf else None
    if leaf is None or head is None or not is_final(head):
        late = entry.created_at < clock.now() - LONGEST_UNWITNESSED
        return LATE if late else PENDING if head is None else PROVISIONAL
    return FINAL if _proof_holds(leaf, head, bytes(entry.entry)) else OTHERWISE


def glanced(entry: PendingEntry, *, commitment: bytes, size: int) -> str:
    """The same for a list of many: below the witnessed head of that size counts as final, and no proof is computed."""
    if bytes(entry.commitment) != commitment:
        return OTHERWISE
    leaf = place_of(entry)
    if leaf is not None and leaf.idx < size:
        return FINAL
    return LATE if entry.created_at < clock.now() - LONGEST_UNWITNESSED else PENDING


def began_before(moment: datetime) -> bool:
    """Was there an entry before this moment?"""
    return PendingEntry.objects.filter(created_at__lt=moment).exists()


def _proof_holds(leaf: Leaf, head: Checkpoint, entry: bytes) -> bool:
    try:
        return check(proof_below(leaf, head).text(), policy()).entry == entry
    except NoteError:
        return False
