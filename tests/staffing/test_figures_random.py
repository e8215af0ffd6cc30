"""Kept figures of today: whatever is changed, and on whatever day, a page says what the records say."""

from datetime import date, timedelta

import pytest

from accounts.selectors import system_user
from core import clock
from staffing.models import (
    CountedStay,
    FigureRound,
    InstitutionFigure,
    RegionFigure,
    SharedMember,
)
from staffing.selectors import region_ratios
from staffing.selectors.figures import counts_on
from staffing.services.figures import check_figures
from tests.builders import (
    make_appointment,
    make_institution,
    make_person,
    make_rule,
    regulator,
)
from tests.staffing.figures_world import World, assert_pages_are_right, round_of
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[(), ("unpaid", "study")], ids=["everybody", "without leaves"])
def left_out(request):
    """Kinds of leave whose days the requirement of today does not count."""
    if request.param:
        make_rule("adopted", leaves_left_out=list(request.param))


@pytest.mark.usefixtures("left_out")
@pytest.mark.parametrize("seed", range(6))
def test_pages_equal_the_records_after_random_changes(seed):
    world = World(seed)
    actors = {regulator("000000"): ("000000", "990000", "980000"), regulator(): ("990000", "990100", "990101")}
    round_of()
    for _turn in range(12):
        for _change in range(world.dice.randint(1, 4)):
            world.step()
        assert_pages_are_right(actors)
        if world.dice.random() < 0.5:
            round_of()
            assert check_figures(actor=system_user()) == []
            assert_pages_are_right(actors)


@pytest.mark.usefixtures("left_out")
@pytest.mark.parametrize("seed", range(2))
def test_pages_equal_the_records_on_every_day_to_come(seed):
    world = World(seed)
    actors = {regulator("000000"): ("000000", "990000")}
    round_of()
    for days in range(1, 12):
        with clock.travel(timedelta(days=days)):
            assert_pages_are_right(actors)
            if days % 3 == 0:
                round_of()
                assert FigureRound.objects.get().day == clock.today()
                assert_pages_are_right(actors)
                world.step()


# --- what is kept ---------------------------------------------------------------------------------------------------
def test_person_of_two_institutions_stands_in_both_and_once_in_the_sum():
    first, second, person = make_institution(code="990100"), make_institution(code="990200"), make_person()
    make_appointment(person, first)
    make_appointment(person, first, post="副主任")
    make_appointment(person, second)
    train(person)
    round_of()

    sums = {(row.region.code, row.own): (row.trained, row.staff) for row in RegionFigure.objects.filter(staff__gt=0)}
    assert {pk: (one.trained, one.staff) for pk, one in InstitutionFigure.objects.in_bulk().items()} == {
        first.pk: (1, 1), second.pk: (1, 1),
    }  # fmt: skip
    assert set(sums.values()) == {(1, 1)}
    assert sums["990000", False] == (1, 1)
    assert SharedMember.objects.count() == 2


def test_posts_that_follow_each_other_are_one_stay_and_a_gap_makes_two():
    place, person = make_institution(), make_person()
    for start, end in ((2020, 2021), (2021, 2022), (2023, 2025), (2024, None)):
        make_appointment(
            person, place, start=date(start, 1, 1), end_date=date(end, 1, 1) if end else None, post=f"{start}"
        )
    train(person, on=date(2021, 6, 1))
    train(person, on=date(2024, 6, 1))
    round_of()

    found = list(CountedStay.objects.order_by("start").values_list("start", "end", "trained_from"))
    assert found == [
        (date(2020, 1, 1), date(2022, 1, 1), date(2021, 6, 1)),
        (date(2023, 1, 1), None, date(2021, 6, 1)),
    ]


@pytest.mark.usefixtures("left_out")
@pytest.mark.parametrize("days", [-2000, -400, 0, 5])
def test_counts_of_any_day_are_those_of_the_records(days):
    world = World(7)
    for _ in range(20):
        world.step()
    round_of()
    day = clock.today() + timedelta(days=days)

    _figure, answers = region_ratios(system_user(), "", as_of=day)
    live = {
        pk: (one.ratio.trained - one.sealed.trained, one.ratio.staff - one.sealed.staff) for pk, one in answers.items()
    }
    assert counts_on(day) == {pk: numbers for pk, numbers in live.items() if numbers[1]}
