"""Which addresses ask to confirm again: the list and the views say the same, and heavy names are not forgotten."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, path

from accounts.views.again import confirm_again
from tests.architecture.confirmed_addresses import CONFIRMED, FREE, LIGHT
from tests.architecture.test_addresses import addresses
from tests.isolation.declared import ADDRESSES

HEAVY = re.compile(r"issue|revoke|decide|reveal|export|download|xlsx|csv|template|sanction|rotate")


def names(patterns: list[Any] | None = None, room: str = "") -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """(name, route, view) of every address of our own rooms."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns, pattern.app_name or room)
        elif isinstance(pattern, URLPattern) and pattern.name and getattr(pattern.callback, "__module__", "") in OURS:
            yield f"{room}:{pattern.name}" if room else pattern.name, str(pattern.pattern), pattern.callback


class _Ours:
    def __contains__(self, module: object) -> bool:
        rooms = ("accounts", "courses", "certificates", "staffing", "credit", "oversight", "website", "core", "tests")
        return str(module).split(".")[0] in rooms


OURS = _Ours()


def asks(view: Callable[..., Any]) -> bool:
    return getattr(view, "confirms_again", False)


def differences(patterns: list[Any] | None = None) -> tuple[set[str], set[str]]:
    found = {name for name, _route, view in names(patterns) if asks(view)}
    return found - set(CONFIRMED), set(CONFIRMED) - found


def forgotten(patterns: list[Any] | None = None) -> set[str]:
    """Names or routes that sound heavy, that neither ask nor have a reason on the list."""
    heavy = {name for name, route, view in names(patterns) if HEAVY.search(f"{name} {route}") and not asks(view)}
    return heavy - set(FREE)


def takes_a_post(route: str) -> bool:
    """As the isolation matrix declares and tries it; what nobody of the matrix may send counts too."""
    declared = ADDRESSES.get(route)
    return declared is None or bool(declared.writers) or not declared.audience


def unjudged(patterns: list[Any] | None = None) -> set[str]:
    """What takes a POST and neither asks nor has a reason on the lists."""
    judged = set(LIGHT) | set(FREE)
    called = {view: name for name, _route, view in names(patterns)}
    ours = [(route, view) for route, view in addresses(patterns) if view in called]
    return {called[view] for route, view in ours if takes_a_post(route) and not asks(view)} - judged


def test_whatever_takes_a_post_asks_or_has_a_reason():
    assert unjudged() == set(), "Put @confirm_again on the view and CONFIRMED, or give LIGHT a reason why not."


def test_a_post_that_nobody_has_judged_is_noticed():
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    patterns = [path("x/", view, name="probe"), path("y/", confirm_again(view), name="asking")]

    assert unjudged(patterns) == {"probe"}


def test_nothing_is_called_light_that_asks():
    assert set(LIGHT) & set(CONFIRMED) == set()


def test_list_and_views_say_the_same():
    assert differences() == (set(), set())


def test_nothing_that_sounds_heavy_is_forgotten():
    assert forgotten() == set()


def test_no_reason_has_outlived_its_address():
    assert (set(FREE) | set(LIGHT)) - {name for name, _route, _view in names()} == set()


def test_a_view_that_asks_without_being_listed_is_noticed():
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    patterns = [path("x/", confirm_again(view), name="probe")]

    assert differences(patterns) == ({"probe"}, set(CONFIRMED))


def test_a_heavy_view_that_asks_nothing_is_noticed():
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    patterns = [path("people/<int:pk>/reveal/", view, name="people"), path("people.csv", view, name="list")]

    assert forgotten(patterns) == {"people", "list"}
