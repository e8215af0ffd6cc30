"""Certificate numbers and verification codes: forms and arithmetic, no database. Scheme: docs/decisions/0004.

A number reads TM-J-2026-9901-000123-C: level letter, year of issue, code of the base, running number, check character.
A code is 80 random bits; who knows it has seen the certificate.
"""

import re
from dataclasses import dataclass

from accounts.identifiers import USCC_ALPHABET, uscc_check_character
from core.text import compact, narrow

# The digit stands for the letter in the arithmetic: I and S are missing from the check alphabet.
LEVEL_DIGITS = {"J": "1", "I": "2", "S": "3"}
LEVEL_LETTERS = {"JUNIOR": "J", "INTERMEDIATE": "I", "SENIOR": "S"}
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_BYTES = 10
CODE_LENGTH = 16

_BASE = f"[{USCC_ALPHABET}]{{4}}"
_NUMBER = re.compile(rf"TM-([JIS])-(\d{{4}})-({_BASE})-(\d{{6}}|[1-9]\d{{6,7}})-([{USCC_ALPHABET}])")
_PARTS = re.compile(rf"TM([JIS])(\d{{4}})({_BASE})(\d{{6}}|[1-9]\d{{6,7}})([{USCC_ALPHABET}])")
_MISREAD = str.maketrans("ILO", "110")


@dataclass(frozen=True)
class NumberParts:
    """What a number says once its check character is right."""

    level: str
    year: int
    base: str
    running: int


def certificate_number(*, level: str, year: int, base: str, running: int) -> str:
    """`level` is the letter. Raises ValueError for a base code or a running number that has no place in it."""
    body = f"{year:04d}-{base}-{running:06d}"
    check = check_character(level, body)
    number = f"TM-{level}-{body}-{check}"
    if not _NUMBER.fullmatch(number):
        raise ValueError(f"no certificate number can be made of {number}")
    return number


def check_character(level: str, body: str) -> str:
    """MOD 31 with powers of 3, the arithmetic of GB 32100-2015: finds every wrong character and every swap of two.

    ISO 7064 MOD 37,36 would miss 1 in 630 swaps of neighbours (decision 0004).
    """
    characters = LEVEL_DIGITS[level] + body.replace("-", "")
    unknown = set(characters) - set(USCC_ALPHABET)
    return "" if unknown else uscc_check_character(characters)


def parse_number(raw: str) -> NumberParts | None:
    """The parts of a number as typed (blanks, hyphens and case do not matter), None when it cannot be one."""
    found = _PARTS.fullmatch(compact(raw))
    if found is None:
        return None
    level, year, base, running, check = found.groups()
    if check_character(level, year + base + running) != check:
        return None
    return NumberParts(level, int(year), base, int(running))


def normal_number(raw: str) -> str:
    """The one spelling of a number as typed, "" when it cannot be one."""
    parts = parse_number(raw)
    return (
        certificate_number(level=parts.level, year=parts.year, base=parts.base, running=parts.running) if parts else ""
    )


def code_from_bytes(random: bytes) -> str:
    """Sixteen characters of Crockford's base 32 for 80 bits."""
    if len(random) != CODE_BYTES:
        raise ValueError("a verification code has 80 bits")
    value = int.from_bytes(random, "big")
    return "".join(CODE_ALPHABET[value >> shift & 31] for shift in range(75, -1, -5))


def normal_code(raw: str) -> str:
    """A code as typed in its one spelling, "" when it cannot be one. I, L and O are read as 1, 1 and 0."""
    value = re.sub(r"[\s\-]", "", narrow(raw)).upper().translate(_MISREAD)
    return value if len(value) == CODE_LENGTH and not set(value) - set(CODE_ALPHABET) else ""


def in_fours(code: str) -> str:
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
