"""Rows of one person that need one another's place: what a preview approves is written, and the rest is said before."""

from datetime import date

import pytest

from accounts.imports.decisions import RosterChoices
from accounts.models import Appointment, Institution
from accounts.selectors import system_user
from accounts.services import correct_appointment, import_roster, preview_correction, preview_leaving, record_leaving
from tests.accounts.rosters import actions, confirm, preview, rows_written
from tests.accounts.sheets import codes, person_row, roster
from tests.builders import make_appointment, make_institution, make_person, officer

pytestmark = pytest.mark.django_db
NUMBER = "000000199001010018"


@pytest.fixture
def institution() -> Institution:
    return make_institution("岚江大学技术转移中心")


def row(post: str, start: str, end: str = ""):
    return person_row("高轩", NUMBER, 岗位=post, 入职日期=start, 离职日期=end)


def posts() -> list[tuple[date, str, date | None]]:
    return list(
        Appointment.objects.holding().order_by("start_date", "pk").values_list("start_date", "post", "end_date")
    )


def warned(plan_row) -> list[str]:
    return [code for _column, code in codes(plan_row.warnings)]


# --- what somebody decided by hand keeps its place ------------------------------------------------------------------
def test_row_that_moves_to_the_place_of_a_held_one_is_an_error_of_the_preview(institution):
    """The first one stays because it was decided by hand; so the second one cannot take its post."""
    confirm(institution, roster(row("主任", "2024-01-01"), row("副主任", "2024-02-01")))
    first = Appointment.objects.get(post="主任")
    who = officer(institution)
    correct_appointment(actor=who, appointment=first, values={"department": "一部"}, reason="x")
    content = roster(row("主任", "2024-01-01", "2025-01-01"), row("主任", "2024-02-01"))
    ended = roster(row("主任", "2024-01-01", "2024-02-01"), row("主任", "2024-02-01"))

    assert actions(preview(institution, content))[-1] == "error"
    plan = preview(institution, ended)
    assert (actions(plan), codes(plan.rows[1].errors)) == (["unchanged", "error"], [("", "overlaps")])
    ticked = import_roster(
        actor=system_user(), institution=institution, content=ended, choices=RosterChoices(overwrite_all=True)
    )
    assert actions(ticked) == ["update", "update"]
    assert posts() == [(date(2024, 1, 1), "主任", date(2024, 2, 1)), (date(2024, 2, 1), "主任", None)]


# --- places that change hands ---------------------------------------------------------------------------------------
def test_two_posts_that_change_places_are_written_as_previewed(institution):
    confirm(institution, roster(row("主任", "2024-01-01"), row("副主任", "2024-02-01")))
    content = roster(row("副主任", "2024-01-01"), row("主任", "2024-02-01"))

    assert actions(preview(institution, content)) == ["update", "update"]
    confirm(institution, content)

    assert posts() == [(date(2024, 1, 1), "副主任", None), (date(2024, 2, 1), "主任", None)]
    before = rows_written()
    assert actions(confirm(institution, content)) == ["unchanged", "unchanged"]
    assert rows_written() == before


@pytest.mark.parametrize("turned", [False, True])
def test_posts_that_move_up_one_after_the_other_are_written_in_any_order(institution, turned):
    confirm(institution, roster(row("一级", "2024-01-01"), row("二级", "2024-02-01"), row("三级", "2024-03-01")))
    rows = [row("二级", "2024-01-01"), row("三级", "2024-02-01"), row("四级", "2024-03-01")]

    confirm(institution, roster(*(reversed(rows) if turned else rows)))

    assert [post for _start, post, _end in posts()] == ["二级", "三级", "四级"]


# --- starts that were put right -------------------------------------------------------------------------------------
@pytest.fixture
def corrected(institution) -> Appointment:
    """The file said January; the contract says March, and an officer put it right."""
    confirm(institution, roster(row("主任", "2024-01-01")))
    held = Appointment.objects.get()
    return correct_appointment(
        actor=officer(institution), appointment=held, values={"start_date": "2024-03-01"}, reason="合同为准"
    )


def test_unchanged_file_passes_after_a_start_was_corrected(institution, corrected):
    before = rows_written()
    plan = confirm(institution, roster(row("主任", "2024-01-01"), person_row("王喆")))

    first = plan.rows[0]
    assert (str(first.action), first.changes, first.id) == ("unchanged", {}, corrected.pk)
    assert "start_corrected" in warned(first)
    assert posts()[-1] == (date(2024, 3, 1), "主任", None)
    assert Appointment.objects.count() == 2
    again = confirm(institution, roster(row("主任", "2024-01-01")))
    assert (actions(again), rows_written()[2] - before[2]) == (["unchanged"], 1)


@pytest.mark.parametrize("ticked", [False, True])
def test_corrected_start_stays_also_where_the_rest_is_taken_from_the_file(institution, corrected, ticked):
    """Under another post name nothing else can be meant: no second appointment begins beside the decision."""
    content = roster(row("主任（兼）", "2024-01-01"))
    plan = import_roster(
        actor=system_user(), institution=institution, content=content, choices=RosterChoices(overwrite_all=ticked)
    )

    assert [one.id for one in plan.held] == [corrected.pk]
    assert posts() == [(date(2024, 3, 1), "主任（兼）" if ticked else "主任", None)]


def test_end_before_a_corrected_start_changes_nothing(institution, corrected):
    plan = confirm(institution, roster(row("主任", "2024-01-01", "2024-02-01")))

    assert (actions(plan), posts()) == (["unchanged"], [(date(2024, 3, 1), "主任", None)])


def test_file_with_both_starts_says_that_they_meet(institution, corrected):
    plan = preview(institution, roster(row("主任", "2024-01-01"), row("主任", "2024-03-01")))

    assert sorted(actions(plan)) == ["error", "unchanged"]


# --- the main place of work -----------------------------------------------------------------------------------------
@pytest.fixture
def two_places(institution):
    """The main one here until June, then the main one elsewhere; nobody here can see the second."""
    person = make_person("高轩", number=NUMBER)
    here = make_appointment(person, institution, end_date=date(2026, 6, 1), is_primary=True)
    make_appointment(person, make_institution(), start=date(2026, 6, 1), is_primary=True)
    return here


def test_file_that_moves_an_end_into_another_main_place_is_written_and_says_so(institution, two_places):
    content = roster(person_row("高轩", NUMBER, 离职日期="2026-07-01"))
    [row] = preview(institution, content).rows

    assert (row.changes["is_primary"], "primary_lost" in warned(row)) == ([True, False], True)
    confirm(institution, content)

    two_places.refresh_from_db()
    assert (two_places.end_date, two_places.is_primary) == (date(2026, 7, 1), False)
    assert Appointment.objects.filter(is_primary=True).count() == 1


def test_end_that_meets_no_other_main_place_keeps_it(institution, two_places):
    content = roster(person_row("高轩", NUMBER, 离职日期="2026-05-01"))
    assert "is_primary" not in preview(institution, content).rows[0].changes
    confirm(institution, content)

    two_places.refresh_from_db()
    assert (two_places.end_date, two_places.is_primary) == (date(2026, 5, 1), True)


def test_line_that_moves_an_end_into_another_main_place_says_so_before(institution, two_places):
    who = officer(institution)
    line = preview_leaving(actor=who, appointment=two_places, values={"end_date": "2026-07-01"})
    assert [one.code for one in line.warnings] == ["primary_lost"]
    wrong = preview_correction(actor=who, appointment=two_places, values={"end_date": ""})
    assert [one.code for one in wrong.warnings] == ["primary_lost"]

    made = record_leaving(actor=who, appointment=two_places, values={"end_date": "2026-07-01"})

    assert (made.end_date, made.is_primary) == (date(2026, 7, 1), False)
    earlier = record_leaving(actor=who, appointment=made, values={"end_date": "2026-05-01"})
    assert earlier.is_primary is False
