"""Issue by batch: somebody asks, the dry run is kept, one or two people decide, a job issues; pause, resume, retry."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from accounts.access import require
from accounts.models import TrainingBase, User
from accounts.permissions import Permission
from accounts.services.hearings import require_other
from certificates.models import IssueBatch, IssueBatchItem
from certificates.rules import Obstacle, figure
from certificates.selectors.awards import awards
from certificates.selectors.batches import needs_second
from certificates.selectors.designs import Standing
from certificates.selectors.joint import hold_classes, named_since, newest_of
from certificates.services.jobs import BATCH, Candidate, plan_issue, start_job
from certificates.services.snapshot import Refusal, refusals
from certificates.workflow import ISSUE_BATCH_STEPS, BatchState, CertificateState
from core import audit, clock, jobs
from core.errors import DomainError
from core.models import Job
from core.workflow import advance
from courses.models import Cohort, TrainingRecord

NUMBER_ONCE = frozenset({CertificateState.DRAFT})


@dataclass(frozen=True)
class Line:
    """One line of a batch: whose, for which record, and why not."""

    person_id: int
    record: TrainingRecord | None
    gets: bool
    why_not: Sequence[Refusal] = ()


@transaction.atomic
def ask_for_cohort(*, actor: User, cohort: Cohort, shown: int | None = None) -> IssueBatch:
    """A class's dry run, kept; a second click, tab or officer gets the batch that waits.

    `shown`: the list of others who issue that the click was made under (0: none had been named).
    Raises `issuers_changed`, `nothing_to_issue`.
    """
    require(actor, Permission.CERTIFICATE_ISSUE, cohort)
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    if shown is not None and shown != getattr(newest_of(cohort.pk), "pk", 0):
        raise DomainError("issuers_changed")
    if waiting := _waiting(cohort):
        return waiting
    lines = [_line(one) for one in plan_issue(actor=actor, cohort=cohort) if one.certificate is None]
    return _keep(actor, cohort.base, lines, cohort)


@transaction.atomic
def ask_for_records(*, actor: User, base: TrainingBase, record_ids: Sequence[int]) -> IssueBatch:
    """A list that somebody chose. Raises `nothing_to_issue`; records out of reach are not in it."""
    require(actor, Permission.CERTIFICATE_ISSUE, base)
    hold_classes(record_ids)
    found = awards(actor).filter(pk__in=record_ids, base=base)
    designs = Standing.today()
    return _keep(actor, base, [_line_of(record, designs) for record in found if not _has_certificate(record)], None)


@transaction.atomic
def confirm_batch(*, actor: User, batch: IssueBatch) -> IssueBatch:
    """By whoever asked, up to the number of the rule, counted over day and class; a small batch also by another.

    Raises `second_person_needed`, `nothing_to_issue`, WrongState.
    """
    require(actor, Permission.CERTIFICATE_ISSUE, batch)
    # Two batches that are confirmed at once are counted one after the other.
    TrainingBase.objects.select_for_update(no_key=True).get(pk=batch.base_id)
    if batch.needs_second or (actor.pk == batch.asked_by_id and needs_second(batch)):
        raise DomainError("second_person_needed", people=batch.people, limit=batch.alone_up_to)
    return _begin(actor, batch, "confirm")


@transaction.atomic
def start_issue(*, actor: User, cohort: Cohort) -> Job:
    """A class in one go by one person: asked for and confirmed, or the job that runs. Raises as those two do."""
    batch = ask_for_cohort(actor=actor, cohort=cohort)
    started = confirm_batch(actor=actor, batch=batch) if batch.state == BatchState.ASKED else batch
    return started.job  # type: ignore[return-value]  # a batch that is approved has its job


@transaction.atomic
def approve_batch(*, actor: User, batch: IssueBatch) -> IssueBatch:
    """By a second person. Raises NotAllowed (`same_person_twice`), `nothing_to_issue` and WrongState."""
    require(actor, Permission.CERTIFICATE_ISSUE, batch)
    return _begin(actor, batch, "approve")


def refuse_batch(*, actor: User, batch: IssueBatch, reason: str) -> IssueBatch:
    """By a second person, with a reason. Raises `reason_missing`."""
    if not reason.strip():
        raise DomainError("reason_missing")
    changes = {**_decided(actor), "reason": reason.strip()[:500]}
    return advance(batch, "refuse", ISSUE_BATCH_STEPS, actor=actor, changes=changes)


def withdraw_batch(*, actor: User, batch: IssueBatch) -> IssueBatch:
    return advance(batch, "withdraw", ISSUE_BATCH_STEPS, actor=actor, changes=_decided(actor))


# --- while it runs --------------------------------------------------------------------------------------------------
@transaction.atomic
def pause_batch(*, actor: User, batch: IssueBatch) -> IssueBatch:
    require(actor, Permission.CERTIFICATE_ISSUE, batch)
    if batch.job and jobs.pause(batch.job):
        audit.record(actor, "certificates.batch_paused", batch)
    return batch


@transaction.atomic
def resume_batch(*, actor: User, batch: IssueBatch) -> IssueBatch:
    require(actor, Permission.CERTIFICATE_ISSUE, batch)
    if batch.job and jobs.resume(batch.job):
        audit.record(actor, "certificates.batch_resumed", batch)
    return batch


@transaction.atomic
def restart_batch(*, actor: User, batch: IssueBatch) -> IssueBatch:
    """A job that was stopped by a failure, by any issuer of the base but whoever gets a certificate by it; whoever
    starts it again answers for it from then on. Raises `own_record`, `issuers_changed`."""
    require(actor, Permission.CERTIFICATE_ISSUE, batch)
    _require_as_agreed(batch)
    for item in batch.items.filter(gets=True).select_related("person__merged_into"):
        require_other(actor, item.person)
    if batch.job and batch.job.state == Job.State.FAILED:
        jobs.start_again(actor=actor, job=batch.job, taking_over=True)
        audit.record(actor, "certificates.batch_started_again", batch)
    return batch


@transaction.atomic
def retry_item(*, actor: User, batch: IssueBatch, record_ids: Sequence[int]) -> int:
    """What failed, once more, one by one or all; what has a certificate keeps it. Raises `issuers_changed`."""
    require(actor, Permission.CERTIFICATE_ISSUE, batch)
    _require_as_agreed(batch)
    again = jobs.retry(batch.job, record_ids) if batch.job else 0
    if again:
        audit.record(actor, "certificates.batch_retried", batch, items=again)
    return again


def _require_as_agreed(batch: IssueBatch) -> None:
    """A batch of which nothing was issued leaves the list of its class open; under another one it is asked for anew."""
    hold_classes(batch.items.filter(gets=True, record__isnull=False).values_list("record", flat=True))
    if named_since(batch):
        raise DomainError("issuers_changed")


# --- parts ----------------------------------------------------------------------------------------------------------
def _waiting(cohort: Cohort) -> IssueBatch | None:
    """A batch of this class that nobody has decided on, or whose job is not over."""
    runs = Q(state=BatchState.APPROVED, job__isnull=False) & ~Q(job__state__in=Job.OVER)
    rows = IssueBatch.objects.filter(Q(state=BatchState.ASKED) | runs, cohort=cohort)
    return rows.select_related("job").order_by("-pk").first()


def _keep(actor: User, base: TrainingBase, lines: list[Line], cohort: Cohort | None) -> IssueBatch:
    people = sum(line.gets for line in lines)
    if not people:
        raise DomainError("nothing_to_issue")
    batch = IssueBatch.objects.create(
        base=base,
        cohort=cohort,
        people=people,
        alone_up_to=figure("issue_alone_up_to", on=clock.today()),
        asked_by=actor,
        asked_at=clock.now(),
    )
    IssueBatchItem.objects.bulk_create(
        IssueBatchItem(
            batch=batch,
            person_id=line.person_id,
            record=line.record,
            gets=line.gets,
            why_not=[[str(one.obstacle), _figure(one)] for one in line.why_not],
        )
        for line in lines
    )
    # The verb of a step, so that the table can keep apart who asked and who approves.
    audit.record(actor, "certificates.issuebatch.ask", batch, people=people, limit=batch.alone_up_to)
    return batch


def _figure(refusal: Refusal) -> str:
    """Days of waiting are told; all else would be characters of a name, and nothing erases this line."""
    return refusal.detail if refusal.obstacle == Obstacle.AWAITS_FILING else ""


def _begin(actor: User, batch: IssueBatch, step: str) -> IssueBatch:
    approved = advance(batch, step, ISSUE_BATCH_STEPS, actor=actor, changes=_decided(actor), people=batch.people)
    wanted = approved.items.filter(gets=True).values_list("record", flat=True)
    # Time passes between asking and approving: whoever has a certificate by now, or may get none, is left out.
    designs = Standing.today()
    open_ = [one for one in awards(actor).filter(pk__in=wanted) if not _has_certificate(one)]
    ready = [one for one in open_ if not refusals(one, designs=designs)]
    if not ready:
        raise DomainError("nothing_to_issue")
    for one in ready:
        require_other(actor, one.person)
    approved.job = start_job(actor, ready, about=approved, subject=f"{BATCH}{approved.pk}")
    approved.save(update_fields=["job"])
    return approved


def _decided(actor: User) -> dict[str, object]:
    return {"decided_at": clock.now(), "decided_by": actor}


def _line(one: Candidate) -> Line:
    return Line(one.enrolment.person_id, one.record, one.is_ready and one.record is not None, one.refusals)


def _line_of(record: TrainingRecord, designs: Standing) -> Line:
    found = refusals(record, designs=designs)
    return Line(record.person_id, record, not found, found)


def _has_certificate(record: TrainingRecord) -> bool:
    return any(one.state not in NUMBER_ONCE for one in record.certificates.all())
