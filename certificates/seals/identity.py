"""Whose seal it is: what the operator says of it, and what its certificate says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from certificates.seals.options import Options

# The name under which a seal of the site's own stands in the register; pages say it in the reader's language.
SELF_MADE = "本站自制电子签名"


@dataclass(frozen=True)
class Identity:
    """A seal as it is recorded with every file that it sealed."""

    name: str
    kind: str
    owner: str
    self_made: bool
    certificate: str
    fingerprint: str
    valid_from: datetime
    valid_until: datetime
    # PEM: what stands beside it in every seal, and vouches for it.
    chain: str = ""

    @property
    def is_drawn(self) -> bool:
        """A round red seal says whose it is: without name, kind and owner, or without a certificate that somebody else
        vouches for, none is drawn (practice 1.15)."""
        return not self.self_made and bool(self.name and self.kind and self.owner)


def is_self_made(certificate: x509.Certificate) -> bool:
    return certificate.subject == certificate.issuer


def identity_of(certificate: x509.Certificate, known: Options, chain: Sequence[x509.Certificate] = ()) -> Identity:
    own = is_self_made(certificate)
    return Identity(
        name=SELF_MADE if own else known.name or _part(certificate, NameOID.COMMON_NAME) or known.provider,
        kind="" if own else known.kind,
        owner="" if own else known.owner or _part(certificate, NameOID.ORGANIZATION_NAME),
        self_made=own,
        certificate=certificate.public_bytes(serialization.Encoding.PEM).decode(),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        chain="".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in chain),
    )


def _part(certificate: x509.Certificate, kind: x509.ObjectIdentifier) -> str:
    return next((str(part.value) for part in certificate.subject.get_attributes_for_oid(kind)), "")
