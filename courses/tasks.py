"""What happens after an import of training records: upper rooms are told of each record, away from the upload."""

from django.db import transaction

from accounts.imports.people import batches
from core import outbox
from core.models import AuditEntry, OutboxEvent

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
