"""Reads of the log: standing and proof of an entry, heads, tiles, the tree rebuilt."""

from certificates.tlog.selectors.entries import (
    FINAL,
    PENDING,
    PROVISIONAL,
    cosigned_by,
    covering_head,
    full_note,
    is_final,
    known_fork,
    latest_head,
    leaf_of,
    log_moves,
    needs_cosigning,
    needs_signing,
    open_alarm,
    proof_text,
    published_head,
    signed_by,
    standing,
    unwitnessed_since,
)
from certificates.tlog.selectors.pages import EntryView, WitnessView, entry_view, recent_leaves, witness_views
from certificates.tlog.selectors.policies import policy, policy_is_unreadable, policy_text, read_policy
from certificates.tlog.selectors.rebuilding import CannotRebuild, Rebuilt, rebuild
from certificates.tlog.selectors.seen import ABSENT, OTHERWISE, seen
from certificates.tlog.selectors.tiles import tile_content
from certificates.tlog.selectors.tree import TileReader

__all__ = [
    "ABSENT", "FINAL", "OTHERWISE",
    "PENDING", "PROVISIONAL", "CannotRebuild", "EntryView", "Rebuilt", "TileReader", "WitnessView",
    "cosigned_by", "covering_head", "entry_view",
    "full_note", "is_final", "known_fork", "latest_head", "leaf_of", "log_moves", "needs_cosigning", "needs_signing",
    "open_alarm", "policy", "policy_is_unreadable",
    "policy_text", "proof_text", "published_head", "read_policy", "rebuild", "recent_leaves", "seen",
    "signed_by", "standing", "tile_content", "unwitnessed_since", "witness_views",
]  # fmt: skip
