"""What was touched is marked by the database itself, whatever a statement changes, and goes with its transaction."""

import pytest
from django.apps import apps
from django.db import connection, transaction

from core.marks import EVERYTHING, Marked, install_marks, mark_changes, remove_marks
from staffing.models import FigureMark

pytestmark = pytest.mark.django_db

THINGS = Marked((("place", "place"), ("owner", "owner")), ("place", "owner", "weight"))


def run(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def mark(marked=THINGS):
    with connection.cursor() as cursor:
        mark_changes(cursor, "things", marked, "marks")


def marks():
    with connection.cursor() as cursor:
        cursor.execute('SELECT kind, "key" FROM marks ORDER BY kind, "key"')
        found = cursor.fetchall()
        cursor.execute("DELETE FROM marks")
    return [tuple(one) for one in found]


@pytest.fixture
def things():
    run("CREATE TABLE things (id INTEGER PRIMARY KEY, place INTEGER, owner INTEGER, weight INTEGER, name VARCHAR(9))")
    serial = "INTEGER PRIMARY KEY" if connection.vendor == "sqlite" else "SERIAL PRIMARY KEY"
    run(f'CREATE TABLE marks (id {serial}, kind VARCHAR(12), "key" BIGINT)')
    mark()
    assert marks() == [(EVERYTHING, 0)]


def test_new_row_marks_what_it_names(things):
    run("INSERT INTO things VALUES (1, 7, NULL, 1, 'a'), (2, 7, 9, 1, 'b')")

    assert marks() == [("owner", 9), ("place", 7)]


def test_change_marks_before_and_after_and_one_that_says_nothing_does_not(things):
    run("INSERT INTO things VALUES (1, 7, 9, 1, 'a'), (2, 8, 9, 1, 'b')")
    marks()
    run("UPDATE things SET name = 'c', weight = 1")
    assert marks() == []

    run("UPDATE things SET place = 5 WHERE id = 1")
    assert marks() == [("owner", 9), ("place", 5), ("place", 7)]


def test_row_that_goes_marks(things):
    run("INSERT INTO things VALUES (1, 7, NULL, 1, 'a')")
    marks()
    run("DELETE FROM things")

    assert marks() == [("place", 7)]


def test_made_again_marks_nothing_and_made_otherwise_marks_everything(things):
    mark()
    assert marks() == []

    mark(Marked((("place", "place"),), ("place",), ("update",)))
    assert marks() == [(EVERYTHING, 0)]


def test_events_that_are_not_named_mark_nothing():
    run("CREATE TABLE things (id INTEGER PRIMARY KEY, place INTEGER)")
    serial = "INTEGER PRIMARY KEY" if connection.vendor == "sqlite" else "SERIAL PRIMARY KEY"
    run(f'CREATE TABLE marks (id {serial}, kind VARCHAR(12), "key" BIGINT)')
    mark(Marked(((EVERYTHING, ""),), ("place",), ("update",)))
    marks()
    run("INSERT INTO things VALUES (1, 7)")
    assert marks() == []

    run("UPDATE things SET place = 8")
    assert marks() == [(EVERYTHING, 0)]


def test_trigger_that_a_rebuilt_table_lost_is_made_again_and_everything_marked():
    staffing = apps.get_app_config("staffing")
    install_marks(staffing)
    FigureMark.objects.all().delete()
    with connection.cursor() as cursor:
        remove_marks(cursor, staffing.marks)

    install_marks(staffing)

    assert set(FigureMark.objects.values_list("kind", "key")) == {(EVERYTHING, 0)}
    FigureMark.objects.all().delete()
    install_marks(staffing)
    assert not FigureMark.objects.exists()
