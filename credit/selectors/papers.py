"""Reports of credit files: what a new one says, those there are, and what anyone is told who has one in hand."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation

from accounts.models import Institution, Person, User
from accounts.permissions import Permission
from accounts.selectors import same_person
from certificates.selectors.papers import COULD_NOT_CHECK, NEVER_MADE, STANDS, PaperAnswer
from certificates.selectors.sealed_files import stands_as_stored
from core import clock
from core.errors import NotAllowed
from credit.identifiers import normal_reference
from credit.models import CreditRecord, CreditRecordQuerySet, CreditReport
from credit.rules.publication import Audience
from credit.selectors.lines import Line, lines_of, spelled, with_voice

SAME, CHANGED, ERASED = "same", "changed", "erased"
PASSED, FAILED = "passed", "failed"
# What a subject gets about itself, and what an entity may hand on.
OWN = (Audience.SUBJECT, Audience.PUBLIC)


def all_records_of(subject: Person | Institution) -> CreditRecordQuerySet:
    """Every entry, of merged doubles too, newest first; whoever calls has asked who may see them."""
    rows = CreditRecord.objects.all()
    if isinstance(subject, Institution):
        rows = rows.filter(institution=subject)
    else:
        rows = rows.filter(same_person(subject.merged_into_id or subject.pk))
    return rows.order_by("-occurred_on", "-pk")


def lines_about(subject: Person | Institution, audience: str) -> list[Line]:
    """In Chinese, the language of the records, whatever the reader's is."""
    with translation.override("zh-hans"):
        return lines_of(with_voice(all_records_of(subject)), audience)


def reports_of(actor: User, subject: Person | Institution, audience: str) -> "QuerySet[CreditReport]":
    """Newest first: one's own, or for an authority those that authorities of its reach made."""
    rows = _reach(actor, audience)
    of = {"institution": subject} if isinstance(subject, Institution) else {"person": subject}
    return rows.filter(**of).select_related("file").order_by("-made_at", "-pk")


def find_report(actor: User, reference: str, audience: str) -> CreditReport:
    """Raises NotAllowed, also when there is none."""
    rows = _reach(actor, audience).select_related("file__seal", "person__merged_into", "institution")
    if (found := rows.filter(reference=reference).first()) is None:
        raise NotAllowed(permission=Permission.CREDIT_FILE_VIEW.value)
    return found


def _reach(actor: User, audience: str) -> "QuerySet[CreditReport]":
    if audience == Audience.REGION:
        rows = CreditReport.objects.allowed(actor, Permission.CREDIT_FILE_VIEW)
        return rows.filter(audience=Audience.REGION)
    return CreditReport.objects.allowed(actor, Permission.CREDIT_OBJECT).filter(audience__in=OWN)


def file_name(report: CreditReport) -> str:
    """Where the sealed bytes lie."""
    return f"credit-reports/{report.made_at:%Y}/{report.uuid}.pdf"


def verify_path(report: CreditReport) -> str:
    """Where the QR code leads, outside of the languages."""
    return reverse("v:by_code", args=[report.reference])


# --- whoever has one in hand ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ReportAnswer(PaperAnswer):
    """Nobody is named: the paper that was handed in says whose file it is, this says whether it is that paper."""

    report: CreditReport | None = None
    # Is the file today what the report says?
    later: str = ""


def verify_report(reference: str) -> ReportAnswer:
    """By its reference as typed."""
    return _answered(Q(reference=normal_reference(reference) or "-"))


def verify_report_file(body: bytes) -> ReportAnswer | None:
    """By the PDF itself; None where no report has these bytes."""
    known = Q(file__sha256=hashlib.sha256(body).hexdigest())
    try:
        return _answered(known, by_file=True) if CreditReport.objects.filter(known).exists() else None
    except (OperationalError, InterfaceError):
        return None


def _answered(wanted: Q, *, by_file: bool = False) -> ReportAnswer:
    now = clock.now()
    try:
        rows = CreditReport.objects.filter(wanted).select_related("file__seal", "person__merged_into", "institution")
        report = rows.order_by("pk").first()
        return _about(report, now, by_file=by_file) if report else ReportAnswer(NEVER_MADE, now)
    except (OperationalError, InterfaceError, OSError):
        return ReportAnswer(COULD_NOT_CHECK, now)


def _about(report: CreditReport, now: datetime, *, by_file: bool) -> ReportAnswer:
    checks = report_checks(report)
    stands = FAILED not in checks.values()
    later = _later(report) if stands else ""
    outcome = STANDS if stands else COULD_NOT_CHECK
    return ReportAnswer(outcome, now, checks, by_file, report=report, later=later)


def report_checks(report: CreditReport) -> dict[str, str | None]:
    """`content`: what is kept is what was hashed. `file`: None while it is drawn, and after an erasure."""
    return {"content": _content(report), "file": _file(report)}


def _content(report: CreditReport) -> str | None:
    if not report.sealed_content:
        return None
    return PASSED if hashlib.sha256(report.sealed_content.encode()).hexdigest() == report.sha256 else FAILED


def _file(report: CreditReport) -> str | None:
    kept = getattr(report, "file", None)
    if kept is None or not report.sealed_content:
        return None
    return PASSED if stands_as_stored(kept) else FAILED


def _later(report: CreditReport) -> str:
    if not report.sealed_content:
        return ERASED
    then: list[dict[str, Any]] = json.loads(report.sealed_content)["entries"]
    subject = report.institution or report.person
    return SAME if subject and entries_now(subject, report.audience) == then else CHANGED


def entries_now(subject: Person | Institution, audience: str) -> list[dict[str, Any]]:
    with translation.override("zh-hans"):
        return [spelled(line) for line in lines_about(subject, audience)]
