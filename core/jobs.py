"""Long work that people can watch and leave: items, progress, failures, safe to run twice and to resume."""

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core import audit, clock, outbox
from core.errors import DomainError, NotAllowed, WrongState
from core.models import JOB_NAMES, Job, JobItem, OutboxEvent

log = logging.getLogger(__name__)

# A refusal is kept as its code and facts; the facts may be about a person.
CODE = re.compile(r"[A-Za-z_]+")

# A second click within this time finds the job of the first.
SAME_CLICK = timedelta(minutes=2)


@dataclass(frozen=True)
class Progress:
    """How far a job is: `done` and `failed` of `total` items."""

    total: int
    done: int
    failed: int

    @property
    def handled(self) -> int:
        return self.done + self.failed


_results: dict[str, Callable[[Job], str]] = {}


class ItemsLeft(RuntimeError):
    """Another worker is at an item, or was killed at it: the outbox comes back once that lease is over."""


def name_kind(kind: str, label: Promise | str, *, result: Callable[[Job], str] | None = None) -> None:
    """Say what people read for a kind of job, and where its result is to be seen."""
    JOB_NAMES[kind] = label
    if result:
        _results[kind] = result


def result_address(job: Job) -> str:
    """Where a finished job's result is to be seen; empty when its kind names no place."""
    return _results[job.kind](job) if job.kind in _results else ""


@transaction.atomic
def start(*, actor: AbstractBaseUser, kind: str, subject_id: object, keys: Iterable[object]) -> Job:
    """Write the job with its items and ring for it; `kind` is the outbox kind whose handler calls `run`."""
    items = [str(key) for key in keys]
    job = Job.objects.create(
        kind=kind,
        subject_id=str(subject_id),
        owner_id=actor.pk,
        total=len(items),
        created_at=clock.now(),
    )
    JobItem.objects.bulk_create([JobItem(job=job, key=key) for key in items])
    outbox.add(kind, job.pk)
    return job


@outbox.when_given_up
def _stop(event: OutboxEvent) -> None:
    """No worker comes back to it: the job says so and why, and what is done stays done."""
    running = Job.objects.filter(kind=event.kind).exclude(state__in=Job.OVER)
    if event.key.isascii() and event.key.isdigit():
        running.filter(pk=int(event.key)).update(
            state=Job.State.FAILED, error=event.last_error[:100], finished_at=clock.now()
        )


@transaction.atomic
def start_again(*, actor: AbstractBaseUser, job: Job, taking_over: bool = False) -> Job:
    """Whoever started a job that was stopped by a failure starts it again; only what is not done is done.

    `taking_over`: by somebody else, whose room has asked for the power; the job is theirs from then on. Its handler
    asks for the owner's powers anew. Raises NotAllowed, WrongState.
    """
    locked = Job.objects.select_for_update().filter(pk=job.pk).first()
    if locked is None or (locked.owner_id != actor.pk and not taking_over):
        raise NotAllowed(record="core.job")
    if locked.state != Job.State.FAILED:
        raise WrongState(step="start_again", state=locked.state)
    locked.items.filter(state=JobItem.State.WAITING).update(leased_until=None)
    locked.state, locked.error, locked.finished_at, locked.owner_id = Job.State.QUEUED, "", None, actor.pk
    locked.save(update_fields=["state", "error", "finished_at", "owner"])
    outbox.add_again(locked.kind, locked.pk)
    audit.record(actor, "core.job_started_again", locked, kind=locked.kind)
    return locked


@transaction.atomic
def pause(job: Job) -> bool:
    """Stop after the item that is being done; nothing is lost. What is over stays so: a failure is started again."""
    return bool(Job.objects.filter(pk=job.pk).exclude(state__in=Job.OVER).update(state=Job.State.PAUSED))


@transaction.atomic
def resume(job: Job) -> bool:
    """Go on with the items that wait."""
    going = bool(Job.objects.filter(pk=job.pk, state=Job.State.PAUSED).update(state=Job.State.QUEUED))
    if going:
        outbox.add(job.kind, job.pk)
    return going


@transaction.atomic
def retry(job: Job, keys: Iterable[object]) -> int:
    """Failed items once more; a job that was over runs again for them."""
    failed = job.items.filter(state=JobItem.State.FAILED, key__in=[str(key) for key in keys])
    again = failed.update(state=JobItem.State.WAITING, error="", leased_until=None)
    if again and not Job.objects.filter(pk=job.pk, state=Job.State.PAUSED).exists():
        Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED, finished_at=None)
        outbox.add(job.kind, job.pk)
    return again


def _is_paused(job: Job) -> bool:
    return Job.objects.filter(pk=job.pk, state=Job.State.PAUSED).exists()


def run(event: OutboxEvent, work: Callable[[Job, str], None]) -> None:
    """Do every waiting item, each under its own lease; a refused item is kept with its reason.

    An item that breaks does not hold up the others: the outbox comes back for it, and the last attempt keeps the error.
    """
    job = Job.objects.select_related("owner").get(pk=event.key)
    Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(state=Job.State.RUNNING)
    broken: Exception | None = None
    for item in job.items.filter(state=JobItem.State.WAITING).order_by("pk"):
        if _is_paused(job):
            return
        done = False
        try:
            done = _do(job, item, work)
        except Exception as error:
            log.exception("item %s of job %s failed", item.key, job.pk)
            broken = error
            if event.attempts >= outbox.MAX_ATTEMPTS:
                _fail(item, error)
        outbox.renew(event, moved_on=done)
    if broken and event.attempts < outbox.MAX_ATTEMPTS:
        raise broken
    if job.items.filter(state=JobItem.State.WAITING).exists():
        raise ItemsLeft
    _finish(job)


def _finish(job: Job) -> None:
    """Paused at the very end counts as done: nothing waits."""
    unfinished = Job.objects.filter(pk=job.pk).exclude(state=Job.State.DONE)
    unfinished.update(state=Job.State.DONE, error="", finished_at=clock.now())


@dataclass(frozen=True)
class Milestones:
    """How far a job of one piece is: told by its work, read by whoever looks at the job."""

    job: Job
    event: OutboxEvent
    ids: list[int]

    def __call__(self, count: int, *, moved_on: bool = False) -> None:
        """Outside of any transaction of the work, or nobody else could read it. `moved_on`: something was done that
        stays done when the work begins again; reaching the same milestone anew is nothing."""
        JobItem.objects.filter(pk__in=self.ids[:count]).update(state=JobItem.State.DONE)
        outbox.renew(self.event, moved_on=moved_on)

    def within(self, count: int) -> None:
        """Inside of the work's own transaction, whose rows nobody sees before its end: a mark beside the database."""
        mark = _mark(self.job)
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = mark.with_suffix(".part")
        part.write_text(str(count))
        part.replace(mark)


def run_whole(event: OutboxEvent, work: Callable[[Job, Milestones], None]) -> None:
    """Do a job that is one piece: its items are milestones, and `work` tells how many are reached so far.

    What was begun and killed begins again from the first milestone; a refusal is kept as the reason of those that were
    not reached.
    """
    job = Job.objects.select_related("owner").get(pk=event.key)
    if job.state == Job.State.DONE:
        return
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
    job.items.update(state=JobItem.State.WAITING, error="")
    _mark(job).unlink(missing_ok=True)
    ids = list(job.items.order_by("pk").values_list("pk", flat=True))
    reach = Milestones(job, event, ids)
    try:
        work(job, reach)
    except DomainError as refusal:
        _fail_rest(job, refusal)
    except Exception as error:
        if event.attempts < outbox.MAX_ATTEMPTS:
            raise
        log.exception("job %s failed", job.pk)
        _fail_rest(job, error)
    else:
        reach(len(ids))
    finally:
        _mark(job).unlink(missing_ok=True)
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, error="", finished_at=clock.now())


def _fail_rest(job: Job, error: Exception) -> None:
    for item in job.items.filter(state=JobItem.State.WAITING).order_by("-pk")[:1]:
        _fail(item, error)
    job.items.filter(state=JobItem.State.WAITING).update(state=JobItem.State.FAILED)


def progress(job: Job) -> Progress:
    counted = job.items.aggregate(
        done=Count("pk", filter=Q(state=JobItem.State.DONE)),
        failed=Count("pk", filter=Q(state=JobItem.State.FAILED)),
    )
    if job.state == Job.State.RUNNING:
        counted["done"] = max(counted["done"], min(_marked(job), job.total - counted["failed"]))
    return Progress(total=job.total, **counted)


def failure_words(error: str) -> str:
    """The code alone, and what sort of thing it is: refused by a rule, broken, or lost with its worker."""
    if error == outbox.LOST:
        return _("the worker was lost in the middle of it")
    code = found[0] if (found := CODE.match(error)) else ""
    if not code:
        return ""
    return (_("refused: %(code)s") if code.islower() else _("broke down: %(code)s")) % {"code": code}


def _mark(job: Job) -> Path:
    path: Path = settings.DATA_DIR / "jobs" / str(job.uuid)
    return path


def _marked(job: Job) -> int:
    try:
        return int(_mark(job).read_text())
    except (OSError, ValueError):
        return 0


def _do(job: Job, item: JobItem, work: Callable[[Job, str], None]) -> bool:
    """One item, if nobody else is at it; whether it was done. `work` has its own transactions, so that no row is held
    while it draws or stores; it is safe to run twice, because a worker may be killed between its end and the mark."""
    now = clock.now()
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    waiting = JobItem.objects.filter(free, pk=item.pk, state=JobItem.State.WAITING)
    if not waiting.update(leased_until=now + outbox.LEASE):
        return False
    try:
        work(job, item.key)
    except DomainError as refusal:
        _fail(item, refusal)
        return False
    except Exception:
        JobItem.objects.filter(pk=item.pk).update(leased_until=None)
        raise
    else:
        JobItem.objects.filter(pk=item.pk).update(state=JobItem.State.DONE)
        return True


def _fail(item: JobItem, error: Exception) -> None:
    # The name alone: a database's own words may hold what a row holds.
    words = str(error) if isinstance(error, DomainError) else type(error).__name__
    JobItem.objects.filter(pk=item.pk, state=JobItem.State.WAITING).update(
        state=JobItem.State.FAILED, error=words[:2000]
    )
