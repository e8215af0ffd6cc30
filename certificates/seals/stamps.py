"""Time stamps of an authority elsewhere, and the evidence that keeps a seal good when certificates have run out.

B-LTA is renewed before the authority's certificate ends: the new stamp vouches for everything before it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path

import requests
from asn1crypto import cms, crl, pem, tsp, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.signers.pdf_signer import TimestampDSSContentSettings
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import set_tsp_headers
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko_certvalidator import ValidationContext

from certificates.seals.options import Options, options
from certificates.selectors.loops import run
from core import clock
from core.errors import DomainError

# The stamp is the last thing in the file and covers all evidence.
STAMP_LAST = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
TIMEOUT = (5, 15)
LONGEST_ANSWER = 256 * 1024


@dataclass(frozen=True)
class Stamper:
    """Who set a time stamp: SHA-256 of the certificate, PEM of it, and PEM of those beside it in the stamp."""

    fingerprint: str
    certificate: str
    chain: str = ""


class HttpsTimeStamper(TimeStamper):
    """RFC 3161 over TLS: the authority sees a digest. No redirects, short answers; pyHanko checks nonce and imprint."""

    def __init__(self, url: str) -> None:
        super().__init__()
        if not url.startswith("https://"):
            raise DomainError("seal_failed", reason="tsa_not_https")
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        with requests.post(
            self._url,
            data=req.dump(),
            headers=set_tsp_headers({}),
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            body = answer.raw.read(LONGEST_ANSWER + 1, decode_content=True)
            if answer.status_code != 200 or len(body) > LONGEST_ANSWER:
                raise OSError(f"the time-stamp authority answered {answer.status_code}")
            return tsp.TimeStampResp.load(body, strict=True)


def stamps_for_archives() -> bool:
    return options().profile == "B-LTA"


def evidence(known: Options) -> ValidationContext:
    """Roots and revocation lists that the operator has laid down; nothing is fetched, and nothing may be missing."""
    return ValidationContext(
        trust_roots=list(roots(known.roots)),
        crls=_lists(known.lists),
        moment=clock.now(),
        allow_fetching=False,
        revocation_mode="require",
    )


@cache
def roots(path: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file, () without one."""
    if not path:
        return ()
    body = Path(path).read_bytes()
    return tuple(x509.Certificate.load(der) for _kind, _headers, der in pem.unarmor(body, multiple=True))


def check_stamps(body: bytes, known: Options) -> datetime | None:
    """Until when the last stamp for archives holds. Raises `seal_failed` for a stamp that no root vouches for."""
    return run(_check_stamps(body, known))


def stampers_of(body: bytes) -> tuple[Stamper, ...]:
    """Whose stamps are in a file that was sealed here, each once."""
    reader = PdfFileReader(BytesIO(body))
    inside = [token for one in reader.embedded_regular_signatures for token in _stamps_inside(one.signer_info)]
    behind = [one.signed_data for one in reader.embedded_timestamp_signatures]
    return tuple(dict.fromkeys(map(_stamper, [*inside, *behind])))


def _stamps_inside(signer: cms.SignerInfo) -> list[cms.SignedData]:
    named = [one for one in signer["unsigned_attrs"] if one["type"].native == "signature_time_stamp_token"]
    return [token["content"] for one in named for token in one["values"]]


def _stamper(token: cms.SignedData) -> Stamper:
    found = extract_certificate_info(token)
    der = found.signer_cert.dump()
    return Stamper(
        hashlib.sha256(der).hexdigest(), _armored(found.signer_cert), "".join(map(_armored, found.other_certs))
    )


def _armored(certificate: x509.Certificate) -> str:
    armored: bytes = pem.armor("CERTIFICATE", certificate.dump())
    return armored.decode()


def renew_stamp(body: bytes) -> tuple[bytes, datetime]:
    """The file with one more stamp at its end, and until when that holds. Raises `seal_failed`."""
    known = options()
    out = BytesIO()
    try:
        run(_renew(body, known, out))
        until = run(_last_stamp_until(out.getvalue(), known))
    except DomainError:
        raise
    except Exception as error:
        raise DomainError("seal_failed", reason=type(error).__name__) from error
    if not out.getvalue().startswith(body):
        raise DomainError("seal_failed", reason="stamp_not_added")
    return out.getvalue(), until


async def _renew(body: bytes, known: Options, out: BytesIO) -> None:
    """pyHanko's own renewal writes evidence behind the new stamp, where no stamp vouches for it."""
    writer, anchors = IncrementalPdfFileWriter(BytesIO(body)), evidence(known)
    last = PdfFileReader(BytesIO(body)).embedded_timestamp_signatures[-1]
    status = await async_validate_pdf_timestamp(last, anchors)
    if not (status.intact and status.valid and status.trusted):
        raise DomainError("seal_failed", reason="last_stamp_not_trusted")
    DocumentSecurityStore.supply_dss_in_writer(
        writer, None, paths=(status.validation_path,), validation_context=anchors
    )
    stamper = PdfTimeStamper(HttpsTimeStamper(known.tsa))
    await stamper.async_timestamp_pdf(writer, "sha256", anchors, output=out, dss_settings=STAMP_LAST)


async def _check_stamps(body: bytes, known: Options) -> datetime | None:
    reader = PdfFileReader(BytesIO(body))
    anchors = ValidationContext(trust_roots=list(roots(known.roots)), moment=clock.now(), allow_fetching=False)
    status = await async_validate_pdf_signature(
        reader.embedded_regular_signatures[0],
        ValidationContext(trust_roots=[], moment=clock.now(), allow_fetching=False),
        ts_validation_context=anchors,
    )
    stamp = status.timestamp_validity
    if not (status.intact and status.valid and stamp and stamp.intact and stamp.valid and stamp.trusted):
        raise DomainError("seal_failed", reason="stamp_not_trusted")
    return await _last_stamp_until(body, known) if known.profile == "B-LTA" else None


async def _last_stamp_until(body: bytes, known: Options) -> datetime:
    """Only the last is asked for today: the certificates of those below it have run out by and by, and each was
    trusted when the next one was set above it."""
    anchors = ValidationContext(trust_roots=list(roots(known.roots)), moment=clock.now(), allow_fetching=False)
    last = PdfFileReader(BytesIO(body)).embedded_timestamp_signatures[-1]
    whole = await async_validate_pdf_timestamp(last, anchors)
    if not (whole.intact and whole.valid and whole.trusted):
        raise DomainError("seal_failed", reason="stamp_not_trusted")
    until: datetime = last.signer_cert.not_valid_after
    return until


def _lists(folder: str) -> list[crl.CertificateList]:
    """Every revocation list of the folder, DER or PEM, read anew: the operator replaces them."""
    found = []
    for path in sorted(Path(folder).glob("*.crl")) if folder else []:
        body = path.read_bytes()
        found.append(crl.CertificateList.load(pem.unarmor(body)[2] if pem.detect(body) else body))
    return found
