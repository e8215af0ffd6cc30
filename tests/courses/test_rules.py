"""The conditions of completion and the spreading of sessions, as tables of cases."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from courses.rules import Condition, Missing, Progress, half_days, missing

COMPLETE = Progress(
    hours=Decimal("48.0"),
    hours_needed=Decimal("48.0"),
    attended=Decimal("22.4"),
    scheduled=Decimal("28.0"),
    attendance_needed=80,
    score=60,
    passed=True,
    score_needed=60,
    identity_checked=True,
)


def test_missing_nothing_at_the_exact_limits():
    assert missing(COMPLETE) == ()


def test_missing_attendance_compares_whole_hours_not_rounded_percent():
    # 79.9 % of the hours would be shown as 79 and must not be rounded up.
    nearly = replace(COMPLETE, attended=Decimal("799"), scheduled=Decimal("1000"))

    assert missing(nearly) == (Missing(Condition.ATTENDANCE, 79, 80),)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"hours": Decimal("47.9")}, Missing(Condition.HOURS, Decimal("47.9"), Decimal("48.0"))),
        ({"attended": Decimal("22.3")}, Missing(Condition.ATTENDANCE, 79, 80)),
        ({"score": 59, "passed": False}, Missing(Condition.EXAM, 59, 60)),
        ({"score": None, "passed": False}, Missing(Condition.EXAM, None, 60)),
        ({"identity_checked": False}, Missing(Condition.IDENTITY)),
    ],
)
def test_missing_names_the_one_condition_not_met(changes, expected):
    assert missing(replace(COMPLETE, **changes)) == (expected,)


def test_missing_lists_every_condition_in_order():
    nothing = replace(COMPLETE, hours=Decimal(0), attended=Decimal(0), score=None, passed=False, identity_checked=False)

    assert [one.code for one in missing(nothing)] == list(Condition)


def test_attendance_without_sessions_is_not_applicable_and_lacks_nothing():
    online = replace(COMPLETE, attended=Decimal(0), scheduled=Decimal(0))

    assert (online.attendance, missing(online)) == (None, ())


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (4, [(1, False), (1, True), (2, False), (2, True), (3, False), (3, True), (4, False)]),
        (7, [(1, False), (2, False), (3, False), (4, False), (5, False), (6, False), (7, False)]),
        (26, [(1, False), (4, False), (8, False), (12, False), (15, False), (19, False), (23, False)]),
    ],
)
def test_half_days_spread_seven_sessions(last, expected):
    found = half_days(date(2026, 11, 1), date(2026, 11, last), 7)

    assert [(one.day.day, one.afternoon) for one in found] == expected


def test_half_days_stop_where_two_a_day_do_not_suffice():
    assert len(half_days(date(2026, 11, 1), date(2026, 11, 3), 7)) == 6
