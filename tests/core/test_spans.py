"""Rows that may not share a day: every way to make two overlap is tried, on whichever database the run uses."""

import sqlite3
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from core.spans import NoOverlap, keep_apart

pytestmark = pytest.mark.django_db
sqlite_only = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite rebuilds tables")

TABLE = """
    CREATE TABLE seats (
        id INTEGER PRIMARY KEY, room VARCHAR(10), "row" VARCHAR(10), begins DATE NOT NULL, ends DATE, taken BOOLEAN
    )
"""
ROOM = NoOverlap("seats_room_once", ("room", "row"), "begins", "ends")
TAKEN = NoOverlap("seats_taken_once", ("room",), "begins", "ends", only=(("taken", "IS TRUE"),))
BEGINS = date(2026, 1, 1)


def run(sql: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def guard(*promises: NoOverlap) -> None:
    with connection.cursor() as cursor:
        keep_apart(cursor, "seats", promises or (ROOM,))


def seat(number: int, begins: int, ends: int | None, room: str = "A", row: str = "1", taken: bool = False) -> None:
    end = None if ends is None else BEGINS + timedelta(ends)
    run("INSERT INTO seats VALUES (%s, %s, %s, %s, %s, %s)", number, room, row, BEGINS + timedelta(begins), end, taken)


@pytest.fixture
def seats() -> None:
    run(TABLE)


@pytest.mark.parametrize("span", [(0, 10), (9, 20), (5, 6), (-5, 1), (-5, 99), (9, None), (-99, None)])
def test_insert_that_overlaps_is_refused(seats, span):
    guard()
    seat(1, 0, 10)

    with pytest.raises(IntegrityError, match="seats_room_once"):
        seat(2, *span)


@pytest.mark.parametrize("span", [(0, 10), (9, 20), (9, None)])
def test_insert_that_overlaps_without_the_guard_goes_through(seats, span):
    seat(1, 0, 10)
    seat(2, *span)


@pytest.mark.parametrize("fields", [{"begins": 10, "ends": 20}, {"begins": -9, "ends": 0}, {"room": "B"}, {"row": "2"}])
def test_insert_that_fits_goes_through(seats, fields):
    guard()
    seat(1, 0, 10)
    seat(2, **({"begins": 3, "ends": None} | fields))


@pytest.mark.parametrize("change", ["begins = '2026-01-05'", "ends = NULL", "room = 'A'", "\"row\" = '1'"])
def test_update_into_an_overlap_is_refused(seats, change):
    """The other row lies before, behind, or in another room."""
    guard()
    seat(1, 0, 10)
    before = {"begins": (2, 10, 20, "A", "1"), "ends": (2, -9, 0, "A", "1")}
    seat(*before.get(change.split()[0], (2, 0, 5, "B" if "room" in change else "A", "2" if "row" in change else "1")))

    with pytest.raises(IntegrityError, match="seats_room_once"):
        run(f"UPDATE seats SET {change} WHERE id = 2")  # noqa: S608 - written above


def test_update_of_the_row_itself_is_no_overlap(seats):
    guard()
    seat(1, 0, 10)
    run("UPDATE seats SET ends = NULL, begins = '2020-01-01' WHERE id = 1")


def test_only_rows_that_pass_the_test_are_kept_apart(seats):
    guard(TAKEN)
    seat(1, 0, None, taken=True)
    seat(2, 0, None, row="2")

    with pytest.raises(IntegrityError, match="seats_taken_once"):
        run("UPDATE seats SET taken = TRUE WHERE id = 2")


def test_guard_made_twice_is_the_guard_made_once(seats):
    guard(ROOM, TAKEN)
    guard(ROOM, TAKEN)
    seat(1, 0, 10)

    with pytest.raises(IntegrityError):
        seat(2, 0, 10)


@given(first=st.tuples(st.integers(0, 9), st.integers(1, 9)), second=st.tuples(st.integers(0, 9), st.integers(1, 9)))
def test_every_pair_of_spans_agrees_with_counting_the_days(first, second):
    (a, long_a), (b, long_b) = first, second
    shared = set(range(a, a + long_a)) & set(range(b, b + long_b))
    with transaction.atomic():
        run(TABLE)
        guard()
        seat(1, a, a + long_a)
        try:
            seat(2, b, b + long_b)
            refused = False
        except IntegrityError:
            refused = True
        transaction.set_rollback(True)

    assert refused == bool(shared)


@sqlite_only
def test_replace_does_not_get_round_the_guard(seats):
    guard()
    seat(1, 0, 10)
    seat(2, 10, 20)

    with pytest.raises((IntegrityError, sqlite3.IntegrityError)):
        run("REPLACE INTO seats VALUES (2, 'A', '1', '2026-01-05', NULL, FALSE)")
