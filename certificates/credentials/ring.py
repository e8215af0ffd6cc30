"""Which key signs credentials, and which one signed at a moment: of the stored rows those that are believed."""

from datetime import datetime
from itertools import pairwise

from certificates.credentials import keys
from certificates.models import IssuerKey, KeyRotation
from certificates.selectors.issuer_keys import (
    key_rows,
    keys_before,
    rotation_document,
    rotation_statement,
    rotations_of,
)
from certificates.tlog.notes import NoteError, from_base64
from certificates.tlog.services import commit


def active_key(controller: str) -> IssuerKey | None:
    ring = key_ring(controller)
    return ring[-1][0] if ring else None


def key_ring(controller: str) -> list[tuple[IssuerKey, datetime | None]]:
    """Every key that ever signed, oldest first, each with the moment at which the next one took over.

    A row of the table makes no key: see _trusted().
    """
    rows = key_rows(controller)
    ring = _trusted(rows) if rows else []
    ended = [following.active_from for _key, following in pairwise(ring)]
    return list(zip(ring, [*ended, None], strict=True)) if ring else []


def _trusted(rows: list[IssuerKey]) -> list[IssuerKey]:
    """The oldest key of which this process has the private half, and all that rotations lead to from it, in both
    directions: what a key signed it agreed to. Keys from before rotations were put down are taken as they were.

    Where none of that is there, as under a former address of the site, the first key that was written down.
    """
    known = {row.pk for row in rows}.intersection(keys_before()) if len(rows) > 1 else set()
    if first := [row for row in rows if is_here(row)] or ([] if known else rows):
        known.add(min(row.pk for row in first))
    links = _links(rows) if len(rows) > len(known) else []
    while found := next((pair for pair in links if len(known & pair) == 1), None):
        known |= found
    return [row for row in rows if row.pk in known]


def key_of(method: str, *, at: datetime | None = None) -> IssuerKey | None:
    """The key of that name, if it was the one that signed at that moment."""
    controller, _hash, _fragment = method.partition("#")
    for key, ended in key_ring(controller):
        if key.method == method:
            return key if at is None or _signed_at(key, ended, at) else None
    return None


def _signed_at(key: IssuerKey, ended: datetime | None, at: datetime) -> bool:
    """Proofs name whole seconds."""
    return key.active_from.replace(microsecond=0) <= at and (ended is None or at <= ended)


def is_here(key: IssuerKey) -> bool:
    """Has this process its private half?"""
    return key.version in keys.versions() and keys.public_multibase(key.version) == key.public_key


def _links(rows: list[IssuerKey]) -> list[set[int]]:
    """Pairs of keys of which a rotation holds."""
    return [{one.former_id, one.key_id} for one, logged in rotations_of(rows) if _holds(one, logged)]


def _holds(rotation: KeyRotation, logged: set[bytes]) -> bool:
    """Signed by both keys over what their rows say, and put down in the log as it stands here."""
    if rotation.statement != rotation_statement(rotation.former, rotation.key):
        return False
    signed = ((rotation.former, rotation.former_signature), (rotation.key, rotation.key_signature))
    try:
        commitment = commit(bytes.fromhex(rotation.salt), rotation_document(rotation))
        good = all(keys.signed_by(key.public_key, from_base64(one), rotation.statement.encode()) for key, one in signed)
    except (ValueError, NoteError):
        return False
    return good and commitment in logged
