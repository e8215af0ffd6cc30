"""Effects after the commit: a row in the business transaction, a message that rings, a lease, a resend.

Brokers lose or delay messages when a worker is killed; the row does not. Delivery is at least once.
"""

import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from core import clock
from core.models import OutboxEvent

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
GRACE = timedelta(seconds=5)
MAX_ATTEMPTS = 8

LOST = "worker lost"

Handler = Callable[[OutboxEvent], None]
_handlers: dict[str, list[Handler]] = defaultdict(list)
# Who must know, in the same transaction, that an event is not tried again.
_mourners: list[Handler] = []


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register a handler; upper rooms listen to lower ones this way. It must be safe to run twice per event."""

    def register(handler: Handler) -> Handler:
        if handler not in _handlers[kind]:
            _handlers[kind].append(handler)
        return handler

    return register


def when_given_up(mourner: Handler) -> Handler:
    """Register what else ends with an event of any kind; it reads `last_error`."""
    _mourners.append(mourner)
    return mourner


def add(kind: str, key: object) -> OutboxEvent:
    """Write the event in the caller's transaction and ring after its commit."""
    event = OutboxEvent.objects.create(kind=kind, key=str(key), created_at=clock.now(), sent_at=clock.now())
    transaction.on_commit(lambda: ring(event.pk), robust=True)
    return event


def add_again(kind: str, key: object) -> OutboxEvent:
    """For what was given up: the same event with all its attempts; a new one where it is not kept any more."""
    given_up = OutboxEvent.objects.filter(kind=kind, key=str(key), state=OutboxEvent.State.FAILED)
    event = given_up.select_for_update().order_by("-pk").first()
    if event is None:
        return add(kind, key)
    event.state, event.attempts, event.last_error = OutboxEvent.State.NEW, 0, ""
    event.sent_at, event.leased_until = clock.now(), None
    event.save(update_fields=["state", "attempts", "last_error", "sent_at", "leased_until"])
    transaction.on_commit(lambda: ring(event.pk), robust=True)
    return event


def ring(event_id: int) -> None:
    from core.tasks import deliver  # noqa: PLC0415 - cycle: the task calls deliver_event below

    deliver.delay(event_id)


def claim(event_id: int) -> OutboxEvent | None:
    """Take the lease, or nothing when the event is done or another worker holds it."""
    now = clock.now()
    _give_up(event_id, now)
    free = Q(state=OutboxEvent.State.NEW) | Q(state=OutboxEvent.State.LEASED, leased_until__lt=now)
    taken = OutboxEvent.objects.filter(free, pk=event_id).update(
        state=OutboxEvent.State.LEASED,
        leased_until=now + LEASE,
        attempts=F("attempts") + 1,
    )
    return OutboxEvent.objects.get(pk=event_id) if taken else None


def renew(event: OutboxEvent, *, moved_on: bool = False) -> None:
    """Long work calls this between items. Only attempts that bring nothing about are counted: where something was
    done (`moved_on`), those before are forgotten, and a long job outlives any number of lost workers."""
    changes: dict[str, object] = {"leased_until": clock.now() + LEASE}
    if moved_on and event.attempts > 1:
        event.attempts = changes["attempts"] = 1
    OutboxEvent.objects.filter(pk=event.pk).update(**changes)


def deliver_event(event_id: int) -> None:
    """Run every handler of the event, then close it; a failure leaves it for a later attempt."""
    event = claim(event_id)
    if event is None:
        return
    try:
        for handler in _handlers.get(event.kind, ()):
            handler(event)
    except Exception as error:
        _put_back(event, error)
        return
    OutboxEvent.objects.filter(pk=event.pk).update(state=OutboxEvent.State.DONE, done_at=clock.now())


def overdue() -> list[int]:
    """Events without a live message: new ones past the grace time, and leases that ran out. Marks them as sent."""
    now = clock.now()
    lost = Q(state=OutboxEvent.State.NEW, sent_at__lt=now - GRACE) | Q(
        state=OutboxEvent.State.LEASED, leased_until__lt=now, sent_at__lt=now - GRACE
    )
    ids = list(OutboxEvent.objects.filter(lost).order_by("pk").values_list("pk", flat=True)[:200])
    OutboxEvent.objects.filter(pk__in=ids).update(sent_at=now + LEASE)
    return ids


def undelivered() -> list[int]:
    """Every event that is still new, oldest first."""
    return list(OutboxEvent.objects.filter(state=OutboxEvent.State.NEW).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _give_up(event_id: int, now: datetime) -> None:
    """An event that kills its worker never comes back through `_put_back`: its attempts end here."""
    spent = OutboxEvent.objects.filter(pk=event_id, attempts__gte=MAX_ATTEMPTS)
    lost = spent.filter(state=OutboxEvent.State.LEASED, leased_until__lt=now)
    if lost.update(state=OutboxEvent.State.FAILED, last_error=LOST):
        _mourn(event_id)


@transaction.atomic
def _put_back(event: OutboxEvent, error: Exception) -> None:
    log.exception("outbox event %s failed", event.pk)
    given_up = event.attempts >= MAX_ATTEMPTS
    OutboxEvent.objects.filter(pk=event.pk).update(
        state=OutboxEvent.State.FAILED if given_up else OutboxEvent.State.NEW,
        sent_at=clock.now() + timedelta(seconds=2**event.attempts),
        # The name alone: a database's own words may hold what a row holds.
        last_error=type(error).__name__,
    )
    if given_up:
        _mourn(event.pk)


def _mourn(event_id: int) -> None:
    event = OutboxEvent.objects.get(pk=event_id)
    for mourner in _mourners:
        mourner(event)
