"""What providers of a key elsewhere share: the certificates that the operator has laid down for it."""

from pathlib import Path

from cryptography import x509

from certificates.seals.options import Options
from core.errors import DomainError


def chain_of(known: Options) -> tuple[x509.Certificate, ...]:
    """From PLATFORM_SEAL_CERTIFICATE: a provider is never asked who it is. Raises `seal_failed`."""
    try:
        return tuple(x509.load_pem_x509_certificates(Path(known.certificate).read_bytes()))
    except (OSError, ValueError) as error:
        raise DomainError("seal_failed", reason="certificate_unreadable") from error
