"""The verifier in a real browser: a genuine file, one changed bit, and nothing goes over the network."""

from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page

from tests.certificates.outside import Held, held, log_in
from tests.staffing.proving import drawn, proven

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/en/verify/offline/"


def files(mine: Held, **other: bytes) -> list[dict[str, object]]:
    named = {"certificate.pdf": mine.pdf, "policy.txt": mine.policy.encode(), **other}
    return [{"name": name, "mimeType": "application/octet-stream", "buffer": body} for name, body in named.items()]


def test_file_is_checked_in_the_browser_alone(page: Page, tmp_path: Path, axe) -> None:
    mine = held(tmp_path)
    lists = {"revocation-1.jwt": mine.revocation, "suspension-1.jwt": mine.suspension}
    asked: list[str] = []
    # The browser asks for the picture of its tab when it likes.
    page.route("**/favicon.svg", lambda route: route.fulfill(body="", content_type="image/svg+xml"))
    page.goto(ADDRESS, wait_until="networkidle")
    page.context.set_offline(True)
    page.on("request", lambda request: asked.append(request.url) if "favicon" not in request.url else None)

    def said(**other: bytes) -> str:
        page.locator("[data-result]").evaluate("one => { one.dataset.said = '' }")
        page.locator("[data-files]").set_input_files([])
        page.locator("[data-files]").set_input_files(files(mine, **other))
        page.wait_for_selector("[data-result]:not([data-said=''])")
        return page.locator("[data-result]").get_attribute("data-said") or ""

    assert said(**lists) == "valid"
    assert mine.number in page.locator("[data-facts]").inner_text()
    assert said() == "asof"
    changed = bytearray(mine.pdf)
    changed[len(changed) // 2] ^= 4
    assert said(**lists, **{"certificate.pdf": bytes(changed)}) == "invalid"
    assert "changed after it was sealed" in page.locator("[data-answer=invalid]").inner_text()
    assert page.locator("[data-facts]").is_hidden()
    assert said(**{**lists, "suspension-1.jwt": mine.suspended}) == "invalid"
    assert "suspended" in page.locator("[data-answer=invalid]").inner_text()
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert asked == []
    assert axe(page) == []


def test_proof_of_a_ratio_is_called_no_certificate_and_not_invalid(page: Page, tmp_path: Path) -> None:
    with log_in(tmp_path):
        body = drawn(proven())
        policy = Client().get("/verification/policy.txt").content
    page.goto(ADDRESS, wait_until="networkidle")
    named = {"proof.pdf": body, "policy.txt": policy}
    page.locator("[data-files]").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": text} for name, text in named.items()]
    )
    page.wait_for_selector("[data-result][data-said='other']")
    assert "proof of a ratio" in page.locator("[data-answer=other]").inner_text()
    assert page.locator("[data-answer=invalid]").is_hidden()
