"""Batches of a base: what was asked for, how far the job is, what failed and why."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import Permission
from certificates.models import Certificate, IssueBatch, IssueBatchItem
from certificates.rules import Obstacle, figure
from certificates.selectors.awards import awards
from certificates.workflow import BatchState, CertificateState
from core import clock, jobs
from core.models import JobItem
from courses.models import Cohort, TrainingRecord

MOST = 200


def alone_up_to() -> int:
    """So many certificates one person may issue in one go."""
    number: int = figure("issue_alone_up_to", on=clock.today())
    return number


def batches(actor: User) -> QuerySet[IssueBatch]:
    rows = IssueBatch.objects.allowed(actor, Permission.CERTIFICATE_ISSUE)
    return rows.select_related("cohort__programme__level", "job", "asked_by").order_by("-asked_at", "-pk")


def batches_of(actor: User, cohort: Cohort) -> list[IssueBatch]:
    return list(batches(actor).filter(cohort=cohort)[:20])


def batch_of(actor: User, pk: int) -> IssueBatch | None:
    return batches(actor).filter(pk=pk).first()


def batches_waiting(actor: User) -> dict[str, int]:
    """For the first page."""
    return {"batches_waiting": batches(actor).filter(state=BatchState.ASKED).count()}


def needs_second(batch: IssueBatch) -> bool:
    """Too many for one person: in this batch, or together with what its asker confirmed alone on this day at this base,
    or ever for one of its classes. Three small batches are no way round the second person."""
    return batch.needs_second or _alone_with(batch) > batch.alone_up_to


def _alone_with(batch: IssueBatch) -> int:
    alone = IssueBatch.objects.filter(
        base=batch.base_id, state=BatchState.APPROVED, asked_by=batch.asked_by_id, decided_by=F("asked_by")
    ).exclude(pk=batch.pk)
    day = alone.filter(decided_at__gt=clock.end_of_day(clock.today() - timedelta(days=1)))
    people: int = day.aggregate(people=Sum("people"))["people"] or 0
    # A person whose first try failed is one person.
    lines = IssueBatchItem.objects.filter(Q(batch__in=alone) | Q(batch=batch), gets=True)
    of_class = Coalesce("record__enrolment__cohort", "record__replaces__enrolment__cohort")
    classes = Counter(dict(lines.values_list("record", of_class).distinct()).values())
    own = batch.items.filter(gets=True).values_list(of_class, flat=True).distinct()
    return max(people + batch.people, *(classes[one] for one in own if one), 0)


@dataclass(frozen=True)
class BatchLine:
    """One person of a batch: what was said at the time, and what came of it."""

    item: IssueBatchItem
    certificate: str
    failed: str

    @property
    def why_not(self) -> list[str]:
        return [_words(code, detail) for code, detail in self.item.why_not]


def batch_lines(actor: User, batch: IssueBatch) -> list[BatchLine]:
    """Everybody of the batch by name, in a number of queries that does not grow with them."""
    rows = IssueBatchItem.objects.allowed(actor, Permission.CERTIFICATE_ISSUE).filter(batch=batch)
    items = list(rows.select_related("person").order_by("-gets", "person__name_key", "pk"))
    records = [item.record_id for item in items if item.record_id]
    made = Certificate.objects.stored().filter(training_record__in=records).order_by("pk")
    numbers = dict(made.values_list("training_record", "number"))
    failures = _failures(batch)
    return [
        BatchLine(item, numbers.get(item.record_id or 0, ""), failures.get(str(item.record_id), "")) for item in items
    ]


def batch_progress(batch: IssueBatch) -> jobs.Progress | None:
    return jobs.progress(batch.job) if batch.job else None


def records_without_certificate(actor: User) -> QuerySet[TrainingRecord]:
    """Trained here and not certified yet, newest first: the choice for a list."""
    any_wording = Q(training_record=OuterRef("pk")) | Q(training_record=OuterRef("replaces"))
    made = Certificate.objects.exclude(state=CertificateState.DRAFT).filter(any_wording)
    rows = awards(actor).filter(~Exists(made), annulment__isnull=True, replaced_by__isnull=True, standing="issued")
    return rows.order_by("-completed_on", "person__name_key", "pk")


def _failures(batch: IssueBatch) -> dict[str, str]:
    if batch.job is None:
        return {}
    failed = batch.job.items.filter(state=JobItem.State.FAILED).order_by("pk")
    return {item.key: _words(item.error.partition(" ")[0]) for item in failed}


def _words(code: str, detail: str = "") -> str:
    label = str(Obstacle(code).label) if code in Obstacle.values else code
    return f"{label}: {detail}" if detail else label
