"""THE writer of table files that leave the platform: XLSX and CSV in which no text is ever calculated.

Identifiers stay text, so that no spreadsheet rounds them; a text that begins like a formula gets an apostrophe, here
and for whoever saves the sheet as CSV. Nothing else makes a workbook or writes CSV for people.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from core.columns import Column
from core.tables import MAX_ROWS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
# What spreadsheets take for a formula at the beginning of a text, in either width; tabs and line ends hide one.
_BEGINS_FORMULA = tuple("=+-@|%\t\r\n＝＋－＠")
_TEXT_LENGTH = 32_767
Value = str | int | float | date | None


def safe(value: Value) -> Value:
    """The value, or the text as no spreadsheet calculates it."""
    if not isinstance(value, str):
        return value
    # A blank in front does not make a formula harmless for every program.
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[: _TEXT_LENGTH - 1]
    return f"'{text}" if text.lstrip(" \u00a0\u3000\ufeff\u200b").startswith(_BEGINS_FORMULA) else text


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """An XLSX of one sheet: bold heads, texts as texts, numbers and days as what they are."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append([_head(sheet, head) for head in heads])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    return _saved(book)


def csv_table(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """UTF-8 with its mark, by which spreadsheets know it."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([safe(head) for head in heads])
    writer.writerows([safe(value) for value in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def template(
    title: str,
    columns: Sequence[Column],
    choices: Mapping[str, Sequence[str]],
    explained: Mapping[str, str] | None = None,
) -> bytes:
    """A table to fill in, and a sheet that explains it.

    Every column is text, so that no spreadsheet rounds a number or turns a date round.
    """
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title, sheet.freeze_panes = title, "A2"
    for place, column in enumerate(columns, 1):
        letter = get_column_letter(place)
        head = sheet.cell(1, place, column.heads[0])
        head.font, head.alignment = Font(bold=column.required), Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[letter].width = 22
        sheet.column_dimensions[letter].number_format = "@"
        if words := choices.get(column.field):
            allowed = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
            allowed.add(f"{letter}2:{letter}{MAX_ROWS + 1}")
            sheet.add_data_validation(allowed)
    _explain(book.create_sheet("填写说明"), columns, choices, explained or {})
    return _saved(book)


def _explain(
    sheet: Worksheet,
    columns: Sequence[Column],
    choices: Mapping[str, Sequence[str]],
    explained: Mapping[str, str],
) -> None:
    """What each column holds, one line per column, so that no line of it looks like the heads of a table."""
    sheet.append(("列", "是否必填", "填写内容", "英文列名"))
    for column in columns:
        what = "、".join(choices.get(column.field, ())) or explained.get(column.field, "文本")
        sheet.append((column.heads[0], "必填" if column.required else "选填", what, column.field))
    sheet.append(("严禁上传涉密信息。",))
    for letter, width in zip("ABCD", (34, 10, 70, 18), strict=True):
        sheet.column_dimensions[letter].width = width


def _head(sheet: Worksheet, text: str) -> Any:
    cell = _cell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Worksheet, value: Value) -> Any:
    cell: Any = WriteOnlyCell(sheet, safe(value))  # type: ignore[arg-type]  # days are values, too
    if isinstance(value, str):
        # The library guesses formulas, errors and numbers from texts unless it is told.
        cell.data_type, cell.number_format = "s", "@"
    return cell


def _saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
