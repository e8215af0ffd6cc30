"""The arithmetic against a brute-force count that is written differently."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.ratio import Outcome, Ratio, month_ends, ratio_of


@pytest.mark.parametrize(
    ("trained", "staff", "outcome", "percent", "shortfall"),
    [
        (7, 10, Outcome.MET, "70.0", 0),
        (69, 99, Outcome.NOT_MET, "69.6", 1),
        (70, 99, Outcome.MET, "70.7", 0),
        (70, 100, Outcome.MET, "70.0", 0),
        (69, 100, Outcome.NOT_MET, "69.0", 1),
        (0, 0, Outcome.NOT_APPLICABLE, None, 0),
        (0, 3, Outcome.NOT_MET, "0.0", 3),
        (3, 3, Outcome.MET, "100.0", 0),
        (313, 435, Outcome.MET, "71.9", 0),
    ],
)
def test_ratio_of_known_figures(trained, staff, outcome, percent, shortfall):
    ratio = Ratio(trained, staff, 70)

    assert (ratio.outcome, ratio.percent_floor, ratio.shortfall) == (outcome, percent, shortfall)


def test_margin_of_70_of_99_is_zero():
    assert Ratio(70, 99, 70).margin == 0


@settings(max_examples=1000)
@given(
    roster=st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=80),
    value=st.integers(1, 100),
)
def test_ratio_equals_a_count_by_hand(roster, value):
    staff = {person for person, _ in roster}
    trained = {person for person, is_trained in roster if is_trained}

    ratio = ratio_of(frozenset(staff), frozenset(trained), value=value)

    by_hand = sum(1 for person in range(61) if person in trained and person in staff)
    assert (ratio.trained, ratio.staff) == (by_hand, len(staff))
    if staff:
        share = Fraction(by_hand, len(staff))
        assert (ratio.outcome == Outcome.MET) == (share >= Fraction(value, 100))
        assert Fraction(ratio.percent_floor) <= share * 100 < Fraction(ratio.percent_floor) + Fraction(1, 10)
        missing = next(
            n
            for n in range(len(staff) + 1)
            if Fraction(by_hand + n, len(staff)) >= Fraction(value, 100) or by_hand + n >= len(staff)
        )
        assert ratio.shortfall == missing


def test_month_ends_cross_a_year_and_february():
    days = month_ends(date(2024, 3, 15), 3)

    assert days == [date(2023, 12, 31), date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 15)]
