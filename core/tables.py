"""Table files from elsewhere (XLSX, CSV) as lines of cells. Hostile or broken files are refused before they are parsed.

What the columns mean is not known here: see core.columns.
"""

import csv
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

import openpyxl
from defusedxml import ElementTree
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl.utils.datetime import from_excel

from core.errors import DomainError
from core.sheet_shape import MAX_CELLS, MAX_SHEET_COLUMNS, Merged, NoTable, SheetShape, shape_of

MEGABYTE = 1024 * 1024
MAX_BYTES = 20 * MEGABYTE
MAX_UNPACKED = 200 * MEGABYTE
MAX_SHARED_TEXTS = 16 * MEGABYTE
# Styles, names and relations are read whole too: a million styles took 17 s and 900 MB.
MAX_PART = 4 * MEGABYTE
CONTENTS, SHEETS = "[Content_Types].xml", "xl/worksheets/"
# A sheet of 20,000 equal rows packs 17 to 1; a bomb 300 to 1 and more. Small members are left alone.
MAX_RATIO, RATIO_FROM = 100, MEGABYTE
MAX_MEMBERS = 200
MAX_ROWS = 20_000
# Blank lines too: a few bytes can name a row in the millions, and every line before it would be walked.
MAX_LINES = 50_000
MAX_COLUMNS = 256
# How pages, drawings and printed documents begin, whatever their names say.
_NO_TABLE = ("<", "%PDF-")
# Whole days as a spreadsheet counts them: 1954 to 2119.
SERIAL_DAYS = range(20_000, 80_001)
# Zero-width blanks and direction marks that copying from chats and address books leaves behind.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# What the platform's own tables put an apostrophe before (core.exports.safe).
_AFTER_APOSTROPHE = tuple("=+-@|%＝＋－＠")


class TableUnreadable(DomainError):
    """The file as a whole cannot be read as a table."""

    code = "unreadable"

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code] % self.facts)


SENTENCES: dict[str, Promise] = {
    "unreadable": _("This file cannot be read. Save it again as XLSX or CSV."),
    "too_large": _("The file is larger than 20 MB."),
    "unpacks_too_large": _("The file unpacks to far more than it holds, which a table never does. It was not opened."),
    "old_format": _("This is an old or a protected spreadsheet. Remove the password and save it as XLSX."),
    "macros": _("The file holds macros. Save it as XLSX without macros."),
    "too_many_rows": _("The file has more than %(most)s rows. Split it."),
    "too_many_lines": _("The sheet goes on below row 50,000. Delete the empty rows below the table and save it again."),
    "too_many_columns": _("The sheet has more columns than a table of this kind can have. It was not opened."),
    "too_many_cells": _("The sheet has more cells than a table of this kind can have. Delete what is not needed."),
    "too_long_rows": _("A row of the sheet holds more text than a table of this kind can have. It was not opened."),
    "too_many_merged": _("The sheet has more merged cells than can be followed. Unmerge them and save it again."),
    "empty": _("The file is empty."),
    "heads_missing": _("No line among the first ten has all the column heads that are needed. Missing: %(missing)s."),
    "head_twice": _("A column head stands in the file twice: %(head)s."),
    "head_unclear": _("This column head can mean two things: %(head)s."),
    "sheets": _("Several sheets of the file hold such a table: %(sheets)s. Say which one is meant."),
}


class Cell(NamedTuple):
    """One cell as a reader sees it. `number` and `day` are set when the spreadsheet holds no text but a value."""

    text: str = ""
    number: int | float | None = None
    day: date | None = None
    # "formula", "cell_error" for what a spreadsheet shows as #N/A, or "merged_across" several columns
    trouble: str = ""


EMPTY = Cell()
Line = tuple[int, list[Cell]]


@dataclass
class Sheet:
    """The lines of one sheet, to be walked once; `shape` says what is hidden and how many rows there are."""

    lines: Iterator[Line]
    title: str = ""
    shape: SheetShape = field(default_factory=SheetShape)

    def __iter__(self) -> Iterator[Line]:
        return self.lines

    def __next__(self) -> Line:
        return next(self.lines)


@dataclass
class Book:
    """The visible sheets of a file, and the titles of the hidden ones, which nobody sees and nothing reads."""

    sheets: list[Sheet]
    hidden: list[str] = field(default_factory=list)


def read_sheets(content: bytes) -> Generator[Sheet, None, None]:
    """Every visible sheet as (line number as the spreadsheet shows it, cells). Raises TableUnreadable."""
    with opened(content) as book:
        yield from book.sheets


@contextmanager
def opened(content: bytes) -> Iterator[Book]:
    """The file's sheets while the block lasts: their lines are read as they are asked for. Raises TableUnreadable."""
    if not content:
        raise TableUnreadable("empty")
    if len(content) > MAX_BYTES:
        raise TableUnreadable("too_large")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableUnreadable("old_format")
    if content.startswith(b"PK"):
        with _workbook(content) as book:
            yield book
    else:
        yield Book([Sheet(_csv_lines(content), shape=SheetShape(rows=content.count(b"\n")))])


# --- XLSX -----------------------------------------------------------------------------------------------------------
@contextmanager
def _workbook(content: bytes) -> Iterator[Book]:
    if openpyxl.LXML or not openpyxl.DEFUSEDXML:
        raise RuntimeError("spreadsheets from elsewhere must not be parsed without defusedxml")
    _check_package(content)
    with warnings.catch_warnings():
        # openpyxl warns of features that it skips; they hold no values.
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        except Exception as error:  # a broken package fails in any of its many parts
            raise TableUnreadable from error
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
        yield Book([_sheet(sheet, book.epoch) for sheet in visible], hidden)


def _sheet(sheet: Any, epoch: datetime) -> Sheet:
    try:
        with sheet._get_source() as source:
            shape = shape_of(source, max_rows=MAX_LINES)
    except NoTable as error:
        raise TableUnreadable(error.code) from error
    except Exception as error:  # a part may be broken in ways that only show when it is unpacked
        raise TableUnreadable from error
    lines = _sheet_lines(sheet, epoch)
    return Sheet(_with_merged(lines, shape.merged) if shape.merged else lines, sheet.title, shape)


def _check_package(content: bytes) -> None:
    """Sizes as the archive states them; the reader of the archive never unpacks more than was stated."""
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise TableUnreadable from error
    members = package.infolist()
    if len({member.filename.casefold() for member in members}) < len(members):
        # Two readers could take two different parts for the one.
        raise TableUnreadable
    bombs = [m for m in members if m.file_size > max(RATIO_FROM, m.compress_size * MAX_RATIO)]
    if bombs or len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise TableUnreadable("unpacks_too_large")
    kinds = _kinds(package)
    if any("macroenabled" in kind for several in kinds.values() for kind in several) or any(
        member.filename.lower().endswith("vbaproject.bin") for member in members
    ):
        raise TableUnreadable("macros")
    if any(member.file_size > _most(member.filename, kinds) for member in members):
        raise TableUnreadable("unpacks_too_large")


def _kinds(package: zipfile.ZipFile) -> dict[str, set[str]]:
    """What the package's list of contents says that each part is, whatever it is called; `""`: kinds by ending."""
    try:
        if package.getinfo(CONTENTS).file_size > MEGABYTE:
            raise TableUnreadable("unpacks_too_large")
        parts = ElementTree.fromstring(package.read(CONTENTS))
    except TableUnreadable:
        raise
    except Exception as error:  # missing, broken, encrypted, or XML that is refused
        raise TableUnreadable from error
    kinds: dict[str, set[str]] = {}
    for part in parts:
        # Cut as the reader cuts it.
        kinds.setdefault(part.get("PartName", "")[1:], set()).add(part.get("ContentType", "").casefold())
    return kinds


def _most(name: str, kinds: dict[str, set[str]]) -> int:
    """How large a part may be: sheets are read row by row, pictures not at all, everything else whole and at once."""
    kind = kinds.get(name, set())
    if name.startswith(SHEETS) and all(one.endswith("worksheet+xml") for one in kind) and kind:
        return MAX_UNPACKED
    # Six million short texts took 42 s and 900 MB.
    if "sharedstrings" in name.casefold() and all(one.endswith("sharedstrings+xml") for one in kind) and kind:
        return MAX_SHARED_TEXTS
    is_read = kind or name.endswith((".xml", ".rels"))
    return MAX_PART if is_read else MAX_UNPACKED


def _sheet_lines(sheet: Any, epoch: datetime) -> Iterator[Line]:
    try:
        # The stated size of a sheet is often wrong; without it every row is read.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_row=MAX_LINES + 1, max_col=MAX_COLUMNS), 1):
            if number > MAX_LINES:
                raise TableUnreadable("too_many_lines")
            yield number, [_sheet_cell(cell, epoch) for cell in _without_padding(row)]
    except TableUnreadable:
        raise
    except Exception as error:  # rows are parsed as they are asked for, and may be broken too
        raise TableUnreadable from error


def _without_padding(row: Sequence[Any]) -> Sequence[Any]:
    """The reader fills every row up to the last column that was asked for."""
    end = len(row)
    while end and row[end - 1].value is None:
        end -= 1
    return row[:end]


def _sheet_cell(cell: Any, epoch: datetime) -> Cell:
    value = cell.value
    if value is None:
        return EMPTY
    if cell.data_type in ("f", "e"):
        return Cell(str(value), trouble="formula" if cell.data_type == "f" else "cell_error")
    if isinstance(value, str):
        return text_cell(value)
    if isinstance(value, bool):
        return Cell(str(value).lower())
    if isinstance(value, int | float):
        return _number_cell(value, "%" in (cell.number_format or ""), epoch)
    if isinstance(value, datetime):
        value = value.date()
    return Cell(str(value), day=value if isinstance(value, date) else None)


def _number_cell(value: int | float, percent: bool, epoch: datetime) -> Cell:
    if percent:
        return Cell(f"{_plain(round(value * 100, 6))}%", number=value)
    # Asked of an integer only: for a float, `in` would walk through the whole range.
    serial = float(value).is_integer() and int(value) in SERIAL_DAYS
    day = from_excel(value, epoch) if serial else None
    return Cell(_plain(value), number=value, day=day.date() if isinstance(day, datetime) else None)


def _plain(value: int | float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _with_merged(lines: Iterator[Line], merged: Sequence[Merged]) -> Iterator[Line]:
    """A value merged over several rows stands in each of them; over several columns it is trouble in each."""
    waiting = [one for one in reversed(merged) if one.left <= MAX_COLUMNS]
    open_ranges: dict[Merged, Cell] = {}
    for number, cells in lines:
        open_ranges = {one: cell for one, cell in open_ranges.items() if number <= one.bottom}
        while waiting and waiting[-1].top <= number:
            one = waiting.pop()
            place = one.left - 1
            if len(open_ranges) >= MAX_COLUMNS:
                raise TableUnreadable("too_many_merged")
            open_ranges[one] = cells[place] if one.top == number and place < len(cells) else EMPTY
        yield number, _filled(cells, number, open_ranges) if open_ranges else cells


def _filled(cells: list[Cell], number: int, open_ranges: dict[Merged, Cell]) -> list[Cell]:
    cells = list(cells)
    for one, cell in open_ranges.items():
        places = range(one.left - 1, min(one.right, MAX_COLUMNS))
        if not places or not cell.text:
            continue
        cells += [EMPTY] * (places[-1] + 1 - len(cells))
        if len(places) == 1:
            cells[places[0]] = cell
        else:
            for place in places:
                text = cell.text if place == places[0] and number == one.top else ""
                cells[place] = Cell(text, trouble=cell.trouble or "merged_across")
    return cells


# --- CSV ------------------------------------------------------------------------------------------------------------
def _csv_lines(content: bytes) -> Iterator[Line]:
    text = _decoded(content)
    if text.lstrip().startswith(_NO_TABLE):
        raise TableUnreadable
    first, _newline, rest = text.partition("\n")
    if stated := re.fullmatch(r"sep=(.)\r?", first):
        text = rest
    delimiter = stated[1] if stated else _delimiter(text)
    if text.count(delimiter) > MAX_CELLS:
        raise TableUnreadable("too_many_cells")
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if number > MAX_LINES:
                raise TableUnreadable("too_many_lines")
            if len(row) > MAX_SHEET_COLUMNS:
                raise TableUnreadable("too_many_columns")
            yield number, [text_cell(value) for value in row[:MAX_COLUMNS]]
    except csv.Error as error:
        raise TableUnreadable from error


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, what Excel calls Unicode text, or GB18030, which Chinese offices save."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise TableUnreadable


def _delimiter(text: str) -> str:
    beginning = "\n".join(text.splitlines()[:10])
    return max(",\t;", key=beginning.count)


def text_cell(value: str) -> Cell:
    """A text that a spreadsheet would calculate is no value; trimmed otherwise, and free of invisible marks."""
    text = _INVISIBLE.sub("", value).strip()
    if not text:
        return EMPTY
    if text[0] == "'" and text[1:2] in _AFTER_APOSTROPHE:
        text = text[1:]
    return Cell(text, trouble="formula" if text.startswith("=") else "")


def head_key(text: str) -> str:
    """What spellings of one column head share: width, case, blanks, underscores, and marks such as * or （必填）."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    narrow = re.sub(r"\((必填|选填|可选|required|optional)\)", "", narrow)
    return re.sub(r"[\s*:_\-]", "", narrow)


def is_blank(cells: Iterable[Cell]) -> bool:
    return not any(cell.text for cell in cells)
