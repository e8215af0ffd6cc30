"""Issue for a whole class: a dry run that says who gets a certificate, who not and why, then a background job."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Model

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from certificates.models import Certificate
from certificates.rules import Obstacle
from certificates.selectors.awards import awards_of_cohort, enrolment_of, enrolments_to_judge
from certificates.selectors.designs import Standing
from certificates.services.issue import issue_decided
from certificates.services.snapshot import Refusal, refusals
from certificates.workflow import CertificateState
from core import audit, jobs
from core.models import Job
from courses.models import Cohort, Enrolment, TrainingRecord

KIND = "certificates.issue"
# The subject of a job is a batch, with this in front; of jobs from before there were batches, a class.
BATCH = "batch:"


@dataclass(frozen=True)
class Candidate:
    """One line of the dry run."""

    enrolment: Enrolment
    record: TrainingRecord | None
    certificate: Certificate | None
    refusals: Sequence[Refusal] = ()
    # The number that a killed attempt left without its bytes; the next one completes it.
    allotted: str = ""

    @property
    def is_ready(self) -> bool:
        return self.certificate is None and not self.refusals


def plan_issue(*, actor: User, cohort: Cohort) -> list[Candidate]:
    """What an issue would do now, by the same rules; nothing is written."""
    require(actor, Permission.CERTIFICATE_ISSUE, cohort)
    records: dict[int, list[TrainingRecord]] = defaultdict(list)
    for record in awards_of_cohort(actor, cohort):
        records[enrolment_of(record).pk].append(record)  # type: ignore[union-attr]
    designs = Standing.today()
    return [_candidate(enrolment, records[enrolment.pk], designs) for enrolment in enrolments_to_judge(actor, cohort)]


def start_job(actor: User, ready: Sequence[TrainingRecord], *, about: Model, subject: str) -> Job:
    """In the transaction of whoever has decided that it may begin. Each number is taken by the job, in the order of the
    items and in a transaction of its own: the request that approves 500 takes as long as one that approves five."""
    job = jobs.start(actor=actor, kind=KIND, subject_id=subject, keys=[record.pk for record in ready])
    audit.record(actor, "certificates.issue_started", about, job=str(job.uuid), people=len(ready))
    return job


def _candidate(enrolment: Enrolment, wordings: list[TrainingRecord], designs: Standing) -> Candidate:
    """The certificate is that of any wording of the record; one is made for the last."""
    if not wordings:
        return Candidate(enrolment, None, None, (Refusal(Obstacle.NOT_COMPLETED),))
    made = [certificate for record in wordings for certificate in record.certificates.all()]
    stored = [certificate for certificate in made if certificate.state != CertificateState.DRAFT]
    if stored:
        return Candidate(enrolment, wordings[-1], max(stored, key=lambda certificate: certificate.pk))
    latest = wordings[-1]
    allotted = next((certificate.number for certificate in latest.certificates.all()), "")
    return Candidate(enrolment, latest, None, refusals(latest, designs=designs), allotted)


def issue_item(*, actor: User, record_id: int) -> Certificate:
    """One item of the job: its number, then the bytes; killed between the two, it goes on with the number it has."""
    return issue_decided(actor=actor, record_id=record_id)
