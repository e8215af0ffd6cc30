"""From the share of an institution to the evidence of one person, in three clicks and by keyboard alone."""

from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.builders import make_appointment, make_institution, make_person, officer
from tests.e2e.conftest import Enter, Fits
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db(transaction=True)


def world() -> User:
    """Thirty people, of whom one is trained and one is no professional."""
    place = make_institution(name="岚江大学")
    for number in range(28):
        make_appointment(make_person(f"人员{number:02}"), place)
    trained = make_person("高轩")
    make_appointment(trained, place)
    train(trained, on=date(2025, 5, 1))
    make_appointment(make_person("林知远"), place, professional=False)
    return officer(place)


def test_from_the_share_to_the_evidence_of_one_person(enter: Enter, fits: Fits) -> None:
    page = enter(world())
    page.goto("/en/ratio/")
    expect(page.locator(".fraction").first).to_have_text("1 / 29")
    page.get_by_role("link", name="The people and the evidence").click()
    fits(page)
    expect(page.get_by_text("1–25 of 30")).to_be_visible()
    page.get_by_label("Training").focus()
    page.keyboard.type("trained")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**standing=yes**")
    row = page.get_by_role("row", name="高轩")
    expect(row).to_contain_text("1 May 2025")
    fits(page)
    page.get_by_label("Training").select_option("out")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("row", name="林知远")).to_contain_text("not professional staff")
    page.goto("/en/ratio/")
    page.get_by_role("link", name="The people and the evidence").click()
    page.get_by_label("Search by name").fill("高轩")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="高轩").click()
    expect(page.get_by_role("heading", name="高轩")).to_be_visible()
