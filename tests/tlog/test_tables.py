"""What the database itself refuses in the tables of the log; each attack goes through once the guards are off."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from certificates.tlog.models import Alarm, Checkpoint, Cosignature, Leaf, Node, PendingEntry
from core import clock
from core.dense import install_dense
from tests.tlog.logs import grow, guards, put_down, unguarded

pytestmark = pytest.mark.django_db
sqlite_only = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="REPLACE is SQLite's")
postgresql_only = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="TRUNCATE is PostgreSQL's")

TABLES = ["tlog_alarm", "tlog_checkpoint", "tlog_cosignature", "tlog_leaf", "tlog_node", "tlog_pending"]
BYTES = {"sqlite": "X'00'", "postgresql": "'\\x00'::bytea"}
COLUMN = {
    "tlog_alarm": "words", "tlog_checkpoint": "note", "tlog_cosignature": "line", "tlog_leaf": "entry",
    "tlog_node": "hash", "tlog_pending": "commitment",
}  # fmt: skip


@pytest.fixture
def rows():
    """One row or more in every table."""
    grow(3)
    put_down()
    Node.objects.create(level=1, idx=0, hash=bytes(32))
    head = Checkpoint.objects.create(size=3, root=bytes(32), note="note", signed_at=clock.now())
    Cosignature.objects.create(checkpoint=head, witness="w", line="line", seen_at=clock.now())
    Alarm.objects.create(what=Alarm.What.TREE, words="words", size=3, at=clock.now())
    return contents()


def contents():
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608 - names above
            found[table] = [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor]
    return found


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def attacks(table):
    value = BYTES[connection.vendor] if COLUMN[table] in ("entry", "hash", "commitment") else "'x'"
    return {
        "update": f"UPDATE {table} SET {COLUMN[table]} = {value}",  # noqa: S608
        "delete": f"DELETE FROM {table}",  # noqa: S608
    }


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", ["update", "delete"])
def test_rows_cannot_be_changed_or_deleted(table, name, rows):
    with pytest.raises(IntegrityError, match=f"{table} is append-only"):
        run(attacks(table)[name])

    assert contents() == rows


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", ["update", "delete"])
def test_the_same_without_the_guards_goes_through(table, name, rows):
    with unguarded(table):
        if connection.vendor == "sqlite":
            run("PRAGMA defer_foreign_keys = ON")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attacks(table)[name])
            assert contents()[table] != rows[table]
            transaction.set_rollback(True)


@postgresql_only
@pytest.mark.parametrize("table", TABLES)
def test_tables_cannot_be_emptied(table, rows):
    # Rows of this transaction still wait for the check of their keys, and TRUNCATE would stumble over that.
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="is append-only"):
        run(f"TRUNCATE {table} CASCADE")

    assert contents() == rows


@sqlite_only
@pytest.mark.parametrize(
    "sql",
    [
        "INSERT OR REPLACE INTO tlog_leaf (idx, pending_id, entry, leaf_hash) SELECT 1, pending_id, X'00', X'00'"
        " FROM tlog_leaf WHERE idx = 1",
        "INSERT OR REPLACE INTO tlog_leaf (idx, pending_id, entry, leaf_hash) SELECT 3, pending_id, X'00', X'00'"
        " FROM tlog_leaf WHERE idx = 1",
        "REPLACE INTO tlog_node (level, idx, hash) VALUES (1, 0, X'00')",
        "REPLACE INTO tlog_checkpoint (size, root, note, signed_at) VALUES (3, X'00', 'x', '2026-01-01')",
        "REPLACE INTO tlog_cosignature (size, witness, line, seen_at) VALUES (3, 'w', 'x', '2026-01-01')",
        "REPLACE INTO tlog_pending (kind, ref, commitment, entry, created_at) SELECT kind, ref, X'00', X'00',"
        " created_at FROM tlog_pending LIMIT 1",
        "REPLACE INTO tlog_alarm (id, what, words, size, at) SELECT id, what, 'x', 3, at FROM tlog_alarm",
        "UPDATE OR REPLACE tlog_leaf SET idx = 0 WHERE idx = 1",
    ],
)
def test_rows_cannot_be_replaced(sql, rows):
    with pytest.raises(IntegrityError):
        run(sql)

    assert contents() == rows


# --- no gap ---------------------------------------------------------------------------------------------------------
def insert_leaf(number):
    pending = PendingEntry.objects.filter(leaf__isnull=True).get()
    with transaction.atomic():
        Leaf.objects.create(idx=number, pending=pending, entry=b"x", leaf_hash=bytes(32))


@pytest.mark.parametrize("number", [0, 2, 4, 100])
def test_leaf_out_of_turn_is_refused(number, rows):
    with pytest.raises(IntegrityError):
        insert_leaf(number)

    assert contents() == rows


def test_next_leaf_is_taken(rows):
    insert_leaf(3)

    assert Leaf.objects.count() == 4


@pytest.mark.parametrize("number", [4, 100])
def test_gap_without_the_guard_goes_through(number, rows):
    with unguarded("tlog_leaf"):
        insert_leaf(number)

    assert Leaf.objects.count() == 4


def test_first_leaf_is_number_nought(db):
    put_down()
    with pytest.raises(IntegrityError, match="tlog_leaf has no gaps"):
        insert_leaf(1)

    insert_leaf(0)


def test_many_leaves_of_one_statement_may_not_leave_a_gap(rows):
    put_down(2)
    waiting = list(PendingEntry.objects.filter(leaf__isnull=True))
    places = zip((3, 4, 6), waiting, strict=True)
    leaves = [Leaf(idx=idx, pending=one, entry=b"x", leaf_hash=bytes(32)) for idx, one in places]
    with pytest.raises(IntegrityError, match="tlog_leaf has no gaps"), transaction.atomic():
        Leaf.objects.bulk_create(leaves)

    assert contents()["tlog_leaf"] == rows["tlog_leaf"]


def test_guard_against_gaps_comes_back_after_migrate(db):
    with unguarded("tlog_leaf"):
        assert "tlog_leaf_dense" not in guards("tlog_leaf")
        install_dense(apps.get_app_config("tlog"))
        install_dense(apps.get_app_config("tlog"))

    assert guards("tlog_leaf") == ["tlog_leaf_dense"]


# --- constraints ----------------------------------------------------------------------------------------------------
def refused(work):
    with pytest.raises(IntegrityError), transaction.atomic():
        work()


def test_entry_is_put_down_once(rows):
    one = PendingEntry.objects.first()
    refused(lambda: PendingEntry.objects.create(kind=one.kind, ref=one.ref, commitment=bytes(32), entry=b"x"))


def test_node_is_cached_once_and_above_the_leaves(rows):
    for level, idx in ((1, 0), (0, 5), (1, -1)):
        refused(lambda level=level, idx=idx: Node.objects.create(level=level, idx=idx, hash=bytes(32)))


def test_head_has_entries_and_is_signed_once(rows):
    for size in (0, -1, 3):
        refused(lambda size=size: Checkpoint.objects.create(size=size, root=b"", note="n", signed_at=clock.now()))


def test_witness_cosigns_a_head_once(rows):
    head = Checkpoint.objects.get()
    refused(lambda: Cosignature.objects.create(checkpoint=head, witness="w", line="other", seen_at=clock.now()))


def test_leaf_counts_from_nought(rows):
    with unguarded("tlog_leaf"):
        refused(lambda: insert_leaf(-1))
