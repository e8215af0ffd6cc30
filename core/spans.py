"""Rows that may not share a day: the database itself refuses two of the same kind whose times overlap.

Which: `no_overlap` of each app's config. PostgreSQL gets an exclusion constraint, SQLite two triggers, remade after
every migrate because its table rebuilds drop them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.utils import CursorWrapper


@dataclass(frozen=True)
class NoOverlap:
    """Rows equal in `same` share no day from `start` to the day before `end` (a missing end: for ever).

    The first column of `same` is the one that tells most: by its index others are looked for.

    `only`: column -> test; rows that fail one of them may overlap.
    """

    name: str
    same: tuple[str, ...]
    start: str
    end: str
    only: tuple[tuple[str, str], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.same, self.start, self.end, *(column for column, _test in self.only))


def install_no_overlap(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """post_migrate receiver; passes by tables and columns that a partial migrate has not made yet."""
    connection = connections[using]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for table, promises in getattr(sender, "no_overlap", {}).items():
            if table in present:
                columns = {one.name for one in connection.introspection.get_table_description(cursor, table)}
                keep_apart(cursor, table, [one for one in promises if columns.issuperset(one.columns)])


def keep_apart(cursor: CursorWrapper, table: str, promises: Iterable[NoOverlap]) -> None:
    """Make the promises of a table; again is the same as once."""
    for promise in promises:
        for statement in (_sqlite if cursor.db.vendor == "sqlite" else _postgresql)(cursor, table, promise):
            cursor.execute(statement)


def _postgresql(cursor: CursorWrapper, table: str, promise: NoOverlap) -> list[str]:
    """Only when it is new or says something else: making the index of a large table takes time."""
    same = "".join(f'"{column}" WITH =, ' for column in promise.same)
    span = f'daterange("{promise.start}", "{promise.end}") WITH &&'
    only = f" WHERE ({_holds(promise, '')})" if promise.only else ""
    wording = f"EXCLUDE USING gist ({same}{span}){only}"
    quoted = wording.replace("'", "''")
    known = "SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE conname = %s"
    cursor.execute(known, [promise.name])
    if cursor.fetchone() == (wording,):
        return []
    return [
        # Equality of plain columns inside a gist index; a trusted extension, the owner of the database may make it.
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{promise.name}"',
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{promise.name}" {wording}',
        f'COMMENT ON CONSTRAINT "{promise.name}" ON "{table}" IS \'{quoted}\'',
    ]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sqlite(cursor: CursorWrapper, table: str, promise: NoOverlap) -> list[str]:
    # After, not before: the row then has its number and its generated columns.
    meets, refuse = _meets(table, promise), f"BEGIN SELECT RAISE(ABORT, '{promise.name}'); END"
    # Not "UPDATE OF": that would pass by columns which the database computes.
    moved = " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in promise.columns)
    return [
        f'DROP TRIGGER IF EXISTS "{promise.name}_insert"',
        f'DROP TRIGGER IF EXISTS "{promise.name}_update"',
        f'CREATE TRIGGER "{promise.name}_insert" AFTER INSERT ON "{table}" WHEN {meets} {refuse}',
        f'CREATE TRIGGER "{promise.name}_update" AFTER UPDATE ON "{table}" WHEN ({moved}) AND {meets} {refuse}',
    ]


def _meets(table: str, promise: NoOverlap) -> str:
    """SQL: does another row share a day with the new one?"""
    first, *rest = promise.same
    # The stroke keeps SQLite to the index of the first column: by that of an institution it would walk through
    # everybody there for every row of a large file.
    same = " AND ".join(
        [f'other."{first}" = NEW."{first}"', *(f'+other."{column}" = NEW."{column}"' for column in rest)]
    )
    spans = " AND ".join(
        f'({one}."{promise.end}" IS NULL OR {one}."{promise.end}" > {two}."{promise.start}")'
        for one, two in (("other", "NEW"), ("NEW", "other"))
    )
    both = f" AND {_holds(promise, 'other.')} AND {_holds(promise, 'NEW.')}" if promise.only else ""
    rows = f'"{table}" AS other WHERE other.rowid <> NEW.rowid AND {same} AND {spans}{both}'
    return f"EXISTS (SELECT 1 FROM {rows})"  # noqa: S608 - names of our own tables


def _holds(promise: NoOverlap, row: str) -> str:
    return " AND ".join(f'{row}"{column}" {test}' for column, test in promise.only)
