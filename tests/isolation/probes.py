"""One question to the platform and what is wrong with its answer: status, words of others, writes."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client

from core import outbox
from tests.isolation import files, pages
from tests.isolation.addresses import PUBLIC, SIGNED_IN, Address
from tests.isolation.canaries import READERS, Canaries, Canary
from tests.isolation.world import ANONYMOUS, LOGINS, Isolation, Login, Owner

# What nobody may be answered who is meant to be answered.
REFUSALS = {"GET": (400, 401, 403, 404), "HEAD": (400, 401, 403, 404), "POST": (403, 404, 405)}
# Headers that differ from second to second or with the length of what is equal.
CLOCKS = frozenset({"Content-Length", "Expires", "Last-Modified"})
# Seconds; well before the staff's half hour without a sign of life.
AGAIN_AFTER = 900
NOBODY = "zqxnobodyhere"
# The editors' room has a policy of its own. allauth hides a form of the phone page by a style attribute, which the
# strict policy refuses: the form stays visible, and empty.
LAX = ("cms/", "^cms/", "accounts/phone/change/")
# The editors' door leads on to the one door (tests/core/test_login_door.py).
LOGIN_DOORS = ("/accounts/login/", "/cms/login/")
WRITE = re.compile(r'^\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+"?(\w+)"?', re.I)
# Bookkeeping of the visit itself; the ledger of looks also keeps the refused ones.
AUDIT = "core_auditentry"
VISIT = settings.READ_ONLY_GET_EXEMPT_TABLES
# The ledger of looks into entities' files keeps refused tries, too; no reading page writes it.
ENTITY_LOOKS = "credit_entitylook"
# Never the same twice: form tokens, nonces, and the address that was asked for.
CHANGING = re.compile(r'"checked_at": ?"[^"]*"|name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]*"|nonce-[\w+/=-]+')


@dataclass(frozen=True)
class Probe:
    route: str
    login: str
    owner: Owner
    method: str
    # "q": a word of that owner's is searched for; otherwise the part of a row, such as "institution".
    query: str = ""

    def __str__(self) -> str:
        asked = f"?{self.query}=…" if self.query else ""
        return f"{self.method} {self.route}{asked} as {self.login}, row of: {self.owner}"


@dataclass
class Answer:
    """What came back, with everything in it as text, and the tables that were written meanwhile."""

    status: int
    text: str
    headers: Mapping[str, str]
    writes: list[tuple[str, str | None]]
    mails: list[tuple[list[str], str]] = field(default_factory=list)
    # What is wrong with the page as it came, before its own address is taken out of it.
    laid_out_wrong: list[str] = field(default_factory=list)

    @property
    def tables(self) -> set[str]:
        return {table for table, _transaction in self.writes}


class Asker:
    """Asks as every login; nothing that a question changes outlives it."""

    def __init__(self, isolation: Isolation, canaries: Canaries, declared: dict[str, Address]) -> None:
        self.isolation, self.canaries, self.declared = isolation, canaries, declared
        self.clients = {name: self._client(name) for name in LOGINS}
        self.signed_in_at = time.monotonic()
        self.missing: dict[Probe, Answer] = {}
        self.asked = 0

    def sign_in_again(self) -> None:
        """A question is undone with the sign of life of its session: after half an hour that would be over."""
        if time.monotonic() - self.signed_in_at > AGAIN_AFTER:
            self.clients = {name: self._client(name) for name in LOGINS}
            self.signed_in_at = time.monotonic()

    def _client(self, name: str) -> Client:
        client = Client(raise_request_exception=False)
        if name != ANONYMOUS:
            client.force_login(self.isolation.users[name], backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    def ask(self, probe: Probe) -> Answer:
        self.sign_in_again()
        address = self.declared[probe.route]
        path = address.path(probe.route, lambda part: self.isolation.value(probe.owner, part))
        asked = self._asked(probe)
        path += f"?{probe.query}={asked}" if asked else ""
        body = self._body(address, probe.owner)
        client = self.clients[probe.login]
        cookies = client.cookies.copy()
        caches[settings.THROTTLE_CACHE].clear()
        mail.outbox.clear()
        self.asked += 1
        with undone(), noted_writes() as writes:
            response = client.generic(probe.method, path) if probe.method != "POST" else client.post(path, body)
            text = files.readable(response)
            written = list(writes)
            mails = self._mails() if probe.method == "POST" else []
        client.cookies = cookies
        whole, heads = _normal(_heads(response) + text, path, asked), dict(response.items())
        wrong = list(pages.faults(heads, text, strict=not probe.route.startswith(LAX)))
        return Answer(response.status_code, whole, heads, written, mails, wrong)

    def _asked(self, probe: Probe) -> str:
        """What stands behind the question mark."""
        if probe.query != "q":
            return str(self.isolation.value(probe.owner, probe.query)) if probe.query else ""
        missing = probe.owner == Owner.MISSING
        return NOBODY if missing else self.canaries.of(probe.owner, "accounts.Person", "name")

    def forget(self) -> None:
        """What missing rows were answered with, when the platform has been changed since."""
        self.missing.clear()

    def _body(self, address: Address, owner: Owner) -> dict[str, Any]:
        given = {name: self._given(value, owner) for name, value in (address.body or {}).items()}
        return given or {"zz": "1"}

    def _given(self, value: Any, owner: Owner) -> Any:
        return self.isolation.value(owner, value[1:]) if isinstance(value, str) and value.startswith("@") else value

    def _mails(self) -> list[tuple[list[str], str]]:
        """What the effects of the question would tell whom."""
        for event in outbox.undelivered():
            outbox.deliver_event(event)
        return [(one.to, f"{one.subject}\n{one.body}") for one in mail.outbox]

    # --- what is wrong ----------------------------------------------------------------------------------------------
    def faults(self, probe: Probe) -> list[str]:
        answer = self.ask(probe)
        return [f"{probe}: {words}" for words in self._faults(probe, answer)]

    def _faults(self, probe: Probe, answer: Answer) -> Iterator[str]:
        yield from self._wrong_status(probe, answer)
        yield from self._words_of_others(probe, answer)
        yield from self._wrong_writes(probe, answer)
        yield from answer.laid_out_wrong

    def reads(self, probe: Probe) -> bool:
        address = self.declared[probe.route]
        asking = address.asking if probe.query == "institution" else frozenset()
        return self._reaches(probe, address.audience | asking)

    def writes(self, probe: Probe) -> bool:
        return probe.method == "POST" and self._reaches(probe, self.declared[probe.route].writers)

    def _reaches(self, probe: Probe, kinds: frozenset[str]) -> bool:
        """By the declaration alone: is this login answered here, about this row?"""
        address, login = self.declared[probe.route], LOGINS[probe.login]
        if not kinds & {PUBLIC, login.kind} and not (SIGNED_IN in kinds and login.name != ANONYMOUS):
            return False
        if login.name in address.barred:
            return False
        if address.foreign_code or not address.names_rows:
            return True
        if probe.owner == Owner.MISSING:
            return False
        everybody = address.of_all or bool(kinds & {PUBLIC, SIGNED_IN})
        return everybody or probe.owner in login.reach or self._is_shared(address, probe, login)

    def _is_shared(self, address: Address, probe: Probe, login: Login) -> bool:
        """Colleagues have one institution and one base: the same row under either name."""
        parts = [part for part in address.parts.values() if isinstance(part, str)]
        mine = {self.isolation.value(owner, part) for owner in login.reach for part in parts}
        return {self.isolation.value(probe.owner, part) for part in parts} <= mine

    def _wrong_status(self, probe: Probe, answer: Answer) -> Iterator[str]:
        address, login = self.declared[probe.route], LOGINS[probe.login]
        if answer.status >= 500 and probe.route != "readyz":
            yield f"answered {answer.status}"
        elif login.name == ANONYMOUS and PUBLIC not in address.audience:
            yield from self._let_in(answer)
        elif probe.query and not address.foreign_code and probe.owner not in login.reach:
            yield from self._otherwise_than_missing(probe, answer)
        elif self.writes(probe) or (self.reads(probe) and probe.method != "POST"):
            empty = address.nothing_there and answer.status == 404
            if not (address.foreign_code or empty) and answer.status in REFUSALS.get(probe.method, ()):
                yield f"its own {'writer' if probe.method == 'POST' else 'reader'} was answered {answer.status}"
        elif not self.reads(probe) and PUBLIC not in address.audience:
            yield from self._unlike_missing(probe, answer)

    def _let_in(self, answer: Answer) -> Iterator[str]:
        """A visitor is led to the login, or told that there is nothing."""
        at_the_door = answer.status == 302 and any(door in answer.text for door in LOGIN_DOORS)
        if not at_the_door and answer.status not in (401, 404, 405):
            yield f"a visitor was answered {answer.status}"

    def _unlike_missing(self, probe: Probe, answer: Answer) -> Iterator[str]:
        """Who is refused learns nothing: not even whether there is such a row."""
        if answer.status not in ((401, 405) if self.declared[probe.route].by_token else (404, 405)):
            yield f"answered {answer.status} instead of 404"
        if probe.owner == Owner.MISSING or not self.declared[probe.route].names_rows:
            return
        yield from self._otherwise_than_missing(probe, answer)

    def _otherwise_than_missing(self, probe: Probe, answer: Answer) -> Iterator[str]:
        nobody = replace(probe, owner=Owner.MISSING)
        if nobody not in self.missing:
            self.missing[nobody] = self.ask(nobody)
        same = _same_status if self.declared[probe.route].made_anew else _same
        if same(answer, self.missing[nobody]):
            return
        # Pages print the minute, and it may have passed between the two: both are asked again.
        self.missing[nobody] = self.ask(nobody)
        if not same(self.ask(probe), self.missing[nobody]):
            yield "answered otherwise than for a row that does not exist"

    def _words_of_others(self, probe: Probe, answer: Answer) -> Iterator[str]:
        login = LOGINS[probe.login]
        for canary in self.canaries.found_in(answer.text):
            if not self._may_read(login, canary, self.declared[probe.route]):
                yield f"shows {canary.model}.{canary.field} of {canary.owner}"
        for canary in self.canaries.secrets_in(answer.text):
            if not (self.declared[probe.route].reveals and canary.owner in login.reach):
                yield f"prints a full number: {canary.model}.{canary.field} of {canary.owner}"
        for to, text in answer.mails:
            yield from self._words_in_mail(to, text)

    def _words_in_mail(self, to: list[str], text: str) -> Iterator[str]:
        readers = [login for login in LOGINS.values() if login.name != ANONYMOUS and self._address(login) in to]
        for canary in self.canaries.found_in(text):
            if any(not self._may_read(login, canary, None) for login in readers):
                yield f"mails {canary.model}.{canary.field} of {canary.owner} to {readers[0].name}"
        for canary in self.canaries.secrets_in(text):
            yield f"mails a full number: {canary.model}.{canary.field}"

    def _address(self, login: Login) -> str:
        return self.isolation.users[login.name].email

    def _may_read(self, login: Login, canary: Canary, address: Address | None) -> bool:
        if canary.is_public or (address and canary.model in address.shows):
            return True
        kinds = READERS.get(canary.model)
        return canary.owner in login.reach and (kinds is None or login.kind in kinds.split())

    def _wrong_writes(self, probe: Probe, answer: Answer) -> Iterator[str]:
        address = self.declared[probe.route]
        if address.foreign_code:
            return
        wrote = answer.tables - VISIT
        if not self.writes(probe):
            # A refused try may be written down.
            wrote -= {AUDIT, ENTITY_LOOKS} if probe.method == "POST" else set()
            if wrote:
                yield f"wrote to {', '.join(sorted(wrote))} although it may not"
        elif wrote:
            yield from without_audit(answer)


def without_audit(answer: Answer) -> Iterator[str]:
    """Each transaction that writes a record also writes down who did it."""
    audited = {made for table, made in answer.writes if table == AUDIT}
    silent = {table for table, made in answer.writes if table not in VISIT and (made is None or made not in audited)}
    if silent:
        yield f"wrote to {', '.join(sorted(silent))} without an audit entry in the same transaction"


def _same(one: Answer, other: Answer) -> bool:
    return (one.status, one.text) == (other.status, other.text)


def _same_status(one: Answer, other: Answer) -> bool:
    return one.status == other.status


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def noted_writes() -> Iterator[list[tuple[str, str | None]]]:
    """(table, outermost transaction of the question) of every write."""
    found: list[tuple[str, str | None]] = []
    depth = len(connection.savepoint_ids)

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if written := WRITE.match(sql):
            inner = connection.savepoint_ids[depth:]
            found.append((written[1], inner[0] if inner else None))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def _heads(response: HttpResponseBase) -> str:
    return "".join(f"{name}: {value}\n" for name, value in response.items() if name not in CLOCKS)


def _normal(text: str, path: str, asked: str) -> str:
    """The text without what differs between two rows that both say nothing; a word that was asked for may come back."""
    text = CHANGING.sub("", text)
    for written in (path, quote(path, safe=""), quote(path)):
        text = text.replace(written, "<asked>")
    if asked.isdigit():
        # A short number stands in many places: only where it follows the name of the question.
        return re.sub(rf"(institution(?:=|%3D)){asked}\b", r"\1<asked>", text)
    return text.replace(asked, "<asked>") if asked else text
