"""Writes of the log: put an entry down, give it its place, sign and have witnessed. Nobody's permission is asked here:
whoever calls append() has asked for its own act, and the rest is machinery."""

from certificates.tlog.services.desk import Desk, Refused
from certificates.tlog.services.entries import SALT_SIZE, append, commit
from certificates.tlog.services.memory import Memory, MemoryLost
from certificates.tlog.services.sequencing import sequence
from certificates.tlog.services.setup import read_key, set_up, set_up_log
from certificates.tlog.services.signing import adopt, cosign_head, sign_head
from certificates.tlog.services.turns import SequencerTurn, SignerTurn, stay

__all__ = [
    "SALT_SIZE", "Desk", "Memory", "MemoryLost", "Refused", "SequencerTurn", "SignerTurn", "adopt", "append", "commit",
    "cosign_head", "read_key", "sequence", "set_up", "set_up_log", "sign_head", "stay",
]  # fmt: skip
