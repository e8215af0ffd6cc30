"""Where an entry stands: waiting, in a published head, seen by enough witnesses; and the proof of it."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, Max, OuterRef, QuerySet

from certificates.tlog.merkle import inclusion_proof
from certificates.tlog.models import Alarm, Checkpoint, Cosignature, Leaf, PendingEntry
from certificates.tlog.notes import Checkpoint as Told
from certificates.tlog.notes import Note, NoteError, Verifier
from certificates.tlog.proofs import Proof
from certificates.tlog.selectors.policies import policy
from certificates.tlog.selectors.tree import TileReader
from core import clock

PENDING, PROVISIONAL, FINAL = "pending", "provisional", "final"
# An entry that waits longer means that sequencer or signer stand still.
LONGEST_WAIT = timedelta(minutes=10)
# Heads looked at for one that enough witnesses have seen: normally the first one is.
HEADS = 50


def leaf_of(*, kind: str, ref: str, turn: int = 0) -> Leaf | None:
    """The entry's place in the tree, also of one that no head covers yet."""
    try:
        name = uuid.UUID(str(ref))
    except ValueError:
        return None
    rows = Leaf.objects.filter(pending__kind=kind, pending__ref=name, pending__turn=turn)
    return rows.select_related("pending").first()


def entries_about(ref: uuid.UUID) -> list[PendingEntry]:
    """Everything that was put down about one thing, in the order of the tree; what waits for its place comes last."""
    rows = PendingEntry.objects.filter(ref=ref).select_related("leaf")
    return list(rows.order_by(F("leaf__idx").asc(nulls_last=True), "pk"))


def entries_about_each(refs: Collection[uuid.UUID]) -> dict[uuid.UUID, list[PendingEntry]]:
    """The same of many things, in one statement."""
    found: dict[uuid.UUID, list[PendingEntry]] = {ref: [] for ref in refs}
    rows = PendingEntry.objects.filter(ref__in=found).select_related("leaf")
    for entry in rows.order_by(F("leaf__idx").asc(nulls_last=True), "pk"):
        found[entry.ref].append(entry)
    return found


def witnessed_size() -> int:
    """How many entries lie below the newest head that enough witnesses have seen."""
    head = published_head()
    return head.size if head and is_final(head) else 0


def last_turn(ref: uuid.UUID) -> int:
    """How many changes of one thing were put down; nought for none."""
    return PendingEntry.objects.filter(ref=ref).aggregate(last=Max("turn"))["last"] or 0


def place_of(entry: PendingEntry) -> Leaf | None:
    """Of a row as entries_about() reads it."""
    return getattr(entry, "leaf", None)


def standing(*, kind: str, ref: str) -> str:
    """pending: in no published head; provisional: in one that too few witnesses have seen; final: enough have."""
    leaf = leaf_of(kind=kind, ref=ref)
    if leaf is None:
        return PENDING
    head = covering_head(leaf.idx)
    if head is None:
        return PENDING
    return FINAL if is_final(head) else PROVISIONAL


def proof_text(*, kind: str, ref: str, turn: int = 0) -> str | None:
    """The proof file of an entry below the earliest final head; while there is none, below the earliest head."""
    leaf = leaf_of(kind=kind, ref=ref, turn=turn)
    head = covering_head(leaf.idx) if leaf else None
    if leaf is None or head is None:
        return None
    return proof_below(leaf, head).text()


def proof_below(leaf: Leaf, head: Checkpoint) -> Proof:
    """The entry's way to the root of this head."""
    path = inclusion_proof(leaf.idx, head.size, TileReader())
    return Proof(entry=bytes(leaf.entry), index=leaf.idx, path=tuple(path), note=full_note(head))


def covering_head(index: int) -> Checkpoint | None:
    """The earliest final head over this entry, so that a proof stays the same; else the earliest."""
    over = Checkpoint.objects.filter(size__gt=index).prefetch_related("cosignatures").order_by("size")
    seen = _cosigned(over)
    final = next((head for head in seen[:HEADS] if is_final(head)), None)
    return final or _newest_if_final(seen) or over.first()


def _cosigned(heads: QuerySet[Checkpoint]) -> QuerySet[Checkpoint]:
    """Those with any cosignature: while witnesses are away, many heads have none, and none of them is final."""
    return heads.filter(Exists(Cosignature.objects.filter(checkpoint=OuterRef("pk"))))


def _newest_if_final(heads: QuerySet[Checkpoint]) -> Checkpoint | None:
    """Too few witnesses were there for long; all come back at a head far behind the first ones."""
    newest = heads.order_by("-size").first()
    return newest if newest and is_final(newest) else None


def is_final(head: Checkpoint) -> bool:
    """Enough witnesses have seen it. A policy that asks nobody makes nothing final."""
    whom = policy()
    return whom.quorum != "none" and whom.is_met(cosigned_by(head))


def cosigned_by(head: Checkpoint) -> set[Verifier]:
    """The witnesses whose good signatures are stored with the head: checked again, whoever wrote the rows."""
    whom = policy()
    logs = whom.log_keys(settings.TLOG_ORIGIN)
    signed = signed_by(head, full_note(head), [*logs, *whom.witness_keys()])
    return signed.difference(logs) if signed.intersection(logs) else set()


def signed_by(head: Checkpoint, note: str, keys: Collection[Verifier]) -> set[Verifier]:
    """Whose good signatures stand under the note; nobody's when it tells of another head than the row."""
    try:
        parsed = Note.parse(note)
        told, signed = Told.parse(parsed.text), set(parsed.signed_by(keys))
    except NoteError:
        return set()
    return signed if told == Told(settings.TLOG_ORIGIN, head.size, bytes(head.root)) else set()


def full_note(head: Checkpoint) -> str:
    """The head with its cosignatures, in an order that does not change."""
    return head.note + "".join(one.line for one in sorted(head.cosignatures.all(), key=lambda one: one.witness))


def latest_head() -> Checkpoint | None:
    return Checkpoint.objects.prefetch_related("cosignatures").order_by("-size").first()


def published_head() -> Checkpoint | None:
    """What the world is shown: the newest head that enough witnesses have seen; while there is none, the newest."""
    heads = Checkpoint.objects.prefetch_related("cosignatures").order_by("-size")
    return next((head for head in _cosigned(heads)[:HEADS] if is_final(head)), None) or latest_head()


def needs_signing(signed: int) -> bool:
    """Entries beyond the head that was signed last."""
    last = Leaf.objects.order_by("-idx").values_list("idx", flat=True).first()
    return last is not None and last >= signed


def needs_cosigning() -> bool:
    """The newest head is one that some witness has not cosigned."""
    head = latest_head()
    return head is not None and len(cosigned_by(head)) < len(policy().witnesses)


def unwitnessed_since() -> datetime | None:
    """When the oldest head was signed that no final head covers, once that is too long ago."""
    if policy().quorum == "none":
        return None
    newest = published_head()
    final = newest.size if newest and is_final(newest) else 0
    oldest = Checkpoint.objects.filter(size__gt=final).order_by("size").first()
    return oldest.signed_at if oldest and oldest.signed_at < clock.now() - LONGEST_WAIT else None


def known_fork() -> Alarm | None:
    """A second history was shown once: nothing that is signed later makes that undone."""
    return Alarm.objects.filter(what=Alarm.What.FORK).order_by("-at", "-pk").first()


def open_alarm() -> Alarm | None:
    """The newest alarm, unless a head was signed since; a fork is open for ever."""
    if fork := known_fork():
        return fork
    alarm = Alarm.objects.order_by("-at", "-pk").first()
    if alarm and Checkpoint.objects.filter(signed_at__gt=alarm.at).exists():
        return None
    return alarm


def log_moves() -> bool:
    """Whether what is put down gets into heads and before the witnesses in time, and no alarm is open."""
    head = latest_head()
    last = Leaf.objects.filter(idx__lt=head.size).order_by("-idx").values("pending").first() if head else None
    late = PendingEntry.objects.filter(pk__gt=last["pending"] if last else 0, created_at__lt=clock.now() - LONGEST_WAIT)
    return not late.exists() and open_alarm() is None and unwitnessed_since() is None
