"""Every address is behind the login, or on the one list of public addresses; the list and the views say the same."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.views import LoginView as OurLoginView
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, PasswordResetView
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, resolve
from django.urls.resolvers import LocalePrefixPattern

from config.api import api
from tests.architecture.public_addresses import EDITORS, PUBLIC, PUBLIC_OPERATIONS

LOGIN = "/accounts/login/"
EXAMPLES = {
    "int": "1",
    "str": "x",
    "slug": "x",
    "path": "x",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def addresses(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """(route, view) of every pattern; languages have the same addresses and count once."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            part = "" if isinstance(pattern.pattern, LocalePrefixPattern) else str(pattern.pattern)
            yield from addresses(pattern.url_patterns, prefix + part)
        else:
            yield prefix + str(pattern.pattern), pattern.callback


def is_public(view: Callable[..., Any]) -> bool:
    return not getattr(view, "login_required", True)


def example(route: str) -> str | None:
    """An address that the route answers; none for routes written as regular expressions."""
    if re.search(r"[\^$\\(*]", route):
        return None
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda found: EXAMPLES.get(found[1] or "str", "x"), route)
    return f"/{filled}"


def unlisted(patterns: list[Any] | None = None) -> tuple[set[str], set[str]]:
    """Public views that the list does not name, and names on the list that no public view has."""
    found = {route for route, view in addresses(patterns) if is_public(view)}
    return found - set(PUBLIC), set(PUBLIC) - found


def test_list_and_views_say_the_same():
    assert unlisted() == (set(), set())


def test_every_public_address_has_a_reason():
    assert [route for route, reason in PUBLIC.items() if len(reason) < 10] == []


def test_a_view_that_nobody_listed_is_noticed():
    def view(request: Any) -> None: ...

    def closed(request: Any) -> None: ...

    patterns = [path("secret/", login_not_required(view)), path("closed/", closed)]

    assert unlisted(patterns)[0] == {"secret/"}
    assert "healthz" in unlisted(patterns)[1]


# --- what really happens --------------------------------------------------------------------------------------------
CLOSED = sorted({example(route) or "" for route, view in addresses() if not is_public(view)} - {""})
OPEN = sorted({example(route) or "" for route in PUBLIC if route not in EDITORS} - {""})


@pytest.mark.django_db
def test_closed_addresses_lead_to_the_login():
    client, wrong = Client(), []
    for address in CLOSED:
        for answer in (client.get(address), client.post(address)):
            if resolve(address).route and answer.status_code == 302 and answer.url.startswith(LOGIN):
                continue
            if is_public(resolve(address).func) or answer.status_code == 401:
                continue  # An example such as /cms/x/ may be answered by another pattern, which has its own line.
            wrong.append(f"{answer.status_code} {address}")

    assert len(CLOSED) > 100
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("address", OPEN)
def test_public_addresses_do_not_lead_to_the_login(address):
    answer = Client().get(address)

    doors = {
        "/cms/login/",
        "/_util/login/",
        "/accounts/login/code/confirm/",
        "/accounts/confirm-email/",
        "/accounts/phone/verify/",
        "/accounts/2fa/authenticate/",
    }
    leads = answer.status_code == 302 and answer.url.startswith(LOGIN)
    assert leads is (address in doors)
    assert answer.status_code < 500


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["pages", "documents", "images"])
def test_editors_interface_tells_visitors_nothing(kind):
    answer = Client().get(f"/cms/api/main/{kind}/")

    assert answer.status_code in (302, 401, 403)
    assert b'"items"' not in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/v/x", "/api/v1/openapi.json", "/healthz"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_machine_addresses_have_no_language(address, language):
    assert Client().get(f"/{language}{address}", follow=True).status_code == 404


# --- one login door -------------------------------------------------------------------------------------------------
def doors(patterns: list[Any] | None = None) -> dict[str, str]:
    """Every login or password form of any library: the address as reached, and the view that answers there."""
    found = {}
    for route, view in addresses(patterns):
        kind = getattr(view, "view_class", None)
        if kind is not None and issubclass(kind, LoginView | OurLoginView | PasswordResetView) and example(route):
            found[example(route)] = resolve(example(route)).func.view_class.__name__
    return found


def test_login_views_are_exactly_these():
    assert doors() == {
        "/accounts/login/": "LoginView",
        "/cms/login/": "RedirectView",
        "/cms/password_reset/": "RedirectView",
        "/_util/login/": "RedirectView",
    }


def test_a_second_login_form_is_noticed(settings):
    settings.ROOT_URLCONF = (path("side/door/", LoginView.as_view()),)

    assert doors(list(settings.ROOT_URLCONF)) == {"/side/door/": "LoginView"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/cms/login/", "/_util/login/", "/en/_util/login/", "/ja/_util/login/"])
def test_other_login_forms_do_not_answer(address):
    client = Client()

    for answer in (client.get(address), client.post(address, {"username": "x", "password": "x", "login": "x"})):
        assert (answer.status_code, answer.url.removeprefix("/en").removeprefix("/ja")) == (302, LOGIN)


# --- the interface for machines -------------------------------------------------------------------------------------
def open_operations(interface: Any) -> set[str]:
    """Of the routers as mounted: what a router demands of all its operations is known only there."""
    return {
        f"{method} {router.prefix.rstrip('/')}{path}"
        for router in interface._get_bound_routers()
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
        if not operation.auth_callbacks
    }


def test_operations_without_a_login_are_listed():
    assert open_operations(api) == set(PUBLIC_OPERATIONS)


def test_an_operation_without_a_login_is_noticed():
    from ninja import NinjaAPI, Router  # noqa: PLC0415 - a second interface is of use here only

    interface, router = NinjaAPI(urls_namespace="probe"), Router()
    router.get("/secrets")(lambda request: {})
    interface.add_router("", router)
    _ = interface.urls

    assert open_operations(interface) == {"GET /secrets"}


@pytest.mark.django_db
def test_closed_operation_answers_401_to_a_visitor():
    answer = Client().get("/api/v1/institutions/1/staffing-ratio")

    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (401, "application/json")


def test_names_of_addresses_are_unique_within_a_room():
    """Two addresses of one name: reverse() would take either."""
    found: list[str] = []
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLResolver) and isinstance(pattern.pattern, LocalePrefixPattern):
            rooms = [one for one in pattern.url_patterns if isinstance(one, URLResolver) and one.app_name]
            found += [f"{room.app_name}:{one.name}" for room in rooms for one in _plain(room)]

    assert sorted(found) == sorted(set(found))
    assert len(found) > 30


def _plain(room: URLResolver) -> list[URLPattern]:
    return [one for one in room.url_patterns if isinstance(one, URLPattern)]
