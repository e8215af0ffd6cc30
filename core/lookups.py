"""`__among`: one of many numbers or words, handed to the database as one value.

`__in` writes a placeholder for each, which is prepared, written and planned one by one: for a hundred people that costs
more than finding their rows.
"""

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import BigAutoField, CharField, Lookup


class Among(Lookup):
    """`pk__among=[1, 2]`; of nobody there are no rows."""

    lookup_name = "among"
    kind: ClassVar[type] = int
    column: ClassVar = "bigint"

    def get_prep_lookup(self) -> Any:
        return self.rhs if hasattr(self.rhs, "resolve_expression") else [self.kind(one) for one in self.rhs]

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [as_one_value(value, connection)]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, values = self.process_lhs(compiler, connection)
        numbers, given = self.process_rhs(compiler, connection)
        many = "= ANY({}::{}[])" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each({}))"
        return f"{column} {many.format(numbers, self.column)}", (*values, *given)


class AmongWords(Among):
    kind = str
    column = "text"


def as_one_value(many: Iterable[Any], connection: Any) -> Any:
    """Many values as each database takes them apart again; in order, so that the same ones are the same value."""
    ordered = sorted(many)
    return ordered if connection.vendor == "postgresql" else json.dumps(ordered)


def install_lookups() -> None:
    BigAutoField.register_lookup(Among)
    CharField.register_lookup(AmongWords)
