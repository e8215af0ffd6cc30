"""Steps of the training: the profile and its claim, the cohort, admission, lessons and sessions."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tools.journey.answers import check_answer
from tools.journey.checks import equal, says, silent, true
from tools.journey.client import Page
from tools.journey.story import Story

# The site counts days where its users live, wherever this machine stands.
SHANGHAI = ZoneInfo("Asia/Shanghai")
LESSONS, SESSIONS = 8, 7


def today() -> date:
    return datetime.now(SHANGHAI).date()


def claims_the_profile(story: Story) -> str:
    """The document is known from the roster: a claim, which shows nothing of what the platform knows."""
    trainee, cast = story.visitor("trainee"), story.cast["trainee"]
    form = trainee.get("/profile/").form("name", "number")
    person = {
        "name": cast["name"],
        "document_type": "resident_id",
        "country": "CHN",
        "number": cast["document"],
        "sensitive_data": "on",
    }
    mistyped = cast["document"][:-1] + "3"
    refused = trainee.says_no(form, {**person, "number": mistyped})
    equal("a number with a wrong check character leads to", refused.address, "/profile/", refused)
    page = trainee.submit(form, person)
    equal("a known document leads to", page.address, "/profile/claim/", page)
    silent(page, story.cast["institution"], cast["post"], cast["document"], cast["phone"])
    return "the profile became a claim that shows nothing; a mistyped number was refused"


def has_a_profile(story: Story) -> str:
    """A document that nobody knows makes a person at once, whatever stands between the parts of the name."""
    companion, cast = story.visitor("companion"), story.cast["companion"]
    form = companion.get("/profile/").form("name", "number")
    person = {
        "name": cast["name"],
        "document_type": "resident_id",
        "country": "CHN",
        "number": cast["document"],
        "sensitive_data": "on",
    }
    page = companion.submit(form, person)
    equal("a new document leads to", page.address, "/profile/", page)
    says(page, cast["name"])
    silent(page, cast["document"])
    return f"a new document made a profile at once for {cast['name']}"


def opens_the_cohort(story: Story) -> str:
    """The class teacher plans a class whose sessions are over by now, so that they can be marked today."""
    base = story.visitor("base")
    form = base.get("/base/cohorts/new/").form("programme", "starts_on")
    first, last = today() - timedelta(days=3), today()
    plan = {"starts_on": first, "ends_on": last, "capacity": 2, "place": "岚江大学 教三楼 201"}
    programme = form.option("programme", story.cast["course"][:2])
    page = base.submit(form, {**plan, "programme": programme})
    story.facts["cohort"] = number = _number(r"/base/cohorts/(\d+)/", page)
    equal("sessions of the draft", len(page.links(r"/base/sessions/\d+/attendance/")), SESSIONS, page)
    form = base.get(f"/base/cohorts/{number}/exam/").form("opens_at", "closes_at")
    now = datetime.now(SHANGHAI)
    moments = {"opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(hours=3)}
    base.submit(form, {name: f"{moment:%Y-%m-%dT%H:%M}" for name, moment in moments.items()})
    for step in ("file", "open"):
        takes_cohort_step(story, step)
    return f"a draft with {SESSIONS} sessions and an exam was reported and opened, {first} to {last}, 2 seats"


def takes_cohort_step(story: Story, step: str) -> Page:
    base, address = story.visitor("base"), f"/base/cohorts/{story.facts['cohort']}/step/{step}/"
    return base.submit(base.get(address).form(action=address))


def apply(story: Story) -> str:
    """From the catalogue to the application; it needs the commitment, and then says what remains."""
    cohort = story.facts["cohort"]
    for role in ("trainee", "companion"):
        person = story.visitor(role)
        page = person.get(story.visitor("visitor").get("/courses/").link(rf"/cohorts/{cohort}/$"))
        page = person.get(page.link(rf"/cohorts/{cohort}/apply/"))
        form = page.form("agrees")
        person.says_no(form, {"agrees": None})
        page = person.submit(form, {"agrees": "on"})
        story.facts[f"{role}_enrolment"] = _number(r"/training/(\d+)/", page)
        equal("hours at the beginning", _hours(page), Decimal(0), page)
    return "two people applied from the catalogue after making the commitment; the page says what remains of 48 hours"


def are_admitted(story: Story) -> str:
    """A document on the desk confirms the claim with the admission; the other one was not shown."""
    base, trainee = story.visitor("base"), story.visitor("trainee")
    for role, seen in (("trainee", "on"), ("companion", None)):
        page = base.get(f"/base/cohorts/{story.facts['cohort']}/")
        says(page, story.cast[role]["name"])
        answer = rf"/base/enrolments/{story.facts[f'{role}_enrolment']}/answer/"
        base.submit(page.form("document_seen", action=answer), {"document_seen": seen}, button="step=admit")
    cast, profile = story.cast["trainee"], trainee.get("/profile/")
    equal("the profile of the admitted", profile.address, "/profile/", profile)
    says(profile, cast["name"])
    silent(profile, cast["document"])
    says(profile, cast["document"][-4:])
    return "two admitted, one with the document seen: that confirmed the claim; the profile shows a masked number"


def reads_the_lessons(story: Story) -> str:
    """Each lesson credits its hours once, after the right answer to its check question."""
    trainee = story.visitor("trainee")
    own = trainee.get(_own(story))
    lessons = own.links(r"/learn/\d+/lessons/")
    for number, address in enumerate(lessons):
        page = trainee.get(address)
        form = next((form for form in page.forms() if form.has("answer")), None)
        if form is None:
            continue
        right = check_answer(form).values(form)
        if number == 0:
            wrong = next(value for value in form.options("answer") if value not in right)
            trainee.says_no(form, {"answer": wrong})
        page = trainee.submit(form, {"answer": right})
        true("a read lesson asks no more", not any(form.has("answer") for form in page.forms()), page)
    own = trainee.get(_own(story))
    equal("hours after the lessons", _hours(own), Decimal(20), own)
    return f"read {LESSONS} lessons with their check questions: 20 of 48 hours, each once"


def attends_the_sessions(story: Story) -> str:
    """Teaching begins; the class teacher marks every session; the hours are there at once."""
    base = story.visitor("base")
    takes_cohort_step(story, "begin")
    sessions = base.get(f"/base/cohorts/{story.facts['cohort']}/").links(r"/base/sessions/\d+/attendance/")
    equal("sessions to mark", len(sessions), SESSIONS)
    for address in sessions:
        page = base.get(address)
        form = next(form for form in page.forms() if any(name.startswith("trainee-") for name in form.names))
        there, away = (f"trainee-{story.facts[f'{role}_enrolment']}" for role in ("trainee", "companion"))
        base.submit(form, {there: "present", away: "absent"})
    own = story.visitor("trainee").get(_own(story))
    equal("hours after the sessions", _hours(own), Decimal(48), own)
    return f"{SESSIONS} sessions marked by the base: 28 hours more, 48 of 48"


def is_reviewed_early(story: Story) -> str:
    """The completion review names for each what is missing: the exam here, and there also the identity."""
    review = story.visitor("base").get(f"/base/cohorts/{story.facts['cohort']}/completion/")
    lacking = {role: len(review.row(story.cast[role]["name"]).select(".badge.no")) for role in ("trainee", "companion")}
    equal("conditions missing in the review", lacking, {"trainee": 1, "companion": 4}, review)
    true("nobody can be completed yet", not any(form.has("enrolment") for form in review.forms()), review)
    return "the review misses the exam of one, and hours, attendance, exam and identity of the other"


def _own(story: Story) -> str:
    return f"/training/{story.facts['trainee_enrolment']}/"


def _hours(page: Page) -> Decimal:
    """The page says "so many of 48 class hours" in words."""
    found = re.search(r"(\d+(?:\.\d)?)\s*(?:/|of|\D{0,12}?)\s*48", page.text)
    true("hours of 48", found, page)
    return Decimal(found[1]) if found else Decimal(-1)


def _number(pattern: str, page: Page) -> int:
    found = re.search(pattern, page.address)
    true(f"address like {pattern}", found, page)
    return int(found[1]) if found else 0
