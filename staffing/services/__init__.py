"""Writes of the staffing room."""

from staffing.services.proofs import close_entries, make_proof
from staffing.services.sealed import (
    annul_sealed_count,
    confirm_sealed_count,
    end_sealed_count,
    enter_sealed_count,
    refuse_sealed_count,
)
from staffing.services.versions import adopt_rule, propose_rule, refuse_rule, withdraw_rule, write_rule

__all__ = [
    "adopt_rule",
    "annul_sealed_count",
    "close_entries",
    "confirm_sealed_count",
    "end_sealed_count",
    "enter_sealed_count",
    "make_proof",
    "propose_rule",
    "refuse_rule",
    "refuse_sealed_count",
    "withdraw_rule",
    "write_rule",
]
