"""What a worksheet's own text says besides its values: merged cells, hidden rows and columns, and how large it is.

The reader of values walks row by row and meets merged ranges only after the last one, so they are looked up before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from openpyxl.utils import range_boundaries

CHUNK = 1024 * 1024
# No spreadsheet program writes more columns than this.
MAX_SHEET_COLUMNS = 16_384
# Twenty thousand rows of a hundred columns: the reader takes microseconds for each.
MAX_CELLS = 2_000_000
# Merged ranges beyond so many are no table: every one is kept while its rows pass.
MAX_MERGED = 20_000
# The reader holds all that stands between two rows at once: 256 columns of long texts stay far below this.
MAX_BETWEEN_ROWS = 4 * CHUNK
_CELL = (b"<c ", b":c ", b"<c>", b":c>", b"<c/", b":c/")
_TAG = re.compile(rb"<(?:\w+:)?(row|col|mergeCell)(?=[\s/>])([^<>]*)>")
_ATTRIBUTE = re.compile(rb"""\b(r|min|max|hidden|ref)\s*=\s*["']([^"']*)["']""")
# The longest tag that may be cut in two by the end of a chunk.
_LONGEST_TAG = 2_000


class NoTable(ValueError):
    """What the sheet's text holds is more than any table has; `code` says of what (core.tables.SENTENCES)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Merged(NamedTuple):
    """A merged range; rows and columns count from 1 and include both ends."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class SheetShape:
    """`rows` is the number of rows that the text holds; `merged` is in order of the first row."""

    rows: int = 0
    merged: list[Merged] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[range] = field(default_factory=list)

    def hides_column(self, place: int) -> bool:
        """Is the column at this place (from 0) hidden?"""
        return any(place + 1 in columns for columns in self.hidden_columns)


def shape_of(source: IO[bytes], *, max_rows: int) -> SheetShape:
    """Read the sheet's text once, without keeping it; stops where there are more rows than `max_rows`."""
    shape, number, cells, size, all_cells = SheetShape(), 0, 0, 0, 0
    for tag, cells_before, size_before in _tags(source):
        # What stands between two tags belongs to the row before the second one.
        cells, size, all_cells = cells + cells_before, size + size_before, all_cells + cells_before
        if cells > MAX_SHEET_COLUMNS:
            raise NoTable("too_many_columns")
        if all_cells > MAX_CELLS:
            raise NoTable("too_many_cells")
        if size > MAX_BETWEEN_ROWS:
            raise NoTable("too_long_rows")
        if tag is None:
            continue
        attributes = dict(_ATTRIBUTE.findall(tag[2]))
        if tag[1] == b"row":
            number, cells, size = int(attributes.get(b"r", number + 1)), 0, 0
            shape.rows += 1
        _note(shape, tag[1], number, attributes)
        if shape.rows > max_rows:
            break
    shape.merged.sort()
    return shape


def _note(shape: SheetShape, kind: bytes, number: int, attributes: dict[bytes, bytes]) -> None:
    hidden = attributes.get(b"hidden") in (b"1", b"true")
    if kind == b"mergeCell":
        _keep_merged(shape, attributes.get(b"ref", b"").decode("ascii"))
    elif hidden and kind == b"row":
        shape.hidden_rows.add(number)
    elif hidden and len(shape.hidden_columns) < MAX_SHEET_COLUMNS:
        shape.hidden_columns.append(range(int(attributes[b"min"]), int(attributes[b"max"]) + 1))


def _tags(source: IO[bytes]) -> Iterator[tuple[re.Match[bytes] | None, int, int]]:
    """Every tag that matters, with the cells and bytes since the one before; at the end of a chunk no tag."""
    rest = b""
    while chunk := source.read(CHUNK):
        text = rest + chunk
        # A tag may be cut in two: what follows the last "<" waits for the next chunk.
        cut = text.rfind(b"<")
        end = cut if cut >= 0 and len(text) - cut < _LONGEST_TAG else len(text)
        start = 0
        for tag in _TAG.finditer(text, 0, end):
            yield tag, _cells(text, start, tag.start()), tag.end() - start
            start = tag.end()
        yield None, _cells(text, start, end), end - start
        rest = text[end:]


def _cells(text: bytes, start: int, end: int) -> int:
    return sum(text.count(begin, start, end) for begin in _CELL)


def _keep_merged(shape: SheetShape, reference: str) -> None:
    if len(shape.merged) == MAX_MERGED:
        raise NoTable("too_many_merged")
    left, top, right, bottom = range_boundaries(reference)
    if left and top and right and bottom:
        shape.merged.append(Merged(top, left, bottom, right))
