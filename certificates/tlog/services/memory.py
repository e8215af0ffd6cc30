"""What the signer last signed, in a file of its own, written through to the disk before anybody sees the head."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from certificates.tlog.files import write_whole
from certificates.tlog.merkle import EMPTY_ROOT
from certificates.tlog.notes import Checkpoint


class MemoryLost(Exception):
    """The file is missing or is not what the signer wrote: whoever signed on could sign a second history."""


@dataclass(frozen=True)
class Remembered:
    """The last head and its note as signed; size 0 and no note before the first."""

    origin: str
    size: int
    root: str
    note: str = ""

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint(origin=self.origin, size=self.size, root=bytes.fromhex(self.root))


class Memory:
    """The file at a path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, origin: str) -> None:
        """Once, together with the key."""
        self.write(Checkpoint(origin=origin, size=0, root=EMPTY_ROOT), "")

    def read(self) -> Remembered:
        try:
            found = Remembered(**json.loads(self.path.read_text(encoding="utf-8")))
            root = found.checkpoint.root
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise MemoryLost(f"{self.path.name} is missing or damaged") from error
        if len(root) != 32 or (found.size == 0) != (found.note == ""):
            raise MemoryLost(f"{self.path.name} is damaged")
        return found

    def write(self, checkpoint: Checkpoint, note: str) -> None:
        """Whole or not at all, also when the power fails."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        told = Remembered(checkpoint.origin, checkpoint.size, checkpoint.root.hex(), note)
        write_whole(self.path, json.dumps(asdict(told), ensure_ascii=False))
