"""Keys that sign credentials: the private halves from the settings, names and forms of the public ones.

Arithmetic and settings alone; which key is in use since when stands in the database (models.IssuerKey).
"""

from functools import lru_cache
from urllib.parse import quote, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# Multicodec of an Ed25519 public key.
_PREFIX = b"\xed\x01"
_KEY_LENGTH = 34


class KeyMissing(RuntimeError):
    """This process has not the private half of the key that should sign; it is to be restarted with it."""


def controller() -> str:
    """did:web of the host that serves the site: who asks that host for its keys learns whether a signature is ours."""
    host = urlsplit(settings.SITE_URL).netloc.rpartition("@")[2]
    return f"did:web:{quote(host, safe='')}"


def versions() -> list[int]:
    """Of the private keys that this process knows."""
    return sorted(settings.ISSUER_KEYS)


def private_key(version: int) -> Ed25519PrivateKey:
    return _private(_seed(version))


def private_pem(version: int) -> bytes:
    return _pem(_seed(version))


def public_multibase(version: int) -> str:
    """The public half as DID documents carry it."""
    raw = private_key(version).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return "z" + _base58(_PREFIX + raw)


def public_key(multibase: str) -> Ed25519PublicKey:
    """Raises ValueError for anything but an Ed25519 key."""
    raw = _from_base58(multibase[1:]) if multibase.startswith("z") else b""
    if len(raw) != _KEY_LENGTH or not raw.startswith(_PREFIX):
        raise ValueError("no Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(raw.removeprefix(_PREFIX))


def public_pem(multibase: str) -> bytes:
    return public_key(multibase).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def signed_by(multibase: str, signature: bytes, message: bytes) -> bool:
    try:
        public_key(multibase).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _seed(version: int) -> str:
    try:
        return settings.ISSUER_KEYS[version]
    except KeyError:
        raise KeyMissing(
            f"The key issuer-{version} signs; restart this process with it (docs/operations.md)."
        ) from None


@lru_cache(maxsize=8)
def _private(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


@lru_cache(maxsize=8)
def _pem(seed: str) -> bytes:
    return _private(seed).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _base58(data: bytes) -> str:
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = _ALPHABET[digit] + digits
    return digits


def _from_base58(text: str) -> bytes:
    number = 0
    # No key of ours is longer; the time would grow with the square of the length.
    for character in text[:64]:
        number = number * 58 + _ALPHABET.index(character)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
