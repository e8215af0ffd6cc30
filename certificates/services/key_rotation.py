"""One issuer key takes over from another: a statement that both sign, put down in the public log.

Who steals the new key alone, or writes a row with a key of his own, cannot say that the former one agreed.
"""

import json
import secrets
from datetime import UTC
from itertools import pairwise
from uuid import uuid4

from certificates.credentials import keys
from certificates.models import IssuerKey, KeyRotation
from certificates.selectors.issuer_keys import rotation_document
from certificates.tlog import services as tlog
from certificates.tlog.models import Kind
from certificates.tlog.notes import to_base64

# The rules under which a rotation comes into the log: docs/decisions/0030.
LOG_POLICY = "issuer-key-1"


def put_down_rotation(former: IssuerKey, key: IssuerKey) -> KeyRotation:
    """In the transaction that takes the key into use. Needs both private halves."""
    statement = _statement(former, key)
    signed = [to_base64(keys.private_key(one.version).sign(statement.encode())) for one in (former, key)]
    salt, uuid = secrets.token_bytes(tlog.SALT_SIZE), uuid4()
    rotation = KeyRotation(uuid=uuid, former=former, key=key, statement=statement, salt=salt.hex())
    rotation.former_signature, rotation.key_signature = signed
    commitment = tlog.commit(salt, rotation_document(rotation))
    rotation.commitment = commitment.hex()
    rotation.save(force_insert=True)
    tlog.append(kind=Kind.KEY_ROTATED, ref=str(uuid), commitment=commitment, issuer=key.controller, policy=LOG_POLICY)
    return rotation


def put_down_missing_rotations() -> list[KeyRotation]:
    """Of rotations from before they were put down: those of which this process still has both private halves."""
    rows = list(IssuerKey.objects.filter(controller=keys.controller()).order_by("active_from", "pk"))
    known = set(KeyRotation.objects.values_list("key", flat=True))
    missing = [(former, key) for former, key in pairwise(rows) if key.pk not in known]
    return [put_down_rotation(former, key) for former, key in missing if _is_here(former) and _is_here(key)]


def _is_here(key: IssuerKey) -> bool:
    return key.version in keys.versions() and keys.public_multibase(key.version) == key.public_key


def _statement(former: IssuerKey, key: IssuerKey) -> str:
    """Canonical JSON: keys in order, no spaces, one form per value."""
    facts = {
        "at": key.active_from.astimezone(UTC).isoformat(timespec="microseconds"),
        "controller": key.controller,
        "former": {"method": former.method, "public_key": former.public_key},
        "key": {"method": key.method, "public_key": key.public_key},
        "v": 1,
    }
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))
