"""The guards around every request, tried with views of the test's own that do what no view may do."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils import translation

from accounts.models import AccessEntry, User
from accounts.services import note_access
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as site_urls
from core.errors import DomainError, NotAllowed, WrongState
from core.middleware import WriteDuringGet
from core.models import CalendarYear
from tests.builders import make_person, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
__all__ = ["handler400", "handler403", "handler404", "handler500"]

SECRET = "secret-4711"


def _raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


WRITES = {
    "create": lambda: CalendarYear.objects.create(year=2030, source="x"),
    "bulk": lambda: CalendarYear.objects.bulk_create([CalendarYear(year=2030, source="x")], ignore_conflicts=True),
    "update": lambda: CalendarYear.objects.filter(year=2026).update(source="changed"),
    "delete": lambda: CalendarYear.objects.filter(year=2026).delete(),
    "raw insert": lambda: _raw("insert into core_calendaryear (year, source) values (2030, 'x')"),
    "raw update": lambda: _raw("\n  UPDATE core_calendaryear SET source = 'changed'"),
}
ERRORS = {
    "not-allowed": NotAllowed(permission="person_view", record=SECRET),
    "missing": Http404(SECRET),
    "wrong-state": WrongState(step="issue", state=SECRET),
    "refused": DomainError("quota_full", capacity=SECRET),
}
DJANGO_ERRORS = {"forbidden": PermissionDenied(SECRET), "damaged": SuspiciousOperation(SECRET)}


def write(request: HttpRequest, name: str) -> HttpResponse:
    WRITES[name]()
    return HttpResponse("written")


def fail(request: HttpRequest, name: str) -> HttpResponse:
    raise (ERRORS | DJANGO_ERRORS)[name]


def look(request: HttpRequest) -> HttpResponse:
    """What a page may write while it is read: session, cache, the ledger of looks."""
    request.session["seen"] = True
    request.session.save()
    cache.set("seen", 1)
    person = make_person.looked_at
    note_access(actor=User.objects.get(pk=request.user.pk), person=person, what="credit_file", purpose="case 26")
    return HttpResponse("read")


urlpatterns = [
    path("test/write/<str:name>/", write),
    path("test/fail/<str:name>/", fail),
    path("test/look/", look),
    path("cms/test/write/<str:name>/", write),
    *site_urls,
]


@pytest.fixture
def client():
    """Somebody signed in, so that the login wall lets the views be reached."""
    client = Client()
    client.force_login(make_user())
    return client


def years() -> list[tuple[int, str]]:
    return list(CalendarYear.objects.order_by("year").values_list("year", "source"))


# --- GET does not write ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_reading_request_that_writes_is_stopped(method, name, client):
    before = years()

    with pytest.raises(WriteDuringGet, match="core_calendaryear"), transaction.atomic():
        client.generic(method, f"/test/write/{name}/")

    assert years() == before


@pytest.mark.parametrize("name", WRITES)
def test_a_post_may_write(name, client):
    before = years()

    assert client.post(f"/test/write/{name}/").content == b"written"
    assert years() != before


def test_without_the_guard_a_get_writes(client):
    """The twin: the views above do write."""
    without = [name for name in settings.MIDDLEWARE if not name.endswith("ReadOnlyGetMiddleware")]
    with override_settings(MIDDLEWARE=without):
        client.get("/test/write/create/")

    assert (2030, "x") in years()


def test_the_guard_ends_with_the_request(client):
    with pytest.raises(WriteDuringGet), transaction.atomic():
        client.get("/test/write/create/")

    CalendarYear.objects.create(year=2031, source="after the request")

    assert (2031, "after the request") in years()


def test_bookkeeping_of_the_visit_passes(client, monkeypatch):
    monkeypatch.setattr(make_person, "looked_at", make_person("何磊"), raising=False)

    assert client.get("/test/look/").content == b"read"
    assert AccessEntry.objects.get().purpose == "case 26"


@override_settings(READ_ONLY_GET_EXEMPT_TABLES=frozenset({"django_session", "core_cache"}))
def test_a_table_that_is_not_exempt_does_not_pass(client, monkeypatch):
    monkeypatch.setattr(make_person, "looked_at", make_person("何磊"), raising=False)

    with pytest.raises(WriteDuringGet, match="accounts_accessentry"), transaction.atomic():
        client.get("/test/look/")


def test_exempt_tables_are_exactly_these():
    assert {
        "django_session",
        "core_cache",
        "accounts_accessentry",
        "accounts_signin",
        "mfa_authenticator",
        "certificates_verificationcount",
        # What a partner's machine was shown, by whom it is asked.
        "credit_tokenuse",
        "credit_exchangegiven",
        "credit_entitylook",
    } == settings.READ_ONLY_GET_EXEMPT_TABLES


def test_the_editors_admin_is_exempt(client):
    client.force_login(make_user(is_superuser=True))

    assert client.get("/cms/test/write/create/").content == b"written"


# --- domain errors --------------------------------------------------------------------------------------------------
def test_out_of_reach_looks_like_an_unknown_address(client):
    refused, unknown = client.get("/test/fail/not-allowed/"), client.get("/test/fail/missing/")

    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert without_address(refused) == without_address(unknown)


def without_address(response: HttpResponse) -> str:
    """The page, without what must differ: the address it was asked at, and the form's one-time mask."""
    page = response.content.decode().replace("not-allowed", "missing")
    return "".join(part for part in page.splitlines() if "csrfmiddlewaretoken" not in part)


@pytest.mark.parametrize(("name", "code"), [("wrong-state", "wrong_state"), ("refused", "quota_full")])
def test_refused_by_a_rule_is_a_page_that_names_the_rule(name, code, client):
    response = client.get(f"/test/fail/{name}/")

    assert response.status_code == 409
    assert code in response.content.decode()


@pytest.mark.parametrize("name", ERRORS)
def test_error_pages_tell_nothing_of_the_record(name, client):
    assert SECRET not in client.get(f"/test/fail/{name}/").content.decode()


@pytest.mark.parametrize("name", ERRORS)
def test_what_a_refused_view_wrote_before_is_the_services_business_only(name, client):
    """A domain error in a POST becomes a page too, and never a stack trace."""
    assert client.post(f"/test/fail/{name}/").status_code in (404, 409)


@pytest.mark.parametrize(("name", "status"), [("forbidden", 403), ("damaged", 400)])
@pytest.mark.parametrize("language", ["zh-hans", "en", "ja"])
def test_errors_of_the_framework_have_pages_of_our_own(language, name, status, client):
    with translation.override(language):
        response = client.get(f"/test/fail/{name}/")

    page = response.content.decode()
    assert (response.status_code, SECRET in page) == (status, False)
    assert '<main id="main"' in page


def test_other_errors_are_not_swallowed(client):
    with pytest.raises(KeyError):
        client.get("/test/fail/nothing-of-this-name/")


# --- content security policies --------------------------------------------------------------------------------------
def policy(response: HttpResponse) -> dict[str, list[str]]:
    parts = [part.split() for part in response["Content-Security-Policy"].split(";") if part.strip()]
    return {name: values for name, *values in parts}


STRICT = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/login/",
        "/en/accounts/signup/",
        "/healthz",
        "/no/such/page/",
        "/test/fail/refused/",
        "/profile/",
        "/cmsx/",
    ],
)
def test_strict_policy_everywhere(address, client):
    assert policy(client.get(address)) == STRICT


@pytest.mark.parametrize("address", ["/cms/", "/cms/pages/", "/cms/no/such/page/", "/cms/login/"])
def test_editors_policy_below_their_prefix_only(address, client):
    found = policy(client.get(address))

    assert found["script-src"] == ["'self'", "'unsafe-inline'"]
    assert found["frame-ancestors"] == ["'self'"]
    assert "'unsafe-eval'" not in str(found)


def test_strict_policy_allows_nothing_inline_and_no_foreign_host():
    words = {word for values in STRICT.values() for word in values}

    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"] == STRICT
    assert words == {"'none'", "'self'", "data:"}


def test_other_headers_of_a_page(client):
    response = client.get("/accounts/signup/")

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
