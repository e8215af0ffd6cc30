"""What tests of this room share: the database as a thief would read it."""

from collections.abc import Callable

import pytest
from django.db import connection


@pytest.fixture
def dump(db) -> Callable[..., str]:
    """Every value of every table but those named."""

    def read(but: frozenset[str] | set[str] = frozenset()) -> str:
        values = []
        with connection.cursor() as cursor:
            for table in sorted(set(connection.introspection.table_names(cursor)) - set(but)):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names from the database itself
                values += cursor.fetchall()
        return repr(values)

    return read
