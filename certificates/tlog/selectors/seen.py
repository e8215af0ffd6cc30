"""What the log says of a document that somebody has in hand."""

from datetime import datetime, timedelta

from django.db.models import Exists, Subquery

from certificates.tlog.models import Alarm, Checkpoint, Leaf, PendingEntry
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
    published_head,
)
from certificates.tlog.selectors.policies import policy
from core import clock

ABSENT, OTHERWISE, LATE, IN_QUESTION = "absent", "otherwise", "late", "in_question"
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


def in_question() -> bool:
    """Whether what is stored is not the log that was signed: the newest head tells of more entries than there are, or
    the signer has refused it since. Then nobody knows which entries are gone, and nothing rests on those that are left.

    A signer that lost its own memory says nothing about the log.
    """
    doubts = Alarm.objects.exclude(what=Alarm.What.STATE)
    heads = Checkpoint.objects.order_by("-size").annotate(
        last=Subquery(Leaf.objects.order_by("-idx").values("idx")[:1]),
        refused_at=Subquery(doubts.order_by("-at").values("at")[:1]),
        forked=Exists(doubts.filter(what=Alarm.What.FORK)),
    )
    newest = heads.values_list("size", "signed_at", "last", "refused_at", "forked").first()
    if newest is None:
        return doubts.exists()
    size, signed_at, last, refused_at, forked = newest
    return forked or last is None or size > last + 1 or (refused_at is not None and refused_at >= signed_at)


def is_late() -> bool:
    """Whether anything was put down over a day ago that no head covers which enough witnesses have seen."""
    head = published_head()
    final = head.size if head and is_final(head) else 0
    last = Leaf.objects.filter(idx__lt=final).order_by("-idx").values_list("pending", flat=True).first()
    waiting = PendingEntry.objects.filter(pk__gt=last or 0, created_at__lt=clock.now() - LONGEST_UNWITNESSED)
    return waiting.exists()


def _proof_holds(leaf: Leaf, head: Checkpoint, entry: bytes) -> bool:
    try:
        return check(proof_below(leaf, head).text(), policy()).entry == entry
    except NoteError:
        return False
