"""The policy file as this process sees it: keys and quorum; nobody needs a secret for it."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from certificates.tlog.policy import Group, Policy, parse

NOBODY = Policy(groups={"nobody": Group(threshold=1, members=())}, quorum="nobody")


def policy() -> Policy:
    """Read anew when the file changes; without one nobody is known and nothing is final."""
    path = Path(settings.TLOG_POLICY_FILE)
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return NOBODY
    return _read(path, changed)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Policy:
    return parse(path.read_text(encoding="utf-8"))


def policy_text() -> str:
    path = Path(settings.TLOG_POLICY_FILE)
    return path.read_text(encoding="utf-8") if path.exists() else ""
