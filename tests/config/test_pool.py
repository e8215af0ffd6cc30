"""Connections that are kept: whoever asks after the server was gone is answered."""

import pytest
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from config.settings import base

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite keeps no connections to a server"),
]


@pytest.fixture
def pooled():
    kept = {**connection.settings_dict, "CONN_MAX_AGE": 0, **base.POOLED}
    made = DatabaseWrapper({**kept, "OPTIONS": {"pool": {"min_size": 1, "max_size": 1}}}, alias="pooled")
    yield made
    made.close()
    made.close_pool()


def ask(pooled, sql="SELECT pg_backend_pid()"):
    try:
        with pooled.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]
    finally:
        # Back to the pool, as at the end of a request.
        pooled.close()


def test_connection_whose_server_ended_is_not_given_out(pooled):
    first = ask(pooled)
    assert ask(pooled) == first

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])

    assert ask(pooled) != first
