"""What a proof of a ratio commits to: canonical bytes, salted hashes, the tree over its lines, the draw of a sample.

No database, no clock, no randomness: whoever has the parts computes the same. Decision: docs/decisions/0038.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from certificates.tlog.merkle import inclusion_proof, leaf_hash, root_of
from core.draws import drawn as drawn
from core.draws import seed_from

FORMAT = "staffing-ratio-proof-1"
SAMPLE_FORMAT = "staffing-ratio-sample-1"
PERSON, EVIDENCE = "person", "evidence"
# A line as everybody may read it: {"n", "trained", "person", "evidence"}; the last two are hashes.
Line = Mapping[str, Any]


def canonical(facts: Any) -> bytes:
    """The one spelling: keys in order, no blanks. Texts, whole numbers, truths, lists and objects alone."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def salt_of(secret: bytes, what: str, place: int) -> bytes:
    """Every commitment has a salt of its own: opening one line tells nothing about another."""
    return hmac.new(secret, f"{FORMAT}\n{what}\n{place}".encode(), hashlib.sha256).digest()


def commitment(salt: bytes, facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(salt + canonical(facts)).hexdigest()


# --- the tree -------------------------------------------------------------------------------------------------------
def root_over(lines: Sequence[Line]) -> str:
    """Root of RFC 6962 over the lines in their order."""
    return root_of(_leaves(lines)).hex()


def path_of(lines: Sequence[Line], place: int) -> list[str]:
    """From the line at that place (the first is 1) up to the root."""
    leaves = _leaves(lines)

    def node(level: int, index: int) -> bytes:
        return root_of(leaves[index << level : (index + 1) << level])

    return [step.hex() for step in inclusion_proof(place - 1, len(leaves), node)]


def _leaves(lines: Sequence[Line]) -> list[bytes]:
    return [leaf_hash(canonical(line)) for line in lines]


# --- the sample -----------------------------------------------------------------------------------------------------
def seed_of(root: str, head: str, turn: int) -> str:
    """From the proof, the head of the log and the number of the draw: nobody chooses it.

    `head`: root of a signed head over the proof's entry in hexadecimal digits, or a random number where there is none.
    """
    return seed_from(SAMPLE_FORMAT, root, head, turn)
