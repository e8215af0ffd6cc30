"""Uploaded files between preview and confirmation, and copies of one's data: sealed at rest, one folder per login,
named by SHA-256.

They hold identity numbers in clear until they are opened, so nothing of them stays longer than a day.
"""

import base64
import fcntl
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from django.conf import settings

from core.fields import seal, unseal

LIFE_SECONDS = 24 * 60 * 60
_SHA256 = re.compile(r"[0-9a-f]{64}")


def keep(owner: int, content: bytes) -> str:
    """Store the file for its owner and return its SHA-256; files that were forgotten are swept away."""
    sha256 = hashlib.sha256(content).hexdigest()
    token = seal(base64.b64encode(content).decode(), _binding(owner, sha256))
    with _alone():
        _sweep()
        _write(_path(owner, sha256), token)
    return sha256


def kept(owner: int, sha256: str) -> bytes | None:
    """The very bytes that were stored; None when they are gone, another's, or no longer the same."""
    if not _SHA256.fullmatch(sha256):
        return None
    try:
        content = base64.b64decode(unseal(_path(owner, sha256).read_text(), _binding(owner, sha256)))
    except (OSError, InvalidTag, ValueError, KeyError):
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def keep_beside(owner: int, sha256: str, what: str, value: dict[str, Any]) -> None:
    """Store what is known about a kept file next to it, sealed like it and swept with it."""
    token = seal(json.dumps(value), _binding(owner, sha256) + what)
    with _alone():
        _write(_beside(owner, sha256, what), token)


def kept_beside(owner: int, sha256: str, what: str) -> dict[str, Any] | None:
    """What was stored by `keep_beside`; None when it is gone."""
    if not _SHA256.fullmatch(sha256):
        return None
    try:
        value = json.loads(unseal(_beside(owner, sha256, what).read_text(), _binding(owner, sha256) + what))
    except (OSError, InvalidTag, ValueError, KeyError):
        return None
    return value if isinstance(value, dict) else None


def begins_with(owner: int, beginning: str) -> str:
    """The SHA-256 of the owner's kept file that begins like this; empty when there is none."""
    files = sorted((settings.DATA_DIR / "uploads" / str(owner)).glob("*"))
    names = (path.name for path in files if path.name.startswith(beginning))
    return next((name for name in names if _SHA256.fullmatch(name)), "")


def forget(owner: int, sha256: str) -> None:
    if _SHA256.fullmatch(sha256):
        path = _path(owner, sha256)
        with _alone():
            for one in (path, *path.parent.glob(f"{sha256}.*")):
                one.unlink(missing_ok=True)


def forget_beside(owner: int, sha256: str, *whats: str) -> None:
    """These go, and the file with them once nothing else is known about it: another place may still work on it."""
    with _alone():
        for what in whats:
            _beside(owner, sha256, what).unlink(missing_ok=True)
        path = _path(owner, sha256)
        if not list(path.parent.glob(f"{sha256}.*")):
            path.unlink(missing_ok=True)


def forget_all_of(owner: int) -> None:
    with _alone():
        shutil.rmtree(_path(owner, "").parent, ignore_errors=True)


def forget_files(paths: Iterable[Path]) -> None:
    """Of `all_files`: those that somebody has found too old."""
    with _alone():
        for path in paths:
            path.unlink(missing_ok=True)


# --- for whoever looks after all of them ------------------------------------------------------------------------------
def all_files() -> list[Path]:
    return sorted((settings.DATA_DIR / "uploads").glob("*/*"))


def version_of(path: Path) -> str:
    """The beginning of what stands in the file, where the version of its key is; empty when it is gone."""
    try:
        with path.open() as file:
            return file.read(8)
    except FileNotFoundError:
        return ""


def change_token(path: Path, change: Callable[[str, str], str | None]) -> bool:
    """Replace what stands in a file by what `change` makes of it and of its binding; it gets no longer life by it.

    A file that cannot be read any more, or was never finished, is of no use to anybody and goes.
    """
    owner, sha256 = int(path.parent.name), path.name[:64]
    with _alone():
        try:
            token, times = path.read_text(), path.stat()
        except FileNotFoundError:
            return False
        new = change(token, _binding(owner, sha256) + path.name[65:])
        if new is None:
            path.unlink()
        else:
            _write(path, new)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    return True


def _beside(owner: int, sha256: str, what: str) -> Path:
    path = _path(owner, sha256)
    return path.with_name(f"{path.name}.{what}")


@contextmanager
def _alone() -> Iterator[None]:
    """One writer at a time, of all processes: what one removes, another must not bring back."""
    folder = settings.DATA_DIR / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, token: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.touch(mode=0o600)
    part.write_text(token)
    part.replace(path)


def _path(owner: int, sha256: str) -> Path:
    return settings.DATA_DIR / "uploads" / str(owner) / sha256


def _binding(owner: int, sha256: str) -> str:
    return f"uploads:{owner}:{sha256}"


def _sweep() -> None:
    # The files' own times, which the travelling clock does not move.
    oldest = time.time() - LIFE_SECONDS
    for path in all_files():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
