"""Doorbells of the certificates room."""

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.selectors import system_user
from certificates.services.erasure import ERASE_FILE, erase_file
from certificates.services.jobs import KIND, issue_item
from certificates.services.stamps import RENEW, renew_file, start_renewals
from core import jobs, outbox
from core.models import Job, OutboxEvent

jobs.name_kind(
    KIND, _("Issue of certificates"), result=lambda job: reverse("certificates:issue", args=[job.subject_id])
)


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


@outbox.handles(KIND)
def issue(event: OutboxEvent) -> None:
    jobs.run(event, _issue_one)


def _issue_one(job: Job, key: str) -> None:
    issue_item(actor=job.owner, record_id=int(key))
