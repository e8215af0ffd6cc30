"""Columns of a table file: heads in Chinese or English found among the first ten lines, and values read by type.

Every wrong cell becomes a Problem; nothing is guessed. Which columns there are is the importer's business.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import tables
from core.plans import Problem
from core.tables import Cell, Line, TableUnreadable, head_key, is_blank
from core.text import narrow

HEAD_LINES = 10
YEARS = range(1900, 2201)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?")
# 1.10105E+17, 110105199.0; a passport may well be called 5E123456.
_CALCULATED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+|[0-9]\.[0-9]+[eE][0-9]+|[0-9]+\.0+")
# Control characters, halves of characters, and the sign that an earlier conversion left where it failed.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff]")


class WrongValue(ValueError):
    """A cell that cannot be read. `code` is for programs; the message is that of MESSAGES unless one is given."""

    def __init__(self, code: str, message: str | Promise = "", **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.message = str(message or MESSAGES[code]) % facts if facts else str(message or MESSAGES[code])


Parser = Callable[[Cell], Any]

MESSAGES: dict[str, Promise] = {
    "missing": _("A value is needed here."),
    "formula": _("Formulas are not taken over. Paste the value instead."),
    "cell_error": _("The spreadsheet shows an error here."),
    "not_allowed": _("This value is not known. Allowed: %(allowed)s."),
    "not_a_date": _("This is not a date. Write it as 2026-03-01."),
    "float": _(
        "The spreadsheet keeps this as a number and may have lost digits."
        " Format the column as text and type the number again."
    ),
    "not_a_share": _("A whole number from 0 to 100 is needed."),
    "too_long": _("The text is longer than %(limit)s characters."),
    "characters": _("The text holds characters that cannot be printed."),
}


@dataclass(frozen=True)
class Column:
    """`field` is the English head, `heads` the Chinese ones. Required: the head in the file, a value in every row."""

    field: str
    heads: tuple[str, ...]
    parse: Parser
    required: bool = False

    @property
    def title(self) -> str:
        return f"{self.heads[0]}/{self.field}"

    @property
    def keys(self) -> set[str]:
        return {head_key(head) for head in (self.field, *self.heads)}


@dataclass
class Entry:
    """One data row as read: values by field in the columns' order, without empty cells, and what was wrong."""

    row: int
    heads: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, code: str, message: str | Promise) -> None:
        self.errors.append(Problem(self.heads.get(name, name), code, str(message)))

    def warn(self, name: str, code: str, message: str | Promise) -> None:
        self.warnings.append(Problem(self.heads.get(name, name), code, str(message)))


@dataclass(frozen=True)
class Table:
    """A file as read. `heads`: field -> head as written; `ignored`: heads that no column answers to."""

    entries: list[Entry]
    heads: Mapping[str, str]
    ignored: list[str]
    sha256: str


def read_table(content: bytes, columns: Sequence[Column]) -> Table:
    """The first visible sheet that has the required heads. Raises TableUnreadable."""
    missing: list[Column] | None = None
    with closing(tables.read_sheets(content)) as sheets:
        for lines in sheets:
            beginning = list(islice(lines, HEAD_LINES))
            found = _find_heads(beginning, columns)
            if isinstance(found, _Heads):
                rest = chain(beginning[found.lines :], lines)
                entries = list(_entries(rest, found, {column.field: column for column in columns}))
                return Table(entries, found.written, found.ignored, hashlib.sha256(content).hexdigest())
            if missing is None or len(found) < len(missing):
                missing = found
    names = ", ".join(column.title for column in (missing or columns) if column.required)
    raise TableUnreadable("heads_missing", missing=names)


# --- heads ----------------------------------------------------------------------------------------------------------
@dataclass
class _Heads:
    lines: int
    places: dict[int, str]
    written: dict[str, str]
    ignored: list[str]


def _find_heads(beginning: list[Line], columns: Sequence[Column]) -> "_Heads | list[Column]":
    """The first line that has every required head, or the columns that the best line lacks."""
    by_key = {key: column.field for column in columns for key in column.keys}
    required = [column for column in columns if column.required]
    missing = required
    for index in range(len(beginning)):
        row = _with_merged(beginning, index)
        fields = {by_key.get(head_key(text)) for text in row}
        lacking = [column for column in required if column.field not in fields]
        if not lacking:
            return _heads_of(beginning, index, row, by_key)
        missing = min(missing, lacking, key=len)
    return missing


def _with_merged(beginning: list[Line], index: int) -> list[str]:
    """The texts of a line; where a cell is empty, that of the line above: a head merged over two lines."""
    own = [cell.text for cell in beginning[index][1]]
    above = [cell.text for cell in beginning[index - 1][1]] if index else []
    width = max(len(own), len(above))
    own, above = own + [""] * (width - len(own)), above + [""] * (width - len(above))
    return [text or higher for text, higher in zip(own, above, strict=True)] if any(own) else own


def _heads_of(beginning: list[Line], index: int, row: list[str], by_key: Mapping[str, str]) -> _Heads:
    lines = index + 1
    if lines < len(beginning):
        below = [cell.text for cell in beginning[lines][1]]
        if any(below) and all(head_key(text) in by_key for text in below if text):
            # The second line of a merged head: a group of columns above, its columns here.
            row, lines = _with_merged(beginning[index : lines + 1], 1), lines + 1
    heads = _Heads(lines, {}, {}, [])
    for place, text in enumerate(row):
        name = by_key.get(head_key(text))
        if name is None:
            heads.ignored += [text] if text else []
        elif name in heads.written:
            raise TableUnreadable("head_twice", head=text)
        else:
            heads.places[place], heads.written[name] = name, text
    return heads


# --- rows -----------------------------------------------------------------------------------------------------------
def _entries(lines: Iterator[Line], heads: _Heads, columns: Mapping[str, Column]) -> Iterator[Entry]:
    count = 0
    for number, cells in lines:
        known = [(name, cells[place]) for place, name in heads.places.items() if place < len(cells)]
        if is_blank(cell for _name, cell in known):
            continue
        count += 1
        if count > tables.MAX_ROWS:
            raise TableUnreadable("too_many_rows")
        yield _entry(number, known, heads.written, columns)


def _entry(
    number: int, known: list[tuple[str, Cell]], written: Mapping[str, str], columns: Mapping[str, Column]
) -> Entry:
    entry, cells = Entry(number, written), dict(known)
    for name, column in columns.items():
        cell = cells.get(name, tables.EMPTY)
        try:
            if cell.trouble or (column.required and not cell.text):
                raise WrongValue(cell.trouble or "missing")
            if cell.text:
                entry.values[name] = column.parse(cell)
        except WrongValue as wrong:
            entry.refuse(name, wrong.code, wrong.message)
    return entry


# --- values ---------------------------------------------------------------------------------------------------------
def text(limit: int) -> Parser:
    """A text as it stands, up to so many characters."""

    def parse(cell: Cell) -> str:
        value = re.sub(r"\s+", " ", cell.text)
        if len(value) > limit:
            raise WrongValue("too_long", limit=limit)
        if _UNPRINTABLE.search(value):
            raise WrongValue("characters")
        return value

    return parse


def identifier(cell: Cell) -> str:
    """A number that is a name: a spreadsheet that keeps it as a figure has rounded it or dropped its zeros."""
    value = narrow(cell.text)
    if cell.number is not None or _CALCULATED.fullmatch(value):
        raise WrongValue("float")
    return value


def choice(words: Mapping[str, str]) -> Parser:
    """A Chinese word or the code that it stands for."""
    values = {spelling.casefold(): code for word, code in words.items() for spelling in (word, code)}
    allowed = ", ".join(f"{word} ({code})" for word, code in words.items())

    def parse(cell: Cell) -> str:
        try:
            return values[_word(cell)]
        except KeyError:
            raise WrongValue("not_allowed", allowed=allowed) from None

    return parse


def yes_no(cell: Cell) -> bool:
    answer = {"是": True, "否": False, "yes": True, "no": False, "true": True, "false": False}.get(_word(cell))
    if answer is None:
        raise WrongValue("not_allowed", allowed="是 (true), 否 (false)")
    return answer


def _word(cell: Cell) -> str:
    return re.sub(r"\s", "", narrow(cell.text)).casefold()


def day(cell: Cell) -> date:
    """A date cell, a serial day, or a text such as 2026-03-01, 2026/3/1, 2026.3.1, 2026年3月1日, 20260301."""
    found = cell.day or _written_day(narrow(cell.text))
    if found is None or found.year not in YEARS:
        raise WrongValue("not_a_date")
    return found


def _written_day(value: str) -> date | None:
    match = _DAY.fullmatch(value) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", value)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def percent(cell: Cell) -> int:
    value = narrow(cell.text).removesuffix("%").strip()
    if not re.fullmatch(r"\d{1,3}(\.0+)?", value) or float(value) > 100:
        raise WrongValue("not_a_share")
    return int(float(value))
