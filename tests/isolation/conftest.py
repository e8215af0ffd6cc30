"""The world of the matrix, built once per module inside a transaction that is rolled back behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

from tests.isolation.canaries import fill
from tests.isolation.declared import ADDRESSES
from tests.isolation.probes import Asker, undone
from tests.isolation.world import build


@pytest.fixture(scope="module")
def asker(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Asker]:
    with django_db_blocker.unblock(), undone():
        isolation = build(Path(tmp_path_factory.mktemp("course")))
        yield Asker(isolation, fill(isolation), ADDRESSES)
        assert not transaction.get_connection().needs_rollback
