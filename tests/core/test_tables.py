"""Reading table files: formats, encodings, and what is refused before it is parsed."""

import io
import struct
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from core import tables
from core.tables import MAX_LINES, Cell, TableUnreadable, read_sheets
from tests.accounts.sheets import csv_file, saved, xlsx


def lines(content: bytes) -> list[list[tuple[int, list[str]]]]:
    """Every sheet as (line number, texts)."""
    return [[(number, [cell.text for cell in cells]) for number, cells in sheet] for sheet in read_sheets(content)]


def cells(content: bytes) -> list[Cell]:
    """The first line of the first sheet."""
    return next(next(read_sheets(content)))[1]


def refusal(content: bytes) -> str:
    with pytest.raises(TableUnreadable) as caught:
        lines(content)
    assert caught.value.sentence
    return caught.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_every_encoding_that_offices_save(encoding):
    assert lines(csv_file(["姓名", "岗位"], ["王喆䶮", "经理"], encoding=encoding)) == [
        [(1, ["姓名", "岗位"]), (2, ["王喆䶮", "经理"])]
    ]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_delimiter_is_found(delimiter):
    assert lines(csv_file(["a", "b"], ["1", "2"], delimiter=delimiter)) == [[(1, ["a", "b"]), (2, ["1", "2"])]]


def test_csv_line_numbers_count_records_as_a_spreadsheet_shows_them():
    content = b'sep=;\r\na;"x\ny"\r\n\r\nb;z\r\n'

    assert lines(content) == [[(1, ["a", "x\ny"]), (2, []), (3, ["b", "z"])]]


def test_xlsx_line_numbers_count_empty_lines():
    assert lines(xlsx(["a"], [], ["b"])) == [[(1, ["a"]), (2, []), (3, ["b"])]]


def test_xlsx_hidden_sheets_are_passed_by():
    book = Workbook()
    book.active.append(["hidden"])
    book.active.sheet_state = "hidden"
    book.create_sheet().append(["seen"])

    assert lines(saved(book)) == [[(1, ["seen"])]]


def test_xlsx_values_keep_what_the_spreadsheet_holds():
    morning = datetime(2026, 3, 1, 8)  # noqa: DTZ001 - spreadsheets know no zones
    content = xlsx([" 高轩\u200b\u3000", 13800000018.0, 46082, date(2026, 3, 1), morning, True, 2.5])

    assert cells(content) == [
        Cell("高轩"),
        Cell("13800000018", number=13800000018),
        Cell("46082", number=46082, day=date(2026, 3, 1)),
        Cell("2026-03-01", day=date(2026, 3, 1)),
        Cell("2026-03-01", day=date(2026, 3, 1)),
        Cell("true"),
        Cell("2.5", number=2.5),
    ]


@pytest.mark.parametrize("value", [date(1985, 6, 30), date(2026, 3, 1), date(1904, 1, 2)])
def test_days_of_a_workbook_that_counts_from_1904_are_the_days_it_shows(value):
    """Workbooks of old Macintosh programs: the same number is 1,462 days later there."""
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append([value])

    assert [cell.day for cell in cells(saved(book))] == [value]


def test_number_without_a_format_is_read_from_the_first_day_of_its_workbook():
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append([46082 - 1462])

    assert cells(saved(book)) == [Cell("44620", number=44620, day=date(2026, 3, 1))]


def test_xlsx_percent_is_shown_as_percent():
    book = Workbook()
    book.active["A1"] = 0.5
    book.active["A1"].number_format = "0%"

    assert cells(saved(book)) == [Cell("50%", number=0.5)]


def test_formulas_and_cell_errors_are_trouble():
    book = Workbook()
    book.active.append(["=1+1", "#N/A", "=cmd|'/c calc'!A1"])
    book.active["C1"].data_type = "s"

    assert [cell.trouble for cell in cells(saved(book))] == ["formula", "cell_error", "formula"]
    assert [cell.trouble for cell in cells(b"=1+1,x\n")] == ["formula", ""]


def test_wide_rows_are_cut():
    assert len(cells(xlsx(range(1000)))) == 256


def test_empty_file_is_refused():
    assert refusal(b"") == "empty"


def test_too_large_a_file_is_refused():
    assert refusal(b"a" * (20 * 1024 * 1024 + 1)) == "too_large"


def test_old_or_protected_spreadsheet_is_refused():
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == "old_format"


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 not a package", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xff\xff\x81"]
)
def test_what_is_no_table_is_refused(content):
    assert refusal(content) == "unreadable"


def test_csv_with_an_endless_cell_is_refused():
    assert refusal(b'"' + b"a" * 200_000) == "unreadable"


def archive(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return stream.getvalue()


def with_sheet(sheet: bytes) -> bytes:
    """A real workbook whose first sheet is replaced."""
    with zipfile.ZipFile(io.BytesIO(xlsx(["a"]))) as package:
        members = {name: package.read(name) for name in package.namelist()}
    return archive(members | {"xl/worksheets/sheet1.xml": sheet})


def test_archive_of_something_else_is_refused():
    assert refusal(archive({"a.txt": b"hello"})) == "unreadable"


def test_zip_bomb_is_refused_before_parsing():
    assert refusal(with_sheet(b" " * 30_000_000)) == "unpacks_too_large"


def test_many_small_bombs_together_are_refused():
    # 99 to 1 each, and more than 200 MB in all
    noise = struct.pack(">Q", 0x9E3779B97F4A7C15) * 4
    members = {f"{n}.xml": b"".join(noise + bytes([n, i % 251]) * 8 for i in range(30_000)) for n in range(200)}

    assert refusal(archive(members)) == "unpacks_too_large"


def test_archive_with_too_many_members_is_refused():
    assert refusal(archive({f"{n}.xml": b"x" for n in range(201)})) == "unpacks_too_large"


def test_workbook_with_macros_is_refused():
    assert refusal(archive({"xl/vbaProject.bin": b"x", "[Content_Types].xml": b"<Types/>"})) == "macros"


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"""


def test_entities_in_a_sheet_are_refused():
    assert refusal(with_sheet(ENTITIES)) == "unreadable"


def test_broken_sheet_is_refused():
    assert refusal(with_sheet(b"<worksheet><sheetData><row>")) == "unreadable"


def test_wrong_stated_size_hides_no_rows():
    sheet = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
    <dimension ref="A1"/><sheetData>
    <row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1"><v>7</v></c></row>
    <row r="3"><c r="A3"><v>8</v></c></row></sheetData></worksheet>"""

    assert lines(with_sheet(sheet)) == [[(1, ["a", "7"]), (2, []), (3, ["8"])]]


def test_row_named_in_the_millions_is_refused_before_it_is_walked():
    sheet = b"""<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
    <sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2000000000"/></sheetData>
    </worksheet>"""

    assert refusal(with_sheet(sheet)) == "too_many_lines"


def test_csv_of_blank_lines_is_refused():
    assert refusal(b"a,b\n" + b"\n" * (MAX_LINES + 1)) == "too_many_lines"


def with_shared_texts(part: str) -> bytes:
    """A workbook that says in its list of contents that this part holds its shared texts, under whatever name."""
    stream = io.BytesIO()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    with zipfile.ZipFile(io.BytesIO(xlsx(["a"]))) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == tables.CONTENTS:
                line = f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
                text = text.replace(b"</Types>", line.encode())
            new.writestr(name, text)
        texts = b"<si><t>a</t></si>" * 9
        new.writestr(
            part, b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + texts + b"</sst>"
        )
    return stream.getvalue()


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/innocent.xml"])
def test_flood_of_shared_texts_is_refused_before_they_are_read(part, monkeypatch):
    content = with_shared_texts(part)
    assert lines(content) == [[(1, ["a"])]]

    monkeypatch.setattr(tables, "MAX_SHARED_TEXTS", 50)

    assert refusal(content) == "unpacks_too_large"
