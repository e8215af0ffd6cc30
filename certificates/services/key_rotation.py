"""One issuer key takes over from another: a statement that both sign, put down in the public log.

Who steals the new key alone, or writes a row with a key of his own, cannot say that the former one agreed.
"""

import secrets
from itertools import pairwise
from uuid import uuid4

from certificates.credentials import keys
from certificates.credentials.ring import is_here
from certificates.models import IssuerKey, KeyRotation
from certificates.selectors.issuer_keys import keys_before, rotation_document, rotation_statement
from certificates.tlog import services as tlog
from certificates.tlog.models import Kind
from certificates.tlog.notes import to_base64

# The rules under which a rotation comes into the log: docs/decisions/0030.
LOG_POLICY = "issuer-key-1"


def put_down_rotation(former: IssuerKey, key: IssuerKey) -> KeyRotation:
    """In the transaction that takes the key into use. Needs both private halves."""
    statement = rotation_statement(former, key)
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
    return [put_down_rotation(former, key) for former, key in missing_rotations()]


def missing_rotations() -> list[tuple[IssuerKey, IssuerKey]]:
    """A row that is none of those from before is nobody's key: whoever wrote it gets no rotation for it."""
    before = keys_before()
    rows = IssuerKey.objects.filter(controller=keys.controller(), pk__in=before).order_by("active_from", "pk")
    known = set(KeyRotation.objects.values_list("key", flat=True)) if before else set()
    missing = [(former, key) for former, key in pairwise(rows) if key.pk not in known]
    return [(former, key) for former, key in missing if is_here(former) and is_here(key)]
