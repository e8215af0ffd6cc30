"""Table files that leave the platform: no text in them is ever calculated, identifiers stay what they are."""

import ast
import csv
import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from core.exports import csv_table, safe, table
from tests.architecture.sources import ROOMS, modules, name_of

BODIES = (
    "=1+1", "=cmd|'/C calc'!A0", "=HYPERLINK(\"http://x.invalid\")", "+1+1", "-1+1", "@SUM(A1)", "|calc", "%0A=1",
    "=IMPORTXML(\"http://x.invalid\")", "=DDE(\"cmd\";\"/C calc\")", "-2+3+cmd|' /C calc'!A0", "＝1+1", "＋1", "－1",
    "＠SUM(1)", "=\u200b1", "@@", "+-1", "=\"a\"&\"b\"", "=A1",
)  # fmt: skip
LEADS = (
    "", " ", "  ", "\t", "\r", "\n", "\r\n", "\u00a0", "\u3000", "\ufeff", "\u200b", " \t", "\t ", "\u3000\t",
    "\u00a0 ", "\x00", "\x01", "\x0b", "\x1f", "\x00\t", "\u200b\u200b", "\ufeff ", " \u200b", "\n\n", "\x0c",
)  # fmt: skip
PAYLOADS = tuple(lead + body for body in BODIES for lead in LEADS)
BEGINS = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BLANKS = " \u00a0\u3000\ufeff\u200b"
# Who else may make a table, and why nobody is given it.
OTHER_WRITERS = {"accounts/imports/lines.py": "one row for the reader of rosters, inside the process"}


def test_five_hundred_payloads_differ():
    assert len(set(PAYLOADS)) == 500


def test_workbook_holds_no_formula():
    book = load_workbook(io.BytesIO(table("x", ["=head"], [[payload] for payload in PAYLOADS])))
    cells = [cell for row in book.active for cell in row]

    assert len(cells) == 501
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells if cell.value.lstrip(BLANKS).startswith(BEGINS)] == []


def test_csv_holds_no_formula():
    content = csv_table(["=head"], [[payload] for payload in PAYLOADS]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline="")))

    assert len(rows) == 501
    assert [row for row in rows if row[0].lstrip(BLANKS).startswith(BEGINS)] == []


def test_identifiers_stay_text_and_numbers_stay_numbers():
    row = ["000000198506300024", "0012", "1.1E+17", 70, 69.6, date(2026, 3, 1), None, "高轩"]

    [_heads, cells] = list(load_workbook(io.BytesIO(table("x", ["a"], [row]))).active)

    assert [cell.value for cell in cells[:5]] == row[:5]
    assert [cell.data_type for cell in cells] == ["s", "s", "s", "n", "n", "d", "n", "s"]
    assert [cell.number_format for cell in cells[:3]] == ["@", "@", "@"]


@pytest.mark.parametrize("text", ["高轩", "岚江大学", "a=b", "x-1", "", "'quoted", "3-2", "100%"])
def test_honest_texts_are_left_alone(text):
    assert safe(text) == text


# --- one writer -----------------------------------------------------------------------------------------------------
def makes_tables(source: str) -> bool:
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    names = {ast.unparse(call) for call in calls}
    return any(name.split(".")[-1] == "Workbook" or name in ("csv.writer", "csv.DictWriter") for name in names)


def makers(paths: list[Path]) -> set[str]:
    return {name_of(path) for path in paths if makes_tables(path.read_text())}


def test_nothing_else_makes_table_files():
    assert makers(modules("core", "config", *ROOMS)) == {"core/exports.py", *OTHER_WRITERS}


@pytest.mark.parametrize(
    "bad", ["Workbook()", "openpyxl.Workbook(write_only=True)", "csv.writer(x)", "csv.DictWriter(x)"]
)
def test_another_writer_is_noticed(bad):
    assert makes_tables(bad)
    assert not makes_tables("from openpyxl import load_workbook\nload_workbook(x)\ncsv.reader(x)")
