"""Columns: heads found wherever they stand, values read by type, every wrong cell a problem of its row."""

from datetime import date

import pytest
from openpyxl import Workbook

from core import tables
from core.columns import Column, WrongValue, choice, day, identifier, percent, read_table, text, yes_no
from core.tables import Cell, TableUnreadable, text_cell
from tests.accounts.sheets import csv_file, saved, xlsx

COLUMNS = (
    Column("name", ("姓名",), text(10), required=True),
    Column("start_date", ("入职日期（自该日起）", "入职日期"), day, required=True),
    Column("share", ("工作量占比",), percent),
)


def read(*rows, columns=COLUMNS):
    return read_table(xlsx(*rows), columns)


def code_of(parse, cell: Cell) -> str:
    with pytest.raises(WrongValue) as caught:
        parse(cell)
    assert caught.value.message
    return caught.value.code


# --- heads ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "heads",
    [
        ("姓名", "入职日期"),
        ("name", "start_date"),
        (" 姓 名* ", "入职日期\n（自该日起）"),
        ("NAME", "Start Date"),
        ("姓名（必填）", "入职日期(自该日起)"),
    ],
)
def test_heads_are_known_in_chinese_and_english(heads):
    table = read(heads, ["高轩", date(2026, 3, 1)])

    assert [entry.values for entry in table.entries] == [{"name": "高轩", "start_date": date(2026, 3, 1)}]


def test_heads_are_kept_as_written_and_unknown_ones_listed():
    table = read(["序号", "姓名", "Start Date", "备注"], [1, "高轩", "2026-03-01", "x"])

    assert (table.heads, table.ignored) == ({"name": "姓名", "start_date": "Start Date"}, ["序号", "备注"])


@pytest.mark.parametrize("lines_above", [0, 1, 9])
def test_heads_may_stand_in_the_first_ten_lines(lines_above):
    table = read(*[["名册"]] * lines_above, ["姓名", "入职日期"], ["高轩", "2026-03-01"])

    assert [entry.row for entry in table.entries] == [lines_above + 2]


def test_heads_in_line_eleven_are_too_late():
    with pytest.raises(TableUnreadable) as caught:
        read(*[["名册"]] * 10, ["姓名", "入职日期"], ["高轩", "2026-03-01"])

    assert caught.value.code == "heads_missing"


def test_missing_heads_are_named():
    with pytest.raises(TableUnreadable) as caught:
        read(["名册"], ["姓名", "工作量占比"], ["高轩", 5])

    assert caught.value.facts == {"missing": "入职日期（自该日起）/start_date"}


def test_head_twice_is_refused():
    with pytest.raises(TableUnreadable) as caught:
        read(["姓名", "入职日期", "name"], ["高轩", "2026-03-01", "高轩"])

    assert (caught.value.code, caught.value.facts) == ("head_twice", {"head": "name"})


def test_heads_merged_over_two_lines_are_joined():
    table = read(["姓名", "任职", ""], ["", "入职日期", "工作量占比"], ["高轩", "2026-03-01", 50])

    assert [(entry.row, entry.values) for entry in table.entries] == [
        (3, {"name": "高轩", "start_date": date(2026, 3, 1), "share": 50})
    ]


def test_second_line_of_heads_below_complete_ones_is_no_row():
    table = read(["姓名", "入职日期", "其他"], ["", "", "工作量占比"], ["高轩", "2026-03-01", 50])

    assert [entry.values["share"] for entry in table.entries] == [50]


def test_the_sheet_with_the_heads_is_taken():
    book = Workbook()
    book.active.append(["填表说明"])
    sheet = book.create_sheet()
    sheet.append(["姓名", "入职日期"])
    sheet.append(["高轩", "2026-03-01"])

    assert len(read_table(saved(book), COLUMNS).entries) == 1


# --- rows -----------------------------------------------------------------------------------------------------------
def test_blank_rows_are_passed_by_and_numbers_kept():
    table = read(
        ["序号", "姓名", "入职日期"], [1, "高轩", "2026-03-01"], [2, None, None], [], ["", "王喆", "2026-03-02"]
    )

    assert [entry.row for entry in table.entries] == [2, 5]


def test_wrong_cells_are_problems_under_the_head_as_written():
    [entry] = read(["姓 名", "入职日期", "工作量占比"], ["", "昨天", 101]).entries

    assert [(problem.column, problem.code) for problem in entry.errors] == [
        ("姓 名", "missing"),
        ("入职日期", "not_a_date"),
        ("工作量占比", "not_a_share"),
    ]


def test_formula_is_a_problem():
    [entry] = read_table(csv_file(["姓名", "入职日期"], ["=1+1", "2026-03-01"]), COLUMNS).entries

    assert [(problem.column, problem.code) for problem in entry.errors] == [("姓名", "formula")]


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    heads, row = ["姓名", "入职日期"], ["高轩", "2026-03-01"]

    assert len(read(heads, row, row).entries) == 2
    with pytest.raises(TableUnreadable) as caught:
        read(heads, row, row, row)
    assert (caught.value.code, caught.value.facts) == ("too_many_rows", {"most": "2"})


# --- values ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01",
        "2026/3/1",
        "2026.3.1",
        "2026年3月1日",
        "2026 年 3 月 1 日",
        "20260301",
        "２０２６／３／１",
        "２０２６年３月１日",
        "2026-3-1 00:00:00",
        "2026/3/1 0:00",
    ],
)
def test_day_is_read_as_people_write_it(written):
    assert day(text_cell(written)) == date(2026, 3, 1)


def test_day_is_read_from_date_cells_and_serials():
    assert day(Cell("46082", number=46082, day=date(2026, 3, 1))) == date(2026, 3, 1)
    assert day(Cell("20260301", number=20260301)) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "written", ["2026-02-30", "2026-13-01", "3/1/2026", "2026.3", "46082", "2026-03-01 18:00", "1026-03-01", "长期"]
)
def test_day_that_is_none_is_refused(written):
    assert code_of(day, text_cell(written)) == "not_a_date"


@pytest.mark.parametrize(
    "cell",
    [
        Cell("110105194912310000", number=110105194912310000),
        Cell("12345678", number=12345678.0),
        text_cell("1.10105E+17"),
        text_cell("1.1e17"),
        text_cell("110105194912310000.0"),
    ],
)
def test_identifier_kept_as_a_figure_is_refused(cell):
    assert code_of(identifier, cell) == "float"


def test_identifier_is_narrowed():
    assert identifier(text_cell("１１０１０５Ｘ")) == "110105X"


def test_choice_takes_the_word_and_the_code():
    parse = choice({"合同": "contract", "外聘": "external"})

    assert [parse(text_cell(value)) for value in ("合同", "合 同", "contract", "EXTERNAL")] == [
        "contract",
        "contract",
        "contract",
        "external",
    ]


def test_choice_takes_codes_of_capitals():
    parse = choice({"学历教育": "DEGREE"})

    assert [parse(text_cell(value)) for value in ("学历教育", "DEGREE", "degree")] == ["DEGREE"] * 3


def test_choice_that_is_unknown_lists_what_is_allowed():
    with pytest.raises(WrongValue) as caught:
        choice({"合同": "contract", "外聘": "external"})(text_cell("临时"))

    assert caught.value.code == "not_allowed"
    assert "合同 (contract), 外聘 (external)" in caught.value.message


def test_yes_no_takes_words_and_truth():
    assert [yes_no(text_cell(value)) for value in ("是", "否", "true", "FALSE", "yes", "no")] == [True, False] * 3
    assert code_of(yes_no, text_cell("也许")) == "not_allowed"
    assert code_of(yes_no, Cell("1", number=1)) == "not_allowed"


def test_percent_is_a_whole_number_up_to_100():
    assert [percent(text_cell(value)) for value in ("0", "50", "50%", "１００", "50.0")] == [0, 50, 50, 100, 50]
    assert {code_of(percent, text_cell(value)) for value in ("101", "-1", "33.3", "半")} == {"not_a_share"}
    assert {code_of(percent, text_cell(value)) for value in ("1", "１", "1.0")} == {"one_or_whole"}
    assert (percent(text_cell("1%")), percent(tables.Cell("100%", number=1))) == (1, 100)


def test_text_is_one_line_and_limited():
    assert text(5)(text_cell("张　三\n丰")) == "张 三 丰"
    assert code_of(text(5), text_cell("一二三四五六")) == "too_long"
    assert code_of(text(5), text_cell("张\ufffd")) == "characters"
    assert code_of(text(5), text_cell("张\x07三")) == "characters"
