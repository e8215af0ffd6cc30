"""Steps of the certificate: issued as a background job, downloaded, verified by anyone."""

import hashlib
import re
import time

from tools.journey.checks import StepFailed, equal, says, silent, true
from tools.journey.client import Page, Visitor
from tools.journey.story import Story

PATIENCE = 90


def issues(story: Story) -> str:
    """The base sees what will be issued, starts the job, and watches its progress to the end."""
    base, name = story.visitor("base"), story.cast["trainee"]["name"]
    address = f"/base/cohorts/{story.facts['cohort']}/issue/"
    page = base.get(address)
    says(page, name)
    page = base.submit(page.form(action=address))
    page = _waits_for(base, page)
    issued = base.get("/base/certificates/")
    says(issued, name)
    return "one certificate issued by a background job, watched on its progress page"


def _waits_for(visitor: Visitor, page: Page) -> Page:
    """Reload the page of the job until it no longer asks to be reloaded."""
    true("the page of a job", re.search(r"/jobs/[0-9a-f-]{36}/", page.address), page)
    deadline = time.monotonic() + PATIENCE
    while page.one("[data-job]").get("data-poll"):
        if time.monotonic() > deadline:
            raise StepFailed("background job", expected=f"done in {PATIENCE} s", got=page.text[:600], page=page)
        time.sleep(0.2)
        page = visitor.get(page.address)
    progress = page.one("[data-job] progress")
    equal("progress of the job", (progress["value"], progress["max"]), ("1", "1"), page)
    true("no failure in the job", not page.soup.select("[data-job] .badge.soon, [data-job] .badge.no"), page)
    return page


def downloads(story: Story) -> str:
    """The bytes are kept: two downloads are the same file. It is kept here too, to be looked at."""
    trainee = story.visitor("trainee")
    page = trainee.get("/certificates/")
    page = trainee.get(page.link(r"^/certificates/[^/]+/$"))
    number = page.address.split("/")[2]
    path = page.link(r"/pdf/$")
    first, second = (trainee.get(path).response for _ in range(2))
    equal("kind of file", first.headers["Content-Type"].split(";")[0], "application/pdf")
    equal("beginning of the file", first.content[:5], b"%PDF-")
    digests = [hashlib.sha256(response.content).hexdigest() for response in (first, second)]
    equal("SHA-256 of a second download", digests[1], digests[0])
    story.facts["pdf"] = file = story.out / f"{number}.pdf"
    file.write_bytes(first.content)
    story.facts |= {"number": number, "code": _code(page)}
    return f"{number}: a PDF of {len(first.content) // 1024} KB, the same SHA-256 twice"


def _code(page: Page) -> str:
    """The verification code, as the page prints it in fours, or as its link holds it."""
    if links := page.links(r"^/v/"):
        return links[0].strip("/").split("/")[1]
    found = re.search(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}[- ]){3}[0-9A-HJKMNP-TV-Z]{4}\b", page.text)
    true("verification code on the certificate's page", found, page)
    return re.sub(r"[- ]", "", found[0]) if found else ""


def verifies(story: Story) -> str:
    """By the address of the QR, by number and code, by the interface; a wrong code was never issued."""
    visitor, facts = story.visitor("visitor"), story.facts
    wrong = ("0" if facts["code"][0] != "0" else "1") + facts["code"][1:]
    page = visitor.get(f"/v/{facts['code']}")
    says(page, facts["number"])
    for address in ("", *page.links(r"^/(en|ja)/verify/")):
        answer = visitor.get(address) if address else page
        true("the colour of valid", answer.soup.select(".verdict.ok"), answer)
    form = visitor.get("/verify/").form("number", "code")
    by_form = visitor.submit(form, {"number": facts["number"], "code": facts["code"]})
    true("the colour of valid", by_form.soup.select(".verdict.ok"), by_form)
    equal("by the interface", _asks(visitor, facts["number"], facts["code"]), "valid")
    equal("by the interface, wrong code", _asks(visitor, facts["number"], wrong), "never_issued")
    unknown = visitor.get(f"/v/{wrong}")
    true("not the colour of valid", not unknown.soup.select(".verdict.ok"), unknown)
    silent(unknown, story.cast["trainee"]["name"], facts["number"])
    return "valid by QR address, by number and code, and by the interface; a wrong code is never issued"


def _asks(visitor: Visitor, number: str, code: str) -> str:
    answer = visitor.get("/api/v1/certificates/verify", number=number, code=code)
    return str(answer.response.json()["outcome"])
