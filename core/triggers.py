"""Append-only tables: SQL statements that make the database itself refuse UPDATE, DELETE, TRUNCATE and REPLACE.

Which tables: the `append_only` mapping of each app's config (table -> unique columns besides id). They are (re)made
after every migrate, because SQLite's table rebuilds drop triggers.
"""

from typing import Any

from django.apps import AppConfig
from django.db import connections

_POSTGRESQL_REFUSAL = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def install_append_only(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """post_migrate receiver; passes by tables that a partial migrate has not made yet."""
    tables: dict[str, list[str]] = getattr(sender, "append_only", {})
    connection = connections[using]
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in tables.keys() & present:
            for statement in statements(connection.vendor, table, tables[table]):
                cursor.execute(statement)


def statements(vendor: str, table: str, unique: list[str]) -> list[str]:
    return _sqlite(table, unique) if vendor == "sqlite" else _postgresql(table)


def _postgresql(table: str) -> list[str]:
    return [
        _POSTGRESQL_REFUSAL,
        f'CREATE OR REPLACE TRIGGER "{table}_rows" BEFORE UPDATE OR DELETE ON "{table}"'
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f'CREATE OR REPLACE TRIGGER "{table}_whole" BEFORE TRUNCATE ON "{table}"'
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


def _sqlite(table: str, unique: list[str]) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    made = []
    for event in ("UPDATE", "DELETE"):
        made += [
            f'DROP TRIGGER IF EXISTS "{table}_{event.lower()}"',
            f'CREATE TRIGGER "{table}_{event.lower()}" BEFORE {event} ON "{table}" {refuse}',
        ]
    # INSERT OR REPLACE deletes the old row without firing the delete trigger: refuse any insert that would collide.
    for column in ["id", *unique]:
        name = f"{table}_replace_{column}"
        same = f'EXISTS (SELECT 1 FROM "{table}" WHERE "{column}" = NEW."{column}")'  # noqa: S608
        made += [
            f'DROP TRIGGER IF EXISTS "{name}"',
            f'CREATE TRIGGER "{name}" BEFORE INSERT ON "{table}" WHEN {same} {refuse}',
        ]
    return made
