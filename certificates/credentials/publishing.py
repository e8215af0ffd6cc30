"""What the site publishes about its credentials: its keys, and the signed lists of states."""

import hashlib
import json
import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache

from certificates.credentials import documents, jose, keys, library
from certificates.credentials.ring import active_key, key_ring
from certificates.models import IssuerKey
from certificates.selectors.status_lists import list_is_open, set_bits
from certificates.workflow import StatusPurpose
from core import clock

log = logging.getLogger(__name__)
# A list is signed anew when what it says has changed, and at the latest after this time; readers may keep it an hour.
SIGNED_HOLDS = timedelta(minutes=30)
AS_JWT = ".jwt"
_NAME = re.compile(rf"({'|'.join(StatusPurpose.values)})-([1-9][0-9]{{0,5}})")


@dataclass(frozen=True)
class Published:
    """A signed list as it goes out."""

    body: bytes
    until: datetime


def did_document() -> bytes:
    """The keys of this site, with the one that will sign first where none has signed yet."""
    controller = keys.controller()
    signers = [key for key, _ended in key_ring(controller)] or [_first_key(controller)]
    return documents.as_bytes(documents.did_document(controller, signers))


def published_list(name: str) -> Published | None:
    """The list of that name as it stands at this moment; None when there is none. "NAME.jwt" is the same as a token,
    for readers who cannot canonicalise RDF."""
    found = _NAME.fullmatch(name.removesuffix(AS_JWT))
    if found is None or not list_is_open(int(found[2])):
        return None
    purpose, number = found[1], int(found[2])
    indices, key = set_bits(purpose, number), active_key(keys.controller())
    if key is None:
        return None
    said = hashlib.sha256(json.dumps([key.method, name, indices]).encode()).hexdigest()
    return _remembered(said) or _signed(said, name, _unsigned(purpose, number, indices, key), key)


def _unsigned(purpose: str, number: int, indices: list[int], key: IssuerKey) -> dict[str, Any]:
    at = clock.now().replace(microsecond=0)
    return documents.status_list(purpose=purpose, number=number, indices=indices, controller=key.controller, at=at)


def _signed(said: str, name: str, unsigned: dict[str, Any], key: IssuerKey) -> Published:
    now = datetime.fromisoformat(unsigned["validFrom"])
    if name.endswith(AS_JWT):
        body = jose.sign(unsigned, version=key.version, method=key.method, created=now).encode()
    else:
        private = keys.private_pem(key.version)
        body = documents.as_bytes(library.sign(unsigned, private_pem=private, method=key.method, created=now))
    made = Published(body, now + SIGNED_HOLDS)
    _remember(said, made)
    return made


def _first_key(controller: str) -> IssuerKey:
    version = keys.versions()[-1]
    return IssuerKey(controller=controller, version=version, public_key=keys.public_multibase(version))


def _remembered(said: str) -> Published | None:
    try:
        kept: Any = cache.get(f"status_list:{said}")
    except Exception:
        # Every cache has a family of errors of its own; without one the list is signed for each reader.
        log.exception("the cache does not answer")
        return None
    return kept if isinstance(kept, Published) and clock.now() < kept.until else None


def _remember(said: str, made: Published) -> None:
    try:
        cache.set(f"status_list:{said}", made, SIGNED_HOLDS.total_seconds())
    except Exception:
        log.exception("the cache does not answer")
