"""The world of the matrix, built once per module and committed; the database is restored behind it.

Not inside one open transaction: filling takes the triggers away for a moment, and SQLite reads its whole schema anew
after every rollback inside a transaction that has changed it (a fifth of the time of every question).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

from tests.isolation.canaries import fill
from tests.isolation.declared import ADDRESSES
from tests.isolation.probes import Asker
from tests.isolation.world import build


@pytest.fixture(scope="module")
def asker(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Asker]:
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                isolation = build(Path(tmp_path_factory.mktemp("course")))
                canaries = fill(isolation)
            yield Asker(isolation, canaries, ADDRESSES)
            assert not transaction.get_connection().in_atomic_block
        finally:
            django_db_setup.restore()
