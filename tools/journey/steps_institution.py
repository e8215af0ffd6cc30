"""Steps of the trainee's institution and the regulator: roster, earlier trainings, the ratio, the credit file."""

import time
from typing import Any

from tools.journey.checks import StepFailed, equal, says, silent, true
from tools.journey.client import Page, Visitor
from tools.journey.forms import Upload
from tools.journey.steps_training import today
from tools.journey.story import Story
from tools.journey.tables import roster, trainings

# The commitment is a basic record; the training and the certificate are positive ones.
RECORDS = [1, 2]
PATIENCE = 60


def uploads_the_roster(story: Story) -> str:
    """A preview that writes nothing, then the whole file; the same file again changes nothing."""
    officer, cast = story.visitor("institution"), story.cast
    upload = roster(cast, today())
    rows = cast["staff"] + len(cast["others"])
    _imports(officer, "/institution/roster/import/", upload, rows)
    page = officer.get("/institution/roster/")
    says(page, cast["institution"])
    return f"a roster of {rows} rows was previewed, confirmed, and changes nothing the second time"


def imports_trainings(story: Story) -> str:
    """The regulator's file makes confirmed facts of trainings before the platform."""
    regulator, cast = story.visitor("regulator"), story.cast
    _imports(regulator, "/training-records/import/", trainings(cast, today()), cast["trained"])
    return f"the regulator imported {cast['trained']} earlier trainings as confirmed facts"


def is_not_met(story: Story) -> str:
    expected = {"staff": 99, "trained": 69, "percent_floor": "69.6", "outcome": "not_met", "shortfall": 1}
    page = _ratio(story, expected)
    says(page, "69 / 99", "69.6%")
    true("the colour of not met", page.soup.select(".badge.no"), page)
    return "ratio 69 of 99, 69.6 %, not met, one short: page and interface agree"


def is_met(story: Story) -> str:
    expected = {"staff": 99, "trained": 70, "percent_floor": "70.7", "outcome": "met", "shortfall": 0}
    page = _ratio(story, expected)
    says(page, "70 / 99", "70.7%")
    officer = story.visitor("institution")
    behind = officer.get(f"{page.address}people/", standing="yes", q=story.cast["trainee"]["name"])
    says(behind, story.cast["trainee"]["name"], story.cast["programme"])
    return "ratio 70 of 99, 70.7 %, met, margin 0: the new record is the one that lifts it"


def _imports(visitor: Visitor, address: str, upload: Upload, rows: int) -> None:
    """Twice the same file: the first time everything is new, the second time nothing."""
    for action in ("create", "unchanged"):
        page = visitor.get(address)
        form = next(form for form in page.forms() if form.tag.select("input[type=file]"))
        preview = visitor.submit(form, files={_file_field(form.tag): upload})
        equal(f"rows to {action}", _counts(preview).get(action), rows, preview)
        if action == "create":
            visitor.submit(_confirming(preview))


def _file_field(form: Any) -> str:
    return str(form.select_one("input[type=file]")["name"])


def _counts(preview: Page) -> dict[str, int]:
    """The tabs of the preview: action -> number of rows."""
    found = {}
    for tab in preview.soup.select(".tabs a[href*='action=']"):
        action = str(tab["href"]).split("action=")[1].split("&")[0]
        found[action] = int(tab.select_one("b").get_text()) if tab.select_one("b") else 0  # type: ignore[union-attr]
    return found


def _confirming(preview: Page) -> Any:
    forms = [form for form in preview.forms() if form.method == "POST" and not form.tag.select("input[type=file]")]
    main = [form for form in forms if preview.one("main") in form.tag.parents]
    true("a form that confirms the preview", main, preview)
    return main[0]


def _ratio(story: Story, expected: dict[str, Any]) -> Page:
    """The institution's page, after the interface for programs said the same."""
    officer = story.visitor("institution")
    page = officer.get("/ratio/")
    number = page.address.split("/")[2]
    story.facts["institution"] = number
    answer = officer.get(f"/api/v1/institutions/{number}/staffing-ratio", as_of=f"{today()}")
    said = answer.response.json()
    equal("ratio by the interface", {name: said[name] for name in expected}, expected, answer)
    equal("the rule binds a pilot institution", said["binding"], True, answer)
    equal("name of the institution", said["institution"]["name"], story.cast["institution"], answer)
    return page


def opens_the_credit_file(story: Story) -> str:
    """From the list of the region to the person; the purpose is asked before anything is shown."""
    regulator, cast = story.visitor("regulator"), story.cast
    _waits_for_records(story)
    page = regulator.get(f"/oversight/{cast['province']['code']}/")
    says(page, cast["province"]["name"], cast["institution"])
    page = regulator.get(page.link(r"/oversight/institutions/\d+/", text=cast["institution"]))
    says(page, "70 / 99")
    page = regulator.get(page.address, q=cast["trainee"]["name"])
    page = regulator.get(page.link(r"/credit/people/\d+/", text=cast["trainee"]["name"]))
    silent(page, cast["course"])
    page = regulator.submit(page.form("purpose"), {"purpose": "supervision", "about": "核对人员占比"})
    says(page, cast["trainee"]["name"], cast["course"])
    tones = [len(page.soup.select(f"td .badge.{tone}")) for tone in ("neutral", "ok")]
    equal("basic and positive records", tones, RECORDS, page)
    story.facts["credit_file"] = page.address
    return "the regulator went from the region list to the credit file; a purpose was asked first"


def _waits_for_records(story: Story) -> None:
    """The worker writes them; the person's own page says when they are there."""
    deadline = time.monotonic() + PATIENCE
    while True:
        page = story.visitor("trainee").get("/credit/")
        there = len(page.soup.select("td .badge"))
        if there >= sum(RECORDS):
            return
        if time.monotonic() > deadline:
            raise StepFailed("records of the credit file", expected=sum(RECORDS), got=there, page=page)
        time.sleep(0.2)


def sees_who_looked(story: Story) -> str:
    """The person reads body and purpose; an institution's officer who tries is refused."""
    trainee = story.visitor("trainee")
    page = trainee.get("/profile/looks/")
    says(page, "岚江省科学技术厅", "核对人员占比")
    own = trainee.get("/credit/")
    says(own, story.cast["course"])
    story.visitor("institution").get(story.facts["credit_file"], status=404)
    return "the person sees who looked and why; the employer's officer finds nothing at that address"
