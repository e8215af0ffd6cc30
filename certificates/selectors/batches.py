"""Batches of a base: what was asked for, how far the job is, what failed and why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import Permission
from certificates.models import Certificate, CertificateEvent, IssueBatch, IssueBatchItem
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
    """Too many for one person: in this batch, or together with what its asker issued alone. Three small batches, or a
    batch and some singly, are no way round the second person."""
    if batch.needs_second:
        return True
    records = batch.items.filter(gets=True).values_list("record", flat=True)
    return people_alone(batch.asked_by_id, batch.base_id, records) > batch.alone_up_to


def people_alone(actor: int, base: int, records: Iterable[int | None]) -> int:
    """How many one person would have issued for alone with these awards: on this day at this base, or ever for one of
    their classes, whichever is more. Batches that nobody else decided on and single ones are counted together; an award
    whose first try failed is one award."""
    asked = {one for one in records if one}
    of_class = dict(TrainingRecord.objects.filter(pk__in=asked).values_list("pk", _class_of("")))
    classes = {one for one in of_class.values() if one}
    begins = clock.end_of_day(clock.today() - timedelta(days=1))
    today: set[int | None] = {*asked}
    for record, cohort, at in [
        *_confirmed_alone(actor, base, classes, begins),
        *_made_singly(actor, base, classes, begins),
    ]:
        of_class[record] = cohort
        if at and at > begins:
            today.add(record)
    sizes = Counter(of_class.values())
    return max(len(today), *(sizes[one] for one in classes), 0)


Put = tuple[int | None, int | None, datetime | None]


def _confirmed_alone(actor: int, base: int, classes: set[int], begins: datetime) -> Iterable[Put]:
    own = Q(batch__asked_by=actor, batch__decided_by=actor)
    rows = IssueBatchItem.objects.annotate(of_class=_class_of("record__")).filter(
        own,
        Q(of_class__in=classes) | Q(batch__decided_at__gt=begins),
        batch__base=base,
        batch__state=BatchState.APPROVED,
        gets=True,
    )
    return rows.values_list("record", "of_class", "batch__decided_at")


def _made_singly(actor: int, base: int, classes: set[int], begins: datetime) -> Iterable[Put]:
    """Of no batch that was approved. Whose a number without its file is stands nowhere yet: it counts for everybody."""
    decided = IssueBatchItem.objects.filter(
        record=OuterRef("training_record"), gets=True, batch__state=BatchState.APPROVED
    )
    issued = CertificateEvent.objects.filter(certificate=OuterRef("pk"), step="issue", actor=actor)
    rows = Certificate.objects.annotate(of_class=_class_of("training_record__")).filter(
        Q(of_class__in=classes) | Q(created_at__gt=begins),
        Q(state=CertificateState.DRAFT) | Exists(issued),
        ~Exists(decided),
        base=base,
        supersedes=None,
    )
    return rows.values_list("training_record", "of_class", "created_at")


def _class_of(path: str) -> Coalesce:
    """A corrected record is of the class of the one that it replaces."""
    return Coalesce(f"{path}enrolment__cohort", f"{path}replaces__enrolment__cohort")


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
    rows = awards(actor).standing_facts().filter(~Exists(made), standing="issued")  # type: ignore[attr-defined]
    return rows.order_by("-completed_on", "person__name_key", "pk")


def _failures(batch: IssueBatch) -> dict[str, str]:
    if batch.job is None:
        return {}
    failed = batch.job.items.filter(state=JobItem.State.FAILED).order_by("pk")
    return {item.key: _words(item.error.partition(" ")[0]) for item in failed}


def _words(code: str, detail: str = "") -> str:
    label = str(Obstacle(code).label) if code in Obstacle.values else code
    return f"{label}: {detail}" if detail else label
