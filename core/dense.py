"""Tables whose numbers have no gap: the database takes a new row only under the next number.

Which: `dense` of each app's config, table -> column. Made after every migrate, as append-only triggers are; together
with those no row comes in between, under another number, or twice.
"""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.utils import CursorWrapper


def install_dense(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """post_migrate receiver; passes by tables that a partial migrate has not made yet."""
    connection = connections[using]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for table, column in getattr(sender, "dense", {}).items():
            if table in present:
                keep_dense(cursor, table, column)


def keep_dense(cursor: CursorWrapper, table: str, column: str) -> None:
    """Again is the same as once."""
    for statement in (_sqlite if cursor.db.vendor == "sqlite" else _postgresql)(table, column):
        cursor.execute(statement)


def _next(table: str, column: str) -> str:
    return f'(SELECT COALESCE(MAX("{column}") + 1, 0) FROM "{table}")'  # noqa: S608 - names of our own tables


def _sqlite(table: str, column: str) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} has no gaps'); END"
    wrong = f'NEW."{column}" IS NOT {_next(table, column)}'
    return [
        f'DROP TRIGGER IF EXISTS "{table}_dense"',
        f'CREATE TRIGGER "{table}_dense" BEFORE INSERT ON "{table}" WHEN {wrong} {refuse}',
    ]


def _postgresql(table: str, column: str) -> list[str]:
    """A volatile function sees the rows that the same statement has put in before."""
    body = (
        f'BEGIN IF NEW."{column}" IS DISTINCT FROM {_next(table, column)} THEN'
        f" RAISE EXCEPTION '{table} has no gaps' USING ERRCODE = 'integrity_constraint_violation';"
        " END IF; RETURN NEW; END"
    )
    function = f'"refuse_gap_{table}"()'
    made = f'CREATE OR REPLACE TRIGGER "{table}_dense" BEFORE INSERT ON "{table}"'
    return [
        f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql VOLATILE AS $$ {body} $$",
        f"{made} FOR EACH ROW EXECUTE FUNCTION {function}",
    ]
