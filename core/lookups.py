"""`__among`: one of many numbers, handed to the database as one value.

`__in` writes a placeholder for each, which is prepared, written and planned one by one: for a hundred people that costs
more than finding their rows.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import BigAutoField, Lookup


class Among(Lookup):
    """`pk__among=[1, 2]`; of nobody there are no rows."""

    lookup_name = "among"

    def get_prep_lookup(self) -> list[int]:
        numbers: Iterable[Any] = self.rhs
        return sorted(int(one) for one in numbers)

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        if connection.vendor == "postgresql":
            return "ANY(%s::bigint[])", [value]
        return "(SELECT value FROM json_each(%s))", [json.dumps(value)]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, values = self.process_lhs(compiler, connection)
        numbers, given = self.process_rhs(compiler, connection)
        sign = "=" if connection.vendor == "postgresql" else "IN"
        return f"{column} {sign} {numbers}", (*values, *given)


def install_lookups() -> None:
    BigAutoField.register_lookup(Among)
