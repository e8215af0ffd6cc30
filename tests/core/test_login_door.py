"""One login door: every other form that could sign somebody in leads to it, in every language."""

import pytest
from django.contrib.auth.views import LoginView
from django.urls import URLPattern, URLResolver, get_resolver

from tests.builders import make_user

pytestmark = pytest.mark.django_db
LANGUAGES = ("", "/en", "/ja")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ["/_util/login/", "/_util/login/?next=/"])
def test_wagtails_bare_login_form_is_closed(client, language, address):
    user = make_user()

    answer = client.post(language + address, {"username": user.email, "password": "demo-pass-2026"})

    assert answer.status_code in (302, 405)
    assert "_auth_user_id" not in client.session
    if answer.status_code == 302:
        assert answer["Location"].split("?")[0].endswith("/accounts/login/")


@pytest.mark.parametrize("address", ["/cms/login/", "/cms/password_reset/", "/cms/password_reset/confirm/x/y/"])
def test_editors_own_doors_lead_to_the_one(client, address):
    assert client.get(address)["Location"].split("?")[0].startswith("/accounts/")


def test_only_editors_room_and_util_hold_other_login_views():
    found = sorted({path for path, view in _views(get_resolver()) if issubclass(view, LoginView)})

    assert found == ["_util/login/", "cms/login/"]


def _views(resolver, prefix=""):
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from _views(entry, path)
        elif isinstance(entry, URLPattern) and (view := getattr(entry.callback, "view_class", None)):
            yield path, view
