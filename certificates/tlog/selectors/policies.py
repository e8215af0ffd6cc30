"""The policy file as this process sees it: keys and quorum; nobody needs a secret for it."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from certificates.tlog.policy import Group, Policy, PolicyError, parse

NOBODY = Policy(groups={"nobody": Group(threshold=1, members=())}, quorum="nobody")


def policy() -> Policy:
    """Read anew when the file changes; without one that can be followed nobody is known and nothing is final."""
    try:
        return read_policy()
    except (PolicyError, OSError):
        return NOBODY


def read_policy() -> Policy:
    """For the signer, which must not sign as if there were no witnesses: raises when the file cannot be followed."""
    path = Path(settings.TLOG_POLICY_FILE)
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return NOBODY
    return _read(path, changed)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Policy:
    try:
        return parse(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise PolicyError("the file is not text") from error


def policy_is_unreadable() -> bool:
    """It is there and cannot be followed."""
    try:
        read_policy()
    except (PolicyError, OSError):
        return True
    return False


def policy_text() -> str:
    path = Path(settings.TLOG_POLICY_FILE)
    return path.read_text(encoding="utf-8") if path.exists() and not policy_is_unreadable() else ""
