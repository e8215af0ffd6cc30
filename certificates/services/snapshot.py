"""From a training record to what its certificate will say, and what stands in the way. Used by issue and by dry run."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import IdentityDocument, User
from certificates.credentials.documents import LANGUAGES, three_languages
from certificates.models import Certificate, TemplateVersion
from certificates.pdf import sheet
from certificates.rules import Award, Obstacle, filing_rule, last_day, obstacles
from certificates.selectors.awards import awards, enrolment_of, latest_wording, wordings
from certificates.selectors.designs import Standing
from certificates.selectors.filing import days_waited
from certificates.selectors.joint import bodies_of
from certificates.selectors.verification import document_tail
from certificates.workflow import CertificateState, DesignState, FilingMode
from core import clock
from core.errors import DomainError
from courses.models import TrainingRecord
from courses.workflow import RecordStanding

# What a certificate says and may be told anew before its bytes exist; number, code and level stay.
SAYS = (
    "training_record_id",
    "holder_name",
    "holder_document_type",
    "holder_document_masked",
    "holder_document_tail",
    "facts",
    "hours",
    "completed_on",
    "valid_until",
    "filing_number",
    "design_id",
)


LABELS = {
    "name": _("Holder"),
    "latin_name": _("Latin spelling"),
    "document": _("Document"),
    "title": _("Title of the certificate"),
    "training": _("Training"),
    "level": _("Level"),
    "hours": _("Hours"),
    "cohort": _("Class"),
    "completed_on": _("Completed on"),
    "valid_until": _("Valid until"),
    "issuer": _("Issued by"),
    "co_issuers": _("Issued together with"),
    "filing_number": _("Filing number"),
}


@dataclass(frozen=True)
class Refusal:
    """One thing in the way; `detail` names the characters or the figure concerned."""

    obstacle: Obstacle
    detail: str = ""


def refusals(
    record: TrainingRecord,
    *,
    replacing: bool = False,
    designs: Standing | None = None,
    draft: Certificate | None = None,
) -> list[Refusal]:
    """Everything in the way of a certificate for this record, as `selectors.awards` delivers it.

    `designs`: read once by whoever asks for many records; `draft`: what is told anew.
    """
    return in_the_way(record, replacing=replacing) or _unprintable(snapshot(record, designs=designs, draft=draft))


def in_the_way(record: TrainingRecord, *, replacing: bool = False) -> list[Refusal]:
    """What the award itself has against a certificate; whether it can be printed is not asked."""
    return [Refusal(obstacle, _figure(obstacle, record)) for obstacle in obstacles(_award(record, replacing))]


def _figure(obstacle: Obstacle, record: TrainingRecord) -> str:
    return str(days_waited(record, on=clock.today())) if obstacle == Obstacle.AWAITS_FILING else ""


def differs(one: Certificate, other: Certificate) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in SAYS)


def take_anew(intent: Certificate, record: TrainingRecord) -> bool:
    """Let a draft say what its record says now; False when it does already. Raises `draft_of_another_number`."""
    fresh = snapshot(record, draft=intent)
    if "replaces" in intent.facts:
        fresh.facts["replaces"] = intent.facts["replaces"]
    # A number that the receiving body gave is filled in once, and stays.
    fresh.filing_number = intent.filing_number or fresh.filing_number
    if not differs(intent, fresh):
        return False
    same = (intent.level, intent.base_id) == (fresh.level, fresh.base_id)
    if not same or fresh.completed_on > intent.issued_on:
        raise DomainError("draft_of_another_number", number=intent.number)
    for name in SAYS:
        setattr(intent, name, getattr(fresh, name))
    return True


@dataclass(frozen=True)
class FactNow:
    """One thing that a certificate says, beside what a new one would say."""

    label: Promise
    printed: str
    now: str

    @property
    def differs(self) -> bool:
        return self.printed != self.now


def facts_today(*, actor: User, certificate: Certificate) -> list[FactNow]:
    """Everything that a certificate says, by the latest wording of its record; empty where no new one can be made."""
    record = awards(actor).filter(pk=latest_wording(certificate.training_record)).first()
    if record is None or in_the_way(record, replacing=True):
        return []
    said, now = _readable(certificate), _readable(snapshot(record))
    return [FactNow(label, said[name], now[name]) for name, label in LABELS.items()]


def _readable(certificate: Certificate) -> dict[str, str]:
    facts, until = certificate.facts, certificate.valid_until
    titles = ("title", "training", "level", "issuer")
    return {name: three_languages(facts.get(name, {})) for name in titles} | {
        "name": certificate.holder_name,
        "latin_name": facts.get("latin_name", ""),
        "co_issuers": "; ".join(map(three_languages, facts.get("co_issuers", []))),
        "document": f"{certificate.get_holder_document_type_display()} {certificate.holder_document_masked}",
        "cohort": "{year}/{number} · {starts_on} – {ends_on}".format(**facts["cohort"]),
        "hours": f"{certificate.hours:.1f}",
        "completed_on": certificate.completed_on.isoformat(),
        "valid_until": until.isoformat() if until else "",
        "filing_number": certificate.filing_number,
    }


def snapshot(
    record: TrainingRecord, *, designs: Standing | None = None, draft: Certificate | None = None
) -> Certificate:
    """The certificate with the design of the day, not saved and without number and code.

    The record has passed `obstacles`. With a draft: as it would be with that one's identifier and day.
    """
    document, facts = _document(record), _facts(record)
    today = draft.issued_on if draft else clock.today()
    uuid = draft.uuid if draft else uuid4()
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
        facts=facts,
        hours=record.hours or 0,
        completed_on=record.completed_on,
        issued_on=today,
        valid_until=last_day(record.level.code, today),  # type: ignore[union-attr]
        filing_number=_filed_as(record),
        design=_design(record, designs or Standing.today(), draft, joint="co_issuers" in facts),
    )


def _design(
    record: TrainingRecord, designs: Standing, draft: Certificate | None, *, joint: bool
) -> TemplateVersion | None:
    """A draft keeps the design of its day, unless that one has been retired since: then it takes what stands today."""
    if draft and (draft.design is None or draft.design.state != DesignState.RETIRED):
        return draft.design
    return designs.of(record.level.code, joint=joint)  # type: ignore[union-attr]


def _award(record: TrainingRecord, replacing: bool) -> Award:
    needed = (record.base, record.level, record.hours, enrolment_of(record))
    return Award(
        issued_here=record.standing == RecordStanding.ISSUED and None not in needed,
        level=record.level.code if record.level else "",
        annulled=hasattr(record, "annulment"),
        corrected=hasattr(record, "replaced_by") or (not replacing and _certified_before(record)),
        identity_checked=getattr(record, "identity_checked", False),
        has_document=bool(record.person.documents.all()),
        awaits_filing=not replacing and _awaits_filing(record),
        # Whose certificate has to be put right is not to suffer for it.
        may_not_issue=not replacing and getattr(record, "may_not_issue", False),
    )


def _filed_as(record: TrainingRecord) -> str:
    return getattr(record, "filed_as", "") or ""


def _awaits_filing(record: TrainingRecord) -> bool:
    """A replacement asks for no number: what was issued before stays as well founded as it was."""
    rule = filing_rule(record.level.code, on=record.completed_on) if record.level else None
    return rule is not None and rule.mode == FilingMode.AFTER_FILING and not _filed_as(record)


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
        # Nothing where nobody else issues: what was issued before there were lists says the same as today's.
        **({"co_issuers": bodies} if (bodies := bodies_of(record, cohort)) else {}),
    }


def _titles(level: Any, name: str) -> dict[str, str]:
    return {language: getattr(level, f"{name}_{language}") for language in LANGUAGES}


def _iso(day: date) -> str:
    return day.isoformat()
