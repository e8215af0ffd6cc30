"""References of proofs and of receipts: their form and arithmetic, no database.

A reference reads RP-2026-7K3M-9QXW-2B8A-T4UN-C: year of making, sixteen random characters, a check character; that of
a receipt begins with RR. Nobody finds one by trying; who knows it has seen the paper. No certificate number begins so.
"""

import re

from accounts.identifiers import USCC_ALPHABET, uscc_check_character
from certificates.identifiers import CODE_LENGTH
from core.text import compact

PREFIX, OF_RECEIPTS = "RP", "RR"
# Of 31 characters each: 79 bits.
RANDOM_LENGTH = 16
_PARTS = re.compile(rf"[A-Z]{{2}}(\d{{4}})([{USCC_ALPHABET}]{{{RANDOM_LENGTH}}})([{USCC_ALPHABET}])")


def proof_reference(*, year: int, random: str, prefix: str = PREFIX) -> str:
    """`random`: sixteen characters of the alphabet of check characters. Raises ValueError for anything else."""
    body = f"{year:04d}{random}"
    if set(body) - set(USCC_ALPHABET) or len(body) != 4 + RANDOM_LENGTH:
        raise ValueError(f"no reference can be made of {body}")
    groups = (random[start : start + 4] for start in range(0, RANDOM_LENGTH, 4))
    return "-".join((prefix, body[:4], *groups, uscc_check_character(body)))


def normal_reference(raw: str, prefix: str = PREFIX) -> str:
    """The one spelling of a reference as typed (blanks, hyphens and case do not matter), "" when it cannot be one."""
    typed = compact(raw)
    found = _PARTS.fullmatch(typed) if typed.startswith(prefix) else None
    if found is None or uscc_check_character(found[1] + found[2]) != found[3]:
        return ""
    return proof_reference(year=int(found[1]), random=found[2], prefix=prefix)


def looks_like_reference(raw: str, prefix: str = PREFIX) -> bool:
    """Was a reference meant, right or mistyped? The code of a certificate may begin with the same letters."""
    typed = compact(raw)
    return typed.startswith(prefix) and len(typed) != CODE_LENGTH
