"""Reports of credit files: what the asking role sees at this moment, hashed and kept; the sealed file follows."""

import hashlib
import json
import secrets
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import translation

from accounts.access import office_of, require
from accounts.identifiers import USCC_ALPHABET
from accounts.models import Institution, Person, User
from accounts.permissions import Permission
from accounts.selectors import masked_numbers
from certificates.seals import Sealed, seal_file
from certificates.services.sealed_files import kept_file
from core import audit, clock, outbox
from core.errors import DomainError, NotAllowed
from credit.exports import canonical
from credit.identifiers import report_reference
from credit.models import CreditReport, CreditReportFile
from credit.pdf.report import report_pdf
from credit.rules.publication import Audience, matrix_on
from credit.selectors.papers import OWN, entries_now, file_name
from staffing.identifiers import RANDOM_LENGTH

DRAW = "credit.draw_report"
FORMAT = "credit-report-1"
SECOND_CLICK = timedelta(minutes=1)
# More lines would be a book.
MOST_ENTRIES = 2000


@transaction.atomic
def make_paper(*, actor: User, subject: Person | Institution, audience: str, purpose: str = "") -> CreditReport:
    """For the subject, for an entity what everybody sees, or for an authority that stated its purpose.

    Within a minute the same again is the same report. Raises `not_for_this_audience`, `report_too_large`.
    """
    require(actor, _power(audience), subject)
    if isinstance(subject, Person) and audience != Audience.REGION:
        _require_own(actor, subject)
    if audience not in (*OWN, Audience.REGION) or (isinstance(subject, Person) and audience == Audience.PUBLIC):
        raise DomainError("not_for_this_audience", audience=audience)
    if isinstance(subject, Person):
        subject = subject.merged_into or subject
    entries, now = entries_now(subject, audience), clock.now()
    if len(entries) > MOST_ENTRIES:
        raise DomainError("report_too_large", entries=len(entries), most=MOST_ENTRIES)
    of: dict[str, Any] = {"institution" if isinstance(subject, Institution) else "person": subject}
    last = CreditReport.objects.filter(**of, audience=audience, asked_by=actor).order_by("-made_at").first()
    if last and last.made_at > now - SECOND_CLICK and last.sealed_content and _entries(last) == canonical(entries):
        return last
    report = CreditReport(
        **of,
        reference=_reference(),
        audience=audience,
        matrix=matrix_on(clock.day_of(now)).version,
        entries=len(entries),
        purpose=purpose,
        asked_by=actor,
        made_for=office_of(actor, _power(audience)),
        made_at=now,
    )
    report.sealed_content = canonical(_content(report, subject, entries))
    report.sha256 = hashlib.sha256(report.sealed_content.encode()).hexdigest()
    report.save(force_insert=True)
    audit.record(actor, "credit.report_made", report, reference=report.reference, audience=audience, purpose=purpose)
    outbox.add(DRAW, report.pk)
    return report


def draw_report(*, actor: User, report_id: int) -> CreditReportFile | None:
    """Safe to run twice: a report that has its file keeps it; of an erased person nothing is drawn any more.

    Raises `report_differs`, `seal_failed`, `glyphs_missing`.
    """
    report = CreditReport.objects.select_related("person", "institution").get(pk=report_id)
    require(actor, Permission.CREDIT_FILE_VIEW, report)
    if made := CreditReportFile.objects.filter(report=report).first():
        return made
    if not report.sealed_content:
        return None
    # Nothing is sealed that would not be called genuine.
    if hashlib.sha256(report.sealed_content.encode()).hexdigest() != report.sha256:
        raise DomainError("report_differs", reference=report.reference)
    return _keep(actor, report, seal_file(report_pdf(report, report.sealed_content)))


@transaction.atomic
def _keep(actor: User, report: CreditReport, sealed: Sealed) -> CreditReportFile:
    CreditReport.objects.select_for_update().get(pk=report.pk)
    if made := CreditReportFile.objects.filter(report=report).first():
        return made
    made = CreditReportFile.objects.create(report=report, **kept_file(file_name(report), sealed))
    audit.record(actor, "credit.report_file_stored", report, reference=report.reference, sha256=made.sha256)
    return made


@transaction.atomic
def forget_reports(*, actor: User, person: Person) -> int:
    """Of somebody who is erased: contents and bytes go, the hashes stay. How many reports."""
    require(actor, Permission.DATA_REQUEST_REVIEW, person)
    people = [person.pk, *person.merged.values_list("pk", flat=True)]
    emptied = 0
    for report in CreditReport.objects.select_for_update(of=("self",)).filter(person__in=people).order_by("pk"):
        report.sealed_content = ""
        report.save(update_fields=["sealed_content"])
        transaction.on_commit(partial(default_storage.delete, file_name(report)))
        emptied += 1
    if emptied:
        audit.record(actor, "credit.reports_forgotten", person, reports=emptied)
    return emptied


def _require_own(actor: User, person: Person) -> None:
    """The hat by which an officer speaks for an entity reaches its people, too: whose file is not the entity's."""
    if actor.pk not in (person.user_id, person.merged_into and person.merged_into.user_id):
        raise NotAllowed(permission=Permission.CREDIT_OBJECT.value)


def _power(audience: str) -> Permission:
    return Permission.CREDIT_FILE_VIEW if audience == Audience.REGION else Permission.CREDIT_OBJECT


def _reference() -> str:
    random = "".join(secrets.choice(USCC_ALPHABET) for _character in range(RANDOM_LENGTH))
    return report_reference(year=clock.today().year, random=random)


def _content(report: CreditReport, subject: Person | Institution, entries: list[dict[str, Any]]) -> dict[str, Any]:
    if isinstance(subject, Institution):
        of = {"name": subject.name, "uscc": subject.uscc}
    else:
        of = {"name": subject.name, "document": masked_numbers([subject.pk]).get(subject.pk, "")}
    with translation.override("zh-hans"):
        audience = str(Audience(report.audience).label)
    return {
        "format": FORMAT,
        "reference": report.reference,
        "subject": of,
        "audience": report.audience,
        "audience_name": audience,
        "matrix": report.matrix,
        "purpose": report.purpose,
        "made_for": report.made_for,
        "as_of": report.made_at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds"),
        "entries": entries,
    }


def _entries(report: CreditReport) -> str:
    return canonical(json.loads(report.sealed_content)["entries"])
