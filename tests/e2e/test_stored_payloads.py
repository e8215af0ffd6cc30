"""Stored text that tries to run: all hundred payloads in every text of every row, and pages opened in a real browser.

Nothing runs, and the browser has nothing to report: a policy that stops a script would hide a page that lets one in.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Error, Route

from tests.isolation.addresses import PUBLIC, SIGNED_IN, Address
from tests.isolation.canaries import fill
from tests.isolation.declared import ADDRESSES
from tests.isolation.payloads import PAYLOADS
from tests.isolation.world import ANONYMOUS, LOGINS, Isolation, Owner, build

pytestmark = pytest.mark.django_db(transaction=True)
# What swallows the rest of a page if it gets through stands last.
SWALLOWS = ("<!--", "<style", "<iframe", "<object", "<math", "{")
ORDERED = sorted(PAYLOADS, key=lambda one: one.startswith(SWALLOWS))
# The world's trainee, and one login of each kind whom the trainee's rows reach.
READERS = (
    "trainee home", "officer home", "base home", "instructor home", "invigilator home", "regulator province",
    "evaluator province", "auditor province", "system administrator", "security administrator", "audit administrator",
    "editor",
)  # fmt: skip
# Pages for everybody are opened by these.
EVERYBODY = ("trainee home", "officer home", "regulator province")
# Leaves the login; others answer with files or with Wagtail's inline code under a policy of its own.
LEFT_OUT = ("accounts/", "cms/", "^cms/", "documents/", "_util/", "api/", "dev/", "healthz", "readyz", "view-as/stop/")
NOTES = """
    window.reported = [];
    addEventListener("securitypolicyviolation", event => reported.push(event.violatedDirective + " " + event.sample));
    window.xss = () => reported.push("called");
"""
RAN = """
    [...reported, ...(typeof xss === "function" ? [] : ["set"]),
     ...[...document.querySelectorAll("script:not([src]):not([type$=json]), style, base, object, math, x, " +
       "iframe:not([src^='/designs/']), " +
       "meta[http-equiv=refresh], form[action*=invalid], a[href^='javascript:' i], [style], [srcdoc]")]
       .map(found => "holds " + found.outerHTML.slice(0, 80)),
     ...[...document.querySelectorAll("*")].filter(one => [...one.attributes].some(two => two.name.startsWith("on")))
       .map(found => "handles " + found.outerHTML.slice(0, 80))]
"""


def payloads_from(number: int) -> str:
    """All of them, each row beginning with another one; comments and the like stay last."""
    open_ones = [one for one in ORDERED if not one.startswith(SWALLOWS)]
    start = number % len(open_ones)
    return "".join([*open_ones[start:], *open_ones[:start], *ORDERED[len(open_ones) :]])


@pytest.fixture
def isolation(live_server, settings, tmp_path: Path) -> Isolation:
    settings.SITE_URL = live_server.url
    made = build(tmp_path)
    fill(made, payloads_from, longer=True)
    return made


def test_nothing_stored_runs_and_nothing_is_reported(isolation, browser, live_server, record_property):
    found, opened = [], 0
    for login in (ANONYMOUS, *READERS):
        context = _context(browser, live_server.url)
        client = _client(isolation, login)
        if login != ANONYMOUS:
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        for path in _pages(isolation, client, login):
            found += [(login, path, *what) for what in _opened(context, path)]
            opened += 1
        context.close()

    record_property("pages", opened)
    assert found == [], "\n".join(map(str, found))
    assert opened >= 120


def test_what_gets_through_is_noticed(browser, live_server):
    """The hook itself, with the policy of the pages and without any."""
    context = _context(browser, live_server.url)
    policy = {"Content-Security-Policy": "default-src 'none'; script-src 'self'"}
    text = f"<!doctype html><p>{payloads_from(0)}"
    for path, headers in {"/open": {}, "/guarded": policy}.items():
        context.route(f"**{path}", _answering(text, headers))

    ran, stopped = _opened(context, "/open"), _opened(context, "/guarded")
    context.close()

    assert ("dialog", "1") in ran
    assert any(what[0] in ("console", "left", "page") for what in stopped)
    assert ("dialog", "1") not in stopped


def _answering(text: str, headers: dict[str, str]) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=text, content_type="text/html", headers=headers)


def _context(browser: Browser, site: str) -> BrowserContext:
    context = browser.new_context(base_url=site, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.add_init_script(NOTES)
    return context


def _opened(context: BrowserContext, path: str) -> list[tuple[str, str]]:
    """Whatever happens on a page that ought to be silent."""
    page = context.new_page()
    noted: list[tuple[str, str]] = []

    def answer(dialog) -> None:
        noted.append(("dialog", dialog.message))
        dialog.dismiss()

    page.on("dialog", answer)
    page.on("pageerror", lambda error: noted.append(("error", str(error)[:80])))
    page.on("console", lambda line: noted.append(("console", line.text[:120])) if "Policy" in line.text else None)
    page.goto(path)
    try:
        noted += [("page", words) for words in page.evaluate(RAN)]
    except Error as problem:
        # A stored redirection leads away before anybody can look.
        noted.append(("left", str(problem)[:80]))
    page.close()
    return noted


def _client(isolation: Isolation, login: str) -> Client:
    client = Client()
    if login != ANONYMOUS:
        client.force_login(isolation.users[login], backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def _pages(isolation: Isolation, client: Client, login: str) -> Iterator[str]:
    """Addresses that answer this login with a page."""
    for route, address in sorted(ADDRESSES.items()):
        if route.startswith(LEFT_OUT) or not _opens(address, login):
            continue
        path = address.path(route, lambda part: isolation.value(Owner.HOME, part))
        if address.asking & {LOGINS[login].kind}:
            path += f"?institution={isolation.value(Owner.HOME, 'institution')}"
        answer = client.get(path)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            yield path


def _opens(address: Address, login: str) -> bool:
    if login == ANONYMOUS or login in EVERYBODY:
        everybody = {PUBLIC} if login == ANONYMOUS else {PUBLIC, SIGNED_IN}
        return bool((address.audience | address.asking) & (everybody | {LOGINS[login].kind}))
    return LOGINS[login].kind in address.audience
