"""The first start of the small size: the log's key, the signer's memory, a witness of one's own, the policy file."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from certificates.tlog import witness
from certificates.tlog.notes import Signer, Verifier
from certificates.tlog.policy import SAME_OPERATOR
from certificates.tlog.services.memory import Memory

OWN_WITNESS = "own"


def read_key(path: Path, origin: str) -> Signer:
    """64 hexadecimal digits. Only the signer's process calls this, and the setup that makes the key."""
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"{path} can be read by others: chmod 600 it")
    return Signer(origin, bytes.fromhex(path.read_text().strip()))


def set_up(*, witness_url: str = "") -> str:
    """The small size: makes what is missing, says whom to believe; again changes only the witness's address."""
    log = set_up_log()
    own = witness.set_up(settings.DATA_DIR / "tlog" / "witness", f"{settings.SITE_HOST}/witness")
    text = _policy(log, own, witness_url)
    _write(Path(settings.TLOG_POLICY_FILE), text)
    return text


def set_up_log() -> Verifier:
    """Key and memory are made together: a key whose memory is lost never begins anew by itself."""
    if settings.TLOG_KEY_FILE is None:
        raise ImproperlyConfigured("PLATFORM_TLOG_KEY is not set: the signer needs it, and no other process.")
    key, memory = Path(settings.TLOG_KEY_FILE), Memory(settings.TLOG_SIGNER_STATE)
    if not key.exists():
        if memory.path.exists() and memory.read().size:
            raise FileNotFoundError(f"{key} is missing, but {memory.path} is there: put the key back")
        memory.begin(settings.TLOG_ORIGIN)
        _write_secret(key)
    return read_key(key, settings.TLOG_ORIGIN).verifier


def _policy(log: Verifier, own: Verifier, url: str) -> str:
    return (
        f"log {log.vkey}\n# run by {OWN_WITNESS}: {SAME_OPERATOR}\nwitness {OWN_WITNESS} {own.vkey} {url}".rstrip()
        + f"\nquorum {OWN_WITNESS}\n"
    )


def _write_secret(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
