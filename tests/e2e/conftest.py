"""A real browser against a live server. Whatever the console complains about fails the test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

# Playwright keeps an event loop in the test's thread, where Django would refuse to touch the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# A page of whoever is signed in; and a look at one in both widths: no finding of the checker, nothing sticks out.
Enter = Callable[[Any], Page]
Fits = Callable[[Page], None]
WIDTHS = (360, 1280)
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = "axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: %s}})"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What console and pages complained about; a test that provokes some clears the list itself."""
    return []


@pytest.fixture
def page(browser: Browser, live_server, settings, complaints: list[str]) -> Iterator[Page]:
    settings.SITE_URL = live_server.url
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda problem: complaints.append(str(problem.error)))
    yield context.new_page()
    context.close()
    assert complaints == []


@pytest.fixture
def axe() -> Callable[[Page], list[dict[str, Any]]]:
    """Serious and critical findings of a page. The debugger evaluates: the strict policy stays in force."""

    def scan(page: Page) -> list[dict[str, Any]]:
        page.evaluate(f"{AXE}; undefined")
        found = page.evaluate(RUN_AXE % RULES)["violations"]
        return [
            {
                "rule": finding["id"],
                "help": finding["help"],
                "at": [node["target"] for node in finding["nodes"]],
            }
            for finding in found
            if finding["impact"] in ("serious", "critical")
        ]

    return scan


@pytest.fixture
def enter(browser: Browser, live_server, settings) -> Iterator[Enter]:
    settings.SITE_URL = live_server.url
    contexts = []

    def entered(user: Any) -> Page:
        client = Client()
        client.force_login(user)
        context = browser.new_context(base_url=live_server.url)
        value = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])
        contexts.append(context)
        return context.new_page()

    yield entered
    for context in contexts:
        context.close()


@pytest.fixture
def fits(axe) -> Fits:
    def look(page: Page) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 740})
            assert axe(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == width

    return look
