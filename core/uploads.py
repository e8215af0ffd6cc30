"""Uploaded files between preview and confirmation: sealed at rest, one folder per login, named by SHA-256.

They hold identity numbers in clear until they are opened, so nothing of them stays longer than a day.
"""

import base64
import hashlib
import re
import time
from pathlib import Path

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


def forget(owner: int, sha256: str) -> None:
    if _SHA256.fullmatch(sha256):
        _path(owner, sha256).unlink(missing_ok=True)


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
