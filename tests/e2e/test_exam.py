"""An examination in a real browser: saved as given, through lost connections and closed pages, also without script."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import Person
from courses.exams.models import Attempt
from tests.exams.builders import answer, candidate, given, load, make_blueprint, make_sitting, planned, start

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def attempt(live_server) -> Attempt:
    """Three single choices and a number."""
    load(planned("K1-1"), planned("K1-2"), planned("K1-3"), planned("T1-1", "numeric"))
    rows = [{"modules": ["K1"], "count": 3}, {"modules": ["T1"], "count": 1}]
    sitting = make_sitting(make_blueprint(rows))
    return start(candidate(sitting), sitting)


def sign_in(context: BrowserContext, person: Person, site: str) -> None:
    client = Client()
    client.force_login(person.user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])


@pytest.fixture
def signed_in(page: Page, attempt: Attempt, live_server) -> Page:
    page.set_viewport_size(PHONE)
    sign_in(page.context, attempt.person, live_server.url)
    return page


def address(attempt: Attempt, position: int) -> str:
    return f"/en/exams/attempt/{attempt.uuid}/?q={position}"


def saved(page: Page):
    return page.locator("[data-saved]")


def stored(attempt: Attempt) -> list[tuple[int, int]]:
    return [(position, sequence) for position, sequence, _ in given(attempt)]


def test_choice_is_saved_as_it_is_made(signed_in, attempt):
    signed_in.goto(address(attempt, 1))
    signed_in.check("#answer-2")
    expect(saved(signed_in)).to_contain_text("Saved at")
    expect(signed_in.locator("[data-answered]")).to_have_text("1 of 4 answered")
    assert stored(attempt) == [(1, 1)]
    signed_in.check("#answer-3")
    expect(saved(signed_in)).to_contain_text("Saved at")
    signed_in.reload()
    expect(signed_in.locator("#answer-3")).to_be_checked()
    assert stored(attempt) == [(1, 1), (1, 2)]


def test_number_typed_is_saved_before_the_next_question(signed_in, attempt):
    signed_in.goto(address(attempt, 4))
    signed_in.fill("#answer", "12.5")
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Hand in")
    assert given(attempt) == [(4, 1, ["12.5"])]


def test_number_that_is_none_stays_with_its_reason(signed_in, attempt, complaints):
    signed_in.goto(address(attempt, 4))
    signed_in.fill("#answer", "viel")
    signed_in.get_by_role("button", name="Save and go to the end").click()
    expect(signed_in.locator("[data-error]")).to_have_text("Write the answer as a number, such as 120000 or 12.5.")
    expect(signed_in.locator("#answer")).to_have_value("viel")
    assert given(attempt) == []
    complaints.clear()  # the browser reports the refused request


def test_lost_connection_keeps_the_answer_and_sends_it_later(signed_in, attempt, complaints):
    signed_in.goto(address(attempt, 1))
    signed_in.context.set_offline(True)
    signed_in.check("#answer-2")
    expect(saved(signed_in)).to_contain_text("Not saved yet: the connection is lost.")
    signed_in.get_by_role("button", name="Save and next").click()
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Question 1 of 4")
    assert given(attempt) == []
    signed_in.context.set_offline(False)
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Question 2 of 4")
    assert stored(attempt) == [(1, 1)]
    complaints.clear()  # the browser reports the lost request


def test_answer_survives_a_closed_page_without_connection(signed_in, attempt, complaints):
    signed_in.goto(address(attempt, 1))
    signed_in.context.set_offline(True)
    signed_in.check("#answer-2")
    expect(saved(signed_in)).to_contain_text("Not saved yet")
    context = signed_in.context
    signed_in.close()
    context.set_offline(False)
    reopened = context.new_page()
    reopened.goto(address(attempt, 2))
    expect(saved(reopened)).to_contain_text("Saved at")
    assert stored(attempt) == [(1, 1)]
    reopened.goto(address(attempt, 1))
    expect(reopened.locator("#answer-2")).to_be_checked()
    complaints.clear()


def test_answer_kept_here_yields_to_a_later_one_from_elsewhere(signed_in, attempt, complaints):
    signed_in.goto(address(attempt, 1))
    signed_in.context.set_offline(True)
    signed_in.check("#answer-2")
    expect(saved(signed_in)).to_contain_text("Not saved yet")
    answer(attempt, 1, ["3"], sequence=1)
    answer(attempt, 1, ["4"], sequence=2)
    context = signed_in.context
    signed_in.close()
    context.set_offline(False)
    reopened = context.new_page()
    reopened.goto(address(attempt, 1))
    expect(reopened.locator("#answer-4")).to_be_checked()
    assert stored(attempt) == [(1, 1), (1, 2)]
    complaints.clear()


def test_second_window_that_answers_last_holds(signed_in, attempt):
    other = signed_in.context.new_page()
    for window in (signed_in, other):
        window.goto(address(attempt, 1))
    for window, choice in ((signed_in, "#answer-1"), (other, "#answer-2")):
        window.check(choice)
        expect(saved(window)).to_contain_text("Saved at")
    assert stored(attempt) == [(1, 1), (1, 2)]
    signed_in.reload()
    expect(signed_in.locator("#answer-2")).to_be_checked()


def test_signed_out_window_says_so_and_keeps_the_answer(signed_in, attempt, live_server):
    signed_in.goto(address(attempt, 1))
    signed_in.context.clear_cookies(name="sessionid")
    signed_in.check("#answer-2")
    expect(saved(signed_in)).to_contain_text("you are signed out")
    sign_in(signed_in.context, attempt.person, live_server.url)
    expect(saved(signed_in)).to_contain_text("Saved at", timeout=10_000)
    assert stored(attempt) == [(1, 1)]


def test_clock_is_announced_and_can_be_folded_away(signed_in, attempt):
    signed_in.clock.install()
    signed_in.goto(address(attempt, 1))
    signed_in.clock.run_for(35 * 60 * 1000 + 5000)
    expect(signed_in.locator("[data-announce]")).to_have_text("10 minutes left")
    signed_in.clock.run_for(5 * 60 * 1000)
    expect(signed_in.locator("[data-announce]")).to_have_text("5 minutes left")
    signed_in.locator(".clock summary").click()
    expect(signed_in.get_by_role("timer")).to_be_hidden()
    signed_in.goto(address(attempt, 2))
    expect(signed_in.get_by_role("timer")).to_be_hidden()


def test_whole_examination_by_keyboard(signed_in, attempt):
    signed_in.goto(address(attempt, 1))
    for position in range(1, 4):
        signed_in.focus("#answer-1")
        signed_in.keyboard.press("Space")
        signed_in.keyboard.press("Enter")
        signed_in.wait_for_url(f"**?q={position + 1}")
    signed_in.focus("#answer")
    signed_in.keyboard.type("12.5")
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_text("Every question has an answer.")).to_be_visible()
    signed_in.get_by_role("button", name="Hand in").focus()
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Result")
    assert signed_in.evaluate("localStorage.length") == 0


def test_without_script_the_form_saves(browser: Browser, attempt, live_server):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False, viewport=PHONE)
    sign_in(context, attempt.person, live_server.url)
    page = context.new_page()
    page.goto(address(attempt, 1))
    page.check("#answer-2")
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Question 2 of 4")
    expect(page.locator(".clock")).to_contain_text("45 minutes left")
    assert stored(attempt) == [(1, 1)]
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_have_no_serious_finding_and_fit(signed_in, attempt, axe: Callable[[Page], list], width):
    signed_in.set_viewport_size({"width": width, "height": 800})
    pages = [f"/en/exams/{attempt.sitting_id}/", address(attempt, 1), address(attempt, 4), address(attempt, 9)]
    for page in pages:
        signed_in.goto(page)
        if signed_in.locator("details.map").count():
            signed_in.locator("details.map summary").click()
        assert axe(signed_in) == []
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= width
    signed_in.get_by_role("button", name="Hand in").click()
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Result")
    assert axe(signed_in) == []
    assert signed_in.evaluate("document.documentElement.scrollWidth") <= width
