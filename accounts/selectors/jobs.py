"""What the system administrator sees of the machinery: which long work runs and fails, never what is in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from accounts.access import require_everywhere
from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors.audit import Period
from core import clock
from core.jobs import failure_words
from core.models import JOB_NAMES, Job, JobItem, OutboxEvent

DEAD_SHOWN = 20
FAILING = "failing"


@dataclass(frozen=True)
class JobsQuestion:
    """`state`: one of Job's, or FAILING for jobs that failed or hold an item that did."""

    state: str = ""
    kind: str = ""
    period: Period = field(default_factory=Period)


@dataclass(frozen=True)
class JobLine:
    job: Job
    handled: int
    failed: int
    failure: str
    attempts: int
    # Minutes from its beginning to its end, or to now.
    minutes: int


@dataclass(frozen=True)
class OutboxFigures:
    """Effects that wait, are being brought about, ran out of their lease, and were given up."""

    waiting: int
    leased: int
    lost: int
    dead: int
    oldest: datetime | None

    @property
    def minutes(self) -> int:
        return _minutes(self.oldest, clock.now()) if self.oldest else 0


def all_jobs(actor: User, asked: JobsQuestion) -> QuerySet[Job]:
    """Everybody's, the newest first. Raises NotAllowed."""
    require_everywhere(actor, Permission.JOB_VIEW)
    rows = Job.objects.filter(**asked.period.lookups("created_at"))
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.state == FAILING:
        failed = Exists(JobItem.objects.filter(job=OuterRef("pk"), state=JobItem.State.FAILED))
        rows = rows.filter(failed | Q(state=Job.State.FAILED))
    elif asked.state:
        rows = rows.filter(state=asked.state)
    return rows.order_by("-created_at", "-pk")


def job_lines(jobs: Iterable[Job]) -> list[JobLine]:
    """Two statements for all of them."""
    jobs = list(jobs)
    failed = Q(state=JobItem.State.FAILED)
    items = JobItem.objects.filter(job__in=jobs).values("job").order_by("job")
    counted: dict[int, dict[str, Any]] = {
        row["job"]: dict(row)
        for row in items.annotate(
            handled=Count("pk", filter=~Q(state=JobItem.State.WAITING)),
            failed=Count("pk", filter=failed),
            error=Min("error", filter=failed & ~Q(error="")),
        )
    }
    events = OutboxEvent.objects.filter(kind__in={job.kind for job in jobs}, key__in=[str(job.pk) for job in jobs])
    tries = {(one.kind, one.key): one.attempts for one in events.only("kind", "key", "attempts").order_by("pk")}
    now = clock.now()
    return [_line(job, counted.get(job.pk, {}), tries.get((job.kind, str(job.pk)), 0), now) for job in jobs]


def outbox_figures(actor: User) -> OutboxFigures:
    require_everywhere(actor, Permission.JOB_VIEW)
    state, now = OutboxEvent.State, clock.now()
    rows = OutboxEvent.objects.filter(state__in=(state.NEW, state.LEASED, state.FAILED))
    counted = rows.aggregate(
        waiting=Count("pk", filter=Q(state=state.NEW)),
        leased=Count("pk", filter=Q(state=state.LEASED, leased_until__gte=now)),
        lost=Count("pk", filter=Q(state=state.LEASED, leased_until__lt=now)),
        dead=Count("pk", filter=Q(state=state.FAILED)),
        oldest=Min("created_at", filter=Q(state__in=(state.NEW, state.LEASED))),
    )
    return OutboxFigures(**counted)


def dead_letters(actor: User) -> list[dict[str, Any]]:
    """Effects that were given up, by kind: how many, since when, and what broke."""
    require_everywhere(actor, Permission.JOB_VIEW)
    rows = OutboxEvent.objects.filter(state=OutboxEvent.State.FAILED).values("kind", "last_error")
    grouped = rows.annotate(count=Count("pk"), since=Min("created_at")).order_by("since", "kind")[:DEAD_SHOWN]
    return [{**row, "failure": failure_words(row["last_error"])} for row in grouped]


def job_figures(actor: User) -> dict[str, int]:
    """For the first page."""
    open_ones = all_jobs(actor, JobsQuestion()).exclude(state__in=Job.OVER)
    figures = outbox_figures(actor)
    return {"open": open_ones.count(), "waiting": figures.waiting + figures.leased + figures.lost, "dead": figures.dead}


def kind_choices() -> list[tuple[str, Any]]:
    return sorted(JOB_NAMES.items(), key=lambda one: str(one[1]))


def _line(job: Job, counted: dict[str, Any], attempts: int, now: datetime) -> JobLine:
    return JobLine(
        job=job,
        handled=counted.get("handled", 0),
        failed=counted.get("failed", 0),
        failure=failure_words(job.error or counted.get("error") or ""),
        attempts=attempts,
        minutes=_minutes(job.created_at, job.finished_at or now),
    )


def _minutes(start: datetime, end: datetime) -> int:
    return max(int((end - start).total_seconds() // 60), 0)
