"""The world of the matrix, built once per module and committed; the database is restored behind it.

Not inside one open transaction: filling takes the triggers away for a moment, and SQLite reads its whole schema anew
after every rollback inside a transaction that has changed it (a fifth of the time of every question).
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

from tests.isolation.canaries import fill
from tests.isolation.declared import ADDRESSES
from tests.isolation.probes import Asker
from tests.isolation.world import build


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """The whole takes a quarter of an hour: each part says that it is done, where the workers' reports come in."""
    noted = dict(report.user_properties)
    if report.when == "call" and "probes" in noted and os.environ.get("WHOLE_MATRIX") == "1" and not _is_worker():
        line = f"{report.nodeid.rpartition('::')[2]}: {noted['probes']} probes, {noted.get('faults', 0)} faults"
        print(f"\n{line}, {noted.get('seconds', 0)} s", file=sys.__stderr__, flush=True)


def _is_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


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
