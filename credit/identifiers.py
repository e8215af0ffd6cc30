"""The reference of a credit report: the form of a proof's reference under letters of its own (CR-2026-…-C)."""

from certificates.identifiers import CODE_LENGTH
from core.text import compact
from staffing.identifiers import PREFIX as OF_PROOFS
from staffing.identifiers import normal_reference as normal_proof
from staffing.identifiers import proof_reference

PREFIX = "CR"


def report_reference(*, year: int, random: str) -> str:
    return PREFIX + proof_reference(year=year, random=random).removeprefix(OF_PROOFS)


def normal_reference(raw: str) -> str:
    """The one spelling of a reference as typed, "" when it cannot be one."""
    typed = compact(raw)
    proof = normal_proof(OF_PROOFS + typed.removeprefix(PREFIX)) if typed.startswith(PREFIX) else ""
    return PREFIX + proof.removeprefix(OF_PROOFS) if proof else ""


def looks_like_reference(raw: str) -> bool:
    """Was a reference meant, right or mistyped? The code of a certificate may begin with the same letters."""
    typed = compact(raw)
    return typed.startswith(PREFIX) and len(typed) != CODE_LENGTH


# By what an entry or a restriction is led back to its administrative case: the key follows.
SOURCE_OF_CASES = "credit.administrativecase:"
