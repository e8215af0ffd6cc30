"""Append-only and frozen tables: SQL statements that make the database itself refuse changes.

Which tables: `append_only` of each app's config refuse UPDATE, DELETE, TRUNCATE and REPLACE; `frozen` ones do so too,
but for an UPDATE of the columns named there. They are (re)made after every migrate, because SQLite's table rebuilds
drop triggers.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.utils import CursorWrapper

_POSTGRESQL_REFUSAL = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def install_append_only(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """post_migrate receiver; passes by tables that a partial migrate has not made yet."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in sorted(present.intersection(getattr(sender, "append_only", ()))):
            protect(cursor, table)
        for table, columns in sorted(getattr(sender, "frozen", {}).items()):
            if table in present:
                protect(cursor, table, changing=columns)


def protect(cursor: CursorWrapper, table: str, *, changing: Collection[str] = ()) -> None:
    """Make a table append-only but for the `changing` columns; again is the same as once."""
    made = _sqlite if cursor.db.vendor == "sqlite" else _postgresql
    for statement in made(cursor, table, changing):
        cursor.execute(statement)


def _word(changing: Collection[str]) -> str:
    return "frozen" if changing else "append-only"


def _postgresql(cursor: CursorWrapper, table: str, changing: Collection[str]) -> list[str]:
    refuse = f"EXECUTE FUNCTION refuse_change('{_word(changing)}')"
    rest = f"- '{{{','.join(sorted(changing))}}}'::text[]"
    moved = f"WHEN (to_jsonb(NEW) {rest} IS DISTINCT FROM to_jsonb(OLD) {rest}) " if changing else ""
    return [
        _POSTGRESQL_REFUSAL,
        f'CREATE OR REPLACE TRIGGER "{table}_rows" BEFORE UPDATE ON "{table}" FOR EACH ROW {moved}{refuse}',
        f'CREATE OR REPLACE TRIGGER "{table}_delete" BEFORE DELETE ON "{table}" FOR EACH ROW {refuse}',
        # Row triggers do not see TRUNCATE.
        f'CREATE OR REPLACE TRIGGER "{table}_whole" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT {refuse}',
    ]


# --- SQLite ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Unique:
    """Columns that a unique index holds once, in all rows or in those of its condition."""

    columns: tuple[str, ...]
    condition: str = ""


def _sqlite(cursor: CursorWrapper, table: str, changing: Collection[str]) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is {_word(changing)}'); END"
    columns = [name for (name,) in _rows(cursor, "SELECT name FROM pragma_table_info(%s)", table)]
    made = [f'DROP TRIGGER "{name}"' for name in _old_triggers(cursor, table)]
    made.append(f'CREATE TRIGGER "{table}_update" BEFORE UPDATE ON "{table}"{_moved(columns, changing)} {refuse}')
    made.append(f'CREATE TRIGGER "{table}_delete" BEFORE DELETE ON "{table}" {refuse}')
    # INSERT OR REPLACE deletes the old row without firing the delete trigger: refuse any insert that would collide,
    # on the row's own number and on every unique index, whatever its columns.
    for place, unique in enumerate([_Unique(("rowid",)), *_unique_indexes(cursor, table)]):
        made.append(
            f'CREATE TRIGGER "{table}_replace_{place}" BEFORE INSERT ON "{table}"'
            f" WHEN {_collides(table, unique, columns)} {refuse}"
        )
    return made


def _moved(columns: list[str], changing: Collection[str]) -> str:
    """SQL: would a column change that may not? Without columns that may, every UPDATE is refused."""
    kept = [f'NEW."{name}" IS NOT OLD."{name}"' for name in columns if name not in changing]
    return f" WHEN {' OR '.join(kept)}" if changing else ""


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
