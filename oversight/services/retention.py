"""What is kept no longer than it must be: dated periods as data, a daily job that deletes, and counts what it deleted.

Append-only tables give up rows that are past their period and no others, by their own triggers (core/expiry.py): the
job needs no more rights than the site, and cannot delete early.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from allauth.account.models import EmailConfirmation
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import AccessEntry, Claim, SignIn, User, ViewedPage
from accounts.permissions import Role
from accounts.selectors.privacy import unconfirmed_logins
from accounts.services.erasure import forget_unconfirmed
from certificates.models import BatchCheck
from core import audit, clock, uploads
from core.errors import NotAllowed
from core.models import AuditEntry, Job, OutboxEvent
from core.periods import periods_on
from courses.exams.models import AnswerEntry, PaperQuestion
from courses.models import Enrolment, EvidenceScan
from courses.workflow import EvidenceState
from oversight.models import DataRequest
from oversight.workflow import OPEN, RequestKind

# Guarded tables ask the database's clock, which may be a little behind this machine's.
MARGIN = timedelta(hours=1)
CLOSED_EVENTS = (OutboxEvent.State.DONE, OutboxEvent.State.FAILED)


def past_due() -> dict[str, int]:
    """How many rows and files each kind holds beyond its period now."""
    counts = {code: sum(rows.count() for rows in _rows(code, before)) for code, before in _limits().items()}
    return counts | {code: len(_files(code, days)) for code, days in _file_kinds().items()}


@transaction.atomic
def delete_expired(*, actor: User) -> dict[str, int]:
    """Delete what is past due, of every kind; one audit entry with the counts. Nothing of what law keeps is touched."""
    if not any(hat.role == Role.SYSTEM for hat in actor.worn_memberships()):
        raise NotAllowed(permission="system")
    Claim.objects.filter(code_sent_at__lt=_limits()["claim_codes"]).exclude(code_hash="").update(code_hash="")
    _forget_farewells(_limits()["outbox"])
    counts = {code: _delete(code, before) for code, before in _limits().items() if code not in OF_THEIR_OWN}
    counts["unconfirmed_logins"] = forget_unconfirmed(actor=actor, before=_limits()["unconfirmed_logins"])
    counts |= {code: _unlink(code, _files(code, days)) for code, days in _file_kinds().items()}
    audit.record(actor, "oversight.expired_deleted", actor, counts=counts)
    return counts


# Not just rows that go.
OF_THEIR_OWN = frozenset({"claim_codes", "unconfirmed_logins"})


def _forget_farewells(before: datetime) -> None:
    """A last letter that no server has taken: its address goes with the event that would have sent it."""
    # Sealed words are never asked for, so those that are empty already are emptied once more.
    DataRequest.objects.filter(kind=RequestKind.DELETION, answered_at__lt=before).update(wanted="")


def _limits() -> dict[str, datetime]:
    now = clock.now() - MARGIN
    periods = periods_on(clock.today())
    return {code: now - timedelta(days=periods[code].days) for code in KINDS if code in periods}


KINDS: dict[str, Callable[[datetime], list[QuerySet]]] = {
    "sessions": lambda before: [Session.objects.filter(expire_date__lt=before)],
    "claim_codes": lambda before: [Claim.objects.filter(code_sent_at__lt=before).exclude(code_hash="")],
    "outbox": lambda before: [OutboxEvent.objects.filter(state__in=CLOSED_EVENTS, created_at__lt=before)],
    "mail_confirmations": lambda before: [EmailConfirmation.objects.filter(created__lt=before)],
    "jobs": lambda before: [Job.objects.filter(state__in=Job.OVER, finished_at__lt=before)],
    # With their lines.
    "batch_checks": lambda before: [BatchCheck.objects.filter(asked_at__lt=before)],
    "refused_applications": lambda before: [
        Enrolment.objects.filter(
            Q(state__in=["refused", "withdrawn"]),
            applied_at__lt=before,
            attendances__isnull=True,
            hour_entries__isnull=True,
            training_record__isnull=True,
        )
    ],
    # The answers first: they lead to the paper. Attempts stay with their result.
    "exam_answers": lambda before: [
        AnswerEntry.objects.filter(paper_question__attempt__deadline__lt=before, saved_at__lt=before),
        PaperQuestion.objects.filter(attempt__deadline__lt=before, drawn_at__lt=before, answers__isnull=True),
    ],
    # What was decided stays, with the hashes of the scans in the audit trail.
    "evidence_scans": lambda before: [EvidenceScan.objects.filter(evidence__closed_at__lt=before)],
    "withdrawn_scans": lambda before: [
        EvidenceScan.objects.filter(evidence__state=EvidenceState.WITHDRAWN, evidence__closed_at__lt=before)
    ],
    "data_requests": lambda before: [
        DataRequest.objects.filter(answered_at__lt=before).exclude(state__in=sorted(OPEN))
    ],
    "sign_ins": lambda before: [SignIn.objects.filter(seen_at__lt=before)],
    "unconfirmed_logins": lambda before: [unconfirmed_logins(before)],
    "viewed_pages": lambda before: [ViewedPage.objects.filter(at__lt=before)],
    "access_ledger": lambda before: [AccessEntry.objects.filter(at__lt=before)],
    "audit": lambda before: [AuditEntry.objects.filter(at__lt=before)],
}


def _rows(code: str, before: datetime) -> list[QuerySet]:
    return KINDS[code](before)


def _delete(code: str, before: datetime) -> int:
    return sum(_delete_rows(rows) for rows in _rows(code, before))


def _delete_rows(rows: QuerySet) -> int:
    if not rows.exists():
        return 0
    found = list(rows.values_list("pk", flat=True))
    guarded = rows.model._meta.db_table in getattr(rows.model._meta.app_config, "append_only", ())
    for start in range(0, len(found), 500):
        batch = rows.model._default_manager.filter(pk__in=found[start : start + 500])
        # Without looking for rows that point here: guarded tables have none, and Django would read every one.
        batch._raw_delete(batch.db) if guarded else batch.delete()
    return len(found)


# --- files ----------------------------------------------------------------------------------------------------------
def _file_kinds() -> dict[str, int]:
    periods = periods_on(clock.today())
    return {code: periods[code].days for code in ("uploads", "local_mails") if code in periods}


def _files(code: str, days: int) -> list[Path]:
    oldest = clock.now().timestamp() - days * 24 * 60 * 60
    return [path for path in _folder(code) if path.is_file() and path.stat().st_mtime < oldest]


def _folder(code: str) -> list[Path]:
    if code == "uploads":
        return uploads.all_files()
    mails = getattr(settings, "EMAIL_FILE_PATH", None)
    return sorted(Path(mails).glob("*.log")) if mails else []


def _unlink(code: str, paths: list[Path]) -> int:
    if code == "uploads":
        uploads.forget_files(paths)
        return len(paths)
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)
