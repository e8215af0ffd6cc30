"""Writes of the log: put an entry down, give it its place, sign and have witnessed. Nobody's permission is asked here:
whoever calls append() has asked for its own act, and the rest is machinery."""

from certificates.tlog.services.entries import SALT_SIZE, append, commit
from certificates.tlog.services.memory import Memory
from certificates.tlog.services.sequencing import sequence
from certificates.tlog.services.setup import set_up
from certificates.tlog.services.signing import Desk, Refused, sign_head

__all__ = ["SALT_SIZE", "Desk", "Memory", "Refused", "append", "commit", "sequence", "set_up", "sign_head"]
