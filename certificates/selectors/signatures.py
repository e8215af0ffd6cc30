"""Is the seal in a file whole, and whose is it? No network, no trust of the operating system, no parser for strangers.

A file that the register knows by its SHA-256 is our own: pyHanko reads it. Of any other file only the seal's own bytes
are looked at: the range that it covers and the signature in it, which must be written exactly as we write it.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from asn1crypto import cms, pem, x509
from django.db import InterfaceError, OperationalError
from django.db.models import TextChoices
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from certificates.models import CertificateFile, FileRevision, Seal
from certificates.selectors.loops import run
from core import clock

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,8})\s+(\d{1,8})\s+(\d{1,8})\s+(\d{1,8})\s*\]")
_HEX = re.compile(rb"<([0-9A-F]+)>")
# A file of ours holds the seal and one more range for every time stamp.
MOST_RANGES = 60
# Hexadecimal digits: far more than a signature with its time stamp has.
LONGEST_SIGNATURE = 128 * 1024
# As we write them: version 1, and a signature whose content lies outside of it.
ONE = cms.CMSVersion("v1").dump()
HASHED = bytes.fromhex("300d06096086480165030402010500")
SIGNED_BY = {
    bytes.fromhex("300a06082a8648ce3d040302"),  # ECDSA with SHA-256
    bytes.fromhex("300d06092a864886f70d01010b0500"),  # RSA with SHA-256
}
NO_CONTENT = cms.EncapsulatedContentInfo({"content_type": "data"}).dump()


class Seen(TextChoices):
    """What a file that the register does not know shows of a seal."""

    NONE = "none"
    BROKEN = "broken"
    # Whole, by a seal of the register, up to the last byte.
    WHOLE = "whole"


@dataclass(frozen=True)
class SealSeen:
    """`covered`: how many bytes a whole seal of ours vouches for; more than that was added later."""

    state: Seen
    covered: int = 0


def seal_is_whole(file: CertificateFile | FileRevision, body: bytes) -> bool:
    """Does the seal that was recorded with this file, and do all time stamps after it, fit its bytes?"""
    if file.seal is None:
        return False
    try:
        return bool(run(_is_whole(file, file.seal, body)))
    except Exception:
        # pyHanko has an error for every way in which a file can be wrong; all of them mean no.
        return False


async def _is_whole(file: CertificateFile | FileRevision, seal: Seal, body: bytes) -> bool:
    reader = PdfFileReader(BytesIO(body))
    seals, stamps = reader.embedded_regular_signatures, reader.embedded_timestamp_signatures
    if len(seals) != 1:
        return False
    anchor = x509.Certificate.load(pem.unarmor(seal.certificate.encode())[2])
    status = await async_validate_pdf_signature(seals[0], _anchored(anchor, file))
    whole = status.intact and status.valid and status.trusted and status.docmdp_ok
    last = stamps[-1] if stamps else seals[0]
    if stamps:
        # Who made the stamp was checked when the file was sealed; here it is only asked whether it is still whole.
        stamp = await async_validate_pdf_timestamp(last, _anchored(last.signer_cert, file))
        whole = whole and stamp.intact and stamp.valid
    return bool(whole) and last.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE


def _anchored(certificate: x509.Certificate, file: CertificateFile | FileRevision) -> ValidationContext:
    """Trust in this certificate alone, at the time of the seal: it may have ended since, and the file is still ours."""
    return ValidationContext(
        trust_roots=[certificate],
        moment=min(file.stored_at, clock.now()),
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


# --- files that the register does not know ----------------------------------------------------------------------------
def seal_seen(body: bytes) -> SealSeen:
    """Is there a whole seal of ours on a file that is not in the register?"""
    ranges = list(_ranges(body))
    for before, after, length in ranges:
        if _is_ours(body, before, after, length):
            covered = after + length
            return SealSeen(Seen.WHOLE if covered == len(body) else Seen.BROKEN, covered)
    return SealSeen(Seen.BROKEN if ranges else Seen.NONE)


def _ranges(body: bytes) -> Iterator[tuple[int, int, int]]:
    """(end of the first part, start of the second, its length) of everything that looks like a signed range."""
    for _turn, found in zip(range(MOST_RANGES), _RANGE.finditer(body), strict=False):
        start, before, after, length = map(int, found.groups())
        if start == 0 and before < after and after + length <= len(body):
            yield before, after, length


def _is_ours(body: bytes, before: int, after: int, length: int) -> bool:
    written = _HEX.fullmatch(body[before:after]) if after - before <= LONGEST_SIGNATURE else None
    if written is None:
        return False
    digest = hashlib.sha256(body[:before])
    digest.update(body[after : after + length])
    try:
        signed = _signed_data(bytes.fromhex(written[1].decode()))
        return signed is not None and _fits(signed, digest.digest())
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # A stranger's bytes: asn1crypto and pyHanko have an error for every way in which they can be wrong.
        return False


def _signed_data(padded: bytes) -> cms.SignedData | None:
    """The one signature in it, with nothing but noughts behind.

    Nothing is ever encoded anew to compare it: of a hostile object identifier asn1crypto would never finish.
    """
    content = cms.ContentInfo.load(padded)
    if padded[len(content.dump()) :].strip(b"\0") or content["content_type"].native != "signed_data":
        return None
    signed = content["content"]
    same = (
        signed["version"].dump() == ONE
        and signed["encap_content_info"].dump() == NO_CONTENT
        and signed["crls"].native is None
        and len(signed["signer_infos"]) == 1
    )
    return signed if same else None


def _fits(signed: cms.SignedData, digest: bytes) -> bool:
    """By a certificate of the register, named as the signer; what nothing signs is written as we write it."""
    signer = signed["signer_infos"][0]
    as_written = (
        signer["version"].dump() == ONE
        and signer["digest_algorithm"].dump() == HASHED
        and [one.dump() for one in signed["digest_algorithms"]] == [HASHED]
        and signer["signature_algorithm"].dump() in SIGNED_BY
    )
    return as_written and any(_is_signer(signer, one.chosen, digest) for one in signed["certificates"])


def _is_signer(signer: cms.SignerInfo, certificate: x509.Certificate, digest: bytes) -> bool:
    fingerprint = hashlib.sha256(certificate.dump()).hexdigest()
    if not Seal.objects.filter(fingerprint=fingerprint).exists():
        return False
    # From here on the certificate is one of our own, and may be encoded.
    named = cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})
    return bool(signer["sid"].dump() == named.dump()) and _is_intact(signer, certificate, digest)


def _is_intact(signer: cms.SignerInfo, certificate: x509.Certificate, digest: bytes) -> bool:
    try:
        return all(validate_sig_integrity(signer, certificate, "data", digest))
    except Exception:
        return False
