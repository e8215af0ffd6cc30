"""The signer: signs a head only after it has computed the whole tree anew from the entries, and only one that grows
out of what it signed last and of what the witnesses have seen. Runs as a process of its own, alone with the key."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import transaction

from certificates.tlog import selectors
from certificates.tlog.merkle import consistency_proof
from certificates.tlog.models import Alarm, Cosignature
from certificates.tlog.models import Checkpoint as Head
from certificates.tlog.notes import Checkpoint, Signer
from certificates.tlog.policy import Policy, Witness
from certificates.tlog.selectors import CannotRebuild, Rebuilt, TileReader
from certificates.tlog.services.memory import Memory, MemoryLost, Remembered
from certificates.tlog.services.witnesses import Seen, SeenMore, SeenOtherwise, Unreachable, cosign, seen_head
from core import clock

log = logging.getLogger(__name__)


class Refused(Exception):
    """The signer does not sign: which alarm, and in words."""

    def __init__(self, what: str, words: str) -> None:
        self.what, self.words = what, words
        super().__init__(f"{what}: {words}")


@dataclass
class Desk:
    """What the signer has before it: its key, its memory, whom it asks."""

    signer: Signer
    memory: Memory
    policy: Policy
    # What each witness was last known to have cosigned.
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return self.signer.verifier.name


def sign_head(desk: Desk) -> Head | None:
    """One turn: rebuild, compare, sign when there is something new, ask the witnesses. Raises Refused, and then an
    alarm stands in the table; answers the head that was signed now."""
    try:
        signed = _sign(desk)
        _have_cosigned(desk)
    except Refused as refusal:
        _raise_alarm(refusal)
        raise
    return signed


def _sign(desk: Desk) -> Head | None:
    last = _remembered(desk)
    seen = _ask_witnesses(desk)
    rebuilt = _rebuilt([last.size, *(one.head.size for one in seen.values())])
    _compare(rebuilt, last.checkpoint, Alarm.What.OLDER, "this signer has signed")
    _compare_seen(rebuilt, seen)
    if last.note:
        # Signed, and perhaps killed before it was published.
        _publish(last.checkpoint, last.note)
    if rebuilt.size <= last.size:
        return None
    checkpoint = Checkpoint(origin=desk.origin, size=rebuilt.size, root=rebuilt.root)
    note = f"{checkpoint.text()}\n{desk.signer.line(checkpoint.text())}"
    desk.memory.write(checkpoint, note)
    return _publish(checkpoint, note)


def _remembered(desk: Desk) -> Remembered:
    try:
        last = desk.memory.read()
    except MemoryLost as lost:
        raise Refused(Alarm.What.STATE, str(lost)) from lost
    if last.origin != desk.origin:
        raise Refused(Alarm.What.STATE, f"the memory is of {last.origin}, the key of {desk.origin}")
    return last


def adopt(desk: Desk) -> Remembered:
    """A lost memory is made anew from what the witnesses hold: a quorum of them must answer, and the tree must fit."""
    seen = _ask_witnesses(desk)
    answered = [one.key for one in desk.policy.witnesses.values() if one.name in desk.seen]
    if not desk.policy.is_met(answered):
        raise Refused(Alarm.What.STATE, "too few witnesses answer to make the memory anew from what they hold")
    _compare_seen(_rebuilt([one.head.size for one in seen.values()]), seen)
    if seen:
        newest = max(seen.values(), key=lambda one: one.head.size)
        desk.memory.write(newest.head, newest.note)
    else:
        desk.memory.begin(desk.origin)
    return desk.memory.read()


def _ask_witnesses(desk: Desk) -> dict[str, Seen]:
    """The heads they have seen. One that does not answer is passed over: it will refuse by itself what does not fit."""
    found = {}
    for witness in desk.policy.witnesses.values():
        try:
            seen = seen_head(witness, origin=desk.origin, log=desk.signer.verifier)
        except Unreachable as problem:
            log.warning("witness not asked: %s", problem)
            continue
        desk.seen[witness.name] = seen.head.size if seen else 0
        if seen:
            found[witness.name] = seen
    return found


def _rebuilt(sizes: list[int]) -> Rebuilt:
    try:
        return selectors.rebuild(sizes)
    except CannotRebuild as problem:
        raise Refused(Alarm.What.TREE, str(problem)) from problem


def _compare(rebuilt: Rebuilt, head: Checkpoint, what: str, who: str) -> None:
    if head.size > rebuilt.size:
        words = f"{who} a head of {head.size}; only {rebuilt.size} entries are stored"
        raise Refused(Alarm.What.OLDER, words)
    if rebuilt.roots[head.size] != head.root:
        other = Alarm.What.TREE if what == Alarm.What.OLDER else what
        raise Refused(other, f"{who} another root over the first {head.size} entries")


def _compare_seen(rebuilt: Rebuilt, seen: dict[str, Seen]) -> None:
    for name, one in seen.items():
        _compare(rebuilt, one.head, Alarm.What.FORK, f"{name} has cosigned")


def _publish(checkpoint: Checkpoint, note: str) -> Head:
    head, _made = Head.objects.get_or_create(
        size=checkpoint.size, defaults={"root": checkpoint.root, "note": note, "signed_at": clock.now()}
    )
    if head.note != note or bytes(head.root) != checkpoint.root:
        raise Refused(Alarm.What.TREE, f"another head of {checkpoint.size} is published than was signed")
    return head


# --- witnesses ------------------------------------------------------------------------------------------------------
def _have_cosigned(desk: Desk) -> None:
    head = selectors.latest_head()
    if head is None:
        return
    stored = {one.witness for one in head.cosignatures.all()}
    for witness in desk.policy.witnesses.values():
        if witness.key.name in stored:
            continue
        try:
            _cosigned(desk, head, witness)
        except Unreachable as problem:
            log.warning("not cosigned: %s", problem)


def _cosigned(desk: Desk, head: Head, witness: Witness) -> None:
    try:
        line, at = _asked(head, witness, desk.seen.get(witness.name, 0))
    except SeenMore as more:
        line, at = _once_more(desk, head, witness, more.size)
    except SeenOtherwise as other:
        raise Refused(
            Alarm.What.FORK, f"{witness.name} does not find the head of {head.size} in what it saw"
        ) from other
    desk.seen[witness.name] = head.size
    seen_at = datetime.fromtimestamp(at, UTC)
    with transaction.atomic():
        Cosignature.objects.create(checkpoint=head, witness=witness.key.name, line=line, seen_at=seen_at)


def _once_more(desk: Desk, head: Head, witness: Witness, size: int) -> tuple[str, int]:
    if size > head.size:
        raise Refused(Alarm.What.OLDER, f"{witness.name} has cosigned a head of {size}, ours has {head.size}")
    try:
        return _asked(head, witness, size)
    except SeenMore as again:
        raise Unreachable(f"{witness.name} changes its mind") from again
    except SeenOtherwise as other:
        raise Refused(Alarm.What.FORK, f"{witness.name} has another history of {size} entries") from other


def _asked(head: Head, witness: Witness, old: int) -> tuple[str, int]:
    if old > head.size:
        raise SeenMore(old)
    path = consistency_proof(old, head.size, TileReader())
    return cosign(witness, note=head.note, old=old, path=path)


# --- alarm ----------------------------------------------------------------------------------------------------------
def _raise_alarm(refusal: Refused) -> None:
    """Once per state of affairs: the same again is only said in the log."""
    log.critical("the log's signer refuses: %s", refusal)
    head = selectors.latest_head()
    size, known = head.size if head else 0, selectors.open_alarm()
    if known and (known.what, known.words, known.size) == (refusal.what, refusal.words[:300], size):
        return
    Alarm.objects.create(what=refusal.what, words=refusal.words[:300], size=size, at=clock.now())
