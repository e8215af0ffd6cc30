"""What must be there after an issue, counted from tables, storage and log: nothing lost, nothing doubled."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db.models import Count

from certificates.identifiers import parse_number
from certificates.models import Certificate, CertificateCounter, CertificateEvent, CertificateFile, FileRevision
from certificates.rules import Outcome
from certificates.selectors import verify_file
from certificates.services.proof_files import COMPLETE
from certificates.tlog import selectors as tlog
from certificates.tlog.models import Kind, Leaf, PendingEntry
from certificates.workflow import CertificateState
from core.models import AuditEntry, Job, JobItem, OutboxEvent
from courses.models import TrainingRecord

OPEN = (OutboxEvent.State.NEW, OutboxEvent.State.LEASED)
ISSUE, ISSUED = "certificates.issue", "certificates.issued"


@dataclass(frozen=True)
class Line:
    """One thing that was counted."""

    what: str
    expected: int
    found: int

    @property
    def fits(self) -> bool:
        return self.expected == self.found


def progress() -> dict[str, int]:
    """Cheap enough to be asked again and again."""
    open_events = OutboxEvent.objects.filter(state__in=OPEN)
    return {
        "issued": Certificate.objects.filter(state=CertificateState.ISSUED).count(),
        "open jobs": Job.objects.exclude(state__in=Job.OVER).count(),
        "failed jobs": Job.objects.filter(state=Job.State.FAILED).count(),
        "open events": open_events.count(),
        "of issue": open_events.filter(kind=ISSUE).count(),
        "unlogged": PendingEntry.objects.filter(leaf__isnull=True).count(),
        "unsigned": Leaf.objects.count() - _head_size(),
    }


def everything(count: int) -> list[Line]:
    """Every line must fit: `count` awards were approved, and all work is over."""
    return [*numbers(count), *files(count), *log(count), *work(count)]


def numbers(count: int) -> list[Line]:
    awards = TrainingRecord.objects.annotate(certificates_made=Count("certificates"))
    issued = Certificate.objects.filter(state=CertificateState.ISSUED)
    return [
        Line("awards with exactly one certificate", count, awards.filter(certificates_made=1).count()),
        Line("certificates", count, Certificate.objects.count()),
        Line("certificates issued", count, issued.count()),
        Line("distinct numbers", count, issued.values("number").distinct().count()),
        Line("numbers without a gap", count, _without_gap()),
        Line("where the counters stand", count, sum(CertificateCounter.objects.values_list("last", flat=True))),
        Line("steps 'issue' in the register", count, CertificateEvent.objects.filter(step="issue").count()),
        Line("numbers allotted by the audit trail", count, _audited("certificates.number_allotted")),
        Line("certificates issued by the audit trail", count, _audited("certificates.certificate.issue")),
    ]


def files(count: int) -> list[Line]:
    rows = list(CertificateFile.objects.order_by("pk"))
    revisions = list(FileRevision.objects.order_by("pk"))
    stored = {name: _bytes(name) for name in _stored_names()}
    named = {row.storage_name for row in rows} | {one.storage_name for one in revisions}
    newest = {row.pk: row.storage_name for row in rows} | {one.file_id: one.storage_name for one in revisions}
    return [
        Line("files whose SHA-256 is that of their row", count, _fitting(rows, stored)),
        Line("files with proof whose SHA-256 is that of their row", len(revisions), _fitting(revisions, stored)),
        Line("files that no row names", 0, len(stored.keys() - named)),
        Line("files that verify", count, sum(_verifies(stored.get(name, b"")) for name in newest.values())),
    ]


def log(count: int) -> list[Line]:
    leaves = Leaf.objects.filter(pending__kind=Kind.CERTIFICATE_ISSUED)
    refs = set(leaves.values_list("pending__ref", flat=True))
    certificates = set(Certificate.objects.values_list("uuid", flat=True))
    places, head = list(Leaf.objects.order_by("idx").values_list("idx", flat=True)), tlog.latest_head()
    return [
        Line("leaves of certificates", count, leaves.count()),
        Line("certificates with a leaf", count, len(refs & certificates)),
        Line("entries without a leaf", 0, PendingEntry.objects.filter(leaf__isnull=True).count()),
        Line("leaves without a gap", len(places), sum(place == index for index, place in enumerate(places))),
        Line("entries under the signed head", len(places), _head_size()),
        Line("the head is witnessed", 1, int(head is not None and tlog.is_final(head))),
        Line("alarms of the signer", 0, int(tlog.open_alarm() is not None)),
    ]


def work(count: int) -> list[Line]:
    jobs = Job.objects.filter(kind=ISSUE)
    items = JobItem.objects.filter(job__in=jobs)
    events = OutboxEvent.objects.filter(kind=ISSUED)
    # Files are drawn again with their proof two hundred at a time from then on: that is never over while it is counted.
    due = OutboxEvent.objects.exclude(kind=COMPLETE)
    return [
        Line("jobs ended", jobs.count(), jobs.filter(state=Job.State.DONE).count()),
        Line("items done", count, items.filter(state=JobItem.State.DONE).count()),
        Line("effects 'issued' in the outbox", count, events.values("key").distinct().count()),
        Line("effects twice in the outbox", 0, events.count() - events.values("key").distinct().count()),
        Line("effects not brought about", 0, due.exclude(state=OutboxEvent.State.DONE).count()),
        Line("effects given up", 0, OutboxEvent.objects.filter(state=OutboxEvent.State.FAILED).count()),
    ]


def _without_gap() -> int:
    """How many numbers stand where a count from one has them, by base, level and year."""
    series: dict[tuple[str, int, str], list[int]] = defaultdict(list)
    for text in Certificate.objects.values_list("number", flat=True):
        if number := parse_number(text):
            series[number.level, number.year, number.base].append(number.running)
    return sum(len(set(found) & set(range(1, len(found) + 1))) for found in series.values())


def _audited(verb: str) -> int:
    """Subjects of which it is written once."""
    found = Counter(AuditEntry.objects.filter(verb=verb).values_list("subject_id", flat=True))
    return sum(times == 1 for times in found.values())


def _head_size() -> int:
    head = tlog.latest_head()
    return head.size if head else 0


def _stored_names(folder: str = "certificates") -> list[str]:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    below = [name for one in folders for name in _stored_names(f"{folder}/{one}")]
    return [f"{folder}/{name}" for name in names] + below


def _bytes(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())


def _fitting(rows: Iterable[CertificateFile | FileRevision], stored: dict[str, bytes]) -> int:
    return sum(
        row.storage_name in stored and hashlib.sha256(stored[row.storage_name]).hexdigest() == row.sha256
        for row in rows
    )


def _verifies(body: bytes) -> bool:
    answer = verify_file(body)
    return answer.outcome == Outcome.VALID and {*answer.checks.values()} == {"passed"}
