"""The sequencer: gives waiting entries the next numbers, in batches, one sequencer at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, QuerySet

from certificates.tlog.merkle import leaf_hash, root_of
from certificates.tlog.models import Leaf, Node, PendingEntry
from certificates.tlog.selectors.tree import TileReader
from certificates.tlog.tiles import HEIGHT, WIDTH

BATCH = 1000
# Any number will do; nothing else of the platform takes this lock.
_LOCK = 0x746C6F67
# Transactions may commit in another order than their numbers: what lies so far behind is found by the long way.
BEHIND = 10_000


def sequence(*, limit: int = BATCH, thorough: bool = False) -> int:
    """Move up to `limit` waiting entries into the tree; answers how many. Another sequencer at work: none.

    `thorough` looks for waiting entries of any age, which reads the whole table.
    """
    if not _waiting(_newest(), thorough).exists():
        # Looking takes no lock: an idle log keeps nobody from writing.
        return 0
    with _only_one_file() as free:
        if not free:
            return 0
        with transaction.atomic():
            return _move(limit, thorough) if _only_one_database() else 0


def _move(limit: int, thorough: bool) -> int:
    last = Leaf.objects.aggregate(last=Max("idx"))["last"]
    start = 0 if last is None else last + 1
    rows = [
        Leaf(idx=start + place, pending=one, entry=bytes(one.entry), leaf_hash=leaf_hash(bytes(one.entry)))
        for place, one in enumerate(_waiting(_newest(), thorough)[:limit])
    ]
    Leaf.objects.bulk_create(rows)
    _cache_full_tiles(start, start + len(rows))
    return len(rows)


def _newest() -> int:
    return Leaf.objects.aggregate(newest=Max("pending_id"))["newest"] or 0


def _waiting(newest: int, thorough: bool) -> QuerySet[PendingEntry]:
    waiting = PendingEntry.objects.filter(leaf__isnull=True).order_by("pk")
    return waiting if thorough else waiting.filter(pk__gt=newest - BEHIND)


def _cache_full_tiles(old: int, new: int) -> None:
    """The roots of the tiles that were filled, level by level."""
    reader, level = TileReader(), 0
    while old >> HEIGHT != new >> HEIGHT:
        old, new = old >> HEIGHT, new >> HEIGHT
        Node.objects.bulk_create(
            Node(level=level + 1, idx=number, hash=root_of(reader.tile(level, number, WIDTH)))
            for number in range(old, new)
        )
        level += 1


@contextmanager
def _only_one_file() -> Iterator[bool]:
    """SQLite knows no lock by number: a file is one, and goes with the process that held it."""
    if connection.vendor != "sqlite":
        yield True
        return
    path = settings.DATA_DIR / "tlog" / "sequencer.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _only_one_database() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])
