"""After a commit: upper rooms are told of each imported record, people of what was decided about them. Once a day the
time to answer before an annulment passes."""

from celery import shared_task
from django.db import transaction

from accounts.imports.people import batches
from accounts.selectors import system_user
from core import outbox
from core.models import AuditEntry, OutboxEvent
from courses.services import annulments, telling

ADDED = "courses.training_record_added"
BATCH = 500


@outbox.handles("courses.training_records_imported")
def tell_of_each_record(event: OutboxEvent) -> None:
    """One event per record of the file; those already told are passed over, so that twice is once.

    In batches: a whole file in one transaction would keep every other writer waiting and outlive the lease.
    """
    lines = AuditEntry.objects.get(pk=event.key).facts["rows"]
    for batch in batches([str(line["id"]) for line in lines], BATCH):
        outbox.renew(event)
        _tell(batch)


@transaction.atomic
def _tell(keys: list[str]) -> None:
    told = set(OutboxEvent.objects.filter(kind=ADDED, key__in=keys).values_list("key", flat=True))
    for key in keys:
        if key not in told:
            outbox.add(ADDED, key)


@outbox.handles("courses.enrolment_admitted")
def tell_admitted(event: OutboxEvent) -> None:
    telling.tell_admitted(enrolment_id=int(event.key))


@outbox.handles(telling.ENDED_BY_BASE)
def tell_ended(event: OutboxEvent) -> None:
    telling.tell_ended(enrolment_id=int(event.key))


@outbox.handles(telling.EVIDENCE_DECIDED)
def tell_evidence_decided(event: OutboxEvent) -> None:
    telling.tell_evidence_decided(evidence_id=int(event.key))


@outbox.handles(telling.EVIDENCE_BATCH_DECIDED)
def tell_evidence_batch_decided(event: OutboxEvent) -> None:
    telling.tell_evidence_batch_decided(batch_id=int(event.key))


@outbox.handles(annulments.NOTICED)
@outbox.handles(annulments.RECORDED)
@outbox.handles(annulments.DECIDED)
def tell_of_annulment(event: OutboxEvent) -> None:
    telling.tell_of_annulment(case_id=int(event.key))


@shared_task(name="courses.every_day")
def every_day() -> None:
    annulments.close_periods(actor=system_user())
