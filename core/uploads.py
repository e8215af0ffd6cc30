"""Uploaded files between preview and confirmation: sealed at rest, one folder per login, named by SHA-256.

They hold identity numbers in clear until they are opened, so nothing of them stays longer than a day.
"""

import base64
import hashlib
import json
import re
import time
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
    _sweep()
    path = _path(owner, sha256)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    token = seal(base64.b64encode(content).decode(), _binding(owner, sha256))
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(token)
    part.replace(path)
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
    path = _beside(owner, sha256, what)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(seal(json.dumps(value), _binding(owner, sha256) + what))
    part.replace(path)


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
        for one in (path, *path.parent.glob(f"{sha256}.*")):
            one.unlink(missing_ok=True)


def _beside(owner: int, sha256: str, what: str) -> Path:
    path = _path(owner, sha256)
    return path.with_name(f"{path.name}.{what}")


def _path(owner: int, sha256: str) -> Path:
    return settings.DATA_DIR / "uploads" / str(owner) / sha256


def _binding(owner: int, sha256: str) -> str:
    return f"uploads:{owner}:{sha256}"


def _sweep() -> None:
    # The files' own times, which the travelling clock does not move.
    oldest = time.time() - LIFE_SECONDS
    for path in (settings.DATA_DIR / "uploads").glob("*/*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
