"""No statement of a page is shared among helpers of the database, whichever way connections are made."""

import pytest
from django.db import connection

from config.settings import base


def test_kept_connections_say_the_same_as_others():
    assert base.POOLED["OPTIONS"]["options"] == base.POSTGRESQL["OPTIONS"]["options"]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite works alone")
def test_postgresql_works_alone():
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_parallel_workers_per_gather")
        assert cursor.fetchone() == ("0",)
