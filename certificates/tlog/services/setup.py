"""The first start of the small size: the log's key, the signer's memory, a witness of one's own, the policy file."""

import os
import secrets
from pathlib import Path

from django.conf import settings

from certificates.tlog import witness
from certificates.tlog.notes import Signer, Verifier
from certificates.tlog.policy import SAME_OPERATOR
from certificates.tlog.services.memory import Memory

OWN_WITNESS = "own"


def read_key(path: Path, origin: str) -> Signer:
    """64 hexadecimal digits. Only the signer's process calls this, and the setup that makes the key."""
    return Signer(origin, bytes.fromhex(path.read_text().strip()))


def set_up(*, witness_url: str = "") -> str:
    """Makes what is missing and says whom to believe; again changes nothing but the witness's address.

    Key and memory are made together: a key whose memory is lost never begins anew by itself.
    """
    key, memory = Path(settings.TLOG_KEY_FILE), Memory(settings.TLOG_SIGNER_STATE)
    if not key.exists():
        if memory.path.exists() and memory.read().size:
            raise FileNotFoundError(f"{key} is missing, but {memory.path} is there: put the key back")
        memory.begin(settings.TLOG_ORIGIN)
        _write_secret(key)
    signer = read_key(key, memory.read().origin)
    own = witness.set_up(settings.DATA_DIR / "tlog" / "witness", f"{settings.SITE_HOST}/witness")
    text = _policy(signer.verifier, own, witness_url)
    _write(Path(settings.TLOG_POLICY_FILE), text)
    return text


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
