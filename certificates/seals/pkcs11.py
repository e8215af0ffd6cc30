"""A key in a token (PKCS#11): it never leaves it. The binding `python-pkcs11` is installed where there is a token."""

import threading
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa, utils

from certificates.seals.elsewhere import chain_of
from certificates.seals.options import Options
from core.errors import DomainError

# What PKCS#1 v1.5 signs is the digest with the name of its algorithm in front (RFC 8017, 9.2).
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


class Token(Protocol):
    """One private key of a token: raw operations, as tokens have them."""

    def ecdsa(self, digest: bytes) -> bytes:
        """r and s, each as long as the curve."""

    def rsa_pkcs(self, prefixed: bytes) -> bytes: ...


class Pkcs11SealProvider:
    """Sessions of a token are not made for several threads: one signature at a time."""

    def __init__(self, known: Options, token: Token | None = None) -> None:
        self.chain: tuple[x509.Certificate, ...] = chain_of(known)
        self._known, self._token = known, token
        self._one_at_a_time = threading.Lock()

    def sign(self, digest: bytes) -> bytes:
        with self._one_at_a_time:
            token = self._token = self._token or open_token(self._known)
            try:
                if isinstance(self.chain[0].public_key(), rsa.RSAPublicKey):
                    return token.rsa_pkcs(SHA256_PREFIX + digest)
                return _der(token.ecdsa(digest))
            except Exception as error:
                # A token that was pulled out has errors of its binding's own; the next try opens it anew.
                self._token = None
                raise OSError("the token does not answer") from error


def open_token(known: Options) -> Token:
    """Raises `seal_failed` where the binding is not installed, and OSError when there is no such token or key."""
    try:
        import pkcs11  # noqa: PLC0415 - needed only where there is a token
    except ImportError as error:
        raise DomainError("seal_failed", reason="pkcs11_not_installed") from error
    try:
        token = pkcs11.lib(known.module).get_token(token_label=known.slot)
        session = token.open(user_pin=known.pin)
        key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=known.label)
    except Exception as error:
        raise OSError("the token cannot be opened") from error
    return _Session(key, pkcs11.Mechanism)


class _Session:
    def __init__(self, key: Any, mechanisms: Any) -> None:
        self._key, self._mechanisms = key, mechanisms

    def ecdsa(self, digest: bytes) -> bytes:
        return bytes(self._key.sign(digest, mechanism=self._mechanisms.ECDSA))

    def rsa_pkcs(self, prefixed: bytes) -> bytes:
        return bytes(self._key.sign(prefixed, mechanism=self._mechanisms.RSA_PKCS))


def _der(raw: bytes) -> bytes:
    half = len(raw) // 2
    return utils.encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
