"""From a training record to what its certificate will say, and what stands in the way. Used by issue and by dry run."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from accounts.models import IdentityDocument
from certificates.models import Certificate
from certificates.pdf import sheet
from certificates.rules import Award, Obstacle, obstacles
from certificates.selectors.awards import enrolment_of, wordings
from certificates.selectors.designs import Standing
from certificates.selectors.verification import document_tail
from certificates.workflow import CertificateState
from core import clock
from core.errors import DomainError
from courses.models import TrainingRecord
from courses.workflow import RecordStanding

LANGUAGES = ("zh", "en", "ja")


@dataclass(frozen=True)
class Refusal:
    """One thing in the way; `detail` names the characters or the figure concerned."""

    obstacle: Obstacle
    detail: str = ""


def refusals(record: TrainingRecord, *, replacing: bool = False, designs: Standing | None = None) -> list[Refusal]:
    """Everything in the way of a certificate for this record, as `selectors.awards` delivers it.

    `designs`: read once by whoever asks for many records.
    """
    return in_the_way(record, replacing=replacing) or _unprintable(snapshot(record, designs=designs))


def in_the_way(record: TrainingRecord, *, replacing: bool = False) -> list[Refusal]:
    """What the award itself has against a certificate; whether it can be printed is not asked."""
    return [Refusal(obstacle) for obstacle in obstacles(_award(record, replacing))]


def snapshot(record: TrainingRecord, *, designs: Standing | None = None) -> Certificate:
    """The certificate with the design of the day, not saved and without number and code.

    The record has passed `obstacles`."""
    document = _document(record)
    today = clock.today()
    uuid = uuid4()
    return Certificate(
        uuid=uuid,
        training_record=record,
        person=record.person,
        base=record.base,
        holder_name=record.person.name,
        holder_document_type=document.type,
        holder_document_masked=document.masked,
        holder_document_tail=document_tail(uuid, document.number),
        level=record.level.code,  # type: ignore[union-attr]
        facts=_facts(record),
        hours=record.hours or 0,
        completed_on=record.completed_on,
        issued_on=today,
        design=(designs or Standing(today)).of(record.level.code),  # type: ignore[union-attr]
    )


def _award(record: TrainingRecord, replacing: bool) -> Award:
    needed = (record.base, record.level, record.hours, enrolment_of(record))
    return Award(
        issued_here=record.standing == RecordStanding.ISSUED and None not in needed,
        level=record.level.code if record.level else "",
        annulled=hasattr(record, "annulment"),
        corrected=hasattr(record, "replaced_by") or (not replacing and _certified_before(record)),
        identity_checked=getattr(record, "identity_checked", False),
        has_document=bool(record.person.documents.all()),
    )


def _certified_before(record: TrainingRecord) -> bool:
    """The record corrects one that has a certificate: that one is to be replaced, or the award would have two.

    An intent is none: it is refused its bytes once its record is corrected.
    """
    earlier = [certificate for wording in wordings(record)[1:] for certificate in wording.certificates.all()]
    return any(certificate.state != CertificateState.DRAFT for certificate in earlier)


def _unprintable(certificate: Certificate) -> list[Refusal]:
    try:
        sheet.check_printable(certificate)
    except DomainError as refusal:
        if refusal.code not in Obstacle.values:
            raise
        return [Refusal(Obstacle(refusal.code), str(refusal.facts.get("characters", "")))]
    return []


def _document(record: TrainingRecord) -> IdentityDocument:
    """The first document on file: the one that the person was admitted with."""
    return min(record.person.documents.all(), key=lambda document: document.pk)


def _facts(record: TrainingRecord) -> dict[str, Any]:
    level, base, cohort = record.level, record.base, enrolment_of(record).cohort  # type: ignore[union-attr]
    return {
        "latin_name": record.person.latin_name,
        "level": _titles(level, "title"),
        "training": _titles(level, "full_title"),
        "title": _titles(level, "certificate_title"),
        "issuer": {"zh": base.name, "en": base.name_en, "ja": base.name_ja},  # type: ignore[union-attr]
        "cohort": {
            "year": cohort.year,
            "number": cohort.number,
            "starts_on": _iso(cohort.starts_on),
            "ends_on": _iso(cohort.ends_on),
        },
    }


def _titles(level: Any, name: str) -> dict[str, str]:
    return {language: getattr(level, f"{name}_{language}") for language in LANGUAGES}


def _iso(day: date) -> str:
    return day.isoformat()
