"""Heads matched by meaning, and what is asked when they are not clear."""

import pytest
from openpyxl import Workbook

from core.columns import HIDDEN_COLUMNS, HIDDEN_SHEETS, SHEET, Column, beginnings, day, percent, read_table, text
from core.heads import HeadMap, HeadsUnsure, candidates, likeliest_line, signature
from tests.accounts.sheets import saved, xlsx

COLUMNS = (
    Column("name", ("姓名",), text(10), required=True, synonyms=("员工姓名", "employee name")),
    Column(
        "number",
        ("证件号码",),
        text(30),
        required=True,
        synonyms=("身份证号", "id no."),
        implied={"身份证号": ("kind", "resident")},
    ),
    Column("kind", ("证件类型",), text(20), required=True),
    Column("end_date", ("离职日期（自该日起不再计入）", "离职日期"), day, strict=True, synonyms=("离职时间",)),
    Column("last_day", ("最后在岗日",), day, synonyms=("离职日期（含当日）",)),
    Column("share", ("占比",), percent),
)
NEEDED = ("姓名", "证件类型", "证件号码")
VALUES = ("高轩", "resident", "A1234567")


def read(*rows, said=None, remembered=None):
    return read_table(xlsx(*rows), COLUMNS, said, remembered)


def fields(*heads: str) -> list[str]:
    """The fields that these heads are read as, beside the needed ones."""
    table = read([*NEEDED, *heads], [*VALUES, *[""] * len(heads)])
    return sorted(set(table.heads) - {"name", "kind", "number"})


def unsure(*rows, said=None, remembered=None) -> HeadsUnsure:
    with pytest.raises(HeadsUnsure) as caught:
        read(*rows, said=said, remembered=remembered)
    assert caught.value.sentence
    return caught.value


@pytest.mark.parametrize(
    "head",
    [
        "姓名", "员工姓名", "姓 名", "姓\n名", "员工\u00a0姓名", "姓名（与身份证一致）", "姓名(必填)", "＊姓名",
        "姓名：",
        "Employee Name", "EMPLOYEE\nNAME", "employee_name", "姓名/name", "姓名 Name", "姓名\nEmployee Name",
        "【必填】姓名",
    ],
)  # fmt: skip
def test_head_is_known_by_its_meaning(head):
    [entry] = read([head, "证件类型", "证件号码"], VALUES).entries

    assert entry.values["name"] == "高轩"


@pytest.mark.parametrize("head", ["备注", "姓", "姓名拼音", "曾用名", "联系人姓名", "name of institution"])
def test_head_of_something_else_is_not_taken_for_it(head):
    assert unsure([head, "证件类型", "证件号码"], VALUES).code == "heads_missing"


def test_head_that_says_the_kind_of_document_fills_its_column():
    [entry] = read(["姓名", "身份证号（18位）"], ["高轩", "A1234567"]).entries

    assert entry.values == {"name": "高轩", "number": "A1234567", "kind": "resident"}


def test_column_of_its_own_goes_before_what_a_head_implies():
    [entry] = read(["姓名", "身份证号", "证件类型"], ["高轩", "A1234567", "passport"]).entries

    assert entry.values["kind"] == "passport"


def test_own_head_goes_before_a_synonym_which_is_listed():
    table = read(["员工姓名", *NEEDED], ["昵称", *VALUES])

    assert (table.entries[0].values["name"], table.ignored) == ("高轩", ["员工姓名"])


def test_two_synonyms_are_asked_about():
    found = unsure(["员工姓名", "Employee name", "证件类型", "证件号码"], ["高轩", "Gao", *VALUES[1:]])

    assert (found.code, found.facts) == ("head_twice", {"head": "Employee name"})


def test_head_that_names_two_columns_is_asked_about():
    found = unsure([*NEEDED, "占比/最后在岗日"], [*VALUES, ""])

    assert (found.code, found.facts) == ("head_unclear", {"head": "占比/最后在岗日"})


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ("离职日期", "end_date"),
        ("离职日期（自该日起不再计入）", "end_date"),
        ("离职日期（选填）", "end_date"),
        ("离职日期（格式：2026-03-01）", "end_date"),
        ("离职日期(yyyy-mm-dd)", "end_date"),
        ("离职日期（含当日）", "last_day"),
        ("最后在岗日（含）", "last_day"),
    ],
)
def test_leaving_heads_mean_what_they_say(head, field):
    assert fields(head) == [field]


@pytest.mark.parametrize("head", ["离职日期（截止）", "离职时间（最后一天）"])
def test_remark_that_may_turn_a_leaving_date_round_is_asked_about(head):
    assert unsure([*NEEDED, head], [*VALUES, ""]).code == "head_unclear"


# --- said and remembered --------------------------------------------------------------------------------------------
HEADS = ("称呼", "类型", "号码", "日期", "日期")


def test_what_was_said_of_the_heads_is_used():
    said = HeadMap({"称呼": "name", "类型": "kind", "号码": "number", "日期": "", "日期#2": "end_date"})

    table = read(["名册"], HEADS, [*VALUES, "2026-01-01", "2026-06-01"], said=said)

    assert table.heads == {"name": "称呼", "kind": "类型", "number": "号码", "end_date": "日期"}
    assert str(table.entries[0].values["end_date"]) == "2026-06-01"
    assert table.ignored == ["日期"]


def test_what_was_said_of_one_head_leaves_the_others_to_their_meaning():
    table = read(
        ["称呼", "员工姓名", "证件类型", "证件号码"], ["高轩", "x", *VALUES[1:]], said=HeadMap({"称呼": "name"})
    )

    assert (table.entries[0].values["name"], table.ignored) == ("高轩", ["员工姓名"])


def test_meaning_may_fill_another_column_for_every_row():
    said = HeadMap({"号码": "number+kind=resident"})

    assert read(["姓名", "号码"], ["高轩", "A1"], said=said).entries[0].values["kind"] == "resident"


def test_remembered_meaning_is_used_for_the_same_heads_in_any_order_and_width():
    choice = HeadMap({"称呼": "name", "类型": "kind", "号码": "number", "日期": "", "日期#2": ""})
    remembered = {signature(HEADS): choice}

    assert read(["　号码", "称呼", "类 型", "日期", "日期"], ["A1", "高轩", "x"], remembered=remembered).heads
    assert unsure(HEADS[:4], VALUES, remembered=remembered).code == "heads_missing"


# --- what is asked --------------------------------------------------------------------------------------------------
def test_columns_are_shown_with_masked_samples_and_a_guess():
    content = xlsx(
        ["名册"], ["称呼", "员工姓名", "身份证号", ""], *[["小高", f"高{n}", f"00000{n}", "x"] for n in range(5)]
    )
    [sheet] = beginnings(content)

    line = likeliest_line(sheet.lines, COLUMNS)
    found = candidates(sheet.lines, line, COLUMNS, lambda value: value[:1] + "*")

    assert line == 1
    assert [(one.head, one.samples, one.guess) for one in found] == [
        ("称呼", ["小*"] * 3, ""),
        ("员工姓名", ["高*"] * 3, "name"),
        ("身份证号", ["0*"] * 3, "number"),
    ]


# --- sheets ---------------------------------------------------------------------------------------------------------
def book(*titles: str, rows: int = 1) -> Workbook:
    made = Workbook()
    made.remove(made.active)
    for title in titles:
        sheet = made.create_sheet(title)
        sheet.append(NEEDED)
        for _row in range(rows):
            sheet.append(VALUES)
    return made


def test_two_filled_sheets_with_the_heads_are_asked_about():
    content = saved(book("甲", "乙"))
    with pytest.raises(HeadsUnsure) as caught:
        read_table(content, COLUMNS)

    assert (caught.value.code, caught.value.facts) == ("sheets", {"sheets": "甲, 乙"})
    assert [sheet.title for sheet in caught.value.beginnings] == ["甲", "乙"]
    table = read_table(content, COLUMNS, HeadMap(sheet="乙"))
    assert (len(table.entries), table.remarks) == (1, [str(SHEET % {"sheet": "乙"})])


def test_remembered_sheet_is_taken_for_the_same_heads_only():
    content = saved(book("甲", "乙"))

    assert read_table(content, COLUMNS, None, {signature(NEEDED): HeadMap(sheet="乙")}).remarks
    with pytest.raises(HeadsUnsure):
        read_table(content, COLUMNS, None, {signature(["x"]): HeadMap(sheet="乙")})


def test_empty_copy_of_the_sheet_is_passed_by():
    made = book("甲")
    made.create_sheet("空表").append(NEEDED)

    assert len(read_table(saved(made), COLUMNS).entries) == 1


def test_hidden_sheet_with_the_heads_is_not_read_and_named():
    made = book("甲", "乙")
    made["甲"].sheet_state = "hidden"

    table = read_table(saved(made), COLUMNS)

    assert table.remarks == [str(HIDDEN_SHEETS % {"sheets": "甲"})]


def test_hidden_columns_and_rows_are_read_and_said():
    made = book("甲", rows=2)
    made["甲"].column_dimensions["B"].hidden = True
    made["甲"].row_dimensions[3].hidden = True

    table = read_table(saved(made), COLUMNS)

    assert table.remarks == [str(HIDDEN_COLUMNS % {"heads": "证件类型"})]
    assert [[problem.code for problem in entry.warnings] for entry in table.entries] == [[], ["hidden_row"]]


# --- merged cells ---------------------------------------------------------------------------------------------------
def test_value_merged_over_rows_counts_for_each_of_them():
    made = book("甲", rows=3)
    made["甲"].merge_cells("B2:B4")

    assert [entry.values["kind"] for entry in read_table(saved(made), COLUMNS).entries] == ["resident"] * 3


def test_value_merged_over_columns_is_an_error_that_says_so():
    made = book("甲", rows=2)
    made["甲"].merge_cells("A3:B3")

    first, second = read_table(saved(made), COLUMNS).entries
    assert first.errors == []
    assert [(problem.column, problem.code) for problem in second.errors] == [
        ("姓名", "merged_across"),
        ("证件类型", "merged_across"),
    ]


def test_merged_title_and_heads_merged_over_two_lines_are_understood():
    made = Workbook()
    sheet = made.active
    for row in (["2026年名册"], ["姓名", "证件", "", "占比"], ["", "证件类型", "证件号码", ""], [*VALUES, 50]):
        sheet.append(row)
    for cells in ("A1:D1", "A2:A3", "B2:C2", "D2:D3"):
        sheet.merge_cells(cells)

    [entry] = read_table(saved(made), COLUMNS).entries

    assert (entry.row, entry.errors) == (4, [])
    assert entry.values == {"name": "高轩", "number": "A1234567", "kind": "resident", "share": 50}
