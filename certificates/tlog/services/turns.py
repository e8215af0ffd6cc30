"""The turns of sequencer and signer: what goes wrong outside is said and tried again, after longer pauses."""

import logging
import time
from collections.abc import Callable
from typing import NoReturn

from django.db import Error, close_old_connections

from certificates.tlog import selectors
from certificates.tlog.policy import PolicyError
from certificates.tlog.services.desk import Desk, Refused
from certificates.tlog.services.memory import MemoryLost
from certificates.tlog.services.sequencing import BATCH, sequence
from certificates.tlog.services.signing import cosign_head, sign_head

LONGEST_PAUSE = 60.0
# Without news the whole tree is computed anew this often, so that a flipped bit is noticed.
IDLE_CHECK = 60.0
# A witness that was away is asked again this often; nothing is rebuilt for it.
ASK_AGAIN = 15.0
# Turns between two looks for entries that lie far behind.
THOROUGH = 600

log = logging.getLogger(__name__)


def _rest(seconds: float) -> None:
    """A connection that is broken or too old is opened anew at the next turn."""
    close_old_connections()
    time.sleep(seconds)


def stay(turn: Callable[[], None], *, pause: float, rest: Callable[[float], None] = _rest) -> NoReturn:
    """Turn after turn. A database that restarts, a full disk, a policy file half written end no process."""
    failed = 0
    while True:
        try:
            turn()
            failed = 0
        except (Error, OSError, PolicyError, Refused) as problem:
            failed += 1
            log.error("no turn, the next one in %.0f s: %s: %s", _pause(pause, failed), type(problem).__name__, problem)
        rest(_pause(pause, failed))


def _pause(pause: float, failed: int) -> float:
    return min(pause * 2 ** min(failed, 10), max(pause, LONGEST_PAUSE))


class SequencerTurn:
    """Everything that waits, in batches."""

    def __init__(self) -> None:
        self.turns = 0

    def __call__(self) -> None:
        while sequence(thorough=self.turns % THOROUGH == 0) == BATCH:
            pass
        self.turns += 1


class SignerTurn:
    """Signs when there are new entries, rebuilds now and then, asks witnesses that were away."""

    def __init__(self, desk: Desk, *, now: Callable[[], float] = time.monotonic) -> None:
        self.desk, self.now = desk, now
        self.checked = self.asked = float("-inf")

    def __call__(self) -> None:
        self.desk.policy = selectors.read_policy()
        now = self.now()
        if now - self.checked >= IDLE_CHECK or selectors.needs_signing(self._signed()):
            self.checked = self.asked = now
            _tell_unwitnessed()
            sign_head(self.desk)
        elif now - self.asked >= ASK_AGAIN and selectors.needs_cosigning():
            self.asked = now
            cosign_head(self.desk)

    def _signed(self) -> int:
        """A lost memory counts as news: the turn then says that it is lost."""
        try:
            return self.desk.memory.read().size
        except MemoryLost:
            return 0


def _tell_unwitnessed() -> None:
    if since := selectors.unwitnessed_since():
        log.critical("too few witnesses have cosigned any head of the log since %s", since)
