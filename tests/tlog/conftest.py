"""Files of the log belong to one test alone."""

import pytest


@pytest.fixture(autouse=True)
def own_log_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.TLOG_KEY_FILE = tmp_path / "secrets" / "log-key"
    settings.TLOG_SIGNER_STATE = tmp_path / "tlog" / "signer.json"
    settings.TLOG_POLICY_FILE = tmp_path / "tlog" / "policy"
