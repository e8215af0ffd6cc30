"""What is kept no longer than it must be: dated periods as data, a daily job that deletes, and counts what it deleted.

Append-only tables give their old rows up too: their guard against DELETE is lifted and put back in one transaction.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import yaml
from allauth.account.models import EmailConfirmation
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import AccessEntry, Claim, User
from accounts.permissions import Role
from core import audit, clock, uploads
from core.errors import NotAllowed
from core.models import AuditEntry, Job, OutboxEvent
from core.triggers import without_delete_guard
from courses.exams.models import AnswerEntry, PaperQuestion
from courses.models import Enrolment
from oversight.models import DataRequest
from oversight.workflow import OPEN

FILE = "demo/reference/retention.yaml"
CLOSED_EVENTS = (OutboxEvent.State.DONE, OutboxEvent.State.FAILED)


@dataclass(frozen=True)
class Period:
    code: str
    days: int
    valid_from: date
    source: str


@cache
def all_periods() -> tuple[Period, ...]:
    entries = yaml.safe_load((settings.ROOT / FILE).read_text(encoding="utf-8"))
    return tuple(sorted((Period(**entry) for entry in entries), key=lambda period: period.valid_from))


def periods_on(day: date) -> dict[str, Period]:
    """The period of each kind that holds on a day."""
    return {period.code: period for period in all_periods() if period.valid_from <= day}


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
    counts = {code: _delete(code, before) for code, before in _limits().items() if code != "claim_codes"}
    counts |= {code: _unlink(code, _files(code, days)) for code, days in _file_kinds().items()}
    audit.record(actor, "oversight.expired_deleted", actor, counts=counts)
    return counts


def _limits() -> dict[str, datetime]:
    now = clock.now()
    periods = periods_on(clock.today())
    return {code: now - timedelta(days=periods[code].days) for code in KINDS if code in periods}


KINDS: dict[str, Callable[[datetime], list[QuerySet]]] = {
    "sessions": lambda before: [Session.objects.filter(expire_date__lt=before)],
    "claim_codes": lambda before: [Claim.objects.filter(code_sent_at__lt=before).exclude(code_hash="")],
    "outbox": lambda before: [OutboxEvent.objects.filter(state__in=CLOSED_EVENTS, created_at__lt=before)],
    "mail_confirmations": lambda before: [EmailConfirmation.objects.filter(created__lt=before)],
    "jobs": lambda before: [Job.objects.filter(state=Job.State.DONE, finished_at__lt=before)],
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
        AnswerEntry.objects.filter(paper_question__attempt__deadline__lt=before),
        PaperQuestion.objects.filter(attempt__deadline__lt=before),
    ],
    "data_requests": lambda before: [
        DataRequest.objects.filter(answered_at__lt=before).exclude(state__in=sorted(OPEN))
    ],
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
    table = rows.model._meta.db_table
    found = list(rows.values_list("pk", flat=True))
    guarded = table in getattr(rows.model._meta.app_config, "append_only", ())
    with without_delete_guard(table) if guarded else nullcontext():
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
