"""Keys, memories and marks are on the disk whole or not at all."""

import os
import signal
import subprocess
import sys

import pytest

from certificates.tlog import services
from certificates.tlog.files import write_whole
from tests.architecture.sources import ROOT

# Killed when the bytes are handed to the system and nobody knows whether they are on the disk.
KILLED = """
import os, signal, sys
from pathlib import Path
from certificates.tlog import files

os.fsync = lambda opened: os.kill(os.getpid(), signal.SIGKILL)
files.write_whole(Path(sys.argv[2]), "new", once=sys.argv[1] == "key")
"""


@pytest.mark.parametrize("what", ["key", "file"])
@pytest.mark.parametrize("before", [None, "old"])
def test_killed_while_it_writes_what_was_there_stays(what, before, tmp_path):
    path = tmp_path / "file"
    if before:
        path.write_text(before)

    command = [sys.executable, "-c", KILLED, what, str(path)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False, capture_output=True
    )

    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (path.read_text() if path.exists() else None) == before


def test_key_and_memory_of_the_log_are_written_that_way(settings, monkeypatch, db):
    """The disk fails at the key: nothing is there, and the next start makes it."""
    services.set_up_log()
    kept = services.Memory(settings.TLOG_SIGNER_STATE)
    settings.TLOG_KEY_FILE = settings.DATA_DIR / "another-key"
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="disk"):
            kept.begin("other.invalid/tlog")
        with pytest.raises(OSError, match="disk"):
            services.set_up_log()
    assert kept.read().origin == settings.TLOG_ORIGIN
    assert not settings.TLOG_KEY_FILE.exists()

    assert services.set_up_log().name == settings.TLOG_ORIGIN


def fail(opened):
    raise OSError("disk")


def test_file_is_replaced_and_readable_by_its_owner_alone(tmp_path):
    path = tmp_path / "file"
    write_whole(path, "old")
    write_whole(path, "new")

    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_key_is_never_replaced(tmp_path):
    path = tmp_path / "key"
    write_whole(path, "old", once=True)

    with pytest.raises(FileExistsError):
        write_whole(path, "new", once=True)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_folder_is_written_through_after_the_name(tmp_path, monkeypatch):
    """First the bytes, then the name: otherwise a name could come back without its bytes, or not at all."""
    kinds, real = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda opened: kinds.append(_kind(opened, tmp_path)) or real(opened))

    write_whole(tmp_path / "file", "text")

    assert kinds == [("file", False), ("folder", True)]


def _kind(opened, folder):
    is_folder = os.fstat(opened).st_ino == folder.stat().st_ino
    return "folder" if is_folder else "file", (folder / "file").exists()
