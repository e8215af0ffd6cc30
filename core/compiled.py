"""Compiled queries: a query that is put together once per connection and asked again with other values.

Django composes a query, and writes it as SQL, anew each time it is asked. For one that looks up a few rows by an index
this costs several times what the database needs for it (decision 57).
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, QuerySet
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators

from core.lookups import as_one_value

Plans = dict[tuple[Any, ...], "Plan"]


class Given(Expression):
    """Stands in a compiled query for a value that comes with each asking, of the kind of its field."""

    def __init__(self, name: str, output_field: Field) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        # A slot for the value: Plan.ask fills it.
        return "%s", [self]

    def written(self, values: dict[str, Any], connection: Any) -> Any:
        """The value as the database takes it."""
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Many(Field):
    """Of a Given: many numbers or words as the one value that `__among` takes."""

    def get_db_prep_value(self, value: Iterable[Any], connection: Any, prepared: bool = False) -> Any:
        return as_one_value(value, connection)


@dataclass(frozen=True, slots=True)
class Plan:
    """SQL with the values that never change, and how a row of the answer becomes what the query gives."""

    sql: str
    values: tuple[Any, ...]
    made: Callable[[Iterable[Any]], Iterable[Any]]

    def ask(self, connection: Any, given: dict[str, Any]) -> list[Any]:
        if not self.sql:
            return []
        values = [one.written(given, connection) if isinstance(one, Given) else one for one in self.values]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            rows = cursor.fetchall()
        return list(self.made(rows))


def compiled(**fields: Field) -> Callable[[Callable[..., QuerySet[Any]]], Callable[..., list[Any]]]:
    """Of a function that composes a query: the rows of the query, put together at its first call.

    The function gets a `Given` for each of `fields` by name, and whatever it is called with by place: what the query
    looks like may depend on these alone, never on the day, the language or a setting. Its callers get a list of
    instances (with select_related), or of tuples (values_list).
    """
    given = {name: Given(name, field) for name, field in fields.items()}

    def of(compose: Callable[..., QuerySet[Any]]) -> Callable[..., list[Any]]:
        @wraps(compose)
        def rows(*shape: Hashable, **values: Any) -> list[Any]:
            connection = connections[DEFAULT_DB_ALIAS]
            # With the connection they end, and no thread hands its own to another.
            plans: Plans = vars(connection).setdefault("compiled_queries", {})
            plan = plans.get((compose, *shape))
            if plan is None:
                plan = plans[(compose, *shape)] = _plan(compose(*shape, **given), connection)
            elif settings.COMPILED_QUERIES_ARE_CHECKED:
                _check(plan, _plan(compose(*shape, **given), connection))
            return plan.ask(connection, values)

        return rows

    return of


def _plan(query: Any, connection: Any) -> Plan:
    if query._iterable_class not in (ModelIterable, ValuesListIterable) or query._prefetch_related_lookups or query._db:
        raise TypeError("a compiled query gives instances or tuples, of one statement to the one database")
    compiler = query.query.get_compiler(connection=connection)
    try:
        sql, values = compiler.as_sql()
    except EmptyResultSet:
        return Plan("", (), iter)
    converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])

    def converted(rows: Iterable[Any]) -> Iterable[Any]:
        return compiler.apply_converters(rows, converters) if converters else rows

    if query._iterable_class is ValuesListIterable:
        # What a query sorts by may stand behind its columns.
        return Plan(sql, tuple(values), lambda rows: (tuple(row[: compiler.col_count]) for row in converted(rows)))
    instance = _maker(compiler, connection.alias)
    return Plan(sql, tuple(values), lambda rows: map(instance, converted(rows)))


def _maker(compiler: Any, alias: str) -> Callable[[Any], Any]:
    """What Django's ModelIterable does with a row."""
    info, select = compiler.klass_info, compiler.select
    model, first, last = info["model"], info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[first:last]]
    annotated = compiler.annotation_col_map or {}
    related = get_related_populators(info, select, alias)  # type: ignore[call-arg]  # stubs of a later Django

    def instance(row: Any) -> Any:
        made = model.from_db(alias, names, row[first:last])
        for one in related:
            one.populate(row, made)
        for name, place in annotated.items():
            setattr(made, name, row[place])
        return made

    return instance


def _check(plan: Plan, anew: Plan) -> None:
    """Something else than its arguments decides what the query looks like: the kept one would answer wrongly."""
    if (plan.sql, plan.values) != (anew.sql, anew.values):
        raise AssertionError(f"compiled query looks different now: {plan.sql} {plan.values}; {anew.sql} {anew.values}")
