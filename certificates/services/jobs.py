"""Issue for a whole class: a dry run that says who gets a certificate, who not and why, then a background job."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Model

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from certificates.models import Certificate
from certificates.rules import Obstacle, figure
from certificates.selectors.awards import awards, awards_of_cohort, enrolment_of, enrolments_to_judge
from certificates.selectors.designs import Standing
from certificates.services.issue import allot_certificate, issue_certificate
from certificates.services.snapshot import Refusal, refusals
from certificates.workflow import CertificateState
from core import audit, clock, jobs
from core.errors import DomainError, NotAllowed
from core.models import Job
from courses.models import Cohort, Enrolment, TrainingRecord

KIND = "certificates.issue"
# The subject of a job is a class, or a batch with this in front.
BATCH = "batch:"
# A second click within this time finds the job of the first.
SAME_CLICK = timedelta(minutes=2)


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


@transaction.atomic
def start_issue(*, actor: User, cohort: Cohort) -> Job:
    """Allot a number to everybody who is ready, and start the job that draws and stores.

    Raises `nothing_to_issue`, and `second_person_needed` above the number that one person may issue alone.
    """
    require(actor, Permission.CERTIFICATE_ISSUE, cohort)
    # Two clicks queue here; the second finds what the first has started.
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    if running := _running(actor, cohort):
        return running
    ready = [one.record for one in plan_issue(actor=actor, cohort=cohort) if one.is_ready and one.record]
    if not ready:
        raise DomainError("nothing_to_issue")
    if len(ready) > (limit := figure("issue_alone_up_to", on=clock.today())):
        raise DomainError("second_person_needed", people=len(ready), limit=limit)
    return start_job(actor, ready, about=cohort, subject=str(cohort.pk))


def start_job(actor: User, ready: Sequence[TrainingRecord], *, about: Model, subject: str) -> Job:
    """Numbers first, then the job; in the transaction of whoever has decided that it may begin."""
    for record in ready:
        allot_certificate(actor=actor, training_record=record)
    job = jobs.start(actor=actor, kind=KIND, subject_id=subject, keys=[record.pk for record in ready])
    audit.record(actor, "certificates.issue_started", about, job=str(job.uuid), people=len(ready))
    return job


def _running(actor: User, cohort: Cohort) -> Job | None:
    mine = Job.objects.filter(owner=actor, kind=KIND, subject_id=str(cohort.pk)).exclude(state__in=Job.OVER)
    return mine.filter(created_at__gte=clock.now() - SAME_CLICK).order_by("-pk").first()


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
    """One item of the job: the bytes of an intent that is already written."""
    record = awards(actor).filter(pk=record_id).first()
    if record is None:
        # The hat that started the job has been taken off since.
        raise NotAllowed(permission=Permission.CERTIFICATE_ISSUE.value, record="courses.trainingrecord")
    return issue_certificate(actor=actor, training_record=record)
