"""The signer: signs a head only after it has computed the whole tree anew from the entries, and only one that grows
out of what it signed last and of what the witnesses have seen. Runs as a process of its own, alone with the key."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from certificates.tlog import selectors
from certificates.tlog.models import Alarm
from certificates.tlog.models import Checkpoint as Head
from certificates.tlog.notes import Checkpoint
from certificates.tlog.selectors import CannotRebuild, Rebuilt
from certificates.tlog.services.cosigning import ask_witnesses, have_cosigned
from certificates.tlog.services.desk import Desk, Refused
from certificates.tlog.services.memory import MemoryLost, Remembered
from certificates.tlog.services.witnesses import Seen
from core import clock

log = logging.getLogger(__name__)


def sign_head(desk: Desk) -> Head | None:
    """One turn: rebuild, compare, sign when there is something new, ask the witnesses. Raises Refused, and then an
    alarm stands in the table; answers the head that was signed now."""
    with _alarming():
        _refuse_known_fork()
        signed = _sign(desk)
        have_cosigned(desk)
    return signed


def cosign_head(desk: Desk) -> None:
    """Only asks the witnesses that have not cosigned the newest head: nothing is signed, so nothing is rebuilt."""
    with _alarming():
        _refuse_known_fork()
        have_cosigned(desk)


def _refuse_known_fork() -> None:
    """Also while the witness that showed it is away."""
    if known := selectors.known_fork():
        raise Refused(known.what, known.words)


def _sign(desk: Desk) -> Head | None:
    last = _remembered(desk)
    seen = ask_witnesses(desk)
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
    """A lost memory is made anew from the newest head that a witness holds or that is stored with our signature: a
    quorum of witnesses must answer, and the tree must fit. It never begins at nought: a key that has signed nothing
    is made anew together with its memory."""
    _refuse_known_fork()
    seen = ask_witnesses(desk)
    answered = [one.key for one in desk.policy.witnesses.values() if one.name in desk.seen]
    if desk.policy.quorum == "none" or not desk.policy.is_met(answered):
        raise Refused(Alarm.What.STATE, "too few witnesses answer to make the memory anew from what they hold")
    _compare_seen(_rebuilt([one.head.size for one in seen.values()]), seen)
    known = [*_stored(desk), *seen.values()]
    if not known:
        raise Refused(Alarm.What.STATE, "no head that this key has signed is stored or held by a witness")
    newest = max(known, key=lambda one: one.head.size)
    desk.memory.write(newest.head, newest.note)
    return desk.memory.read()


def _stored(desk: Desk) -> list[Seen]:
    """The newest stored head whose note our key has signed; that its root is the tree's the rebuilding has shown."""
    for head in Head.objects.order_by("-size").iterator():
        if selectors.signed_by(head, head.note, [desk.signer.verifier]):
            return [Seen(Checkpoint(origin=desk.origin, size=head.size, root=bytes(head.root)), head.note)]
    return []


def _rebuilt(sizes: list[int]) -> Rebuilt:
    try:
        return selectors.rebuild(sizes)
    except CannotRebuild as problem:
        raise Refused(Alarm.What.TREE, str(problem)) from problem


def _compare(rebuilt: Rebuilt, head: Checkpoint, what: str, who: str, evidence: str = "") -> None:
    if head.size > rebuilt.size:
        words = f"{who} a head of {head.size}; only {rebuilt.size} entries are stored"
        raise Refused(Alarm.What.OLDER, words, evidence)
    if rebuilt.roots[head.size] != head.root:
        other = Alarm.What.TREE if what == Alarm.What.OLDER else what
        raise Refused(other, f"{who} another root over the first {head.size} entries", evidence)


def _compare_seen(rebuilt: Rebuilt, seen: dict[str, Seen]) -> None:
    for name, one in seen.items():
        _compare(rebuilt, one.head, Alarm.What.FORK, f"{name} has cosigned", one.note)


def _publish(checkpoint: Checkpoint, note: str) -> Head:
    head, _made = Head.objects.get_or_create(
        size=checkpoint.size, defaults={"root": checkpoint.root, "note": note, "signed_at": clock.now()}
    )
    if head.note != note or bytes(head.root) != checkpoint.root:
        raise Refused(Alarm.What.TREE, f"another head of {checkpoint.size} is published than was signed")
    return head


# --- alarm ----------------------------------------------------------------------------------------------------------
@contextmanager
def _alarming() -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        _raise_alarm(refusal)
        raise


def _raise_alarm(refusal: Refused) -> None:
    """Once per state of affairs: the same again is only said in the log."""
    log.critical("the log's signer refuses: %s%s", refusal, refusal.evidence and f"; shown by\n{refusal.evidence}")
    head = selectors.latest_head()
    size, known = head.size if head else 0, selectors.open_alarm()
    if known and (known.what, known.words, known.size) == (refusal.what, refusal.words[:300], size):
        return
    Alarm.objects.create(what=refusal.what, words=refusal.words[:300], size=size, at=clock.now())
