"""Addresses of the rows of a list, looked up once for all; and of rooms, looked through only where they may be."""

from collections.abc import Callable
from typing import Any

from django.urls import URLResolver, include, reverse
from django.urls.resolvers import RoutePattern


def numbered(name: str) -> Callable[[int | str], str]:
    """Addresses of a route that differ in one number or code alone, in the reader's language."""
    head, _zero, tail = reverse(name, args=[0]).rpartition("/0/")
    return lambda number: f"{head}/{number}/{tail}"


class RoomPattern(RoutePattern):
    """Matches where an address begins like one of a room's own, and takes nothing of it."""

    def __init__(self, begins: tuple[str, ...]) -> None:
        super().__init__("")
        self.begins = begins

    def match(self, path: str) -> Any:
        return super().match(path) if path.startswith(self.begins) else None


def room(urls: str) -> URLResolver:
    """The addresses of a room, as `path("", include(urls))`: but a page of another room does not try each of them."""
    module: Any
    module, app_name, namespace = include(urls)
    firsts = {str(one.pattern).partition("/")[0] for one in module.urlpatterns}
    # What begins with a variable may be anything.
    begins = tuple("" if "<" in first else first for first in sorted(firsts))
    return URLResolver(RoomPattern(begins), module, None, app_name=app_name, namespace=namespace)
