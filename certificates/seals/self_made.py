"""A seal that the site makes for itself: a P-256 key and a certificate that nobody else vouches for."""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from core import clock

# It attests no moment, so it spans what clocks that travel may say.
YEARS_BEFORE, YEARS_AFTER = 10, 20


def make_seal(path: Path) -> None:
    """Write key and certificate, readable by the owner alone. Several processes at once: the first has made it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_key_and_certificate())
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def _key_and_certificate() -> bytes:
    key, year = ec.generate_private_key(ec.SECP256R1()), clock.now().year
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Self-made seal (integrity only)"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, settings.SITE_HOST or "localhost"),
        ]
    )
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(year - YEARS_BEFORE, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(year + YEARS_AFTER, 12, 31, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
