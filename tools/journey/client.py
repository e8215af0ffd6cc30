"""A visitor with one browser session: cookies, languages, links, forms as they stand in the HTML. No script runs."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from bs4 import BeautifulSoup, Tag

from tools.journey.checks import StepFailed
from tools.journey.forms import Form, Upload

TIMEOUT = 60


class Page:
    """One answer of the site after its redirects."""

    def __init__(self, response: requests.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.url = response.url
        self.is_html = response.headers.get("Content-Type", "").startswith("text/html")
        self.soup = BeautifulSoup(response.text if self.is_html else "", "html.parser")

    @property
    def address(self) -> str:
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def source(self) -> str:
        return self.response.text

    @property
    def text(self) -> str:
        return " ".join(self.soup.get_text(" ").split())

    @property
    def squeezed(self) -> str:
        """The text without any space: marked words and line breaks do not split a sentence."""
        return "".join(self.text.split())

    @property
    def language(self) -> str:
        return str(self.one("html").get("lang", ""))

    @property
    def heading(self) -> str:
        return " ".join(self.one("h1").get_text(" ").split())

    @property
    def came_from(self) -> list[str]:
        """The addresses that answered with a redirect before this page."""
        return [urlsplit(answer.url).path for answer in self.response.history]

    def one(self, selector: str) -> Tag:
        found = self.soup.select_one(selector)
        if found is None:
            raise StepFailed(f"element on {self.address}", expected=selector, got="nothing", page=self)
        return found

    def links(self, pattern: str) -> list[str]:
        """Addresses of links whose path matches the pattern, each once, in the order of the page."""
        found = [urlsplit(urljoin(self.url, str(tag["href"]))) for tag in self.soup.select("a[href]")]
        paths = [part.path + (f"?{part.query}" if part.query else "") for part in found]
        return list(dict.fromkeys(path for path in paths if re.search(pattern, path)))

    def link(self, pattern: str, *, text: str = "") -> str:
        """The one link that matches; with a text, the link that stands in the same row or card as it."""
        for tag in self.soup.select("a[href]") if text else []:
            near = tag.find_parent(["tr", "li", "article", "section"]) or tag
            address = urlsplit(urljoin(self.url, str(tag["href"]))).path
            if re.search(pattern, address) and text in near.get_text(" "):
                return address
        if text or not (matching := self.links(pattern)):
            got = self.links("")
            raise StepFailed(f"link on {self.address}", expected=f"{pattern} {text}", got=got, page=self)
        return matching[0]

    def row(self, text: str) -> Tag:
        """The first table row that holds the text."""
        for row in self.soup.select("tr"):
            if text in row.get_text(" "):
                return row
        raise StepFailed(f"table row on {self.address}", expected=text, got=self.text[:600], page=self)

    def forms(self) -> list[Form]:
        return [Form(tag, self.url) for tag in self.soup.select("form")]

    def form(self, *names: str, action: str = "") -> Form:
        """The one form that has these fields and whose address matches."""
        forms = self.forms()
        for form in forms:
            if all(form.has(name) for name in names) and re.search(action, form.action):
                return form
        got = [f"{form.method} {form.action} {form.names}" for form in forms]
        raise StepFailed(f"form on {self.address}", expected=f"{names} {action}", got=got, page=self)


class Visitor:
    """Somebody in front of a browser."""

    def __init__(self, address: str, *, authority: Path | None = None, name: str = "visitor") -> None:
        self.address = address
        self.name = name
        # Of the authenticator app, once it is set up.
        self.secret = self.last_code = ""
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(authority) if authority else True

    def reopened(self) -> "Visitor":
        """The same person in a browser that was closed: nothing remembered."""
        authority = self.session.verify
        path = Path(authority) if isinstance(authority, str) else None
        again = Visitor(self.address, authority=path, name=self.name)
        again.secret, again.last_code = self.secret, self.last_code
        return again

    def get(self, path: str, *, status: int = 200, **query: str) -> Page:
        return self._ask("GET", urljoin(self.address, path), status, params=query or None)

    def submit(
        self,
        form: Form,
        values: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, Upload] | None = None,
        button: str = "",
        status: int = 200,
    ) -> Page:
        """Send a form as a browser would; a form that comes back with errors is a failure."""
        fields = form.filled(values or {}, button=button)
        if form.method == "GET":
            page = self._ask("GET", form.action, status, params=fields)
        else:
            # Over HTTPS the site compares this with its own address before it accepts a form.
            headers = {"Referer": form.page_url, "Origin": self.address}
            page = self._ask("POST", form.action, status, data=fields, files=files, headers=headers)
        if problems := page.soup.select(".error-summary, .errorlist"):
            got = " ".join(problems[0].get_text(" ").split())
            raise StepFailed(f"form sent to {form.path}", expected="accepted", got=got, page=page)
        return page

    def says_no(self, form: Form, values: Mapping[str, Any]) -> Page:
        """Send a form that must come back with an error."""
        try:
            page = self.submit(form, values)
        except StepFailed as refusal:
            if refusal.page is not None and refusal.expected == "accepted":
                return refusal.page
            raise
        raise StepFailed(f"form sent to {form.path}", expected="refused", got=page.address, page=page)

    def _ask(self, method: str, url: str, status: int, **options: Any) -> Page:
        response = self.session.request(method, url, timeout=TIMEOUT, **options)
        page = Page(response)
        if page.status != status:
            way = " -> ".join([*page.came_from, page.address])
            got = f"{page.status} {page.text[:300]}"
            raise StepFailed(f"{method} {urlsplit(url).path} ({way})", expected=status, got=got, page=page)
        if page.is_html and re.search(r"\{\{|\{%", page.text):
            raise StepFailed(f"{page.address} shows template code", expected="none", got=page.text[:300], page=page)
        return page
