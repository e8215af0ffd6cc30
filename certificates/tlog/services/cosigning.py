"""The signer asks the witnesses: what have you seen, and please cosign. A bad answer of one stops no other, and only
a head that log and witness have both signed is believed against the log."""

import logging
from datetime import UTC, datetime

from django.db import transaction

from certificates.tlog import selectors
from certificates.tlog.merkle import consistency_proof, verify_consistency
from certificates.tlog.models import Alarm, Cosignature
from certificates.tlog.models import Checkpoint as Head
from certificates.tlog.policy import Witness
from certificates.tlog.selectors import CannotRebuild, TileReader
from certificates.tlog.services.desk import Desk, Refused
from certificates.tlog.services.witnesses import Seen, SeenMore, SeenOtherwise, Unreachable, cosign, seen_head

log = logging.getLogger(__name__)


def ask_witnesses(desk: Desk) -> dict[str, Seen]:
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


def have_cosigned(desk: Desk) -> None:
    """The newest head is put before everybody who has not cosigned it; refusals are raised after all were asked."""
    head = selectors.latest_head()
    if head is None:
        return
    stored, refusals = {one.witness for one in head.cosignatures.all()}, []
    for witness in desk.policy.witnesses.values():
        if witness.key.name in stored:
            continue
        try:
            _cosigned(desk, head, witness)
            stored.add(witness.key.name)
        except Unreachable as problem:
            log.warning("not cosigned: %s", problem)
        except Refused as refusal:
            refusals.append(refusal)
    if refusals:
        # A fork is what must not be forgotten.
        raise max(refusals, key=lambda one: one.what == Alarm.What.FORK)


def _cosigned(desk: Desk, head: Head, witness: Witness) -> None:
    old = desk.seen.get(witness.name, 0)
    try:
        line, at = _asked(head, witness, old)
    except SeenMore as more:
        line, at = _once_more(desk, head, witness, said=more.size)
    except SeenOtherwise:
        line, at = _once_more(desk, head, witness, said=None)
    seen_at = _moment(witness, at)
    desk.seen[witness.name] = head.size
    with transaction.atomic():
        Cosignature.objects.create(checkpoint=head, witness=witness.key.name, line=line, seen_at=seen_at)


def _once_more(desk: Desk, head: Head, witness: Witness, *, said: int | None) -> tuple[str, int]:
    """A number or a no proves nothing: what it has seen must be shown. What is shown is compared, then asked again."""
    shown = _shown(desk, witness)
    if shown:
        _compare(desk, head, witness, shown)
    size = shown.head.size if shown else said
    if size is None or size > head.size:
        raise Unreachable(f"{witness.name} refuses and shows nothing that this log has signed otherwise")
    try:
        return _asked(head, witness, size)
    except (SeenMore, SeenOtherwise) as again:
        raise Unreachable(f"{witness.name} refuses what grows out of the head that it shows") from again


def _shown(desk: Desk, witness: Witness) -> Seen | None:
    try:
        return seen_head(witness, origin=desk.origin, log=desk.signer.verifier)
    except Unreachable as problem:
        log.warning("witness shows nothing: %s", problem)
        return None


def _compare(desk: Desk, head: Head, witness: Witness, shown: Seen) -> None:
    seen = shown.head
    if seen.size > head.size:
        words = f"{witness.name} has cosigned a head of {seen.size}, ours has {head.size}"
        raise Refused(Alarm.What.OLDER, words, shown.note)
    path = consistency_proof(seen.size, head.size, TileReader())
    root = bytes(head.root)
    if not verify_consistency(old=seen.size, new=head.size, old_root=seen.root, new_root=root, path=path):
        _tell_fork_from_damage(witness, shown)


def _tell_fork_from_damage(witness: Witness, shown: Seen) -> None:
    """A changed row gives a wrong proof, too, and is no second history."""
    try:
        rebuilt = selectors.rebuild([shown.head.size])
    except CannotRebuild as problem:
        raise Refused(Alarm.What.TREE, str(problem)) from problem
    if rebuilt.roots.get(shown.head.size) != shown.head.root:
        words = f"{witness.name} has cosigned another root over the first {shown.head.size} entries"
        raise Refused(Alarm.What.FORK, words, shown.note)


def _asked(head: Head, witness: Witness, old: int) -> tuple[str, int]:
    if old > head.size:
        raise SeenMore(old)
    path = consistency_proof(old, head.size, TileReader())
    return cosign(witness, note=head.note, old=old, path=path)


def _moment(witness: Witness, at: int) -> datetime:
    try:
        return datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unreachable(f"{witness.name} cosigns at no moment of this calendar") from error
