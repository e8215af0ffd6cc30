"""A new key for the sealed columns while the site serves: every row is opened and sealed anew, if nobody else has.

Found by walking all models, so that no column is forgotten. Resumable: what already stands under the new key is passed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction

from core.fields import SealedField, seal, sealing_version, unseal

BATCH = 500
# A row that others keep changing under an old key is tried again so often; then an old process is still running.
ROUNDS = 5


class RowsLeft(RuntimeError):
    """Rows stand under an old key although all were gone through: some process still seals with it."""


@dataclass(frozen=True)
class Column:
    """A sealed column, with the names that SQL needs."""

    field: SealedField

    @property
    def label(self) -> str:
        return f"{self.field.model._meta.label}.{self.field.name}"

    @property
    def table(self) -> str:
        return connection.ops.quote_name(self.field.model._meta.db_table)

    @property
    def name(self) -> str:
        return connection.ops.quote_name(str(self.field.column))

    def quoted(self, name: str) -> str:
        field = self.field.model._meta.get_field(name)
        return connection.ops.quote_name(str(field.column))  # type: ignore[union-attr]


def sealed_columns() -> list[Column]:
    return [
        Column(field)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if isinstance(field, SealedField)
    ]


def rows_left(column: Column) -> int:
    """How many rows stand under another key than the one that seals now."""
    sql = f"SELECT COUNT(*) FROM {column.table} WHERE {_old(column)}"  # noqa: S608 - names of our own tables
    with connection.cursor() as cursor:
        cursor.execute(sql, [_mark()])
        return int(cursor.fetchone()[0])


def rotate(column: Column, tell: Callable[[int], None] = lambda done: None) -> int:
    """Seal every row of the column under the key that seals now; returns how many were changed. Raises RowsLeft."""
    done = 0
    for _round in range(ROUNDS):
        for batch in _batches(column):
            done += _reseal(column, batch)
            tell(done)
        if not rows_left(column):
            return done
    raise RowsLeft(f"{column.label}: {rows_left(column)} rows stand under an old key")


def _batches(column: Column) -> Iterator[list[tuple[int, UUID, str]]]:
    key, row = column.quoted(column.field.model._meta.pk.name), column.quoted("uuid")
    sql = (
        f"SELECT {key}, {row}, {column.name} FROM {column.table}"  # noqa: S608
        f" WHERE {_old(column)} AND {key} > %s ORDER BY {key} LIMIT {BATCH}"
    )
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, [_mark(), last])
            found = cursor.fetchall()
        if not found:
            return
        yield [(pk, UUID(str(uuid)), token) for pk, uuid, token in found]
        last = found[-1][0]


def _reseal(column: Column, rows: list[tuple[int, UUID, str]]) -> int:
    """Compare and set: a row that somebody wrote in the meantime keeps what they wrote."""
    key = column.quoted(column.field.model._meta.pk.name)
    sql = f"UPDATE {column.table} SET {column.name} = %s WHERE {key} = %s AND {column.name} = %s"  # noqa: S608
    changed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for pk, row, token in rows:
            binding = column.field.binding_to(row)
            cursor.execute(sql, [str(seal(unseal(token, binding), binding)), pk, token])
            changed += cursor.rowcount
    return changed


def _old(column: Column) -> str:
    return f"{column.name} <> '' AND {column.name} NOT LIKE %s"


def _mark() -> str:
    return f"v{sealing_version()}:%"
