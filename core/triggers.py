"""Append-only and frozen tables: SQL statements that make the database itself refuse changes.

Which tables: `append_only` of each app's config refuse UPDATE, DELETE, TRUNCATE and REPLACE; `frozen` ones do so too,
but for an UPDATE of the columns named there. Columns of either that `erasable` names may also become empty, and nothing
else: that is how personal data is erased where facts are kept ("facts.name" is one key of a JSON column). Of those that
may change, the texts that `filled_once` names change only while they are empty. What `drafts` names may change, too, as
long as the row is a draft. Rows of tables in `expires` may be deleted once they are older than their period, by the
database's own clock; nobody lifts a guard. They are (re)made after every migrate: SQLite's table rebuilds drop
triggers, and periods may have changed.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.utils import CursorWrapper

from core.expiry import Expiry

_POSTGRESQL_REFUSAL = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


@dataclass(frozen=True)
class Draft:
    """Rows in this state are not out yet: until they leave it these columns may change, too. They begin in it, or come
    into it from the states of `entered_from`, where they may change the same; nothing else comes back."""

    state: str
    columns: Collection[str]
    entered_from: Collection[str] = ()


def install_append_only(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """post_migrate receiver; passes by tables that a partial migrate has not made yet."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    erasable, expires = getattr(sender, "erasable", {}), getattr(sender, "expires", {})
    once, drafts = getattr(sender, "filled_once", {}), getattr(sender, "drafts", {})
    with connection.cursor() as cursor:
        for table in sorted(present.intersection(getattr(sender, "append_only", ()))):
            expiry = expires.get(table)
            if expiry and not expiry.is_there(connection, cursor, table):
                expiry = None
            protect(cursor, table, erasing=erasable.get(table, ()), expiring=expiry)
        for table, columns in sorted(getattr(sender, "frozen", {}).items()):
            if table in present:
                erasing, filling, draft = erasable.get(table, ()), once.get(table, ()), drafts.get(table)
                protect(cursor, table, changing=columns, erasing=erasing, filling=filling, draft=draft)


def protect(
    cursor: CursorWrapper,
    table: str,
    *,
    changing: Collection[str] = (),
    erasing: Collection[str] = (),
    filling: Collection[str] = (),
    expiring: Expiry | None = None,
    draft: Draft | None = None,
) -> None:
    """Make a table append-only but for the `changing` columns (those of `filling` only while they are empty), for
    `erasing` ones that become empty, for what may change in a `draft`, and for rows past their period; again is the
    same as once."""
    made = _sqlite if cursor.db.vendor == "sqlite" else _postgresql
    for statement in made(cursor, table, _Free(frozenset(changing), frozenset(erasing), frozenset(filling), draft)):
        cursor.execute(statement)
    cursor.execute(_delete_guard(cursor.db.vendor, table, _word(changing), expiring))


@dataclass(frozen=True)
class _Free:
    """What may change in a table, and how."""

    changing: frozenset[str]
    erasing: frozenset[str]
    filling: frozenset[str]
    draft: Draft | None = None

    @property
    def columns(self) -> set[str]:
        return {*self.changing, *(name.partition(".")[0] for name in self.erasing)}

    def of_drafts(self) -> "_Free":
        more = frozenset(self.draft.columns if self.draft else ())
        erasing = frozenset(one for one in self.erasing if one.partition(".")[0] not in more)
        return _Free(self.changing | more, erasing, self.filling - more)

    def refused(self, moved: Callable[["_Free"], str]) -> str:
        """SQL: is a change refused? Empty where every one is; `moved` says what of a row may not."""
        if self.draft is None:
            return moved(self)
        is_one, becomes_one = (f"{row}.\"state\" = '{self.draft.state}'" for row in ("OLD", "NEW"))
        if self.draft.entered_from:
            before = ", ".join(f"'{one}'" for one in sorted(self.draft.entered_from))
            is_one += f' OR ({becomes_one} AND OLD."state" IN ({before}))'
        return f"CASE WHEN {is_one} THEN {moved(self.of_drafts())} ELSE {moved(self)} OR {becomes_one} END"


def _delete_guard(vendor: str, table: str, word: str, expiring: Expiry | None) -> str:
    still_young = f" WHEN {expiring.not_yet(vendor)}" if expiring else ""
    if vendor == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is {word}'); END"
        return f'CREATE TRIGGER "{table}_delete" BEFORE DELETE ON "{table}"{still_young} {refuse}'
    refuse = f"EXECUTE FUNCTION refuse_change('{word}')"
    return f'CREATE OR REPLACE TRIGGER "{table}_delete" BEFORE DELETE ON "{table}" FOR EACH ROW{still_young} {refuse}'


def _word(changing: Collection[str]) -> str:
    return "frozen" if changing else "append-only"


def _postgresql(cursor: CursorWrapper, table: str, free: _Free) -> list[str]:
    refuse = f"EXECUTE FUNCTION refuse_change('{_word(free.changing)}')"
    refused = free.refused(_moved_postgresql)
    moved = f"WHEN ({refused}) " if refused else ""
    # A whole new row can be compared only once its generated columns are computed.
    generated = "SELECT 1 FROM information_schema.columns WHERE table_name = %s AND is_generated = 'ALWAYS'"
    moment = "AFTER" if moved and _rows(cursor, generated, table) else "BEFORE"
    return [
        _POSTGRESQL_REFUSAL,
        f'CREATE OR REPLACE TRIGGER "{table}_rows" {moment} UPDATE ON "{table}" FOR EACH ROW {moved}{refuse}',
        # Row triggers do not see TRUNCATE.
        f'CREATE OR REPLACE TRIGGER "{table}_whole" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT {refuse}',
    ]


def _moved_postgresql(free: _Free) -> str:
    if not free.columns:
        return ""
    rest = f"- '{{{','.join(sorted(free.columns))}}}'::text[]"
    filled = "".join(f" OR {_filled_postgresql(name)}" for name in sorted(free.erasing))
    filled += "".join(f' OR (NEW."{name}" <> OLD."{name}" AND OLD."{name}" <> \'\')' for name in sorted(free.filling))
    return f"to_jsonb(NEW) {rest} IS DISTINCT FROM to_jsonb(OLD) {rest}{filled}"


def _filled_postgresql(name: str) -> str:
    """SQL: an erasable column changes to something else than empty."""
    column, _dot, key = name.partition(".")
    empty = f"OLD.\"{column}\" - '{key}'" if key else "''"
    return f'(NEW."{column}" IS DISTINCT FROM OLD."{column}" AND NEW."{column}" IS DISTINCT FROM {empty})'


# --- SQLite ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Unique:
    """Columns that a unique index holds once, in all rows or in those of its condition."""

    columns: tuple[str, ...]
    condition: str = ""


def _sqlite(cursor: CursorWrapper, table: str, free: _Free) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is {_word(free.changing)}'); END"
    columns = [name for (name,) in _rows(cursor, "SELECT name FROM pragma_table_info(%s)", table)]
    refused = free.refused(lambda some: _moved_sqlite(columns, some))
    made = [f'DROP TRIGGER "{name}"' for name in _old_triggers(cursor, table)]
    when = f" WHEN {refused}" if refused else ""
    made.append(f'CREATE TRIGGER "{table}_update" BEFORE UPDATE ON "{table}"{when} {refuse}')
    # INSERT OR REPLACE deletes the old row without firing the delete trigger: refuse any insert that would collide,
    # on the row's own number and on every unique index, whatever its columns.
    for place, unique in enumerate([_Unique(("rowid",)), *_unique_indexes(cursor, table)]):
        meets = _collides(table, unique, columns)
        made.append(f'CREATE TRIGGER "{table}_replace_{place}" BEFORE INSERT ON "{table}" WHEN {meets} {refuse}')
        if refused and unique.columns != ("rowid",):
            # UPDATE OR REPLACE deletes, as silently, the row that the changed one meets.
            other = _collides(table, unique, columns, besides="rowid IS NOT OLD.rowid")
            made.append(f'CREATE TRIGGER "{table}_replace_u{place}" BEFORE UPDATE ON "{table}" WHEN {other} {refuse}')
    return made


def _moved_sqlite(columns: list[str], free: _Free) -> str:
    """SQL: would a column change that may not? Without columns that may, every UPDATE is refused."""
    if not free.columns:
        return ""
    kept = [f'NEW."{name}" IS NOT OLD."{name}"' for name in columns if name not in free.columns]
    kept += [_filled_sqlite(name) for name in sorted(free.erasing)]
    kept += [f'(NEW."{name}" IS NOT OLD."{name}" AND OLD."{name}" <> \'\')' for name in sorted(free.filling)]
    return " OR ".join(kept)


def _filled_sqlite(name: str) -> str:
    """SQL: an erasable column changes to something else than empty."""
    column, _dot, key = name.partition(".")
    if key:
        return (
            f'(json(NEW."{column}") IS NOT json(OLD."{column}")'
            f' AND json(NEW."{column}") IS NOT json_remove(OLD."{column}", \'$.{key}\'))'
        )
    return f'(NEW."{column}" IS NOT OLD."{column}" AND NEW."{column}" IS NOT \'\')'


def _collides(table: str, unique: _Unique, columns: list[str], besides: str = "") -> str:
    """SQL: would the new row meet an old one in this index? Missing values never meet."""
    same = " AND ".join([*(f"{name} = NEW.{name}" for name in unique.columns), *filter(None, [besides])])
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
