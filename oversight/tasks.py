"""Doorbells of the oversight room: the copy of somebody's data, and word that a request was answered."""

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.selectors import system_user
from accounts.services.letters import write_to
from core import jobs, outbox
from core.models import Job, OutboxEvent
from oversight.models import DataRequest
from oversight.services.copies import build_copy
from oversight.services.requests import FAREWELL, MAKE_COPY, say_farewell, write_farewells_again
from oversight.services.retention import delete_expired

jobs.name_kind(MAKE_COPY, _("Copy of my data"), result=lambda job: reverse("oversight:my_data"))


@outbox.handles(MAKE_COPY)
def make_copy(event: OutboxEvent) -> None:
    jobs.run(event, _make_one)


def _make_one(job: Job, key: str) -> None:
    build_copy(actor=system_user(), request_id=int(key))


@outbox.handles("oversight.request_answered")
def tell(event: OutboxEvent) -> None:
    """Nothing of the answer stands in the mail, only that there is one."""
    request = DataRequest.objects.select_related("user").get(pk=event.key)
    write_to(request.user, "request_answered", "oversight:my_data")


@outbox.handles(FAREWELL)
def write_last_letter(event: OutboxEvent) -> None:
    say_farewell(request_id=int(event.key))


@shared_task(name="oversight.delete_expired")
def delete_what_is_past_due() -> None:
    delete_expired(actor=system_user())
    write_farewells_again()
