"""Steps of somebody who has just come by: finding the course, signing up; and of officers who enter the first time."""

import re
import secrets

from tools.journey import second_factor
from tools.journey.checks import equal, says, true
from tools.journey.client import Page, Visitor
from tools.journey.story import Story

WORD = "成果评价"
PRIVATE = (
    "/home/",
    "/profile/",
    "/training/",
    "/certificates/",
    "/credit/",
    "/oversight/",
    "/ratio/",
    "/base/cohorts/",
)
LANGUAGES = {"": "zh-hans", "/en": "en", "/ja": "ja"}


def finds_the_course(story: Story) -> str:
    """A word from the middle of a sentence leads to the course, in the catalogue and in the search of the site."""
    visitor, course = story.visitor("visitor"), story.cast["course"]
    catalogue = visitor.get("/courses/")
    found = visitor.submit(catalogue.form("q", "level"), {"q": WORD})
    says(found, course, WORD)
    page = visitor.get(found.link(r"/junior-", text=course))
    equal("heading of the course", page.heading, course, page)
    true("the word stands inside a sentence", re.search(rf"[\u4e00-\u9fff]{WORD}", found.squeezed), found)
    titles = []
    for prefix in ("/en", "/ja"):
        other = visitor.get(page.link(rf"^{prefix}/.*junior-"))
        equal("language of the page", other.language, LANGUAGES[prefix], other)
        titles.append(other.heading)
    story.facts["course_path"] = page.address
    return f"found {course} by {WORD} in the catalogue; {' and '.join(titles)} answer"


def is_kept_out(story: Story) -> str:
    """Without a login, private addresses lead to the login in every language, and unknown ones say so."""
    visitor = story.visitor("visitor")
    for prefix in LANGUAGES:
        for path in PRIVATE:
            page = visitor.get(prefix + path)
            equal(f"{prefix}{path} leads to", page.address.split("?")[0], f"{prefix}/accounts/login/", page)
    visitor.get("/there-is-no-such-page/", status=404)
    return f"{len(PRIVATE)} private pages lead to the login in 3 languages"


def sign_up(story: Story) -> str:
    """Two people sign up; nothing opens before the code from the mail was typed."""
    for role in ("trainee", "companion"):
        person, email = story.visitor(role), story.cast[role]["email"]
        story.facts[f"{role}_password"] = password = new_password()
        page = person.get("/accounts/signup/")
        entries = {"email": email, "password1": password, "password2": password}
        page = person.submit(page.form("email", "password1"), entries)
        code = code_in(story.mails(email)[-1])
        page = person.says_no(page.form("code"), {"code": f"{(int(code) + 1) % 1_000_000:06d}"})
        equal("a wrong code leads back to", page.address, "/accounts/confirm-email/", page)
        person.submit(page.form("code"), {"code": code})
        enter(person, email, password)
    _shows_mails(story)
    return "two people signed up and typed the codes of their mails; a wrong code led nowhere"


def _shows_mails(story: Story) -> None:
    """The small size shows its mails on a page; in production there is no such page."""
    if story.site.shows_mails:
        says(story.visitor("visitor").get("/dev/mail/"), story.cast["trainee"]["email"])
    else:
        story.visitor("visitor").get("/dev/mail/", status=404)


def officers_enter(story: Story) -> str:
    """Officers were given a login without a password; each sets one by mail and sees the page of the own hat."""
    places = []
    for role, email in story.cast["officers"].items():
        officer, password = story.visitor(role), new_password()
        story.facts[f"{role}_password"] = password
        page = officer.get("/accounts/password/reset/")
        officer.submit(page.form("email", action="password/reset"), {"email": email})
        page = officer.get(link_in(story.mails(email)[-1], story.site.address, "password/reset/key"))
        officer.submit(page.form("password1", "password2"), {"password1": password, "password2": password})
        enter(officer, email, password)
        home = officer.get("/home/")
        places.append(home.heading)
    way = (
        "entered with a second factor"
        if all(story.visitor(role).secret for role in story.cast["officers"])
        else "entered"
    )
    return f"three officers set their passwords by mail and {way}: {'; '.join(places)}"


def enter(visitor: Visitor, email: str, password: str) -> Page:
    """Log in, unless the browser is logged in already; ends on the page of the worn hat."""
    page = visitor.get("/accounts/login/", status=200)
    if page.address.startswith("/accounts/login/"):
        page = visitor.submit(page.form("login", "password"), {"login": email, "password": password})
    if page.address.startswith(second_factor.QUESTION):
        second_factor.answer(visitor, page)
    page = visitor.get("/home/")
    if page.address == second_factor.SET_UP:
        return _enters_with_second_factor(visitor, email, password)
    equal("after the login", page.address, "/home/", page)
    return page


def _enters_with_second_factor(visitor: Visitor, email: str, password: str) -> Page:
    """Where the site asks staff for one: no other page opens before; then out, and in again with a code."""
    closed = visitor.get("/cms/")
    equal("without a second factor the editors' room leads to", closed.address, second_factor.SET_UP, closed)
    second_factor.set_up(visitor)
    visitor.submit(visitor.get("/home/").form(action="logout"))
    return enter(visitor, email, password)


def code_in(mail: str) -> str:
    """The six digits of a mail."""
    codes = re.findall(r"\b\d{6}\b", mail)
    true("code in the mail", codes)
    return codes[0]


def link_in(mail: str, address: str, part: str) -> str:
    """The link of a mail; it starts with the address of the site."""
    links = [link for link in re.findall(r"https?://\S+", mail) if part in link]
    true(f"link with {part} in the mail", links)
    equal("start of the link", links[0][: len(address)], address)
    return links[0][len(address) :]


def new_password() -> str:
    return f"{secrets.token_urlsafe(12)}-9a"
