"""A leave of absence by mouse alone, and what everybody reads of the ratio afterwards."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect

from accounts.models import LeaveOfAbsence
from tests.builders import officer
from tests.staffing.returns_builders import staffed

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (360, 1280)


def test_leave_is_entered_from_the_person_and_the_ratio_is_shown(browser: Browser, live_server, settings, axe) -> None:
    settings.SITE_URL = live_server.url
    place = staffed(7, 10)
    person = place.appointments.order_by("pk")[0].person
    client = Client()
    client.force_login(officer(place))
    context = browser.new_context(base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()

    def fits() -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 740})
            assert axe(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == width

    page.goto("/en" + reverse("accounts:person", args=[person.pk]))
    fits()
    page.get_by_role("link", name="Enter a leave of absence").click()
    page.get_by_label("First day away").fill("2026-03-02")
    page.get_by_role("button", name="Show the new fraction").click()
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    assert not LeaveOfAbsence.objects.exists()
    fits()
    page.get_by_role("button", name="Save as shown").click()
    expect(page.get_by_role("heading", name="Leaves of absence")).to_be_visible()
    assert LeaveOfAbsence.objects.get().appointment.person == person
    fits()
    page.goto("/en/institution/publication/")
    fits()
    page.get_by_role("button", name="Show it from today on").click()
    page.get_by_role("link", name="Your public page").click()
    expect(page.get_by_text("7 / 10").first).to_be_visible()
    fits()
    context.close()
