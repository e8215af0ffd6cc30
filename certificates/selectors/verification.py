"""What anyone is told who has a certificate in hand: one of eight outcomes, and nothing about any other certificate.

A wrong code, a wrong name and a number that does not exist are one and the same answer, found by the same query.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Consent
from certificates.identifiers import normal_code, normal_number
from certificates.models import Certificate, CertificateFile, FileRevision, Seal
from certificates.rules import FileIs, Outcome, outcome
from certificates.selectors.files import check_stored, sealed_as, storage_answers
from certificates.selectors.signatures import Seen, seal_is_whole, seal_seen
from certificates.selectors.status_log import DIFFERS, UNSURE, status_in_log, status_of, with_last_change
from certificates.tlog import selectors as tlog
from certificates.tlog.models import Kind, PendingEntry
from certificates.workflow import CertificateState, Ground
from core import clock
from core.errors import DomainError
from core.fields import blind_indexes
from core.text import mask_name, name_key

NAME_CONSENT = "publish_name"
PASSED, FAILED, ABSENT = "passed", "failed", "absent"
# Outcomes that say "genuine", which nobody can say of a file that differs from what was issued.
GENUINE = (Outcome.VALID, Outcome.EXPIRED)
NOBODY = UUID(int=0)
# A head that is not signed or not witnessed yet is no fault: the register answers for the certificate until then.
IN_LOG = {
    tlog.FINAL: PASSED,
    tlog.PROVISIONAL: None,
    tlog.PENDING: None,
    tlog.LATE: FAILED,
    tlog.ABSENT: ABSENT,
    tlog.OTHERWISE: FAILED,
    tlog.IN_QUESTION: FAILED,
}
FILE_SEEN = {Seen.NONE: FileIs.UNKNOWN, Seen.BROKEN: FileIs.CHANGED, Seen.WHOLE: FileIs.SEALED_UNREGISTERED}


@dataclass(frozen=True)
class Answer:
    """The result of one verification. Without a certificate there is nothing but outcome and time."""

    outcome: Outcome
    checked_at: datetime
    certificate: Certificate | None = None
    holder: str = ""
    ended_on: date | None = None
    ground: str = ""
    superseded_by: str = ""
    # What a file that was handed in turned out to be, and whose seal is on what was issued.
    file: str = ""
    seal: Seal | None = None
    # Where the certificate stands in the public log, and where the last change of its state does.
    logged: str = ""
    change_logged: str = ""
    checks: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(("file", "signature", "log", "status")))

    @property
    def ground_label(self) -> str:
        return str(Ground(self.ground).label) if self.ground else ""

    def as_json(self) -> dict[str, Any]:
        """The object of `GET /api/v1/certificates/verify`; titles in Chinese, the binding wording."""
        known = self.certificate
        return {
            "outcome": str(self.outcome),
            "checked_at": self.checked_at.isoformat(timespec="seconds"),
            "number": known.number if known else None,
            "level": known.level if known else None,
            "title": known.facts["title"]["zh"] if known else None,
            "issuer": known.facts["issuer"]["zh"] if known else None,
            "co_issuers": [one["zh"] for one in known.facts.get("co_issuers", [])] if known else None,
            "holder": self.holder or None,
            "issued_on": known.issued_on.isoformat() if known else None,
            "valid_until": known.valid_until.isoformat() if known and known.valid_until else None,
            "ended_on": self.ended_on.isoformat() if self.ended_on else None,
            "reason": self.ground or None,
            "superseded_by": self.superseded_by or None,
            "checks": self.checks,
        }


def verify(*, code: str, number: str | None = None) -> Answer:
    """By the code, and by the number too where one is given."""
    wanted: dict[str, str] = {"code": normal_code(code)}
    if number is not None:
        wanted["number"] = normal_number(number)
    return _answer(lambda: _found(**wanted) if all(wanted.values()) else None)


def verify_by_name(
    *, number: str, name: str, tail: str, may_tell: Callable[[Certificate], bool] | None = None
) -> Answer:
    """Without the code: number, the holder's full name, the last four characters of the document.

    What an answer needs of storage and log is tried before anything is looked up: while it fails, whoever exists and
    whoever does not are answered alike.
    `may_tell`: whether the holder lets this asker know; who does not is answered for as if there were no certificate,
    before anything else of it is looked at.
    """

    def look() -> Certificate | None:
        certificate = _found(number=normal_number(number))
        kept = certificate.holder_document_tail if certificate else ""
        asked = _tails(certificate.uuid if certificate else NOBODY, tail)
        # Every comparison is made, whatever came of the one before.
        fits = sum(hmac.compare_digest(one, kept) for one in asked) > 0
        named = certificate is not None and name_key(certificate.holder_name) == name_key(name)
        return certificate if fits and named and certificate and (not may_tell or may_tell(certificate)) else None

    return _answer(look, is_ready=_is_ready)


def verify_file(body: bytes) -> Answer:
    """By the file itself. Its SHA-256 is known or it is not: what a file says of itself proves nothing."""
    sha256 = hashlib.sha256(body).hexdigest()
    now = clock.now()
    try:
        certificate = _with_facts(Certificate.objects.stored().filter(_has_bytes(sha256))).first()
        if certificate is None:
            return _unknown(body, now)
        sealed = sealed_as(certificate.file, sha256)
        answer = _about(certificate, now, PASSED, _signature_of(sealed, body))
        return replace(answer, file=FileIs.REGISTERED, seal=sealed.seal)
    except (OperationalError, InterfaceError, OSError):
        return Answer(Outcome.COULD_NOT_CHECK, now)


def could_not_check() -> Answer:
    """The answer when something needed for an honest one does not work."""
    return Answer(Outcome.COULD_NOT_CHECK, clock.now())


def state_of(certificate: Certificate) -> Outcome:
    """What verification would say of the register's entry, for pages that show a certificate to those it concerns."""
    if status_of(certificate) in UNSURE:
        return Outcome.COULD_NOT_CHECK
    return outcome(certificate.state, certificate.valid_until, on=clock.today())


def document_tail(certificate: UUID, number: str) -> str:
    """Keyed hash of the last four characters of a document number, different for every certificate."""
    return _tails(certificate, number)[0]


def _tails(certificate: UUID, number: str) -> list[str]:
    """Under the present key and the former ones: what a certificate keeps is never written anew."""
    return blind_indexes("certificate_tail", f"{certificate}:{number.strip().upper()[-4:]}")


def _answer(look: Callable[[], Certificate | None], is_ready: Callable[[], bool] = lambda: True) -> Answer:
    now = clock.now()
    try:
        if not is_ready():
            return Answer(Outcome.COULD_NOT_CHECK, now)
        certificate = look()
        if certificate is None:
            return Answer(Outcome.NEVER_ISSUED, now)
        return _about(certificate, now, *_stored_checks(certificate))
    except (OperationalError, InterfaceError, OSError):
        return Answer(Outcome.COULD_NOT_CHECK, now)


def _is_ready() -> bool:
    return not tlog.in_question() and not tlog.is_late() and storage_answers()


def _found(**wanted: str) -> Certificate | None:
    return _with_facts(Certificate.objects.stored().filter(**wanted)).first()


def _with_facts(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """Everything that an answer needs in one statement."""
    holder = Coalesce(OuterRef("person__merged_into__user"), OuterRef("person__user"))
    consents = Consent.objects.filter(user=holder, text=NAME_CONSENT).order_by("-at", "-pk")
    return (
        with_last_change(rows)
        .select_related("file__seal")
        .annotate(
            name_published=Subquery(consents.values("given")[:1]),
            successor=F("superseded_by__number"),
            commitment=F("credential__commitment"),
        )
        .order_by("pk")
    )


def _about(certificate: Certificate, now: datetime, file: str, signature: str | None) -> Answer:
    found = outcome(certificate.state, certificate.valid_until, on=clock.day_of(now))
    entries = tlog.entries_about(certificate.uuid)
    logged = tlog.IN_QUESTION if tlog.in_question() else _logged(certificate, entries)
    change = status_in_log(certificate, entries)
    if change in UNSURE or (FAILED in (file, signature, IN_LOG[logged]) and found in GENUINE):
        found = Outcome.COULD_NOT_CHECK
    # Of a state that the log contradicts neither day nor ground is told.
    decided = certificate.state != CertificateState.ISSUED and change != DIFFERS
    row: Any = certificate
    return Answer(
        outcome=found,
        checked_at=now,
        certificate=certificate,
        holder=certificate.holder_name if row.name_published else mask_name(certificate.holder_name),
        ended_on=row.last_decided_on if decided else None,
        ground=row.last_ground if decided else "",
        superseded_by=row.successor or "" if decided and certificate.state == CertificateState.SUPERSEDED else "",
        seal=certificate.file.seal,
        logged=logged,
        change_logged=change,
        checks={
            "file": file,
            "signature": signature,
            "log": IN_LOG[logged],
            "status": FAILED if change in UNSURE else PASSED,
        },
    )


def _logged(certificate: Certificate, entries: list[PendingEntry]) -> str:
    """Only what was issued before there was the log may be absent from it: everything later is put down as it is
    issued, and who writes rows past the services makes no certificate."""
    commitment = getattr(certificate, "commitment", None)
    if not commitment:
        return tlog.OTHERWISE if tlog.began_before(certificate.created_at) else tlog.ABSENT
    issued = next((one for one in entries if one.kind == Kind.CERTIFICATE_ISSUED), None)
    found = tlog.seen(issued, commitment=bytes.fromhex(commitment))
    return tlog.OTHERWISE if found == tlog.ABSENT else found


def _stored_checks(certificate: Certificate) -> tuple[str, str | None]:
    """File and signature, as they lie in the storage."""
    if not certificate.holder_name:
        # Its holder was erased, and the bytes with the name.
        return ABSENT, ABSENT
    kept = certificate.file
    try:
        in_order = check_stored(kept, lambda body: _signature_of(kept, body) != FAILED)
    except DomainError:
        return FAILED, None
    return PASSED, FAILED if not in_order else PASSED if kept.seal else ABSENT


# --- files ------------------------------------------------------------------------------------------------------------
def _has_bytes(sha256: str) -> Q:
    return Q(file__sha256=sha256) | Q(pk__in=FileRevision.objects.filter(sha256=sha256).values("file__certificate"))


def _signature_of(file: CertificateFile | FileRevision, body: bytes) -> str:
    if file.seal is None:
        return ABSENT
    return PASSED if seal_is_whole(file, body) else FAILED


def _unknown(body: bytes, now: datetime) -> Answer:
    """Nothing of it is told, whatever it holds: no number, no name. A changed file is never genuine."""
    seen = seal_seen(body)
    issued = seen.covered and _is_registered(hashlib.sha256(body[: seen.covered]).hexdigest())
    is_now = FileIs.ADDED_TO if issued else FILE_SEEN[seen.state]
    signature = {Seen.NONE: ABSENT, Seen.BROKEN: FAILED, Seen.WHOLE: PASSED}[seen.state]
    checks = {"file": FAILED, "signature": signature, "log": None, "status": None}
    unsure = is_now == FileIs.SEALED_UNREGISTERED
    return Answer(Outcome.COULD_NOT_CHECK if unsure else Outcome.NEVER_ISSUED, now, file=is_now, checks=checks)


def _is_registered(sha256: str) -> bool:
    return any(rows.objects.filter(sha256=sha256).exists() for rows in (CertificateFile, FileRevision))
