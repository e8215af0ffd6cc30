"""Which key signs credentials, and which one signed at a moment."""

from datetime import datetime
from itertools import pairwise

from certificates.models import IssuerKey, KeyRotation


def active_key(controller: str) -> IssuerKey | None:
    return IssuerKey.objects.filter(controller=controller).order_by("-active_from", "-pk").first()


def key_ring(controller: str) -> list[tuple[IssuerKey, datetime | None]]:
    """Every key that ever signed, oldest first, each with the moment at which the next one took over."""
    keys = list(IssuerKey.objects.filter(controller=controller).order_by("active_from", "pk"))
    ended = [following.active_from for _key, following in pairwise(keys)]
    return list(zip(keys, [*ended, None], strict=True)) if keys else []


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


def rotation_document(rotation: KeyRotation) -> bytes:
    """The bytes to which the log's entry about a rotation commits: the statement, then both signatures, a line each."""
    return f"{rotation.statement}\n{rotation.former_signature}\n{rotation.key_signature}\n".encode()


def rotation_opened(ref: str) -> tuple[str, str] | None:
    """What opens the entry: the salt and the document. Keys are for everybody, so this is too."""
    found = KeyRotation.objects.filter(uuid=ref).first()
    return (found.salt, rotation_document(found).decode()) if found else None
