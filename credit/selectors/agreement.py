"""Reading back what the outlets of credit files gave out: the table of a page, and the table of open data."""

import csv
import io
from html.parser import HTMLParser
from typing import Any

from core.exports import safe

_VOID = frozenset({"br", "img", "input", "hr", "meta", "link"})


class _Table(HTMLParser):
    """Rows carry `data-record`; whatever carries `data-field` says a field, by `data-value`, `datetime` or its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.entries: dict[int, dict[str, Any]] = {}
        self.entry: dict[str, Any] = {}
        self.field, self.depth, self.text = "", 0, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if record := told.get("data-record"):
            self.entry = self.entries.setdefault(int(record), {})
        if self.field:
            self.depth += tag not in _VOID
        elif name := told.get("data-field"):
            value = told.get("data-value") or told.get("datetime")
            if value is not None:
                self.entry[name] = True if value == "yes" else value
            else:
                self.field, self.depth, self.text = name, 1, ""

    def handle_endtag(self, tag: str) -> None:
        if self.field:
            self.depth -= 1
            if not self.depth:
                self.entry[self.field], self.field = self.text, ""

    def handle_data(self, data: str) -> None:
        self.text += data


def read_page(html: str) -> dict[int, dict[str, Any]]:
    """Entry -> field -> what stands there."""
    table = _Table()
    table.feed(html)
    return table.entries


def read_table(body: bytes) -> dict[int, dict[str, Any]]:
    rows = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    return {
        int(row["id"]): {name: _value(name, row[name]) for name in row if name not in ("id", "uscc")} for row in rows
    }


def _value(name: str, cell: str) -> str | bool:
    if name == "disputed":
        return cell == "yes"
    # An apostrophe keeps a text from being calculated; it is no part of it.
    return cell[1:] if cell.startswith("'") and safe(cell[1:]) == cell else cell
