"""Numbers that come back: a preview first, every mismatch row by row, all or nothing, and the same file twice."""

from io import BytesIO

import openpyxl
import pytest

from accounts.exports import error_rows
from certificates import services
from certificates.models import Certificate, FilingLine, FilingList
from core.errors import WrongState
from core.models import AuditEntry
from tests.certificates.builders import make_certificate, manager_of
from tests.certificates.filing import (
    HEADS,
    answer_rows,
    as_csv,
    as_xlsx,
    drawn_up,
    filed_award,
    filed_cohort,
    sent,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return filed_cohort()


@pytest.fixture
def manager(cohort):
    return manager_of(cohort.base)


@pytest.fixture
def filing(cohort, manager):
    return sent(manager, *(filed_award(cohort, name) for name in ("高轩", "林知夏", "陈默")))


def take(manager, filing, content):
    return services.import_answer(actor=manager, filing=filing, content=content, file_name="back.xlsx")


def codes(plan):
    return [[problem.code for problem in row.errors] for row in plan.rows]


@pytest.mark.parametrize("made", [as_xlsx, as_csv])
def test_numbers_are_shown_first_and_then_written(manager, filing, made):
    content = made(answer_rows(filing))
    plan = services.preview_answer(actor=manager, filing=filing, content=content)
    assert (plan.counts["update"], plan.has_errors) == (3, False)
    assert not FilingLine.objects.exclude(filing_number="").exists()
    take(manager, filing, content)
    assert [line.filing_number for line in filing.lines.order_by("position")] == [
        number for *_rest, number in answer_rows(filing)
    ]
    assert FilingList.objects.get().state == "answered"


def test_same_file_twice_changes_nothing(manager, filing):
    content = as_xlsx(answer_rows(filing))
    take(manager, filing, content)
    before = list(FilingLine.objects.values())
    entries = AuditEntry.objects.count()
    again = take(manager, filing, content)
    assert (again.counts["unchanged"], again.changes_something, again.has_errors) == (3, False, False)
    assert (list(FilingLine.objects.values()), AuditEntry.objects.count()) == (before, entries)


def mismatch(rows, cohort, manager):
    return {
        "unknown": ([*rows, ["BA-X-001", "谁", "GJJS-9"]], 3, ["unknown"]),
        "name_differs": ([[rows[0][0], "高萱", rows[0][2]], *rows[1:]], 0, ["name_differs"]),
        "row_twice": ([*rows, [rows[0][0], rows[0][1], "GJJS-9"]], 3, ["row_twice"]),
        "number_twice": ([rows[0], [*rows[1][:2], rows[0][2]], rows[2]], 1, ["number_twice"]),
        "row_missing": (rows[:2], 2, ["row_missing"]),
        "number_form": ([[*rows[0][:2], "？"], *rows[1:]], 0, ["number_form"]),
        "missing": ([[*rows[0][:2], ""], *rows[1:]], 0, ["missing"]),
    }


@pytest.mark.parametrize(
    "what", ["unknown", "name_differs", "row_twice", "number_twice", "row_missing", "number_form", "missing"]
)
def test_each_mismatch_is_named_in_its_row_and_nothing_is_written(manager, cohort, filing, what):
    rows, place, expected = mismatch(answer_rows(filing), cohort, manager)[what]
    plan = take(manager, filing, as_xlsx(rows))
    found = codes(plan)
    assert (found[place], sum(map(bool, found))) == (expected, 1)
    assert not FilingLine.objects.exclude(filing_number="").exists()
    assert FilingList.objects.get().state == "sent"


def test_number_of_another_award_is_refused(manager, cohort, filing):
    rows = answer_rows(filing)
    other = sent(manager, filed_award(cohort, "周涛"))
    take(manager, other, as_xlsx([[*answer_rows(other)[0][:2], rows[0][2]]]))
    assert codes(take(manager, filing, as_xlsx(rows))) == [["number_used"], [], []]


def test_number_of_a_certificate_without_a_list_is_refused(manager, filing):
    certificate = make_certificate()
    Certificate.objects.filter(pk=certificate.pk).update(filing_number=answer_rows(filing)[0][2])
    assert codes(take(manager, filing, as_xlsx(answer_rows(filing)))) == [["number_used"], [], []]


def test_filed_line_keeps_its_number(manager, filing):
    take(manager, filing, as_xlsx(answer_rows(filing)))
    rows = answer_rows(filing)
    plan = take(manager, filing, as_xlsx([[*rows[0][:2], "GJJS-2026-OTHER"], *rows[1:]]))
    assert codes(plan) == [["other_number"], [], []]
    assert rows[0][2] in plan.rows[0].errors[0].message
    assert filing.lines.get(position=1).filing_number == rows[0][2]


def test_line_set_aside_expects_no_number(manager, filing):
    rows = answer_rows(filing)
    line = filing.lines.get(position=1)
    services.set_line_aside(actor=manager, filing=filing, line_id=line.pk, why="材料不全")
    assert codes(take(manager, filing, as_xlsx(rows))) == [["set_aside"], [], []]
    assert codes(take(manager, filing, as_xlsx(rows[1:]))) == [[], []]


def test_rounded_figure_is_no_number(manager, filing):
    rows = answer_rows(filing)
    body = openpyxl.Workbook()
    body.active.append(HEADS)
    for row in [[*rows[0][:2], 20260000000001], *rows[1:]]:
        body.active.append(row)
    stream = BytesIO()
    body.save(stream)
    assert codes(take(manager, filing, stream.getvalue())) == [["float"], [], []]


def test_rows_with_errors_come_back_as_a_file_that_can_be_mended(manager, filing):
    rows = answer_rows(filing)
    plan = services.preview_answer(
        actor=manager, filing=filing, content=as_xlsx([[rows[0][0], "=1+1", rows[0][2]], rows[1]])
    )
    sheet = openpyxl.load_workbook(BytesIO(error_rows(plan))).active
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert lines[0] == [*HEADS, "错误原因"]
    assert [line[:2] for line in lines[1:]] == [[rows[0][0], "'=1+1"], [rows[2][0], rows[2][1]]]
    mended = [[rows[0][0], rows[0][1], rows[0][2], ""], [rows[2][0], rows[2][1], rows[2][2], ""], [*rows[1], ""]]
    assert not take(manager, filing, as_xlsx(mended, (*HEADS, "错误原因"))).has_errors


def test_list_that_was_not_sent_takes_no_answer(manager, cohort):
    made = drawn_up(manager, filed_award(cohort))
    with pytest.raises(WrongState):
        take(manager, made, as_xlsx(answer_rows(made)))


def test_issue_first_gets_its_number_later_and_keeps_its_bytes(manager):
    cohort = filed_cohort("SENIOR")
    boss = manager_of(cohort.base)
    certificate = make_certificate(filed_award(cohort))
    sha256 = certificate.file.sha256
    made = sent(boss, certificate.training_record)
    take(boss, made, as_xlsx(answer_rows(made)))
    certificate.refresh_from_db()
    assert certificate.filing_number == answer_rows(made)[0][2]
    assert certificate.file.sha256 == sha256
    assert services.close_list(actor=boss, filing=FilingList.objects.get()).state == "closed"


def test_replaced_certificate_of_an_award_gets_the_number_with_its_successor():
    cohort = filed_cohort("SENIOR")
    boss = manager_of(cohort.base)
    first = make_certificate(filed_award(cohort))
    second = services.supersede_certificate(actor=boss, certificate=first, note="x")
    made = sent(boss, first.training_record)
    take(boss, made, as_xlsx(answer_rows(made)))
    assert {row.filing_number for row in Certificate.objects.filter(pk__in=[first.pk, second.pk])} == {
        answer_rows(made)[0][2]
    }
