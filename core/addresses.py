"""Addresses of the rows of a list: looked up once for the list, not once for each row."""

from collections.abc import Callable

from django.urls import reverse


def numbered(name: str) -> Callable[[int | str], str]:
    """Addresses of a route that differ in one number or code alone, in the reader's language."""
    head, _zero, tail = reverse(name, args=[0]).rpartition("/0/")
    return lambda number: f"{head}/{number}/{tail}"
