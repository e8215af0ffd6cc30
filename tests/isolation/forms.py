"""The forms of the pages as a browser finds them, and what somebody sends who puts foreign names into their fields."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.core import mail
from django.db.models import Q
from django.urls import Resolver404, resolve

from accounts.models import Membership
from core import clock
from tests.accounts.worlds import scoped_models
from tests.isolation import files
from tests.isolation.probes import AUDIT, VISIT, Asker, noted_writes, undone
from tests.isolation.world import LOGINS, Owner

# One login per kind that sends forms and that no row of the foreign province reaches.
SENDERS = (
    "trainee home", "officer home", "base home", "instructor home", "invigilator home", "regulator province",
    "evaluator province",
)  # fmt: skip
# How rows of the other province are named in fields: ids, and the codes that people type.
NAMES = (
    "institution", "institution.uscc", "institution.region.code", "trainingbase", "adminbody", "adminbody.code",
    "person", "user", "membership", "invitation", "joinrequest", "appointment", "appointmentnotice", "designation",
    "cohort", "session", "enrolment", "sitting", "certificate.number", "datarequest.uuid", "sealedcount", "job",
    "seatreservation",
)  # fmt: skip
PAGES_OF_OTHERS = ("cms/", "^cms/", "accounts/", "dev/", "api/", "healthz", "readyz", "demo/", "documents/", "_util/")
# In the world of rows an open denial has its decision already, so that every model has a row: it cannot be decided.
UNLIKE_LIFE = ("disputes/<int:pk>/",)
WRITE_FREE = VISIT | {AUDIT}


@dataclass
class Form:
    """One form of one page: where it goes, and what a browser would send if somebody filled in what is asked."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    # A browser sends the one that was pressed.
    buttons: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Foreign:
    """One field of one form holds the name of somebody else's row; all others are filled in honestly."""

    login: str
    method: str
    action: str
    button: str
    field: str
    name: str

    def __str__(self) -> str:
        pressed = f" [{self.button}]" if self.button else ""
        return f"{self.method} {self.action}{pressed} as {self.login}, {self.field} = {self.name} of the other province"


class Forms:
    """Every form that the senders are shown, and the questions that follow from them."""

    def __init__(self, asker: Asker) -> None:
        self.asker = asker
        # By login, method, action and button.
        self.found: dict[tuple[str, str, str, str], Form] = {}
        for login in SENDERS:
            for page, text in self._pages(login):
                for form in forms_of(text, page):
                    self._keep(login, form)
        self.before = self._fingerprint()
        self.elsewhere = {asker.isolation.users[f"{kind} foreign"].email for kind in ("trainee", "officer", "base")}

    def _pages(self, login: str) -> Iterator[tuple[str, str]]:
        for route, address in self.asker.declared.items():
            if route.startswith(PAGES_OF_OTHERS + UNLIKE_LIFE) or not address.audience & {
                "login",
                "public",
                LOGINS[login].kind,
            }:
                continue
            path = address.path(route, lambda part: self.asker.isolation.value(Owner.HOME, part))
            if login == "regulator province" and address.asking:
                path += f"?institution={self.asker.isolation.value(Owner.HOME, 'institution')}"
            self.asker.sign_in_again()
            client = self.asker.clients[login]
            cookies = client.cookies.copy()
            with undone():
                page = client.get(path)
            client.cookies = cookies
            if page.status_code == 200 and page.headers["Content-Type"].startswith("text/html"):
                yield path, page.content.decode()
            if address.body and address.writers & {"login", LOGINS[login].kind}:
                # Addresses that only take a POST: what a declaration says they are sent.
                self._keep(login, Form(path, "POST", {name: ["1"] for name in address.body}))

    def _keep(self, login: str, form: Form) -> None:
        if not form.action.startswith("/") or form.action.lstrip("/").startswith(PAGES_OF_OTHERS):
            return
        for name, value in form.buttons or [("", "")]:
            pressed = {name: [value]} if name else {}
            key = (login, form.method, form.action, f"{name}={value}" if name else "")
            known = self.found[key].values if key in self.found else {}
            self.found[key] = Form(form.action, form.method, form.values | pressed | known)

    def questions(self) -> list[Foreign]:
        return [
            Foreign(*key, name, foreign)
            for key, form in sorted(self.found.items())
            for name in sorted(form.values)
            for foreign in NAMES
        ]

    # --- asking -----------------------------------------------------------------------------------------------------
    def faults(self, question: Foreign) -> list[str]:
        return [f"{question}: {words}" for words in self._faults(question)]

    def _faults(self, question: Foreign) -> Iterator[str]:
        self.asker.sign_in_again()
        client, login = self.asker.clients[question.login], LOGINS[question.login]
        cookies = client.cookies.copy()
        mail.outbox.clear()
        with undone(), noted_writes() as writes:
            if question.method == "POST":
                answer = client.post(question.action, self.sent(question))
            else:
                answer = client.get(question.action, self.sent(question))
            text = files.readable(answer) + str(answer.headers.get("Location", ""))
            written = {table for table, _transaction in writes} - WRITE_FREE
            touched = self._touched() if written else []
            mails = self.asker._mails() if written else []
        client.cookies = cookies
        if answer.status_code >= 500:
            yield f"answered {answer.status_code}"
        address = self.asker.declared.get(route_of(question.action))
        for canary in self.asker.canaries.found_in(text):
            if not self.asker._may_read(login, canary, address):
                yield f"shows {canary.model}.{canary.field} of {canary.owner}"
        if touched:
            yield f"changed what the other province sees: {', '.join(touched)}"
        for to, _text in mails:
            if self.elsewhere & set(to):
                yield f"sent a mail to {to[0]}"

    def sent(self, question: Foreign) -> dict[str, Any]:
        """Beside the own value where several can be ticked; a number in the name of a field is foreign too."""
        form = self.found[question.login, question.method, question.action, question.button]
        foreign = str(self.asker.isolation.value(Owner.FOREIGN, question.name))
        own = form.values[question.field]
        values: dict[str, Any] = {**form.values, question.field: [*own, foreign] if len(own) > 1 else [foreign]}
        if (renamed := re.sub(r"\d+$", foreign, question.field)) != question.field:
            values |= {question.field: own, renamed: own}
        return values

    # --- what the other province sees -------------------------------------------------------------------------------
    def _touched(self) -> list[str]:
        after = self._fingerprint()
        return [label for label, seen in after.items() if seen != self.before[label]]

    def _fingerprint(self) -> dict[str, str]:
        """Per model a digest of every row that reaches the authority of the other province, or stands in its world."""
        hat = Membership.objects.get(user=self.asker.isolation.users["regulator foreign province"])
        world = self.asker.isolation.worlds[Owner.FOREIGN]
        found = {}
        for model in scoped_models():
            rows = model._default_manager.all()
            here = rows.filter(rows._within(hat) | Q(pk__in=[row.pk for row in [world.rows.get(model)] if row]))
            lines = sorted(repr(line) for line in here.values_list())
            found[model._meta.label] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        return found


def route_of(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).route
    except Resolver404:
        return ""


# --- reading pages --------------------------------------------------------------------------------------------------
def forms_of(page: str, path: str) -> list[Form]:
    reader = _Reader(path)
    reader.feed(page)
    return reader.forms


class _Reader(HTMLParser):
    """Fills in each form as it passes: what is given, else the first choice, else something that fits the type."""

    FITTING = {"date": "", "number": "1", "email": "somebody@example.test", "text": "x", "search": "x", "tel": "x"}
    SKIPPED = ("submit", "button", "file", "image", "reset")

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(given.get("action") or self.path, given.get("method", "get").upper())
            self.forms.append(self.form)
        elif self.form is None:
            return
        elif tag == "select":
            self.select = given.get("name", "")
            self.form.values.setdefault(self.select, [])
        elif tag == "option" and self.select:
            self._option(given)
        elif tag in ("input", "textarea", "button") and given.get("name"):
            self._field(tag, given)

    def _option(self, given: dict[str, str]) -> None:
        values = self.form.values[self.select]  # type: ignore[union-attr]
        if given.get("value") and ("selected" in given or not values):
            values[:] = [given["value"]]

    def _field(self, tag: str, given: dict[str, str]) -> None:
        values, name, kind = self.form.values, given["name"], given.get("type", "text")  # type: ignore[union-attr]
        if name == "csrfmiddlewaretoken" or (tag == "input" and kind in self.SKIPPED):
            return
        if tag == "button":
            self.form.buttons.append((name, given.get("value", "")))  # type: ignore[union-attr]
        elif kind == "radio":
            values.setdefault(name, [given.get("value", "")])
        elif kind == "checkbox":
            values.setdefault(name, []).append(given.get("value", "on"))
        else:
            fitting = self.FITTING.get(kind, "x") or clock.today().isoformat()
            values.setdefault(name, [given.get("value") or fitting])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""


def sample(questions: list[Foreign], size: int) -> list[Foreign]:
    """The same at every run: every field of every address once, then what there is room for."""
    ordered = sorted(questions, key=lambda one: hashlib.sha256(str(one).encode()).hexdigest())
    first = {(route_of(one.action), one.method, one.button, one.field): one for one in reversed(ordered)}
    return list(dict.fromkeys([*first.values(), *ordered]))[:size]
