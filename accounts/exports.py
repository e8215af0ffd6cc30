"""Files that people download from the accounts room: templates of the importers, with text columns and choices."""

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from accounts.imports import institutions, people, roster
from core.columns import Column
from core.tables import MAX_ROWS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
YES_NO = ("是", "否")


def roster_template() -> bytes:
    # Either leaving column would do; the one that says what it means is offered.
    columns = [column for column in roster.COLUMNS if column.field != "last_day"]
    choices = {
        "id_type": tuple(people.DOCUMENT_WORDS),
        "employment_type": tuple(roster.EMPLOYMENT_WORDS),
        "professional": YES_NO,
        "full_time": YES_NO,
    }
    return template("名册", columns, choices)


def institutions_template() -> bytes:
    choices = {
        "category": tuple(institutions.CATEGORY_WORDS),
        "level": tuple(institutions.LEVEL_WORDS),
    }
    return template("机构", institutions.COLUMNS, choices)


def template(title: str, columns: Sequence[Column], choices: Mapping[str, Sequence[str]]) -> bytes:
    """Every column is text, so that no spreadsheet rounds an identity number or turns a date round."""
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
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
