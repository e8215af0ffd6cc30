"""Outbox events of the tests, and what waits in the broker for them."""

from contextlib import AbstractContextManager
from datetime import timedelta

from config.celery import app
from core import clock
from core.models import OutboxEvent

KIND = "test.heard"


def make_event(**fields: object) -> OutboxEvent:
    now = clock.now()
    defaults = {"kind": KIND, "key": "7", "created_at": now, "sent_at": now}
    return OutboxEvent.objects.create(**{**defaults, **fields})


def later(**shift: float) -> AbstractContextManager[None]:
    return clock.travel(timedelta(**shift))


def messages() -> list[tuple[str, list[int]]]:
    """What waits in the broker, taken out."""
    found = []
    with app.connection_for_read() as broker, broker.SimpleQueue("celery") as queue:
        while queue.qsize():
            message = queue.get_nowait()
            message.ack()
            found.append((message.headers["task"], message.payload[0]))
    return found
