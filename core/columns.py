"""Columns of a table file: heads in Chinese or English found among the first ten lines, and values read by type.

Every wrong cell becomes a Problem; nothing is guessed. Which columns there are is the importer's business.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as field_of
from datetime import date
from itertools import chain, islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import tables
from core.heads import HEAD_LINES, HeadMap, Heads, HeadsUnsure, Named, SheetBeginning, Unclear, find_heads
from core.plans import Problem
from core.sheet_shape import SheetShape
from core.tables import Book, Cell, Line, Sheet, TableUnreadable, head_key, is_blank
from core.text import mask_number, narrow

# So many lines say where the heads stand and whether anything stands below them.
PEEKED_LINES = 3 * HEAD_LINES
# So many rows are read between two words about how far it is.
PORTION = 500
# Heads that our own downloads carry beside the original ones; never listed as unknown.
REASON_HEAD = "错误原因"
OWN_HEADS = frozenset({REASON_HEAD})
HIDDEN_SHEETS = _("Hidden sheets are not read: %(sheets)s.")
HIDDEN_COLUMNS = _("These columns are hidden in the file and are read: %(heads)s.")
SHEET = _("Read from the sheet %(sheet)s.")
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
    "one_or_whole": _("This may mean 1% or the whole. Write 1% or 100%."),
    "too_long": _("The text is longer than %(limit)s characters."),
    "characters": _("The text holds characters that cannot be printed."),
    "merged_across": _("This cell is merged with its neighbours. Unmerge it and fill in every cell."),
    "hidden_row": _("This row is hidden in the file; it is read like the others."),
}


@dataclass(frozen=True)
class Column:
    """`field` is the English head, `heads` the Chinese ones. Required: the head in the file, a value in every row.

    `synonyms` are other spellings, which yield to a head of the column's own. `strict`: a remark in brackets may turn
    the meaning round, so only known spellings count. `implies`: what a head says of another column, for every row.
    """

    field: str
    heads: tuple[str, ...]
    parse: Parser
    required: bool = False
    synonyms: tuple[str, ...] = ()
    strict: bool = False
    implied: Mapping[str, tuple[str, Any]] = field_of(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.heads[0]}/{self.field}"

    @property
    def keys(self) -> set[str]:
        return {head_key(head) for head in (self.field, *self.heads)}

    @property
    def synonym_keys(self) -> set[str]:
        return {head_key(head) for head in self.synonyms}

    @property
    def implies(self) -> Mapping[str, tuple[str, Any]]:
        return {head_key(head): fact for head, fact in self.implied.items()}


@dataclass
class Entry:
    """One data row as read: values by field in the columns' order, without empty cells, and what was wrong."""

    row: int
    heads: Mapping[str, str]
    values: dict[str, Any] = field_of(default_factory=dict)
    errors: list[Problem] = field_of(default_factory=list)
    warnings: list[Problem] = field_of(default_factory=list)
    # The cells of the line in their places, those of unknown columns too.
    cells: list[Cell] = field_of(default_factory=list)

    def refuse(self, name: str, code: str, message: str | Promise) -> None:
        self.errors.append(Problem(self.heads.get(name, name), code, str(message)))

    def warn(self, name: str, code: str, message: str | Promise) -> None:
        self.warnings.append(Problem(self.heads.get(name, name), code, str(message)))


@dataclass(frozen=True)
class Table:
    """A file as read. `heads`: field -> head as written; `ignored`: heads that no column answers to.

    `head_texts` are all heads in their places; `remarks` say how the file was read.
    """

    entries: list[Entry]
    heads: Mapping[str, str]
    ignored: list[str]
    sha256: str
    head_texts: list[str] = field_of(default_factory=list)
    remarks: list[str] = field_of(default_factory=list)


def read_table(
    content: bytes,
    columns: Sequence[Column],
    said: HeadMap | None = None,
    remembered: Mapping[str, HeadMap] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Table:
    """The one visible sheet that has the needed heads. Raises TableUnreadable, HeadsUnsure when a person must say.

    `said` is what somebody says of this file, `remembered` what was said before: signature of the heads -> meanings.
    `progress` hears of every PORTION rows.
    """
    with tables.opened(content) as book:
        sheet, beginning, heads = _chosen_sheet(book, columns, said, remembered or {})
        rest = chain(beginning[heads.lines :], sheet)
        by_field = {column.field: column for column in columns}
        entries = []
        for entry in _entries(rest, heads, by_field, sheet.shape):
            entries.append(entry)
            if progress and len(entries) % PORTION == 0:
                progress(len(entries))
    return Table(
        entries,
        heads.written,
        [text for text in heads.ignored if head_key(text) not in OWN_HEADS],
        hashlib.sha256(content).hexdigest(),
        head_texts=heads.texts,
        remarks=_remarks(book, sheet, heads),
    )


def row_count(content: bytes, columns: Sequence[Column], remembered: Mapping[str, HeadMap] | None = None) -> int:
    """How many rows the file has at most, without reading them. Raises like read_table when the heads are unclear."""
    with tables.opened(content) as book:
        sheet, _beginning, _heads = _chosen_sheet(book, columns, None, remembered or {})
        return sheet.shape.rows


def beginnings(content: bytes) -> list[SheetBeginning]:
    """The first lines of every visible sheet, for whoever has to say what they mean. Raises TableUnreadable."""
    with tables.opened(content) as book:
        return [SheetBeginning(sheet.title, list(islice(sheet, PEEKED_LINES))) for sheet in book.sheets]


# --- heads ----------------------------------------------------------------------------------------------------------
def _chosen_sheet(
    book: Book, columns: Sequence[Column], said: HeadMap | None, remembered: Mapping[str, HeadMap]
) -> tuple[Sheet, list[Line], Heads]:
    read = [(sheet, list(islice(sheet, PEEKED_LINES))) for sheet in book.sheets]
    read = [(sheet, lines) for sheet, lines in read if not said or said.sheet in ("", sheet.title)] or read
    found = [(sheet, lines, find_heads(lines, columns, said, remembered)) for sheet, lines in read]
    sure = [(sheet, lines, heads) for sheet, lines, heads in found if isinstance(heads, Heads)]
    filled = [one for one in sure if any(not is_blank(cells) for _number, cells in one[1][one[2].lines :])] or sure[:1]
    if len(filled) > 1:
        filled = [one for one in filled if _was_meant(one[0], one[2], remembered)] or filled
    asked = [SheetBeginning(sheet.title, lines) for sheet, lines in read]
    unclear = [heads for _sheet, _lines, heads in found if isinstance(heads, Unclear)]
    if len(filled) > 1:
        raise HeadsUnsure("sheets", asked, sheets=", ".join(sheet.title for sheet, _lines, _heads in filled))
    if not filled:
        why = min(unclear, key=lambda one: (one.code == "heads_missing", len(one.lacking)), default=Unclear(columns))
        facts = {"head": why.head} if why.head else {"missing": _titles(why.lacking)}
        raise HeadsUnsure(why.code, asked, **facts)
    return filled[0]


def _was_meant(sheet: Sheet, heads: Heads, remembered: Mapping[str, HeadMap]) -> bool:
    choice = remembered.get(heads.signature)
    return choice is not None and choice.sheet == sheet.title


def _titles(lacking: Sequence[Named]) -> str:
    return ", ".join(column.title for column in lacking if column.required)


def _remarks(book: Book, sheet: Sheet, heads: Heads) -> list[str]:
    """What whoever looks at the file does not see of how it was read."""
    said = []
    if book.hidden:
        said.append(str(HIDDEN_SHEETS) % {"sheets": ", ".join(book.hidden)})
    if len(book.sheets) > 1:
        said.append(str(SHEET) % {"sheet": sheet.title})
    if hidden := [heads.texts[place] for place in heads.places if sheet.shape.hides_column(place)]:
        said.append(str(HIDDEN_COLUMNS) % {"heads": ", ".join(hidden)})
    return said


# --- rows -----------------------------------------------------------------------------------------------------------
def _entries(lines: Iterator[Line], heads: Heads, columns: Mapping[str, Column], shape: SheetShape) -> Iterator[Entry]:
    count, written = 0, heads.written
    for number, cells in lines:
        known = [(name, cells[place]) for place, name in heads.places.items() if place < len(cells)]
        if is_blank(cell for _name, cell in known):
            continue
        count += 1
        if count > tables.MAX_ROWS:
            raise TableUnreadable("too_many_rows", most=f"{tables.MAX_ROWS:,}")
        entry = _entry(Entry(number, written, cells=cells), dict(known), heads.implied, columns)
        if number in shape.hidden_rows:
            entry.warnings.append(Problem("", "hidden_row", str(MESSAGES["hidden_row"])))
        yield entry


def _entry(entry: Entry, cells: Mapping[str, Cell], implied: Mapping[str, Any], columns: Mapping[str, Column]) -> Entry:
    for name, column in columns.items():
        if name in implied:
            entry.values[name] = implied[name]
            continue
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


def choice(words: Mapping[str, str], spellings: Mapping[str, str] | None = None) -> Parser:
    """A Chinese word or the code that it stands for; `spellings` are read too, and not named when none fits."""
    values = {spelling.casefold(): code for word, code in words.items() for spelling in (word, code)}
    values |= {spelling.casefold(): code for spelling, code in (spellings or {}).items()}
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
    """Without its sign 1 is no answer: the same column may hold the whole as 1 and a half as 0.5."""
    written = narrow(cell.text)
    value = written.removesuffix("%").strip()
    if re.fullmatch(r"1(\.0+)?", written):
        raise WrongValue("one_or_whole")
    if not re.fullmatch(r"\d{1,3}(\.0+)?", value) or float(value) > 100:
        raise WrongValue("not_a_share")
    return int(float(value))


def masked(value: str) -> str:
    """What helps to see what a column holds: numbers as lists show them, days as they are, the beginning of texts."""
    try:
        day(tables.text_cell(value))
    except WrongValue:
        return mask_number(value) if sum(one.isdecimal() for one in value) > 5 else value[:30]
    return value
