"""What goes in: one small canonical entry with a salted commitment, in the caller's own transaction."""

import json
import re
import uuid
from datetime import UTC, datetime
from hashlib import sha256

from django.db import IntegrityError, connection, transaction

from certificates.tlog.models import LONGEST_ENTRY, Kind, PendingEntry
from certificates.tlog.notes import to_base64
from certificates.tlog.selectors.entries import last_turn
from core import clock
from core.errors import DomainError

VERSION = 1
SALT_SIZE = 32
# Codes and addresses: nothing that could be a name.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#%@+-]{0,119}")


def commit(salt: bytes, data: bytes) -> bytes:
    """Binds to the bytes and tells nothing about them; once the salt is destroyed nobody can link the entry again."""
    if len(salt) != SALT_SIZE:
        raise ValueError(f"a salt has {SALT_SIZE} bytes")
    return sha256(salt + data).digest()


def append(*, kind: str, ref: str, commitment: bytes, issuer: str, policy: str, turn: int = 0) -> PendingEntry:
    """Put one entry down, once: the same again answers the first, another commitment under the same name is refused.

    `kind`: one of Kind; `ref`: the random uuid of the thing; `issuer`, `policy`: codes. `turn`: 1, 2, 3 … for changes
    of one thing, whose caller holds its row, so that none is left out; nought for what is said once. Inside the
    transaction of what it is about, so that neither is there without the other.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("append() belongs into the transaction of what it is about")
    name = _checked(kind, ref, commitment, issuer, policy)
    if found := _same(kind, name, turn, commitment):
        return found
    _check_turn(name, turn)
    told = {"issuer": issuer, "policy": policy} | ({"turn": turn} if turn else {})
    entry = _entry(kind, name, commitment, told, clock.now())
    try:
        with transaction.atomic():
            return PendingEntry.objects.create(kind=kind, ref=name, turn=turn, commitment=commitment, entry=entry)
    except IntegrityError:
        # Somebody else was there first, between the look and the row.
        if found := _same(kind, name, turn, commitment):
            return found
        raise


def _checked(kind: str, ref: str, commitment: bytes, issuer: str, policy: str) -> uuid.UUID:
    if kind not in Kind.values:
        raise DomainError("log_kind_unknown", kind=kind)
    if not isinstance(commitment, bytes) or len(commitment) != sha256().digest_size:
        raise DomainError("log_commitment_wrong", bytes=len(commitment))
    if wrong := [name for name, code in (("issuer", issuer), ("policy", policy)) if not _CODE.fullmatch(str(code))]:
        raise DomainError("log_code_wrong", columns=wrong)
    return _random(ref)


def _random(ref: str) -> uuid.UUID:
    """Version 4: the others tell of a machine, a moment, or a name that somebody could try out."""
    try:
        name = uuid.UUID(str(ref))
    except ValueError as error:
        raise DomainError("log_ref_wrong") from error
    if name.version != 4:
        raise DomainError("log_ref_wrong")
    return name


def _same(kind: str, ref: uuid.UUID, turn: int, commitment: bytes) -> PendingEntry | None:
    found = PendingEntry.objects.filter(ref=ref, turn=turn, **({} if turn else {"kind": kind})).first()
    if found and (found.kind, bytes(found.commitment)) != (kind, commitment):
        raise DomainError("log_entry_differs", kind=kind, ref=str(ref))
    return found


def _check_turn(ref: uuid.UUID, turn: int) -> None:
    """A history has no gap, so that whoever reads it knows that nothing was left out."""
    if turn and turn != last_turn(ref) + 1:
        raise DomainError("log_turn_wrong", ref=str(ref), turn=turn)


def _entry(kind: str, ref: uuid.UUID, commitment: bytes, told: dict[str, str | int], at: datetime) -> bytes:
    """Canonical JSON: keys in order, no spaces, one form per value."""
    facts = told | {
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": to_base64(commitment),
        "kind": kind,
        "ref": str(ref),
        "v": VERSION,
    }
    entry = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    if len(entry) >= LONGEST_ENTRY:
        raise DomainError("log_entry_too_long", bytes=len(entry))
    return entry
