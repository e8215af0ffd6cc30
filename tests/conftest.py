"""Fixtures of every test: the database copies, media files apart, and a clean thread after each test."""

from collections.abc import Iterator

import hypothesis
import pytest
from django.test import TransactionTestCase, override_settings
from django.utils import timezone, translation

from tests.databases import Copy, copy_for
from tools import messages

# A slow machine is no failure; the seed is printed, so that a failure can be repeated.
hypothesis.settings.register_profile("suite", deadline=None, max_examples=50, database=None)
hypothesis.settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        messages.compile_newer()


def worker_name(config: pytest.Config) -> str:
    return getattr(config, "workerinput", {}).get("workerid", "main")


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker) -> Iterator[Copy]:
    """Only tests that commit restore their database; the others roll back."""
    flush = TransactionTestCase._fixture_teardown
    with django_db_blocker.unblock():
        copy = copy_for(worker_name(request.config))
    TransactionTestCase._fixture_teardown = lambda self: copy.restore()
    yield copy
    TransactionTestCase._fixture_teardown = flush
    with django_db_blocker.unblock():
        copy.drop()


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory) -> Iterator[None]:
    """Workers must not find one another's files, nor the demo's with its log: a daily round years ahead deletes what it
    finds."""
    data = tmp_path_factory.mktemp("data")
    log = {"TLOG_POLICY_FILE": "policy", "TLOG_KEY_FILE": "log-key", "TLOG_SIGNER_STATE": "signer.json"}
    folders = {"MEDIA_ROOT": tmp_path_factory.mktemp("media"), "DATA_DIR": data}
    with override_settings(**folders, **{name: data / file for name, file in log.items()}):
        yield


@pytest.fixture
def own_data_dir(settings, tmp_path) -> None:
    """Uploads, jobs' marks and copies of data of this test alone."""
    settings.DATA_DIR = tmp_path


@pytest.fixture(autouse=True)
def _clean_thread() -> Iterator[None]:
    """A request leaves its language and time zone active; the next test must not inherit them."""
    yield
    translation.activate("zh-hans")
    timezone.deactivate()
