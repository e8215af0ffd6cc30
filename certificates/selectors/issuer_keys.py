"""What is stored of the issuer's keys and of how one took over from another; which rows are believed: see the ring."""

import json
from datetime import UTC

from certificates.models import BeforeTheLog, IssuerKey, KeyRotation
from certificates.tlog.models import Kind, PendingEntry


def key_rows(controller: str) -> list[IssuerKey]:
    """As they were written down, oldest first."""
    return list(IssuerKey.objects.filter(controller=controller).order_by("active_from", "pk"))


def rotations_of(rows: list[IssuerKey]) -> list[tuple[KeyRotation, set[bytes]]]:
    """Each with what the log holds about it."""
    found = KeyRotation.objects.filter(key__in=rows, former__in=rows).select_related("former", "key").order_by("pk")
    entries = PendingEntry.objects.filter(kind=Kind.KEY_ROTATED, ref__in=[one.uuid for one in found]).order_by("pk")
    return [(one, {bytes(entry.commitment) for entry in entries if entry.ref == one.uuid}) for one in found]


def keys_before() -> frozenset[int]:
    """The closed list of the migration: keys of whose taking over no rotation tells."""
    return frozenset(one for kept in BeforeTheLog.objects.values_list("keys", flat=True) for one in kept)


def rotation_statement(former: IssuerKey, key: IssuerKey) -> str:
    """Canonical JSON: keys in order, no spaces, one form per value."""
    facts = {
        "at": key.active_from.astimezone(UTC).isoformat(timespec="microseconds"),
        "controller": key.controller,
        "former": {"method": former.method, "public_key": former.public_key},
        "key": {"method": key.method, "public_key": key.public_key},
        "v": 1,
    }
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))


def rotation_document(rotation: KeyRotation) -> bytes:
    """The bytes to which the log's entry about a rotation commits: the statement, then both signatures, a line each."""
    return f"{rotation.statement}\n{rotation.former_signature}\n{rotation.key_signature}\n".encode()


def rotation_opened(ref: str) -> tuple[str, str] | None:
    """What opens the entry: the salt and the document. Keys are for everybody, so this is too."""
    found = KeyRotation.objects.filter(uuid=ref).first()
    return (found.salt, rotation_document(found).decode()) if found else None
