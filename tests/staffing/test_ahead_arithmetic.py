"""The days to come as pure arithmetic: against the ratio of each day counted by hand, and plans against brute force."""

import random
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.ratio import Era, Experiment, Outcome, Prospect, Ratio, Stay, candidates, fewest_to_train

TODAY = date(2026, 11, 20)
REACH = 60


def day(number):
    return TODAY + timedelta(days=number)


def roster(dice):
    """Up to twelve people with one or two stays around today, some trained before, some later."""
    stays, trained = [], {}
    for person in range(dice.randint(0, 12)):
        for _ in range(dice.choice([1, 1, 1, 2])):
            start = dice.randint(-20, REACH)
            end = None if dice.random() < 0.4 else start + dice.randint(1, REACH)
            stays.append((person, start, end))
        if dice.random() < 0.6:
            trained[person] = dice.randint(-30, REACH)
    return stays, trained


def era(begins, stays, trained, value, comparator="gte"):
    rows = tuple(Stay(person, day(start), None if end is None else day(end)) for person, start, end in stays)
    return Era(day(begins), value, comparator, rows, {person: day(since) for person, since in trained.items()})


def by_hand(stays, trained, number):
    """Counted with plain numbers: (trained, staff)."""
    here = {person for person, start, end in stays if start <= number and not (end is not None and end <= number)}
    return sum(person in trained and trained[person] <= number for person in here), len(here)


def prospect(dice):
    """One or two versions of the requirement, and people in secret posts for a while."""
    stays, trained = roster(dice)
    eras = [(0, stays, trained, dice.randint(1, 100), dice.choice(["gte", "gt"]))]
    if dice.random() < 0.5:
        others = [row for row in stays if dice.random() < 0.7]
        later = {person: since for person, since in trained.items() if dice.random() < 0.7}
        eras.append((dice.randint(1, REACH), others, later, dice.randint(1, 99), "gte"))
    sealed = [(0, 1, 2), (dice.randint(1, REACH), 0, 0)] if dice.random() < 0.3 else []
    return eras, sealed


@pytest.mark.parametrize("seed", range(300))
def test_forecast_is_the_ratio_of_each_day_counted_by_hand(seed):
    eras, sealed = prospect(random.Random(seed))
    asked = Prospect(TODAY, tuple(era(*one) for one in eras), tuple((day(since), *two) for since, *two in sealed))
    turns = asked.turns()

    assert [turn.day for turn in turns] == sorted({turn.day for turn in turns})
    for number in range(2 * REACH + 5):
        _begins, stays, trained, value, comparator = [one for one in eras if one[0] <= number][-1]
        done, staff = by_hand(stays, trained, number)
        done += sum(two[0] for two in [two for since, *two in sealed if since <= number][-1:])
        staff += sum(two[1] for two in [two for since, *two in sealed if since <= number][-1:])
        expected = Ratio(done, staff, value, comparator)
        assert [turn for turn in turns if turn.day <= day(number)][-1].after == expected
        assert asked.ratio_on(day(number)) == expected


@pytest.mark.parametrize("seed", range(100))
def test_each_turn_names_exactly_those_who_moved(seed):
    eras, sealed = prospect(random.Random(seed))
    asked = Prospect(TODAY, tuple(era(*one) for one in eras), tuple((day(since), *two) for since, *two in sealed))

    for turn in asked.turns()[1:]:
        before, after = asked.standing_on(turn.day - timedelta(days=1)), asked.standing_on(turn.day)
        everybody = before.keys() | after.keys()
        moved = {one: (before.get(one), after.get(one)) for one in everybody if before.get(one) != after.get(one)}
        assert turn.moved == moved
        assert turn.moved or turn.before != turn.after


@pytest.mark.parametrize("seed", range(300))
def test_plan_is_the_smallest_set_there_is(seed):
    dice = random.Random(seed)
    stays, trained = roster(dice)
    value, on = dice.randint(1, 100), dice.randint(1, REACH)
    asked = Prospect(TODAY, (era(0, stays, trained, value),))

    chosen = {one.person for one in fewest_to_train(asked, day(on))}

    def met(extra):
        done, staff = by_hand(stays, {**trained, **dict.fromkeys(extra, on)}, on)
        return not staff or Fraction(done, staff) >= Fraction(value, 100)

    everybody = range(12)
    sizes = (size for size in range(13) if any(met(extra) for extra in combinations(everybody, size)))
    assert len(chosen) == next(sizes)
    assert met(chosen)


@pytest.mark.parametrize("seed", range(200))
def test_experiment_is_the_roster_with_the_changes_written_into_it(seed):
    dice = random.Random(seed)
    stays, trained = roster(dice)
    on, untrained, new = dice.randint(0, REACH), dice.randint(0, 3), dice.randint(0, 3)
    leave, train = ({one for one in range(12) if dice.random() < 0.2} for _ in range(2))

    tried = Experiment(day(on), new, untrained, frozenset(leave), frozenset(train)).on(
        Prospect(TODAY, (era(0, stays, trained, 70),))
    )

    rows = [(one, start, end) for one, start, end in stays if one not in leave]
    rows += [(one, start, min(end or on, on)) for one, start, end in stays if one in leave and start < on]
    rows += [(100 + one, on, None) for one in range(new + untrained)]
    since = trained | {one: min(on, trained.get(one, on)) for one in train} | {100 + one: on for one in range(new)}
    for number in range(2 * REACH):
        done, staff = by_hand(rows, since, number)
        assert tried.ratio_on(day(number)) == Ratio(done, staff, 70)


def test_those_who_stay_longest_come_first_then_those_longest_there():
    stays = [("leaves", -100, 50), ("later", -10, 90), ("new", -5, None), ("old", -200, None), ("gone", -9, 20)]
    asked = Prospect(TODAY, (era(0, stays, {}, 70),))

    assert [one.person for one in candidates(asked, day(30))] == ["old", "new", "later", "leaves"]


def test_nobody_is_trained_where_the_threshold_is_met_or_nobody_counts():
    met = Prospect(TODAY, (era(0, [(1, -5, None), (2, -5, None)], {1: -1}, 50),))
    empty = Prospect(TODAY, (era(0, [], {}, 70),))

    assert fewest_to_train(met, day(10)) == []
    assert fewest_to_train(empty, day(10)) == []
    assert empty.ratio_on(day(10)).outcome == Outcome.NOT_APPLICABLE


def test_plan_offers_whom_there_is_where_secret_posts_are_what_is_missing():
    asked = Prospect(TODAY, (era(0, [(1, -5, None)], {}, 70),), ((TODAY, 0, 9),))

    assert asked.ratio_on(TODAY).shortfall == 7
    assert [one.person for one in fewest_to_train(asked, TODAY)] == [1]


@settings(max_examples=300)
@given(st.dates(date(2026, 11, 21), date(2030, 1, 1)), st.integers(0, 100), st.integers(0, 60))
def test_a_leaving_day_is_the_first_day_that_no_longer_counts(leaves, trained, others):
    stays = tuple(Stay(one, date(2020, 1, 1)) for one in range(trained + others))
    since = {**dict.fromkeys(range(trained), TODAY), "x": TODAY}
    law = Era(TODAY, 70, "gte", (*stays, Stay("x", date(2020, 1, 1), leaves)), since)

    turns = Prospect(TODAY, (law,)).turns()

    assert [(turn.day, turn.moved) for turn in turns[1:]] == [(leaves, {"x": (True, None)})]
    assert turns[1].before == Ratio(trained + 1, trained + others + 1, 70)
    assert turns[1].after == Ratio(trained, trained + others, 70)


def test_who_leaves_and_comes_back_counts_from_the_stay_of_the_day():
    """A gap ends what went before it; what follows without one goes on."""
    stays = [("gap", -30, 40), ("gap", 90, None), ("touching", -30, 5), ("touching", 5, 70), ("whole", -10, 300)]
    found = candidates(Prospect(TODAY, (era(-400, stays, {}, 70),)), day(30))
    assert [(one.person, one.since, one.until) for one in found] == [
        ("whole", day(-10), day(300)), ("touching", day(-30), day(70)), ("gap", day(-30), day(40)),
    ]  # fmt: skip


def test_who_joins_later_comes_after_those_who_are_here():
    found = candidates(Prospect(TODAY, (era(-400, [("later", 9, None), ("here", -3, 50)], {}, 70),)), day(30))
    assert [one.person for one in found] == ["here", "later"]
