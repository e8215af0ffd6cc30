"""The two doorbells: deliver one event, and look for events whose message was lost."""

from celery import shared_task

from core import outbox


@shared_task(name="core.deliver")
def deliver(event_id: int) -> None:
    outbox.deliver_event(event_id)


@shared_task(name="core.resend")
def resend() -> None:
    for event_id in outbox.overdue():
        deliver.delay(event_id)
