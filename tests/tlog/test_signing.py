"""The signer signs what it can rebuild and what grows out of what was seen; all else it refuses, with an alarm."""

import dataclasses
import json
import random

import pytest
from django.db import connection

from certificates.tlog import selectors
from certificates.tlog.merkle import EMPTY_ROOT, root_of
from certificates.tlog.models import Alarm, Checkpoint, Cosignature, Leaf, Node, PendingEntry
from certificates.tlog.notes import Note
from certificates.tlog.selectors import Rebuilt, rebuilding
from certificates.tlog.services import Refused, adopt, cosign_head, sign_head, signing
from core import clock
from tests.tlog.logs import grow, make_log, running_witness, unguarded, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def witness(tmp_path):
    with running_witness(tmp_path / "witness") as running:
        yield running


@pytest.fixture
def log(settings, tmp_path, witness):
    return make_log(tmp_path, settings, [witness])


def test_head_is_signed_remembered_published_and_cosigned(log, witness):
    grow(5)

    head = log.sign()

    assert (head.size, bytes(head.root)) == (5, selectors.rebuild().root)
    keys = {log.signer.verifier, witness.key}
    assert set(Note.parse(selectors.full_note(selectors.latest_head())).signed_by(keys)) == keys
    assert (log.memory.read().size, log.memory.read().note) == (5, head.note)
    assert log.sign() is None
    assert Checkpoint.objects.count() == 1


def test_nothing_is_signed_of_an_empty_log(log):
    assert log.sign() is None
    assert not Checkpoint.objects.exists()


def test_heads_grow(log):
    for size in (1, 3, 256, 257):
        grow(size - Leaf.objects.count())
        log.sign()

    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [1, 3, 256, 257]
    assert Cosignature.objects.count() == 4
    assert not Alarm.objects.exists()


def test_killed_after_remembering_the_same_head_is_published(log):
    """The twin of remembering first: the note from the file, not a second one."""
    grow(2)
    log.sign()
    note = log.memory.read().note
    with unguarded("tlog_checkpoint", "tlog_cosignature"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM tlog_cosignature")
        cursor.execute("DELETE FROM tlog_checkpoint")
    log.sign()

    assert Checkpoint.objects.get().note == note


def test_witness_that_was_away_cosigns_later(settings, tmp_path):
    with running_witness(tmp_path / "a", "a") as first:
        log = make_log(tmp_path, settings, [first])
    grow(2)
    log.sign()
    assert not Cosignature.objects.exists()

    with running_witness(tmp_path / "a", "a") as back:
        log = make_log_again(log, settings, back)
        log.sign()

    assert Cosignature.objects.get().checkpoint_id == 2


def make_log_again(log, settings, witness):
    memory = log.memory.path.read_bytes()
    again = make_log(log.folder, settings, [witness])
    again.memory.path.write_bytes(memory)
    return again


# --- one bit --------------------------------------------------------------------------------------------------------
COLUMNS = [
    (Leaf, "idx", "entry"),
    (Leaf, "idx", "leaf_hash"),
    (Node, "id", "hash"),
    (PendingEntry, "id", "entry"),
    (PendingEntry, "id", "commitment"),
    (Checkpoint, "size", "root"),
]
FLIPS = 24


def flip(value, chance):
    changed = bytearray(value)
    at = chance.randrange(len(changed) * 8)
    changed[at // 8] ^= 1 << (at % 8)
    return bytes(changed)


def test_one_flipped_bit_is_always_refused(log):
    """Before the last head and after it, in entries and in hashes; put right, the log goes on."""
    grow(300)
    log.sign()
    grow(20)
    chance, refused, tables = random.Random(2022), 0, [model._meta.db_table for model, _key, _column in COLUMNS]
    desk = log.desk()
    with unguarded(*set(tables)):
        for turn in range(FLIPS):
            model, key, column = COLUMNS[turn % len(COLUMNS)]
            pk = chance.choice(list(model.objects.values_list("pk", flat=True)))
            good = bytes(getattr(model.objects.get(pk=pk), column))
            write(model, key, column, pk, flip(good, chance))
            refused += is_refused(desk, Alarm.What.TREE)
            write(model, key, column, pk, good)

    assert refused == FLIPS
    assert Checkpoint.objects.count() == 1
    assert log.memory.read().size == 300
    assert log.sign().size == 320
    assert selectors.open_alarm() is None


# Where a row of the tree keeps its bytes: see selectors.rebuilding.
ENTRY, LEAF_HASH, WRITTEN, COMMITMENT = 1, 2, 3, 7
MANY = 1000


def test_of_a_thousand_flipped_bits_none_passes(log):
    """The same comparison over what was read once: every column, every row, in memory."""
    grow(300)
    log.sign()
    read = rebuilding.stored()
    rows, chance, found = list(read.rows), random.Random(6962), 0
    for turn in range(MANY):
        changed = dataclasses.replace(read, rows=rows)
        if turn % 6 == 4:
            changed.nodes = {place: flip(kept, chance) for place, kept in read.nodes.items()}
        elif turn % 6 == 5:
            changed.heads = [(size, flip(root, chance), note) for size, root, note in read.heads]
        else:
            changed.rows = row_flipped(rows, (ENTRY, LEAF_HASH, WRITTEN, COMMITMENT)[turn % 6], chance)
        try:
            rebuilding.compute(changed)
        except selectors.CannotRebuild:
            found += 1

    assert found == MANY
    assert rebuilding.compute(dataclasses.replace(read, rows=rows)).size == 300


def row_flipped(rows, column, chance):
    place = chance.randrange(len(rows))
    row = list(rows[place])
    row[column] = flip(row[column], chance)
    return [*rows[:place], tuple(row), *rows[place + 1 :]]


def is_refused(desk, what):
    try:
        sign_head(desk)
    except Refused as refusal:
        return refusal.what == what and selectors.open_alarm().what == what
    return False


def test_signed_blindly_a_flipped_bit_would_be_published(log, monkeypatch):
    """The twin: a signer that believes the stored hashes signs a tree that nobody can rebuild."""
    grow(3)
    with unguarded("tlog_leaf"):
        write(Leaf, "idx", "entry", 1, b"{}")
    stored = [bytes(one) for one in Leaf.objects.order_by("idx").values_list("leaf_hash", flat=True)]
    blind = Rebuilt(size=3, root=root_of(stored), roots={0: EMPTY_ROOT})
    monkeypatch.setattr(signing.selectors, "rebuild", lambda sizes: blind)

    assert log.sign().size == 3


@pytest.mark.parametrize("change", ["swapped", "last gone", "first gone"])
def test_other_leaves_below_the_head_are_refused(change, log):
    grow(8)
    log.sign()
    with unguarded("tlog_leaf"), connection.cursor() as cursor:
        if change == "swapped":
            for number, to in ((2, 1002), (3, 2), (1002, 3)):
                cursor.execute("UPDATE tlog_leaf SET idx = %s WHERE idx = %s", [to, number])
        else:
            cursor.execute("DELETE FROM tlog_leaf WHERE idx = %s", [7 if change == "last gone" else 0])

    with pytest.raises(Refused):
        log.sign()


# --- older, other, lost -----------------------------------------------------------------------------------------------
def cut_back(size):
    """A backup from before is put back: leaves and heads beyond are gone."""
    tables = ("tlog_leaf", "tlog_checkpoint", "tlog_cosignature", "tlog_pending")
    with unguarded(*tables), connection.cursor() as cursor:
        for table, column in (("cosignature", "size"), ("checkpoint", "size"), ("leaf", "idx + 1")):
            cursor.execute(f"DELETE FROM tlog_{table} WHERE {column} > %s", [size])  # noqa: S608
        cursor.execute("DELETE FROM tlog_pending WHERE id NOT IN (SELECT pending_id FROM tlog_leaf)")


def test_log_older_than_what_was_signed_is_refused(log):
    grow(4)
    log.sign()
    grow(4)
    log.sign()
    cut_back(4)

    with pytest.raises(Refused) as refusal:
        log.sign()

    assert (refusal.value.what, selectors.open_alarm().what) == ("older", "older")
    grow(2)
    with pytest.raises(Refused):
        log.sign()


def test_log_and_memory_older_than_what_the_witness_holds_are_refused(log):
    """Database and memory come from the same old backup; only the witness knows better."""
    grow(4)
    log.sign()
    before = log.memory.path.read_bytes()
    grow(4)
    log.sign()
    cut_back(4)
    log.memory.path.write_bytes(before)

    with pytest.raises(Refused) as refusal:
        log.sign()

    assert refusal.value.what == "older"


def test_other_history_of_the_witness_s_size_is_refused(log):
    grow(4)
    log.sign()
    before = log.memory.path.read_bytes()
    grow(4)
    log.sign()
    cut_back(4)
    log.memory.path.write_bytes(before)
    grow(6)

    with pytest.raises(Refused) as refusal:
        log.sign()

    assert refusal.value.what == "fork"
    assert Checkpoint.objects.count() == 1


def test_without_asking_the_witness_an_old_backup_would_be_signed_on(log, settings, tmp_path):
    """The twin: nobody is asked, and a second history is signed."""
    grow(4)
    log.sign()
    before = log.memory.path.read_bytes()
    grow(4)
    log.sign()
    cut_back(4)
    alone = make_log(tmp_path, settings)
    alone.memory.path.write_bytes(before)
    grow(6)

    assert alone.sign().size == 10


def test_once_a_fork_is_known_nothing_is_signed_or_cosigned(log):
    """Also when nobody shows it any more, and through a signer that has just started."""
    grow(4)
    log.sign()
    Alarm.objects.create(what=Alarm.What.FORK, words="w1 has another history", size=4, at=clock.now())
    grow(2)
    for turn in (sign_head, cosign_head, adopt):
        with pytest.raises(Refused, match="fork: w1 has another history"):
            turn(log.desk())

    assert Checkpoint.objects.get().size == 4
    assert Alarm.objects.count() == 1
    assert log.memory.read().size == 4


@pytest.mark.parametrize("content", [None, "", "{}", '{"origin": "x", "size": 3, "root": "00", "note": ""}', "[]"])
def test_lost_memory_is_refused(content, log):
    grow(3)
    log.memory.path.unlink()
    if content is not None:
        log.memory.path.write_text(content)

    with pytest.raises(Refused) as refusal:
        log.sign()

    assert refusal.value.what == "state"


def test_memory_of_another_log_is_refused(log):
    grow(3)
    told = json.loads(log.memory.path.read_text())
    log.memory.path.write_text(json.dumps({**told, "origin": "other.invalid/tlog"}))

    with pytest.raises(Refused) as refusal:
        log.sign()

    assert refusal.value.what == "state"


def test_alarm_is_raised_once_and_ends_with_the_next_head(log):
    grow(3)
    path = log.memory.path
    kept = path.read_bytes()
    path.unlink()
    for _ in range(3):
        with pytest.raises(Refused):
            log.sign()
    assert Alarm.objects.count() == 1
    assert not selectors.log_moves()

    path.write_bytes(kept)
    log.sign()

    assert selectors.open_alarm() is None
    assert selectors.log_moves()
