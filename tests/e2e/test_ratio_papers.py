"""The return and the proof of a ratio by mouse alone, without script: handed in by one, checked by a stranger."""

from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from core import clock
from staffing.models import RatioProof, ReturnVersion
from tests.builders import officer
from tests.staffing.returns_builders import make_period, staffed

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(browser: Browser, site: str, user) -> Page:
    client = Client()
    client.force_login(user)
    context = browser.new_context(base_url=site, java_script_enabled=False, viewport={"width": 360, "height": 740})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    return context.new_page()


def test_return_is_declared_checked_and_attested_without_script(browser: Browser, live_server, settings, axe) -> None:
    settings.SITE_URL = live_server.url
    make_period(as_of=clock.today() - timedelta(days=2))
    place = staffed(7, 10)
    page = signed_in(browser, live_server.url, officer(place))
    page.goto("/en/returns/")
    page.get_by_role("button", name="Declare").click()
    page.get_by_role("button", name="Check the figures").click()
    expect(page.get_by_text("7 / 10").first).to_be_visible()
    page.get_by_role("link", name="Attest and file").click()
    page.get_by_label("Your name").fill("贺敏")
    page.get_by_role("button", name="Attest and file").click()
    # Sent back with what was written: the post and the tick were missing.
    expect(page.get_by_label("Your name")).to_have_value("贺敏")
    page.get_by_label("Your post").fill("人事处处长")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Attest and file").click()
    version = ReturnVersion.objects.get()
    assert (version.trained, version.staff, version.attested_name) == (7, 10, "贺敏")
    page.goto("/en/returns/")
    expect(page.get_by_text("7 / 10").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.context.close()


def test_stranger_reads_a_proof_that_an_institution_made(browser: Browser, live_server, settings, page: Page) -> None:
    settings.SITE_URL = live_server.url
    place = staffed(7, 10)
    desk = signed_in(browser, live_server.url, officer(place))
    desk.goto(f"/en/institutions/{place.pk}/ratio/proofs/")
    desk.get_by_role("button", name="Make").first.click()
    reference = RatioProof.objects.get().reference
    desk.context.close()
    page.goto("/en/verify/")
    page.goto(f"/v/{reference}")
    expect(page.get_by_text("7 / 10").first).to_be_visible()
    assert "人员0" not in page.content()
