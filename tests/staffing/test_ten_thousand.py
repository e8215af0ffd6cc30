"""Ten thousand rosters: the arithmetic against a count that goes person by person and knows nothing of sets."""

import random
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

import pytest

from staffing.ratio import Era, Outcome, Prospect, Ratio, Stay, equivalents_of, ratio_of

DAY = date(2026, 12, 31)
# Twenty runs of five hundred: a failure names a run that is quick to repeat.
RUNS, ROSTERS = 20, 500


def rosters(run):
    """Rows as (person, first day, leaving day or None, share or None) around a day, and when each was trained."""
    dice = random.Random(run)
    for _ in range(ROSTERS):
        people = [f"P{number}" for number in range(dice.randint(0, 30))]
        rows = []
        for person in people:
            for _post in range(dice.choice((0, 1, 1, 1, 2))):
                start = dice.randint(-9, 3)
                end = dice.choice((None, None, start + dice.randint(1, 12)))
                rows.append((person, start, end, dice.choice((None, 100, 50, 33, 80))))
        trained = {person: dice.randint(-9, 3) for person in people if dice.random() < 0.7}
        yield rows, trained, dice.choice((1, 50, 70, 70, 70, 99, 100)), dice.choice(("gte", "gte", "gt"))


def count(rows, trained):
    """One after the other, as a clerk would: whoever was ticked off is not counted again."""
    seen, staff, done = [], 0, 0
    for person, start, end, _share in sorted(rows, key=str):
        if start > 0 or (end is not None and end < 1) or person in seen:
            continue
        seen.append(person)
        staff += 1
        if person in trained and not trained[person] > 0:
            done += 1
    return done, staff


def judge(done, staff, value, comparator):
    """In decimals, where the arithmetic under test knows integers only."""
    if staff == 0:
        return Outcome.NOT_APPLICABLE, None
    share = Decimal(done) * 100 / Decimal(staff)
    met = share > value if comparator == "gt" else share >= value
    tenth = str(share.quantize(Decimal("0.1"), rounding=ROUND_DOWN))
    return (Outcome.MET if met else Outcome.NOT_MET), tenth


def least(staff, value, comparator):
    """The first number of trained people that meets the threshold, tried one by one."""
    if not staff:
        return 0
    for number in range(staff + 2):
        if number * 100 > value * staff or (comparator == "gte" and number * 100 == value * staff):
            return number
    raise AssertionError


@pytest.mark.parametrize("run", range(RUNS))
def test_figure_outcome_percent_shortfall_and_margin(run):
    for rows, trained, value, comparator in rosters(run):
        here = frozenset(person for person, start, end, _share in rows if start <= 0 and (end is None or end > 0))
        ready = frozenset(person for person, since in trained.items() if since <= 0)

        ratio = ratio_of(here, ready, value=value, comparator=comparator)

        done, staff = count(rows, trained)
        assert (ratio.trained, ratio.staff) == (done, staff)
        assert (ratio.outcome, ratio.percent_floor) == judge(done, staff, value, comparator)
        needed = least(staff, value, comparator)
        assert (ratio.needed, ratio.shortfall, ratio.margin) == (needed, max(needed - done, 0), max(done - needed, 0))


@pytest.mark.parametrize("run", range(RUNS))
def test_rows_on_a_day(run):
    for rows, trained, value, comparator in rosters(run):
        stays = tuple(Stay(person, _day(start), None if end is None else _day(end)) for person, start, end, _ in rows)
        law = Era(_day(-20), value, comparator, stays, {person: _day(since) for person, since in trained.items()})

        assert Prospect(DAY, (law,)).ratio_on(DAY) == Ratio(*count(rows, trained), value, comparator)


@pytest.mark.parametrize("run", range(RUNS))
def test_full_time_equivalents(run):
    for rows, trained, value, comparator in rosters(run):
        shares: dict[str, int] = {}
        for person, _start, _end, share in rows:
            shares[person] = shares.get(person, 0) + (100 if share is None else share)

        ratio = equivalents_of(shares, frozenset(trained), value=value, comparator=comparator)

        posts = {
            person: sum(100 if one[3] is None else one[3] for one in rows if one[0] == person) for person in shares
        }
        whole = [(person, 100 if hundredths > 100 else hundredths) for person, hundredths in posts.items()]
        assert ratio.staff == sum(hundredths for _person, hundredths in whole)
        assert ratio.trained == sum(hundredths for person, hundredths in whole if person in trained)


def _day(number):
    return DAY + timedelta(days=number)
