"""What a load balancer asks: can this process serve? The database and the files must answer; the rest is only told.

Without a broker or with a long queue pages still work and effects wait in the outbox: no reason to take a site away.
"""

from collections.abc import Callable
from datetime import timedelta

from celery import current_app
from django.core.files.storage import default_storage
from django.db import connection

from core import clock
from core.models import OutboxEvent

QUEUE_AGE = timedelta(minutes=10)


def checks() -> dict[str, str]:
    """The name of each check with "ok" or "failed"."""
    return {name: _answer(ask) for name, ask in _CHECKS.items()}


def can_serve(found: dict[str, str]) -> bool:
    return all(found[name] == "ok" for name in _NEEDED)


def _answer(ask: Callable[[], bool]) -> str:
    try:
        return "ok" if ask() else "failed"
    except Exception:
        # Whatever went wrong, the answer is the same; what it was stands in the log of the part concerned.
        return "failed"


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _storage() -> bool:
    return not default_storage.exists("no-file-has-this-name")


def _broker() -> bool:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return True


def _queue() -> bool:
    late = OutboxEvent.objects.filter(state=OutboxEvent.State.NEW, created_at__lt=clock.now() - QUEUE_AGE)
    return not late.exists()


def also(name: str, ask: Callable[[], bool]) -> None:
    """A room adds what must be right before its process may serve."""
    _CHECKS[name] = ask
    _NEEDED.add(name)


def tell(name: str, ask: Callable[[], bool]) -> None:
    """A room adds what somebody should look after, while its pages still work."""
    _CHECKS[name] = ask


_NEEDED = {"database", "storage"}
_CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "storage": _storage,
    "broker": _broker,
    "queue": _queue,
}
