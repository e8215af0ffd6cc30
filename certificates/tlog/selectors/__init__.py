"""Reads of the log: standing and proof of an entry, heads, tiles, the tree rebuilt."""

from certificates.tlog.selectors.entries import (
    FINAL,
    PENDING,
    PROVISIONAL,
    cosigned_by,
    covering_head,
    full_note,
    is_final,
    latest_head,
    leaf_of,
    log_moves,
    open_alarm,
    proof_text,
    standing,
)
from certificates.tlog.selectors.policies import policy, policy_text
from certificates.tlog.selectors.rebuilding import CannotRebuild, Rebuilt, rebuild
from certificates.tlog.selectors.tree import TileReader

__all__ = [
    "FINAL", "PENDING", "PROVISIONAL", "CannotRebuild", "Rebuilt", "TileReader", "cosigned_by", "covering_head",
    "full_note", "is_final", "latest_head", "leaf_of", "log_moves", "open_alarm", "policy", "policy_text",
    "proof_text", "rebuild", "standing",
]  # fmt: skip
