"""Doorbells of the certificates room."""

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Role
from accounts.selectors import offices, system_user
from certificates.models import BatchCheck
from certificates.selectors.batches import batches_waiting
from certificates.selectors.decisions import deadline_figures
from certificates.selectors.desks import put_up_desks
from certificates.selectors.disagreements import register_agrees
from certificates.selectors.issuer_keys import rotation_opened
from certificates.services import checks, revocations, telling, wallet
from certificates.services.disagreements import report_disagreements
from certificates.services.erasure import ERASE_FILE, erase_file
from certificates.services.jobs import BATCH, KIND, issue_item
from certificates.services.proof_files import COMPLETE, complete_file, start_completions
from certificates.services.stamps import RENEW, renew_file, start_renewals
from certificates.services.steps import PUT_DOWN, ask_for_missing, put_down_missing
from certificates.tlog.models import Kind
from certificates.tlog.selectors import opens
from core import jobs, outbox, readiness
from core.models import Job, OutboxEvent


def _issue_address(job: Job) -> str:
    if job.subject_id.startswith(BATCH):
        return reverse("certificates:batch", args=[job.subject_id.removeprefix(BATCH)])
    return reverse("certificates:issue", args=[job.subject_id])


def _check_address(job: Job) -> str:
    check = BatchCheck.objects.filter(pk=job.subject_id).first()
    return reverse("certificates:check", args=[check.uuid]) if check else reverse("certificates:checks")


jobs.name_kind(KIND, _("Issue of certificates"), result=_issue_address)

jobs.name_kind(checks.CHECK, _("Batch check of certificates"), result=_check_address)

for role in (Role.BASE_MANAGER, Role.REGULATOR):
    offices.also(role, deadline_figures)
offices.also(Role.BASE_MANAGER, batches_waiting)
put_up_desks()
opens(Kind.KEY_ROTATED, rotation_opened)
readiness.tell("register", register_agrees)


@outbox.handles(revocations.NOTICED)
@outbox.handles(revocations.RECORDED)
@outbox.handles(revocations.DECIDED)
def tell_of_revocation(event: OutboxEvent) -> None:
    telling.tell_of_revocation(case_id=int(event.key))


@shared_task(name="certificates.every_day")
def every_day() -> None:
    revocations.close_periods(actor=system_user())
    wallet.remind_of_expiry(actor=system_user())
    ask_for_missing()
    report_disagreements(actor=system_user())


@outbox.handles(wallet.REMIND)
def tell_of_expiry(event: OutboxEvent) -> None:
    wallet.tell_of_expiry(reminder_id=int(event.key))


@outbox.handles(PUT_DOWN)
def put_down(event: OutboxEvent) -> None:
    """Asked for by the migration that began to put changes down, and by every day's round."""
    put_down_missing(actor=system_user(), between=lambda: outbox.renew(event, moved_on=True))


@outbox.handles(ERASE_FILE)
def erase(event: OutboxEvent) -> None:
    erase_file(certificate_id=int(event.key))


@shared_task(name="certificates.renew_time_stamps")
def renew_time_stamps() -> None:
    """Daily; what fails is asked again by the outbox, and by the next day."""
    start_renewals()


@outbox.handles(RENEW)
def renew(event: OutboxEvent) -> None:
    renew_file(actor=system_user(), file_id=int(event.key))


@shared_task(name="certificates.complete_files")
def complete_files() -> None:
    """Every few minutes; heads become final at any time."""
    start_completions()


@outbox.handles(COMPLETE)
def complete(event: OutboxEvent) -> None:
    complete_file(actor=system_user(), file_id=int(event.key))


@outbox.handles(checks.CHECK)
def check(event: OutboxEvent) -> None:
    jobs.run_whole(event, lambda job, reach: checks.do_check(job=job, reach=reach))
    checks.forget_file(Job.objects.get(pk=event.key))


@outbox.handles(KIND)
def issue(event: OutboxEvent) -> None:
    jobs.run(event, _issue_one)


def _issue_one(job: Job, key: str) -> None:
    issue_item(actor=job.owner, record_id=int(key))
