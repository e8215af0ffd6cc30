"""The same credential as a signed token: a compact JWS with EdDSA whose payload is the credential (VC-JWT)."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any

from certificates.credentials import keys
from certificates.credentials.checks import stamp
from certificates.credentials.library import LARGEST, NotGenuine

ALGORITHM, TYPE = "EdDSA", "vc+jwt"
CLAIMS = frozenset({"iss", "jti", "nbf", "exp"})


def sign(document: dict[str, Any], *, version: int, method: str, created: datetime) -> str:
    """Ed25519 and a given `created` make the same token every time."""
    header = {"alg": ALGORITHM, "kid": method, "typ": TYPE}
    payload = document | _claims(document) | {"iat": int(created.timestamp())}
    signed = f"{_encode(_json(header))}.{_encode(_json(payload))}"
    return f"{signed}.{_encode(keys.private_key(version).sign(signed.encode()))}"


def method_of(token: str) -> str:
    """Which key is said to have signed."""
    header = _object(token.partition(".")[0])
    if header.get("alg") != ALGORITHM or header.get("typ") != TYPE or header.keys() - {"alg", "kid", "typ"}:
        raise NotGenuine(reason="header")
    return str(header.get("kid", ""))


def opened(token: str, public_multibase: str) -> tuple[dict[str, Any], datetime]:
    """The credential in a token that this key signed, and when. Raises NotGenuine."""
    parts = token.split(".")
    if len(token) > LARGEST or len(parts) != len(("header", "payload", "signature")):
        raise NotGenuine(reason="no token")
    if not keys.signed_by(public_multibase, _decode(parts[2]), f"{parts[0]}.{parts[1]}".encode()):
        raise NotGenuine(reason="signature")
    payload = _object(parts[1])
    created = payload.pop("iat", None)
    document = {name: value for name, value in payload.items() if name not in CLAIMS}
    if not isinstance(created, int) or payload != document | _claims(document):
        raise NotGenuine(reason="claims")
    return document, datetime.fromtimestamp(created, UTC)


def _claims(document: dict[str, Any]) -> dict[str, Any]:
    """What readers of tokens look for, said again in their words."""
    issuer = document.get("issuer")
    claims = {"iss": issuer.get("id") if isinstance(issuer, dict) else issuer, "jti": document.get("id")}
    for claim, name in (("nbf", "validFrom"), ("exp", "validUntil")):
        if moment := stamp(document.get(name)):
            claims[claim] = int(moment.timestamp())
    return claims


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """Canonical alone: of the spellings that mean the same bytes one is accepted."""
    try:
        value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotGenuine(reason="base64") from error
    if _encode(value) != text:
        raise NotGenuine(reason="base64")
    return value


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_decode(part))
    except (ValueError, RecursionError) as error:
        raise NotGenuine(reason="JSON") from error
    if not isinstance(value, dict):
        raise NotGenuine(reason="JSON")
    return value
