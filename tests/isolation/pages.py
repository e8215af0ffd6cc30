"""What every answer must have, whoever asks: guarding headers, and pages in which nothing stored can run."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}
# Script that is data, or a file of our own.
DATA = ("application/json", "application/ld+json")
FOREIGN = re.compile(r"^\s*(?:javascript|vbscript|data:text)", re.I)
PREVIEW = {"class", "name", "src", "title"}
ADDRESSES = {"href", "src", "action", "formaction", "xlink:href", "data"}


def faults(headers: Mapping[str, str], text: str, *, strict: bool) -> Iterator[str]:
    """`strict`: no inline code at all; the editors' room has a policy of its own."""
    for name, value in HEADERS.items():
        if headers.get(name) != value:
            yield f"header {name} is {headers.get(name)!r}"
    policy = headers.get("Content-Security-Policy", "")
    if "default-src" not in policy or (strict and "unsafe" in policy):
        yield f"content security policy is {policy!r}"
    if strict and headers.get("Content-Type", "").startswith("text/html"):
        yield from sorted(set(inline(text)))


def inline(page: str) -> list[str]:
    reader = _Reader()
    reader.feed(page)
    return reader.found


def _is_preview(tag: str, given: dict[str, str | None]) -> bool:
    """The one frame of the platform's own: the PDF of a design on the page of its version."""
    return tag == "iframe" and (given.get("src") or "").startswith("/designs/") and set(given) == PREVIEW


class _Reader(HTMLParser):
    """Notes script, style and handlers that stand in the page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and not given.get("src") and given.get("type") not in DATA:
            self.found.append("holds an inline script")
        if tag in ("style", "base", "object", "iframe", "math") and not _is_preview(tag, given):
            self.found.append(f"holds <{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.found.append(f"holds {name}= in <{tag}>")
            if name in ADDRESSES and FOREIGN.match(value or ""):
                self.found.append(f"holds a link that runs in <{tag}>")

    handle_startendtag = handle_starttag
