"""Working days of the years that are officially known, and what follows where they are not; the clock that travels."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from core import clock
from core.calendar import Deadline, working_day_deadline, working_days_between
from core.models import CalendarYear, SpecialDay

calendar = pytest.mark.django_db


# --- deadlines ------------------------------------------------------------------------------------------------------
@calendar
@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 3, 2), 1, date(2026, 3, 3)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 3, 2), 20, date(2026, 3, 30)),
        # National Day 2026: 1 to 7 October are off, Saturday 10 October is worked in exchange.
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 9, 30), 4, date(2026, 10, 12)),
        # Sunday 20 September is worked, Friday 25 September is off.
        (date(2026, 9, 18), 1, date(2026, 9, 20)),
        (date(2026, 9, 24), 1, date(2026, 9, 28)),
        # Spring Festival 2026: Saturdays 14 and 28 February are worked, 15 to 23 February are off.
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 14), 1, date(2026, 2, 24)),
        (date(2026, 2, 27), 1, date(2026, 2, 28)),
        # Beginning on a day off, and on a worked Saturday: the day itself never counts.
        (date(2026, 10, 3), 1, date(2026, 10, 8)),
        (date(2026, 10, 10), 1, date(2026, 10, 12)),
        (date(2025, 12, 31), 1, date(2026, 1, 4)),
    ],
)
def test_deadline_in_known_years(start, days, expected):
    assert working_day_deadline(start, days) == Deadline(expected, provisional=False)


@calendar
def test_deadline_without_the_special_days_follows_the_week():
    """The twin: the dates above come from the table, not from the code."""
    SpecialDay.objects.all().delete()

    assert working_day_deadline(date(2026, 9, 30), 1) == Deadline(date(2026, 10, 1), provisional=False)


@calendar
@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [(date(2026, 12, 30), 1, date(2026, 12, 31)), (date(2026, 12, 31), 0, date(2026, 12, 31))],
)
def test_deadline_before_the_turn_of_the_year_is_firm(start, days, expected):
    assert working_day_deadline(start, days) == Deadline(expected, provisional=False)


@calendar
@pytest.mark.parametrize("start", [date(2026, 12, 31), date(2026, 12, 20), date(2027, 3, 1), date(2024, 12, 25)])
def test_deadline_that_needs_an_unknown_year_is_provisional(start):
    assert working_day_deadline(start, 10).provisional is True


@calendar
def test_deadline_becomes_firm_when_the_year_is_announced():
    CalendarYear.objects.create(year=2027, source="notice of the year")
    SpecialDay.objects.create(day=date(2027, 1, 1), is_working=False)

    assert working_day_deadline(date(2026, 12, 31), 1) == Deadline(date(2027, 1, 4), provisional=False)


@calendar
def test_a_negative_number_of_days_ends_at_once():
    assert working_day_deadline(date(2026, 3, 2), -1).day == date(2026, 3, 2)


@pytest.mark.parametrize(("on", "passed"), [(date(2026, 3, 2), False), (date(2026, 3, 3), True)])
def test_firm_deadline_has_passed_from_the_next_day_on(on, passed):
    assert Deadline(date(2026, 3, 2), provisional=False).has_passed(on) is passed


def test_nothing_expires_on_a_provisional_deadline():
    assert Deadline(date(2026, 3, 2), provisional=True).has_passed(date(2036, 1, 1)) is False


@calendar
@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), 0),
        (date(2026, 3, 2), date(2026, 3, 9), 5),
        (date(2026, 9, 30), date(2026, 10, 10), 3),
        (date(2026, 10, 10), date(2026, 9, 30), -3),
    ],
)
def test_working_days_between(start, end, expected):
    assert working_days_between(start, end) == expected


@calendar
@pytest.mark.parametrize("days", [1, 7, 15, 45, 90])
def test_deadline_and_counting_agree(days):
    start = date(2026, 1, 7)

    assert working_days_between(start, working_day_deadline(start, days).day) == days


@calendar
def test_special_days_of_the_file_are_real_exceptions():
    """A listed day off that falls on a weekend, or a worked weekday, would be a slip in the file."""
    wrong = [day.day for day in SpecialDay.objects.all() if day.is_working == (day.day.weekday() < 5)]

    assert wrong == []
    assert list(CalendarYear.objects.order_by("year").values_list("year", flat=True)) == [2025, 2026]


# --- the clock ------------------------------------------------------------------------------------------------------
def test_now_is_aware_and_in_utc():
    assert clock.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_today_is_the_day_in_shanghai(moment, day):
    with time_machine.travel(moment, tick=False):
        assert clock.today() == day


def test_travel_shifts_the_clock_and_comes_back():
    with time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC), tick=False):
        with clock.travel(timedelta(days=730)):
            assert clock.now() == datetime(2028, 11, 19, tzinfo=UTC)
        assert clock.now() == datetime(2026, 11, 20, tzinfo=UTC)


def test_travels_add_up():
    day = clock.today()

    with clock.travel(timedelta(days=3)), clock.travel(timedelta(days=-1)):
        assert clock.today() == day + timedelta(days=2)


def test_travel_comes_back_after_an_error():
    before = clock.today()

    with pytest.raises(ZeroDivisionError), clock.travel(timedelta(days=10)):
        _ = 1 / 0

    assert clock.today() == before


def test_end_of_day_is_the_last_moment_in_shanghai():
    end = clock.end_of_day(date(2026, 11, 20))

    assert end.astimezone(UTC) == datetime(2026, 11, 20, 15, 59, 59, 999999, tzinfo=UTC)
