"""PAdES: the seal as the last thing that is written into a file. Sealing costs about as much as drawing the sheet."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

from asn1crypto import tsp, x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.attributes import CMSAttributeProvider, SignedAttributeProviderSpec
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.seals.identity import Identity
from certificates.seals.options import Options, options
from certificates.seals.providers import SealProvider, checked_signature, provider, seal_identity
from certificates.seals.stamps import (
    STAMP_LAST,
    HttpsTimeStamper,
    Stamper,
    check_stamps,
    evidence,
    stampers_of,
    stamps_for_archives,
)
from certificates.selectors.loops import run
from core import clock
from core.errors import DomainError

FIELD = "Seal"
# Hexadecimal digits kept free for the signature. Told beforehand, pyHanko need not sign twice to find out.
RESERVED, RESERVED_WITH_STAMP = 8192, 24576


@dataclass(frozen=True)
class Sealed:
    """The sealed bytes, whose seal it is, until when an archive's time stamp holds, and who set the stamps."""

    body: bytes
    identity: Identity
    stamped_until: datetime | None = None
    stampers: tuple[Stamper, ...] = ()


def seal_file(body: bytes) -> Sealed:
    """The same file with the seal of the settings on it. Raises `seal_failed` with the reason."""
    known, whose = options(), seal_identity()
    if not whose.valid_from <= clock.now() <= whose.valid_until:
        raise DomainError("seal_failed", reason="certificate_not_in_force")
    try:
        sealed = _sealed(body, known)
        stamped = known.profile not in ("", "B-B")
        until, stampers = (check_stamps(sealed, known), stampers_of(sealed)) if stamped else (None, ())
    except DomainError:
        raise
    except Exception as error:
        # pyHanko has a family of errors for everything that it meets; none of them is a certificate.
        raise DomainError("seal_failed", reason=type(error).__name__) from error
    return Sealed(sealed, whose, until, stampers)


class _Attributes(SignedAttributeProviderSpec):
    """What PAdES wants signed beside the digest: the hash of the signer's certificate (RFC 5035), and nothing else.

    pyHanko's own puts it together for every signature, and what is put together is encoded anew, part by part, at each
    of a dozen readings; read back from its bytes it is not.
    """

    def __init__(self, certificate: x509.Certificate) -> None:
        self._certificate = certificate.dump()

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> Iterable[CMSAttributeProvider]:
        yield _SignedBy(self._certificate)


class _SignedBy(CMSAttributeProvider):
    attribute_type = "signing_certificate_v2"

    def __init__(self, certificate: bytes) -> None:
        self._certificate = certificate

    async def build_attr_value(self, dry_run: bool = False) -> tsp.SigningCertificateV2:
        return tsp.SigningCertificateV2.load(_signing_certificate(self._certificate))


@lru_cache(maxsize=8)
def _signing_certificate(certificate: bytes) -> bytes:
    return as_signing_certificate_v2(x509.Certificate.load(certificate)).dump()


class ProviderSigner(Signer):
    """pyHanko's own signer reads and checks its key anew for every signature, twice."""

    def __init__(self, made: SealProvider) -> None:
        certificates = [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in made.chain]
        known = SimpleCertificateStore()
        known.register_multiple(certificates)
        super().__init__(signing_cert=certificates[0], cert_registry=known, embed_roots=False)
        self._made = made
        self.signed_attr_prov_spec = _Attributes(certificates[0])

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return checked_signature(self._made, hashlib.sha256(data).digest())


class _ClockedSigner(PdfSigner):
    """Signs at the time of the platform's clock."""

    def init_signing_session(self, *args: Any, **kwargs: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = clock.now()
        return session


def _sealed(body: bytes, known: Options) -> bytes:
    made = provider()
    stamped = known.profile in ("B-T", "B-LTA")
    signer = _ClockedSigner(
        _metadata(known), ProviderSigner(made), timestamper=HttpsTimeStamper(known.tsa) if stamped else None
    )
    out = BytesIO()
    run(
        signer.async_sign_pdf(
            IncrementalPdfFileWriter(BytesIO(body)),
            bytes_reserved=RESERVED_WITH_STAMP if stamped else RESERVED,
            output=out,
        )
    )
    return out.getvalue()


def _metadata(known: Options) -> PdfSignatureMetadata:
    """A certifying signature: readers say by themselves that nothing may be changed any more."""
    archived = stamps_for_archives()
    return PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        embed_validation_info=archived,
        use_pades_lta=archived,
        validation_context=evidence(known) if archived else None,
        dss_settings=DSSContentSettings(include_vri=False, next_ts_settings=STAMP_LAST),
    )
