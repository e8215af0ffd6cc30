"""Every page of the journey in a real browser: readable by everybody, on a phone, by keyboard, without script."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from playwright.sync_api import Browser, Page, Route, expect

from tests.builders import make_user, resident_number
from tests.courses.builders import make_cohort
from tests.e2e.pages import APPLICANT, NEWCOMER, OFFICER, PROVINCE, TEACHER, TRAINEE, VISITOR, Tour, tour
from tests.e2e.walk import Walk, enter

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 360, "height": 740}
# Japanese shares every template with the other languages; these are the densest.
JAPANESE = {
    "home",
    "courses:catalogue",
    "certificates:verify",
    "verify: issued",
    "courses:my_cohort",
    "cohort, running",
    "courses:completion_review",
    "staffing:ratio",
    "oversight:regions",
    "accounts:import_roster preview",
}
ERROR_PAGES = ("400.html", "403.html", "403_csrf.html", "404.html", "409.html", "500.html", "503.html")


@pytest.fixture
def demo(live_server, settings, tmp_path: Path) -> Tour:
    settings.SITE_URL = live_server.url
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    call_command("load_demo", verbosity=0)
    return tour()


def test_every_page_of_the_journey_is_accessible_and_fits(demo, browser, axe, live_server):
    """One load for every reader and language: loading the demo costs more than looking at it."""
    findings = []
    for language, widths in {"zh-hans": (1280, 360), "en": (360,), "ja": (1280,)}.items():
        walk = Walk(demo, browser=browser, site=live_server.url, language=language)
        for stop in demo.stops:
            if language != "ja" or stop.name in JAPANESE:
                walk.take(stop, widths=widths, axe=axe)
        findings += [(language, *finding) for finding in walk.finish()]
    findings += _without_script(demo, browser, live_server.url)
    assert findings == [], "\n".join(map(str, findings))


def _without_script(demo: Tour, browser: Browser, site: str) -> list[tuple[str, str, object]]:
    """The pages one cannot do without answer as well, and what is sent from them arrives."""
    findings: list[tuple[str, str, object]] = []
    wanted = {"home", "courses:catalogue", "certificates:verify", "courses:my_cohort", "exams:attempt"}
    wanted |= {"cohort, running", "courses:attendance", "courses:completion_review", "staffing:ratio", "credit:file"}
    for who in (VISITOR, TRAINEE, TEACHER, OFFICER, PROVINCE):
        context = enter(demo, browser, site, who, java_script_enabled=False, viewport=PHONE)
        page = context.new_page()
        for stop in (one for one in demo.stops if one.who == who and one.name in wanted):
            answer = page.goto(stop.paths["en"])
            if (answer and answer.status, page.locator("h1").count()) != (200, 1):
                findings.append(("no script", stop.name, answer and answer.status))
        context.close()
    _apply_without_script(demo, browser, site)
    return findings


def _apply_without_script(demo: Tour, browser: Browser, site: str) -> None:
    context = enter(demo, browser, site, APPLICANT, java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(next(stop.paths["en"] for stop in demo.stops if stop.name == "courses:apply"))
    page.get_by_role("checkbox").check()
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/en/training/\d+/$"))
    page.goto("/en/")
    page.locator(".hero form").last.locator("input[name=q]").fill("commercialisation")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/en/courses/\?q="))
    context.close()


def answering(body: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=body, content_type="text/html")


@pytest.mark.parametrize("width", [360, 1280])
def test_error_pages_are_accessible_and_fit(page, axe, width):
    """Served in place of an answer: most of them cannot be provoked from outside."""
    page.set_viewport_size({"width": width, "height": 800})
    for template in ERROR_PAGES:
        for language in ("zh-hans", "en"):
            with translation.override(language):
                body = render_to_string(template, {"code": "wrong_state"})
            page.route(f"**/{template}", answering(body))
            page.goto(f"/{template}")
            found = (axe(page), page.locator("h1").count(), page.evaluate("document.documentElement.lang"))
            assert (template, *found) == (template, [], 1, language)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.unroute(f"**/{template}")


# --- by keyboard ----------------------------------------------------------------------------------------------------
FOCUSED = "element => element === document.activeElement"
OUTLINE = "getComputedStyle(document.activeElement).outlineStyle"


def tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until the control has the focus, and see that the focus shows."""
    control = page.locator("main").get_by_role(role, name=name, exact=True)
    for _ in range(60):
        if control.evaluate(FOCUSED):
            assert page.evaluate(OUTLINE) != "none"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{role} {name} cannot be reached by Tab on {page.url}")


def fill_by_keyboard(page: Page, *entries: tuple[str, str]) -> None:
    for label, text in entries:
        tab_to(page, "textbox", label)
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(text)


def press(page: Page, role: str, name: str) -> None:
    tab_to(page, role, name)
    page.keyboard.press("Enter")


def test_newcomer_signs_up_and_applies_by_keyboard_alone(page, mailoutbox, settings):
    settings.LOGIN_REDIRECT_URL = "accounts:home"  # the first page is content, which this database does not hold
    cohort = make_cohort(state="open")
    page.goto("/en/accounts/signup/")
    secret = "Lanjiang-2026"
    fill_by_keyboard(
        page, ("E-mail address (one of the two)", NEWCOMER), ("Password", secret), ("Password (again)", secret)
    )
    press(page, "button", "Sign Up")
    expect(page).to_have_url(re.compile("confirm-email"))
    fill_by_keyboard(page, ("Code", re.search(r"\b\d{6}\b", mailoutbox[0].body)[0]))
    press(page, "button", "Confirm")
    expect(page).to_have_url(re.compile(r"/en/home/$"))
    page.goto("/en/profile/")
    fill_by_keyboard(page, ("Full name", "林·知夏"), ("Number of the document", resident_number()))
    tab_to(page, "checkbox", "I agree that this number is used to know that it is me")
    page.keyboard.press("Space")
    press(page, "button", "Save profile")
    expect(page.get_by_text("Your profile is complete.")).to_be_visible()
    page.goto(f"/en/cohorts/{cohort.pk}/")
    press(page, "link", "Apply")
    page.wait_for_url(f"**/en/cohorts/{cohort.pk}/apply/")
    tab_to(page, "checkbox", "I make this commitment.")
    page.keyboard.press("Space")
    press(page, "button", "Apply")
    expect(page).to_have_url(re.compile(r"/en/training/\d+/$"))


def test_first_tab_leads_past_the_header(page):
    page.goto("/en/verify/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Certificate number").first).to_be_focused()


def test_menu_of_the_account_opens_and_closes_by_keyboard(page, live_server):
    client = Client()
    client.force_login(make_user())
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page.goto("/en/home/")
    menu = page.locator("details.menu:not(.only-phone) > summary")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(menu).to_be_focused()
