"""Append-only tables: SQL statements that make the database itself refuse UPDATE, DELETE, TRUNCATE and REPLACE.

Which tables: `append_only` of each app's config. They are (re)made after every migrate, because SQLite's table
rebuilds drop triggers.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.utils import CursorWrapper

_POSTGRESQL_REFUSAL = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def install_append_only(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """post_migrate receiver; passes by tables that a partial migrate has not made yet."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in sorted(present.intersection(getattr(sender, "append_only", ()))):
            protect(cursor, table)


def protect(cursor: CursorWrapper, table: str) -> None:
    """Make a table append-only; again is the same as once."""
    made = _sqlite(cursor, table) if cursor.db.vendor == "sqlite" else _postgresql(table)
    for statement in made:
        cursor.execute(statement)


def _postgresql(table: str) -> list[str]:
    return [
        _POSTGRESQL_REFUSAL,
        f'CREATE OR REPLACE TRIGGER "{table}_rows" BEFORE UPDATE OR DELETE ON "{table}"'
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        # Row triggers do not see TRUNCATE.
        f'CREATE OR REPLACE TRIGGER "{table}_whole" BEFORE TRUNCATE ON "{table}"'
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


# --- SQLite ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Unique:
    """Columns that a unique index holds once, in all rows or in those of its condition."""

    columns: tuple[str, ...]
    condition: str = ""


def _sqlite(cursor: CursorWrapper, table: str) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    made = [f'DROP TRIGGER "{name}"' for name in _old_triggers(cursor, table)]
    for event in ("UPDATE", "DELETE"):
        made.append(f'CREATE TRIGGER "{table}_{event.lower()}" BEFORE {event} ON "{table}" {refuse}')
    columns = [name for (name,) in _rows(cursor, "SELECT name FROM pragma_table_info(%s)", table)]
    # INSERT OR REPLACE deletes the old row without firing the delete trigger: refuse any insert that would collide,
    # on the row's own number and on every unique index, whatever its columns.
    for place, unique in enumerate([_Unique(("rowid",)), *_unique_indexes(cursor, table)]):
        made.append(
            f'CREATE TRIGGER "{table}_replace_{place}" BEFORE INSERT ON "{table}"'
            f" WHEN {_collides(table, unique, columns)} {refuse}"
        )
    return made


def _collides(table: str, unique: _Unique, columns: list[str]) -> str:
    """SQL: would the new row meet an old one in this index? Missing values never meet."""
    same = " AND ".join(f"{name} = NEW.{name}" for name in unique.columns)
    if not unique.condition:
        return f'EXISTS (SELECT 1 FROM "{table}" WHERE {same})'  # noqa: S608 - names of our own tables
    new = ", ".join(f'NEW."{name}" AS "{name}"' for name in columns)
    return (
        f'EXISTS (SELECT 1 FROM "{table}" WHERE {same} AND ({unique.condition}))'  # noqa: S608
        f" AND EXISTS (SELECT 1 FROM (SELECT {new}) WHERE {unique.condition})"
    )


def _unique_indexes(cursor: CursorWrapper, table: str) -> list[_Unique]:
    indexes = _rows(
        cursor,
        "SELECT list.name, master.sql FROM pragma_index_list(%s) AS list LEFT JOIN sqlite_master AS master"
        ' ON master.name = list.name WHERE list."unique" ORDER BY list.name',
        table,
    )
    return [_unique(cursor, name, sql or "") for name, sql in indexes]


def _unique(cursor: CursorWrapper, index: str, sql: str) -> _Unique:
    names = [name for (name,) in _rows(cursor, "SELECT name FROM pragma_index_info(%s) ORDER BY seqno", index)]
    if None in names:
        raise ImproperlyConfigured(f"{index} is unique over an expression: REPLACE would get through it.")
    condition = re.search(r"\)\s+WHERE\s+(.+)$", sql, re.S)
    return _Unique(tuple(f'"{name}"' for name in names), condition[1] if condition else "")


def _old_triggers(cursor: CursorWrapper, table: str) -> list[str]:
    sql = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s ORDER BY name"
    ours = re.compile(rf"{table}_(update|delete|replace_\w+)")
    return [name for (name,) in _rows(cursor, sql, table) if ours.fullmatch(name)]


def _rows(cursor: CursorWrapper, sql: str, name: str) -> list[tuple[Any, ...]]:
    cursor.execute(sql, [name])
    return list(cursor.fetchall())
