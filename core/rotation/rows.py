"""Sealed values in rows of the database, changed by compare and set; and those that lie inside a JSON or a session."""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection, models, transaction

from core.rotation.places import Tell, is_old, renewed
from core.sessions import SessionStore

BATCH = 500
# Key of the row, what the binding is made of, the value as it stands.
Row = tuple[Any, Any, str]


@dataclass(frozen=True)
class Rows(ABC):
    """One column of one table; subclasses say what of its value is sealed."""

    model: type[models.Model]
    column: str

    @property
    def label(self) -> str:
        return f"{self.model._meta.label}.{self.column}"

    @property
    def table(self) -> str:
        return connection.ops.quote_name(self.model._meta.db_table)

    @property
    def name(self) -> str:
        return connection.ops.quote_name(self.column)

    @property
    def key(self) -> str:
        return connection.ops.quote_name(str(self.model._meta.pk.column))

    # --- what a subclass says ---------------------------------------------------------------------------------------
    bound_by = ""

    def old_sql(self) -> tuple[str, list[str]]:
        """A condition that leaves no old row out; `is_old` decides."""
        return "1 = 1", []

    @abstractmethod
    def is_old(self, value: str) -> bool:
        """Does anything in this value stand under a key that is no longer the newest?"""

    @abstractmethod
    def sealed_anew(self, value: str, bound_by: Any) -> str | None:
        """The whole value of the column; None when it cannot be opened."""

    # --- the way through --------------------------------------------------------------------------------------------
    def left(self) -> Iterator[str]:
        return (str(key) for batch in self.batches() for key, _bound, _value in batch)

    def renew(self, tell: Tell) -> int:
        done = 0
        for batch in self.batches():
            begun = time.monotonic()
            done += self.reseal(batch)
            tell(done)
            if connection.vendor == "sqlite":
                # One writer at a time, and whoever waits only looks now and then: leave as much time as was taken.
                time.sleep(max(time.monotonic() - begun, 0.05))
        return done

    def batches(self) -> Iterator[list[Row]]:
        """Old rows in the order of their keys."""
        last: Any = "" if isinstance(self.model._meta.pk, models.CharField) else 0
        while found := self._after(last):
            last = found[-1][0]
            if old := [row for row in found if self.is_old(row[2])]:
                yield old

    def _after(self, last: Any) -> list[Row]:
        condition, values = self.old_sql()
        bound = connection.ops.quote_name(self.bound_by) if self.bound_by else "NULL"
        sql = (
            f"SELECT {self.key}, {bound}, {self.name} FROM {self.table}"  # noqa: S608 - names of our own tables
            f" WHERE {condition} AND {self.key} > %s ORDER BY {self.key} LIMIT {BATCH}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, last])
            return list(cursor.fetchall())

    def reseal(self, rows: list[Row]) -> int:
        """Compare and set: a row that somebody wrote in the meantime keeps what they wrote."""
        made = {key: (self.sealed_anew(value, bound), value) for key, bound, value in rows}
        changes = [(new, key, old) for key, (new, old) in made.items() if new is not None]
        cast = "::jsonb" if connection.vendor == "postgresql" and isinstance(self._field(), models.JSONField) else ""
        sql = f"UPDATE {self.table} SET {self.name} = %s{cast} WHERE {self.key} = %s AND {self.name} = %s{cast}"  # noqa: S608
        with transaction.atomic(), connection.cursor() as cursor:
            free = self._locked([key for _new, key, _old in changes])
            chosen = [change for change in changes if change[1] in free]
            if chosen:
                cursor.executemany(sql, chosen)
            return cursor.rowcount if chosen else 0

    def _locked(self, keys: list[Any]) -> set[Any]:
        """The rows that nobody else is changing: whoever never waits for a row cannot be part of a deadlock. The
        others come in the next round."""
        if connection.vendor != "postgresql":
            return set(keys)
        sql = f"SELECT {self.key} FROM {self.table} WHERE {self.key} = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, [keys])
            return {key for (key,) in cursor.fetchall()}

    def _field(self) -> Any:
        return next(field for field in self.model._meta.concrete_fields if field.column == self.column)


@dataclass(frozen=True)
class JsonColumn(Rows):
    """Sealed texts anywhere inside a JSON value, all bound to the same words."""

    binding: str

    def is_old(self, value: str) -> bool:
        return any(is_old(text) for text in _texts(json.loads(value)))

    def sealed_anew(self, value: str, bound_by: Any) -> str | None:
        try:
            return json.dumps(_replaced(json.loads(value), self._text))
        except LookupError:
            return None

    def _text(self, text: str) -> str:
        if not is_old(text):
            return text
        new = renewed(text, self.binding)
        if new is None:
            raise LookupError
        return new


@dataclass(frozen=True)
class SessionValue(Rows):
    """One sealed value in the sessions; `binding` makes its binding from what the session holds."""

    kept_as: str
    binding: Callable[[dict[str, Any]], str]

    @property
    def label(self) -> str:
        return f"{super().label}[{self.kept_as}]"

    def is_old(self, value: str) -> bool:
        return is_old(SessionStore().decode(value).get(self.kept_as, ""))

    def sealed_anew(self, value: str, bound_by: Any) -> str | None:
        held = SessionStore().decode(value)
        new = renewed(held.pop(self.kept_as), self.binding(held))
        # What no key opens is of no use to anybody: the session goes on without it.
        return SessionStore().encode(held if new is None else {**held, self.kept_as: new})


def in_sessions(kept_as: str, binding: Callable[[dict[str, Any]], str]) -> SessionValue:
    return SessionValue(Session, "session_data", kept_as, binding)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _replaced(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(one, change) for key, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, change) for one in value]
    return change(value) if isinstance(value, str) else value
