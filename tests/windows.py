"""Tries are counted in windows of time: a test that counts must not have one end on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from core import clock

LONGEST_WINDOW = 3600


@contextmanager
def at_the_beginning_of_a_window() -> Iterator[None]:
    """At the beginning of an hour begin all windows, of a minute as of an hour."""
    with clock.travel(timedelta(seconds=LONGEST_WINDOW - clock.now().timestamp() % LONGEST_WINDOW)):
        yield
