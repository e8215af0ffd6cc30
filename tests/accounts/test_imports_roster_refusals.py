"""Rosters: when people leave, and what a file may not say."""

from datetime import date

import pytest

from accounts.models import IdentityDocument, Institution
from accounts.selectors import document_index
from core.plans import Action
from tests.accounts.rosters import actions, confirm, only_error, preview, rows_written
from tests.accounts.sheets import ROSTER, codes, person_row, roster, xlsx
from tests.builders import (
    make_institution,
    make_person,
    resident_number,
)

pytestmark = pytest.mark.django_db
AREA = ("证件号码", "unknown_area")


@pytest.fixture
def institution() -> Institution:
    return make_institution("岚江大学技术转移中心")


# --- leaving --------------------------------------------------------------------------------------------------------
def test_last_day_is_inclusive(institution):
    heads = (*ROSTER[:-1], "最后在岗日")

    [row] = preview(institution, xlsx(heads, person_row(离职日期="2026-12-30"))).rows

    assert (row.values["end_date"], row.notes) == (date(2026, 12, 31), {"counted_until": date(2026, 12, 30)})


def test_leaving_date_says_until_when_the_person_counts(institution):
    heads = (*ROSTER[:-1], "离职日期（自该日起不再计入）")

    rows = preview(institution, xlsx(heads, person_row(离职日期="2026-12-31"), person_row())).rows

    assert [row.notes for row in rows] == [{"counted_until": date(2026, 12, 30)}, {}]


def test_both_leaving_columns_may_agree(institution):
    heads = (*ROSTER, "最后在岗日")

    [row] = preview(institution, xlsx(heads, [*person_row(离职日期="2026-12-31"), "2026-12-30"])).rows

    assert (row.action, row.values["end_date"]) == (Action.CREATE, date(2026, 12, 31))


def test_both_leaving_columns_that_differ_are_an_error(institution):
    heads = (*ROSTER, "最后在岗日")

    found = only_error(institution, [*person_row(离职日期="2026-12-31"), "2026-12-31"], heads=heads)

    assert found == ("最后在岗日", "inconsistent_end")


@pytest.mark.parametrize("end", ["2024-01-01", "2023-12-31"])
def test_end_not_after_start_is_an_error(institution, end):
    assert only_error(institution, person_row(离职日期=end)) == ("离职日期", "end_not_after_start")


def test_last_day_before_start_is_an_error(institution):
    heads = (*ROSTER[:-1], "last_day")

    assert only_error(institution, person_row(离职日期="2023-12-31"), heads=heads) == (
        "last_day",
        "end_not_after_start",
    )


def test_last_day_on_the_first_day_is_one_day_of_work(institution):
    heads = (*ROSTER[:-1], "last_day")

    assert actions(preview(institution, xlsx(heads, person_row(离职日期="2024-01-01")))) == ["create"]


def test_month_ends_are_warned_of_when_most_leaving_dates_are(institution):
    rows = preview(
        institution,
        roster(
            person_row(离职日期="2026-03-31"),
            person_row(离职日期="2026-02-28"),
            person_row(离职日期="2026-03-15"),
            person_row(),
        ),
    ).rows

    month_end = ("离职日期", "month_end")
    assert [codes(row.warnings) for row in rows] == [[AREA, month_end], [AREA, month_end], [AREA], [AREA]]
    assert {row.action for row in rows} == {Action.CREATE}


def test_month_ends_are_not_warned_of_when_few_or_inclusive(institution):
    few = preview(institution, roster(person_row(离职日期="2026-03-31"), person_row(离职日期="2026-03-15")))
    inclusive = preview(institution, xlsx((*ROSTER[:-1], "最后在岗日"), person_row(离职日期="2026-03-30")))

    assert [codes(row.warnings) for row in (*few.rows, *inclusive.rows)] == [[AREA]] * 3


# --- refusing -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("head", ["姓名", "证件类型", "证件号码", "岗位", "专业人员", "用工形式", "入职日期"])
def test_missing_required_value_is_an_error(institution, head):
    row = dict(zip(ROSTER, person_row(), strict=True)) | {head: " "}

    assert only_error(institution, list(row.values())) == (head, "missing")


@pytest.mark.parametrize(
    ("head", "value", "code"),
    [
        ("证件类型", "军官证", "not_allowed"),
        ("专业人员", "也许", "not_allowed"),
        ("用工形式", "临时工", "not_allowed"),
        ("入职日期", "去年", "not_a_date"),
        ("手机", "12800000018", "phone"),
        ("手机", "1380000001", "phone"),
        ("岗位", "=HYPERLINK(1)", "formula"),
        ("岗位", "岗" * 101, "too_long"),
        ("证件号码", 110105194912310000, "float"),
        ("证件号码", "1.10105E+17", "float"),
        ("证件号码", "000000199001010019", "check_character"),
        ("证件号码", "000000199013010012", "date"),
        ("证件号码", "00000019900101001", "length"),
        ("证件号码", "000000900101001", "old_number"),
    ],
)
def test_wrong_value_is_an_error(institution, head, value, code):
    row = dict(zip(ROSTER, person_row(), strict=True)) | {head: value}

    assert only_error(institution, list(row.values())) == (head, code)


def test_email_that_is_none_is_an_error(institution):
    assert only_error(institution, [*person_row(), "gao(at)example"], heads=(*ROSTER, "邮箱")) == ("邮箱", "email")


def test_number_with_blanks_full_width_and_lower_x_is_understood(institution):
    content = roster(person_row("高轩", " ０００００0 19770715 003x "))

    [row] = confirm(institution, content).rows

    assert row.action == Action.CREATE
    assert IdentityDocument.objects.get().number == "00000019770715003X"


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("港澳居民来往内地通行证", "H12345678"),
        ("台湾居民来往大陆通行证", "01234567"),
        ("护照", "E12345678"),
        ("外国人永久居留身份证", "ABC000000000001"),
        ("港澳台居民居住证", "810000199001010019"),
    ],
)
def test_other_documents_are_taken(institution, kind, number):
    plan = preview(institution, roster(person_row("高轩", number, 证件类型=kind)))

    assert codes(plan.rows[0].errors) == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("13800000018", "+8613800000018"),
        ("８６ 138 0000 0018", "+8613800000018"),
        ("008613800000018", "+8613800000018"),
        ("+852 9123 4567", "+85291234567"),
        ("(+81) 90-1234-5678", "+819012345678"),
    ],
)
def test_phone_is_kept_with_its_country(institution, written, kept):
    [row] = preview(institution, roster(person_row(手机=written))).rows

    assert row.values["phone"] == kept


def test_known_document_with_another_name_is_an_error_that_shows_nothing(institution):
    make_person("王喆", number="000000199001010018")

    plan = preview(institution, roster(person_row("高轩", "000000199001010018")))

    assert codes(plan.rows[0].errors) == [("姓名", "name_differs")]
    assert "王喆" not in str(plan.as_json())


def test_same_new_document_with_two_names_is_an_error(institution):
    number = resident_number()
    rows = (person_row("高轩", number, 离职日期="2024-06-15"), person_row("王喆", number, 入职日期="2025-01-01"))

    assert only_error(institution, *rows) == ("姓名", "name_differs")


def test_same_row_twice_is_an_error(institution):
    row = person_row()

    assert only_error(institution, row, row) == ("证件号码", "duplicate")


def test_same_person_and_start_twice_by_two_documents_is_an_error(institution):
    person = make_person("高轩", number="000000199001010018")
    number = resident_number()
    index = document_index("resident_id", number)
    IdentityDocument.objects.create(person=person, type="resident_id", number=number, number_index=index)

    rows = (person_row("高轩", "000000199001010018"), person_row("高轩", number))

    assert only_error(institution, *rows) == ("证件号码", "duplicate")


def test_another_start_while_one_is_open_overlaps(institution):
    number = resident_number()
    confirm(institution, roster(person_row("高轩", number)))

    assert only_error(institution, person_row("高轩", number, 入职日期="2025-01-01")) == ("入职日期", "overlaps")


def test_earlier_start_that_ends_before_the_open_one_is_allowed(institution):
    number = resident_number()
    confirm(institution, roster(person_row("高轩", number)))

    rows = (person_row("高轩", number, 入职日期="2020-01-01", 离职日期="2024-01-01"),)
    assert actions(preview(institution, roster(*rows))) == ["create"]
    late = person_row("高轩", number, 入职日期="2020-01-01", 离职日期="2024-01-02")
    assert only_error(institution, late) == ("入职日期", "overlaps")


def test_two_open_rows_of_one_new_person_overlap_in_the_lower_one(institution):
    number = resident_number()
    rows = (person_row("高轩", number, 入职日期="2025-01-01"), person_row("高轩", number))

    assert only_error(institution, *rows) == ("入职日期", "overlaps")


def test_longer_end_that_reaches_into_the_next_appointment_overlaps(institution):
    number = resident_number()
    first = person_row("高轩", number, 离职日期="2024-06-15")
    confirm(institution, roster(first, person_row("高轩", number, 入职日期="2024-07-01")))

    assert only_error(institution, person_row("高轩", number, 离职日期="2024-07-02")) == ("入职日期", "overlaps")


def test_one_wrong_row_stops_the_whole_file(institution):
    before = rows_written()

    plan = confirm(institution, roster(person_row(), person_row(入职日期="去年")))

    assert plan.counts == {"create": 1, "update": 0, "unchanged": 0, "error": 1}
    assert [row.id for row in plan.rows] == [None, None]
    assert rows_written() == before


def test_messages_hold_no_value_of_the_file(institution):
    plan = preview(institution, roster(person_row("高轩", 证件类型="000000199001010018")))

    assert "000000199001010018" not in str(plan.as_json())
