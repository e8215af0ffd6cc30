"""Leaves in a roster file: added beside the appointment, shown before, and never written over one that is recorded."""

from datetime import date

import pytest
from django.conf import settings
from django.utils import translation

from accounts.exports import roster_template
from accounts.imports.decisions import RosterChoices
from accounts.imports.lines import BY_FIELD
from accounts.imports.roster import read_roster
from accounts.models import Appointment, AppointmentVersion, LeaveKind, LeaveOfAbsence
from accounts.selectors import system_user
from accounts.services import import_roster, record_leave
from core import clock
from core.errors import DomainError
from core.models import AuditEntry
from core.tables import Cell
from staffing.models import RatioRule
from staffing.selectors.ratios import institution_ratio
from tests.accounts.rosters import actions, confirm, preview
from tests.accounts.sheets import ROSTER, codes, person_row, xlsx
from tests.builders import make_institution, officer

pytestmark = pytest.mark.django_db
NUMBER = "000000199001010018"
LEAVE = ("请假类别", "离岗首日", "返岗首日")


def file(*leave, heads=LEAVE, **values):
    return xlsx([*ROSTER, *heads], [*person_row("高轩", NUMBER, **values), *leave])


@pytest.fixture
def institution():
    return make_institution()


def believed():
    rows = LeaveOfAbsence.objects.believed().order_by("pk")
    return list(rows.values_list("kind", "start_date", "end_date"))


@pytest.fixture
def recorded(institution):
    """Somebody on the roster, and a leave that an officer entered."""
    confirm(institution, file())
    values = {"kind": "study", "start_date": "2026-03-01", "end_date": "2026-09-01"}
    return record_leave(actor=officer(institution), appointment=Appointment.objects.get(), values=values)


# --- reading --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("heads", "kind"),
    [
        (("请假类别", "离岗首日", "返岗首日"), "脱产学习"),
        (("kind of leave", "first day away", "first day back"), "full-time study"),
        (("休職の種類", "休職開始日", "復職日"), "就学"),
        (("leave_kind", "away_from", "back_on"), "study"),
        (("离岗类别", "请假开始日期", "返岗日期"), "脱产学习"),
    ],
)
def test_columns_are_understood_in_three_languages(institution, heads, kind):
    confirm(institution, file(kind, "2026-03-01", "2026-09-01", heads=heads))

    assert believed() == [("study", date(2026, 3, 1), date(2026, 9, 1))]


def test_kinds_are_understood_by_their_labels(institution):
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for kind in LeaveKind:
                assert BY_FIELD["leave_kind"].parse(Cell(str(kind.label))) == kind


@pytest.mark.parametrize(("back", "end"), [("", None), ("2026-08-31", date(2026, 9, 1))])
def test_last_day_away_is_the_day_before_the_return(institution, back, end):
    confirm(institution, file("停薪留职", "2026-03-01", back, heads=("请假类别", "离岗首日", "请假结束日期")))

    assert believed() == [("unpaid", date(2026, 3, 1), end)]


@pytest.mark.parametrize(
    ("leave", "problem"),
    [
        (("", "2026-03-01", ""), ("请假类别", "missing")),
        (("外派", "", "2026-09-01"), ("离岗首日", "missing")),
        (("度假", "2026-03-01", ""), ("请假类别", "not_allowed")),
        (("外派", "2026-03-01", "2026-03-01"), ("返岗首日", "return_not_after_start")),
        (("外派", "1990-03-01", ""), ("离岗首日", "outside")),
    ],
)
def test_what_cannot_be_stops_the_whole_file(institution, leave, problem):
    content = xlsx([*ROSTER, *LEAVE], [*person_row("高轩", NUMBER), *leave], [*person_row("林知夏"), "", "", ""])

    plan = confirm(institution, content)

    assert problem in codes(plan.rows[0].errors)
    assert (Appointment.objects.count(), LeaveOfAbsence.objects.count()) == (0, 0)


def test_template_offers_the_columns():
    heads = read_roster(roster_template()).head_texts

    assert [head for head in heads if head in LEAVE] == list(LEAVE)


# --- writing --------------------------------------------------------------------------------------------------------
def test_leave_of_a_new_row_and_of_one_on_the_roster(institution):
    plan = preview(institution, file("外派", "2026-03-01", ""))
    assert plan.rows[0].changes["leave_kind"] == [None, "sent_elsewhere"]
    assert LeaveOfAbsence.objects.count() == 0

    confirm(institution, file())
    plan = confirm(institution, file("外派", "2026-03-01", ""))

    assert (actions(plan), plan.rows[0].changes) == (
        ["update"], {"leave_kind": [None, "sent_elsewhere"], "away_from": [None, date(2026, 3, 1)]},
    )  # fmt: skip
    assert believed() == [("sent_elsewhere", date(2026, 3, 1), None)]
    # The appointment itself is as it was.
    assert AppointmentVersion.objects.count() == 0
    assert LeaveOfAbsence.objects.get().reason.startswith("名册.xlsx (SHA-256 ")
    line = AuditEntry.objects.filter(verb="accounts.roster_imported").latest("pk").facts["rows"][0]
    assert "leave_kind" in str(line)


def test_same_file_again_changes_nothing(institution):
    confirm(institution, file("外派", "2026-03-01", ""))

    assert actions(confirm(institution, file("外派", "2026-03-01", ""))) == ["unchanged"]
    assert actions(confirm(institution, file("", "", ""))) == ["unchanged"]
    assert len(believed()) == 1


def test_leave_and_other_words_of_a_row_are_written_together(institution):
    confirm(institution, file())

    confirm(institution, file("外派", "2026-03-01", "", 岗位="主任"))

    assert (Appointment.objects.get().post, len(believed())) == ("主任", 1)
    assert AppointmentVersion.objects.count() == 1


def test_file_says_when_somebody_comes_back_of_whom_nobody_knew_it(institution):
    confirm(institution, file("外派", "2026-03-01", ""))

    plan = confirm(institution, file("外派", "2026-03-01", "2026-09-01"))

    assert plan.rows[0].changes == {"back_on": [None, date(2026, 9, 1)]}
    assert believed() == [("sent_elsewhere", date(2026, 3, 1), date(2026, 9, 1))]
    assert LeaveOfAbsence.objects.count() == 2


def test_second_leave_that_meets_none_is_added(institution, recorded):
    confirm(institution, file("外派", "2026-09-01", ""))

    assert len(believed()) == 2


# --- what somebody recorded -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "leave",
    [("外派", "2026-03-01", "2026-09-01"), ("脱产学习", "2026-04-01", ""), ("脱产学习", "2026-03-01", "2026-08-01")],
)
def test_recorded_leave_stays_until_somebody_ticks_the_row(institution, recorded, leave):
    before = believed()
    plan = confirm(institution, file(*leave, 手机="13800000018"))

    assert (actions(plan), [row.row for row in plan.held]) == (["unchanged"], [2])
    assert "leave_by_hand" in [code for _column, code in codes(plan.rows[0].warnings)]
    assert (believed(), Appointment.objects.get().phone) == (before, "")

    content, choices = file(*leave), RosterChoices(overwrite=frozenset({2}))
    import_roster(actor=system_user(), institution=institution, content=content, choices=choices)

    [now] = believed()
    assert now != before[0]
    assert LeaveOfAbsence.objects.get(replaces=recorded).kind == now[0]


def test_leave_that_meets_two_recorded_ones_is_refused(institution, recorded):
    values = {"kind": "paid", "start_date": "2026-10-01", "end_date": "2026-11-01"}
    record_leave(actor=officer(institution), appointment=recorded.appointment, values=values)

    plan = confirm(institution, file("外派", "2026-08-01", ""))

    assert ("离岗首日", "meets") in codes(plan.rows[0].errors)


def test_what_was_seen_is_what_is_written(institution):
    confirm(institution, file())
    content = file("外派", "2026-03-01", "")
    seen = preview(institution, content).fingerprint
    record_leave(
        actor=officer(institution),
        appointment=Appointment.objects.get(),
        values={"kind": "study", "start_date": "2026-01-01", "end_date": "2026-02-01"},
    )
    assert preview(institution, content).fingerprint == seen
    LeaveOfAbsence.objects.create(
        appointment=Appointment.objects.get(), kind="study", start_date=date(2026, 2, 20), end_date=date(2026, 3, 5),
        recorded_at=clock.now(), recorded_by=system_user(),
    )  # fmt: skip

    with pytest.raises(DomainError, match="changed_meanwhile"):
        import_roster(
            actor=system_user(), institution=institution, content=content, seen=seen,
            choices=RosterChoices(overwrite_all=True),
        )  # fmt: skip


def test_rule_that_leaves_the_kind_out_counts_by_it(institution):
    confirm(institution, file("脱产学习", "2026-03-01", ""))
    rule = RatioRule.objects.get(code="TRAINED_STAFF_70", version="2022-1")
    rule.leaves_left_out = ["study"]

    answers = [institution_ratio(institution, as_of=date(2026, month, 1), rule=rule).ratio.staff for month in (2, 4)]

    assert answers == [1, 0]
