"""What was touched: the database itself marks, in the transaction of a change, what is to be computed anew.

Which: `marks` of each app's config. No writer can forget it, whatever he writes with. Made after every migrate, as
append-only triggers are; where one was missing or says something else, everything is marked.

A table of marks has two columns, `kind` and `key`. A trigger may name no other table than its own and that one: SQLite
could not alter a third one. Whoever alters the table of marks itself takes the triggers away first (`remove_marks`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.utils import CursorWrapper

# Whatever there is: its key says nothing.
EVERYTHING = "everything"
EVENTS = ("insert", "update", "delete")


@dataclass(frozen=True)
class Marked:
    """Changes of a table mark the old and the new values of `keys`: (kind, column), where there is one.

    An update marks only when one of the columns `moved` changes. Kind EVERYTHING needs no column. `events`: those that
    can change anything; a new row that nothing hangs on yet cannot.
    """

    keys: tuple[tuple[str, str], ...]
    moved: tuple[str, ...]
    events: tuple[str, ...] = EVENTS

    @property
    def columns(self) -> set[str]:
        return {*self.moved, *(column for _kind, column in self.keys if column)}


@dataclass(frozen=True)
class Marks:
    """`into`: the table of marks; `tables`: whose changes it is told."""

    into: str
    tables: dict[str, Marked]


def install_marks(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """post_migrate receiver; passes by tables and columns that a partial migrate has not made yet."""
    marks: Marks | None = getattr(sender, "marks", None)
    connection = connections[using]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if marks is None or marks.into not in present:
            return
        for table in sorted(present.intersection(marks.tables)):
            columns = {one.name for one in connection.introspection.get_table_description(cursor, table)}
            if marks.tables[table].columns <= columns:
                mark_changes(cursor, table, marks.tables[table], marks.into)


def mark_changes(cursor: CursorWrapper, table: str, marked: Marked, into: str) -> None:
    """Again is the same as once. What was written while a trigger was missing, nobody knows."""
    made = (_sqlite if cursor.db.vendor == "sqlite" else _postgresql)(table, marked, into)
    made = (one for event, one in zip(EVENTS, made, strict=True) if event in marked.events)
    missing = [(name, statements) for name, statements in made if not _stands(cursor, table, name, statements)]
    for _name, statements in missing:
        for statement in statements:
            cursor.execute(statement)
    if missing:
        cursor.execute(f'INSERT INTO "{into}" ("kind", "key") VALUES (%s, 0)', [EVERYTHING])  # noqa: S608


def remove_marks(cursor: CursorWrapper, marks: Marks) -> None:
    """Before the table of marks is altered or dropped."""
    for table in marks.tables:
        for event in EVENTS:
            name = _name(table, event)
            on = "" if cursor.db.vendor == "sqlite" else f' ON "{table}"'
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')
            if on:
                cursor.execute(f'DROP FUNCTION IF EXISTS "{name}"()')


def _name(table: str, event: str) -> str:
    return f"{table}_mark_{event}"


def _stands(cursor: CursorWrapper, table: str, name: str, statements: list[str]) -> bool:
    if cursor.db.vendor == "sqlite":
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = %s", [name])
        return bool(cursor.fetchone() == (statements[-1],))
    cursor.execute(
        "SELECT obj_description(oid, 'pg_trigger') FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass",
        [name, table],
    )
    return bool(cursor.fetchone() == (_digest(statements[:-1]),))


def _digest(statements: list[str]) -> str:
    return sha256("\n".join(statements).encode()).hexdigest()


# --- SQLite: row by row, each mark once -------------------------------------------------------------------------------
def _sqlite(table: str, marked: Marked, into: str) -> Iterator[tuple[str, list[str]]]:
    moved = " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in marked.moved)
    for event, sides in zip(EVENTS, (("NEW",), ("OLD", "NEW"), ("OLD",)), strict=True):
        when = f" WHEN {moved}" if event == "update" else ""
        body = " ".join(_once(into, kind, f'{side}."{column}"') for side in sides for kind, column in marked.keys)
        name = _name(table, event)
        yield (
            name,
            [
                f'DROP TRIGGER IF EXISTS "{name}"',
                f'CREATE TRIGGER "{name}" AFTER {event.upper()} ON "{table}"{when} BEGIN {body} END',
            ],
        )


def _once(into: str, kind: str, value: str) -> str:
    key = "0" if kind == EVERYTHING else value
    there = f'EXISTS (SELECT 1 FROM "{into}" WHERE "kind" = \'{kind}\' AND "key" = {key})'  # noqa: S608
    return f'INSERT INTO "{into}" ("kind", "key") SELECT \'{kind}\', {key} WHERE {key} IS NOT NULL AND NOT {there};'


# --- PostgreSQL: once for each statement ------------------------------------------------------------------------------
def _postgresql(table: str, marked: Marked, into: str) -> Iterator[tuple[str, list[str]]]:
    """A mark is written and never looked for: two transactions that mark the same do not wait for each other."""
    old, new = "OLD TABLE AS old_rows", "NEW TABLE AS new_rows"
    differs = " OR ".join(f'o."{column}" IS DISTINCT FROM n."{column}"' for column in marked.moved)
    both = f"old_rows AS o JOIN new_rows AS n ON n.id = o.id WHERE ({differs}) AND"
    rows = {
        "insert": (new, [("n", "new_rows AS n WHERE")]),
        "update": (f"{old} {new}", [("o", both), ("n", both)]),
        "delete": (old, [("o", "old_rows AS o WHERE")]),
    }
    for event, (referencing, sides) in rows.items():
        name = _name(table, event)
        parts = [_touched(kind, f'{row}."{column}"', source) for row, source in sides for kind, column in marked.keys]
        body = f'BEGIN INSERT INTO "{into}" ("kind", "key") {" UNION ".join(parts)}; RETURN NULL; END'
        statements = [
            f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$',
            f'CREATE OR REPLACE TRIGGER "{name}" AFTER {event.upper()} ON "{table}" REFERENCING {referencing}'
            f' FOR EACH STATEMENT EXECUTE FUNCTION "{name}"()',
        ]
        yield name, [*statements, f'COMMENT ON TRIGGER "{name}" ON "{table}" IS \'{_digest(statements)}\'']


def _touched(kind: str, value: str, source: str) -> str:
    key = "0" if kind == EVERYTHING else value
    return f"SELECT '{kind}', {key} FROM {source} {key} IS NOT NULL"  # noqa: S608 - names of our own tables
