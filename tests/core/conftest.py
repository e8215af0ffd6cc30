"""Handlers that listen for one test, and a broker that is empty before and after it."""

from collections.abc import Iterator

import pytest

from core import outbox
from core.models import OutboxEvent
from tests.core.events import KIND, messages


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """The keys that a handler heard."""
    keys: list[str] = []

    def listen(event: OutboxEvent) -> None:
        keys.append(event.key)

    outbox.handles(KIND)(listen)
    yield keys
    outbox._handlers.pop(KIND)


@pytest.fixture
def failing() -> Iterator[list[str]]:
    """A handler that fails for as long as the list holds a reason."""
    reasons = ["the gateway is closed"]

    def fail(event: OutboxEvent) -> None:
        if reasons:
            raise OSError(reasons[0])

    outbox.handles(KIND)(fail)
    yield reasons
    outbox._handlers.pop(KIND)


@pytest.fixture
def empty_broker() -> Iterator[None]:
    messages()
    yield
    messages()
