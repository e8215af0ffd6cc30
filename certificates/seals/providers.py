"""The port of seals, and which one the settings name. The answer of every provider is checked before it is used."""

from functools import cache
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from certificates.seals.http import HttpSealProvider
from certificates.seals.identity import Identity, identity_of, is_self_made
from certificates.seals.options import Options, options
from certificates.seals.pkcs11 import Pkcs11SealProvider
from certificates.seals.self_made import make_seal
from core.errors import DomainError

SHA256 = utils.Prehashed(hashes.SHA256())
SMALLEST_RSA = 2048


class SealProvider(Protocol):
    """`chain`: its own certificate first, then those that vouch for it."""

    chain: tuple[x509.Certificate, ...]

    def sign(self, digest: bytes) -> bytes:
        """The signature of a SHA-256: ECDSA in DER, or RSA with PKCS#1 v1.5. Raises OSError when nobody answers."""


class FileSealProvider:
    """A key in a PEM file, read and checked once. Without a file one is made: it proves integrity, not identity."""

    def __init__(self, known: Options) -> None:
        path = Path(known.key)
        if not path.exists() and known.self_made:
            make_seal(path)
        try:
            body = path.read_bytes()
            self.chain = tuple(x509.load_pem_x509_certificates(body))
            key = serialization.load_pem_private_key(body, password=known.pin.encode() or None)
        except (OSError, ValueError, TypeError) as error:
            raise _unusable("key_unreadable") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            # poppler and others do not know Ed25519 in PDF.
            raise _unusable("key_kind")
        if key.public_key() != self.chain[0].public_key():
            raise _unusable("key_of_another_certificate")
        self._key = key

    def sign(self, digest: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(digest, padding.PKCS1v15(), SHA256)
        return self._key.sign(digest, ec.ECDSA(SHA256))


def provider() -> SealProvider:
    """The provider of the settings, made once. Raises `seal_failed`."""
    return _made(options())


def seal_identity() -> Identity:
    """Whose seal the next file gets. Raises `seal_failed`."""
    own, *others = provider().chain
    return identity_of(own, options(), others)


def drawn_identity() -> Identity | None:
    """The seal that is to be seen on the sheet; None: the square mark stands there."""
    found = seal_identity()
    return found if found.is_drawn else None


def checked_signature(made: SealProvider, digest: bytes) -> bytes:
    """What the provider answers, once it is a signature of this digest by its certificate. Raises `seal_failed`."""
    try:
        signature = made.sign(digest)
    except OSError as error:
        raise _unusable("no_answer") from error
    try:
        _verify(made.chain[0].public_key(), signature, digest)
    except (InvalidSignature, ValueError) as error:
        raise _unusable("wrong_answer") from error
    return signature


@cache
def _made(known: Options) -> SealProvider:
    made = _KINDS[known.provider](known) if known.provider in _KINDS else None
    if made is None:
        raise _unusable("provider_unknown")
    if is_self_made(made.chain[0]) and not known.self_made:
        raise _unusable("self_made")
    public = made.chain[0].public_key()
    if isinstance(public, rsa.RSAPublicKey) and public.key_size < SMALLEST_RSA:
        raise _unusable("key_short")
    return made


def _verify(key: PublicKeyTypes, signature: bytes, digest: bytes) -> None:
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, digest, padding.PKCS1v15(), SHA256)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, digest, ec.ECDSA(SHA256))
    else:
        raise ValueError("neither RSA nor ECDSA")


def _unusable(reason: str) -> DomainError:
    return DomainError("seal_failed", reason=reason)


_KINDS = {"file": FileSealProvider, "pkcs11": Pkcs11SealProvider, "http": HttpSealProvider}
