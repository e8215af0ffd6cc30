"""The first start of the small size: the log's key, the signer's memory, a witness of one's own, the policy file."""

import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from certificates.tlog import witness
from certificates.tlog.files import write_whole
from certificates.tlog.models import Checkpoint
from certificates.tlog.notes import Signer, Verifier
from certificates.tlog.policy import SAME_OPERATOR
from certificates.tlog.services.memory import Memory

OWN_WITNESS = "own"


@dataclass(frozen=True)
class SetUp:
    """The policy that stands now; `is_foreign`: somebody else wrote it, and it was left as it is."""

    policy: str
    is_foreign: bool


def read_key(path: Path, origin: str) -> Signer:
    """64 hexadecimal digits. Only the signer's process calls this, and the setup that makes the key."""
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"{path} can be read by others: chmod 600 it")
    return Signer(origin, bytes.fromhex(path.read_text().strip()))


def set_up(*, witness_url: str = "") -> SetUp:
    """The small size: makes what is missing, says whom to believe; again changes only the own witness's address."""
    log = set_up_log()
    own = witness.set_up(settings.DATA_DIR / "tlog" / "witness", f"{settings.SITE_HOST}/witness")
    path = Path(settings.TLOG_POLICY_FILE)
    stands = path.read_bytes().decode("utf-8", "replace") if path.exists() else None
    if stands is not None and not _is_ours(stands, log, own):
        return SetUp(stands, is_foreign=True)
    if stands is None or witness_url:
        stands = _write_policy(path, stands, _policy(log, own, witness_url))
    return SetUp(stands, is_foreign=False)


def set_up_log() -> Verifier:
    """Key and memory are made together: a key whose memory is lost never begins anew by itself, and a log that has
    heads never gets another key."""
    if settings.TLOG_KEY_FILE is None:
        raise ImproperlyConfigured("PLATFORM_TLOG_KEY is not set: the signer needs it, and no other process.")
    key, memory = Path(settings.TLOG_KEY_FILE), Memory(settings.TLOG_SIGNER_STATE)
    if not key.exists():
        if memory.path.exists() and memory.read().size:
            raise FileNotFoundError(f"{key} is missing, but {memory.path} is there: put the key back")
        if Checkpoint.objects.exists():
            raise FileNotFoundError(f"{key} is missing, but the log has signed heads: put the key back")
        memory.begin(settings.TLOG_ORIGIN)
        key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(key, secrets.token_hex(32), once=True)
    return read_key(key, settings.TLOG_ORIGIN).verifier


def _policy(log: Verifier, own: Verifier, url: str) -> str:
    return (
        f"log {log.vkey}\n# run by {OWN_WITNESS}: {SAME_OPERATOR}\nwitness {OWN_WITNESS} {own.vkey} {url}".rstrip()
        + f"\nquorum {OWN_WITNESS}\n"
    )


def _is_ours(text: str, log: Verifier, own: Verifier) -> bool:
    """Byte for byte what stands in _policy(), with whatever address of the witness."""
    before, after = _policy(log, own, "ADDRESS").split(" ADDRESS")
    return re.fullmatch(rf"{re.escape(before)}(?: \S+)?{re.escape(after)}", text) is not None


def _write_policy(path: Path, stands: str | None, text: str) -> str:
    if stands != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text, mode=0o644)
    return text
