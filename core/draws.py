"""Draws of a sample by a seed that nobody chooses.

An upper room puts up where public randomness comes from: heads of the tamper-evident log, signed after what is drawn
from was fixed.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

# The size and the root (hexadecimal digits) of the newest head that was signed after the moment.
Heads = Callable[[datetime], tuple[int, str] | None]
_heads: list[Heads] = []


def put_up_heads(heads: Heads) -> None:
    _heads[:] = [heads]


def head_after(moment: datetime) -> tuple[int | None, str]:
    """While there is none, a random number: an older head could have been known to whoever fixed the rows."""
    found = _heads[0](moment) if _heads else None
    return found or (None, secrets.token_hex(32))


def seed_from(what: str, root: str, head: str, turn: int = 1) -> str:
    """From what is drawn from (`root`), the head and the number of the draw. `what` keeps kinds of draws apart."""
    return hashlib.sha256(f"{what}\n{root}\n{head}\n{turn}".encode()).hexdigest()


def drawn(seed: str, lines: int, size: int) -> list[int]:
    """So many different places among 1 to `lines`, in order: those whose hashes with the seed are the smallest."""
    ranked = sorted(range(1, lines + 1), key=lambda place: hashlib.sha256(f"{seed}\n{place}".encode()).digest())
    return sorted(ranked[:size])
