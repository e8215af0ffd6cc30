"""What the importer of rosters has to understand, phrase by phrase: the same two people in every form an office sends.

PROVEN_BY names the tests of the phrases that are about pages, decisions and writing, and sees that they are there.
"""

from collections.abc import Callable
from datetime import date, datetime
from importlib import import_module
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from accounts.models import Appointment, Person
from tests.accounts.rosters import confirm, only_error, preview
from tests.accounts.sheets import ROSTER, csv_file, person_row, saved, xlsx
from tests.builders import make_institution

pytestmark = pytest.mark.django_db
NUMBER, START, END = "00000019770715003X", date(2026, 3, 1), date(2026, 9, 1)
FULL_WIDTH = str.maketrans("0123456789X-", "０１２３４５６７８９Ｘ－")


def row(**values: Any) -> list[Any]:
    return person_row("阿依古丽·买买提", NUMBER, **({"入职日期": START, "离职日期": END} | values))


OTHER = person_row("王喆", "000000199001010018", 入职日期=START, 离职日期=END)
AS_TEXT = {"入职日期": "2026-03-01", "离职日期": "2026-09-01"}


def book(*rows: list[Any], above: int = 0, epoch: datetime | None = None) -> Workbook:
    made = Workbook()
    if epoch:
        made.epoch = epoch
    for line in ([["2026 年度名册"]] * above) + [list(ROSTER), *rows]:
        made.active.append(line)
    return made


def started(start: Any, **more: Any) -> bytes:
    """A file whose days are written like this."""
    return xlsx(ROSTER, row(入职日期=start, **more), OTHER)


def merged_title_and_values() -> bytes:
    made = book(row(), OTHER, above=1)
    made.active.merge_cells("A1:I1")
    for column in "BEFGHI":
        made.active.merge_cells(f"{column}3:{column}4")
    return saved(made)


def hidden_sheets() -> bytes:
    made = book(row(), OTHER)
    for name, state in (("旧", "hidden"), ("更旧", "veryHidden")):
        other = made.create_sheet(name, 0)
        other.append(list(ROSTER))
        other.append(person_row("何敏"))
        other.sheet_state = state
    made.active = 2
    return saved(made)


def blank_rows_below() -> bytes:
    made = book(row(), OTHER)
    for _line in range(300):
        made.active.append(["", " ", "\u3000", None, ""])
    made.active.cell(2_000, 3).number_format = "@"
    return saved(made)


def sheet_of_16384_columns() -> bytes:
    made = book(row(), OTHER)
    made.active.cell(1, 16_384).value = "备注"
    made.active.cell(2, 16_384).value = "x"
    return saved(made)


def serials(epoch: datetime) -> bytes:
    """Days as bare numbers, counted from the epoch of the workbook."""
    days = {"入职日期": to_excel(START, epoch), "离职日期": to_excel(END, epoch)}
    return saved(book(row(**days), OTHER, epoch=epoch))


UNDERSTOOD: dict[str, Callable[[], bytes]] = {
    "XLSX": lambda: xlsx(ROSTER, row(), OTHER),
    "CSV in UTF-8 without BOM": lambda: csv_file(ROSTER, row(), OTHER),
    "CSV in UTF-8 with BOM": lambda: csv_file(ROSTER, row(), OTHER, encoding="utf-8-sig"),
    "CSV in GB18030": lambda: csv_file(ROSTER, row(), OTHER, encoding="gb18030"),
    **{
        f"header in line {above + 1}": lambda above=above: saved(book(row(), OTHER, above=above))
        for above in range(10)
    },
    "merged cells": merged_title_and_values,
    "hidden sheets": hidden_sheets,
    "trailing blank rows": blank_rows_below,
    "full-width digits": lambda: started("２０２６－０３－０１", 证件号码=NUMBER.translate(FULL_WIDTH)),
    "dates as text": lambda: started("2026-03-01", 离职日期="2026/9/1"),
    "dates as date cells": lambda: started(START),
    "dates with a time of day": lambda: started("2026-03-01T00:00:00", 离职日期="2026-09-01 00:00:00"),
    "dates as numbers": lambda: serials(CALENDAR_WINDOWS_1900),
    "dates as numbers of the 1904 system": lambda: serials(CALENDAR_MAC_1904),
    "dates as cells of the 1904 system": lambda: saved(book(row(), OTHER, epoch=CALENDAR_MAC_1904)),
    "2026.3.1": lambda: started("2026.3.1", 离职日期="2026.9.1"),
    "2026年3月1日": lambda: started("2026年3月1日", 离职日期="2026 年 9 月 1 日"),
    "20260301": lambda: started("20260301", 离职日期=20260901),
    "lower-case x": lambda: started(START, 证件号码=NUMBER.lower()),
    "blanks inside numbers": lambda: started(START, 证件号码="000000 1977\u00a00715\u3000003x"),
    **{
        f"interpunct U+{ord(dot):04X}": lambda dot=dot: xlsx(ROSTER, [f"阿依古丽{dot}买买提", *row()[1:]], OTHER)
        for dot in "·•・．‧∙･⋅."
    },
    "invisible marks of a chat": lambda: xlsx(ROSTER, ["\u200b阿依古丽·买买提\ufeff", *row()[1:]], OTHER),
    "16,384 columns": sheet_of_16384_columns,
}  # fmt: skip


@pytest.mark.parametrize("phrase", UNDERSTOOD)
def test_every_form_of_the_file_means_the_same_two_people(phrase):
    institution = make_institution()

    plan = confirm(institution, UNDERSTOOD[phrase]())

    assert [str(one.action) for one in plan.rows] == ["create", "create"], [one.errors for one in plan.rows]
    found = Appointment.objects.values_list("person__name", "start_date", "end_date", "post")
    assert set(found) == {(name, START, END, "技术经理") for name in ("阿依古丽·买买提", "王喆")}
    assert Person.objects.get(name="阿依古丽·买买提").documents.get().number == NUMBER
    assert str(preview(institution, UNDERSTOOD[phrase]()).rows[0].action) == "unchanged"
    assert plan.rows[0].notes["counted_until"] == date(2026, 8, 31)


def test_days_of_the_two_date_systems_differ_by_1462():
    """Read by the wrong one, every date would be four years off, and none of them an error."""
    assert to_excel(START, CALENDAR_WINDOWS_1900) - to_excel(START, CALENDAR_MAC_1904) == 1462


@pytest.mark.parametrize(
    "value", [110105194912310000, 1.10105194912310e17, "1.10105E+17", "1.10105194912310E+17", "110105194912310000.0"]
)
def test_number_that_excel_turned_into_a_figure_says_how_to_mend_the_column(value):
    institution = make_institution()

    assert only_error(institution, row(证件号码=value)) == ("证件号码", "float")
    [problem] = preview(institution, xlsx(ROSTER, row(证件号码=value))).rows[0].errors
    assert "文本" in problem.message


PROVEN_BY = {
    "a mapping page when unsure": "imports_roster_pages.test_unclear_heads_lead_to_a_page_that_asks_with_masked_values",
    "heads matched by meaning": "imports_heads.test_list_of_a_personnel_office_is_read_without_a_word",
    "what was said is remembered": (
        "imports_roster_pages.test_what_is_said_of_the_heads_is_remembered_for_the_institution"
    ),
    "preview old -> new": "imports_roster.test_changed_terms_keep_the_old_wording_as_a_version",
    "preview, filterable": "imports_roster_pages.test_rows_are_filtered_by_remark_and_text",
    "error rows as XLSX with the reason": (
        "imports_roster_pages.test_rows_with_errors_are_a_file_with_the_reason_that_is_read_again"
    ),
    "nothing before Confirm": "imports_pages.test_upload_leads_to_a_preview_and_writes_no_record",
    "all or nothing": "imports_roster_refusals.test_one_wrong_row_stops_the_whole_file",
    "all or nothing, worker killed": (
        "imports_killed.test_worker_killed_while_writing_leaves_nothing_and_the_next_one_finishes"
    ),
    "the same file again changes nothing": "imports_roster.test_second_import_of_the_same_file_changes_nothing",
    "missing people are listed": "imports_decisions.test_missing_people_are_listed_and_stay",
    "ended by a tick with a date": "imports_decisions.test_ticked_person_is_ended_on_the_day_and_kept_as_a_version",
    "no tick without a date": "imports_roster_pages.test_tick_without_a_good_day_is_said_and_stays",
    "a decision by hand is not overwritten": "imports_decisions.test_row_decided_by_hand_stays_and_says_by_whom",
    "unless ticked": "imports_decisions.test_ticked_row_is_taken_from_the_file",
    "an officer's decision is not undone": "imports_decisions.test_file_cannot_undo_what_an_officer_voided",
    "template: text columns and drop-downs": (
        "imports_roster_pages.test_template_has_text_columns_choices_and_an_explanation"
    ),
    "template is read by the importer": "imports_pages.test_template_is_read_by_its_own_importer",
    "计入至": "imports_roster_refusals.test_leaving_date_says_until_when_the_person_counts",
    "one-line door: joined": (
        "appointment_lines.test_joining_writes_person_document_appointment_and_one_entry"
    ),
    "told within three working days": "notices.test_three_working_days_over_a_weekend",
    "a printable notice that is ticked": "notices.test_ticked_paper_counts_as_told",
    "a denial goes to the regulator's list": "disputes.test_denial_by_the_page_opens_a_dispute",
    "only an officer changes the count": "disputes.test_officer_decides_on_the_page",
    "严禁上传涉密信息": "imports_roster_pages.test_upload_page_says_it_in_so_many_words",
    "on every page that takes a file": "imports_roster_pages.test_every_page_that_takes_a_file_forbids_state_secrets",
    "a progress bar": "imports_roster_jobs.test_progress_moves_through_reading_planning_and_writing",
    "likely duplicates": "doubles.test_same_name_and_birth_date_make_a_pair",
    "merging loses no training": "doubles.test_training_and_certificates_of_the_double_are_the_survivors_own",
    "merging is reversible": "doubles.test_merge_is_taken_back_once",
}  # fmt: skip


@pytest.mark.parametrize("phrase", PROVEN_BY)
def test_phrase_has_its_test(phrase):
    module, _dot, name = PROVEN_BY[phrase].partition(".")

    assert callable(getattr(import_module(f"tests.accounts.test_{module}"), name))
