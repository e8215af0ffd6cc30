"""What the signer works with, and how it says no."""

from dataclasses import dataclass, field

from certificates.tlog.notes import Signer
from certificates.tlog.policy import Policy
from certificates.tlog.services.memory import Memory


class Refused(Exception):
    """The signer does not sign: which alarm, in words, and the signed note that shows it where there is one."""

    def __init__(self, what: str, words: str, evidence: str = "") -> None:
        self.what, self.words, self.evidence = what, words, evidence
        super().__init__(f"{what}: {words}")


@dataclass
class Desk:
    """What the signer has before it: its key, its memory, whom it asks."""

    signer: Signer
    memory: Memory
    policy: Policy
    # What each witness was last known to have cosigned.
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return self.signer.verifier.name
