"""A proof in the holder's hands (c2sp.org/tlog-proof@v1): entry, place, path and signed head in one text file.

The `extra` line carries the entry itself, so that file, policy, salt and document are all that a check needs.
"""

from dataclasses import dataclass

from certificates.tlog.merkle import leaf_hash, verify_inclusion
from certificates.tlog.notes import (
    Checkpoint,
    Note,
    NoteError,
    Verifier,
    from_base64,
    from_hash,
    from_number,
    to_base64,
)
from certificates.tlog.policy import Policy

HEAD = "c2sp.org/tlog-proof@v1"
LONGEST_PATH = 63


@dataclass(frozen=True)
class Proof:
    """Read with parse(), checked with check()."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    note: str

    def text(self) -> str:
        path = "".join(f"{to_base64(step)}\n" for step in self.path)
        return f"{HEAD}\nextra {to_base64(self.entry)}\nindex {self.index}\n{path}\n{self.note}"


@dataclass(frozen=True)
class Checked:
    """What a good proof shows: this entry stands at this place below this head, which these witnesses have seen."""

    entry: bytes
    index: int
    checkpoint: Checkpoint
    cosigned: dict[Verifier, int]


def parse(text: str) -> Proof:
    """Raises NoteError for everything that is not exactly of the form."""
    above, gap, note = text.partition("\n\n")
    lines = above.split("\n")
    if not gap or len(lines) < 3 or lines[0] != HEAD:
        raise NoteError("not a proof")
    extra, index, path = lines[1].partition(" "), lines[2].partition(" "), lines[3:]
    if extra[0] != "extra" or index[0] != "index" or len(path) > LONGEST_PATH:
        raise NoteError("a proof has an entry, an index and a path")
    return Proof(entry=from_base64(extra[2]), index=from_number(index[2]), path=tuple(map(from_hash, path)), note=note)


def check(text: str, policy: Policy) -> Checked:
    """Raises NoteError unless everything holds: the log's signature, the quorum of witnesses, the path."""
    proof = parse(text)
    note = Note.parse(proof.note)
    checkpoint = Checkpoint.parse(note.text)
    logs, witnesses = policy.log_keys(checkpoint.origin), policy.witness_keys()
    signed = note.signed_by([*logs, *witnesses])
    if not any(key in signed for key in logs):
        raise NoteError("no log that the policy names has signed this head")
    cosigned = {key: at for key, at in signed.items() if key in witnesses}
    if not policy.is_met(cosigned):
        raise NoteError("too few witnesses have seen this head")
    leaf = leaf_hash(proof.entry)
    if not verify_inclusion(leaf=leaf, index=proof.index, size=checkpoint.size, path=proof.path, root=checkpoint.root):
        raise NoteError("the entry is not in the tree of this head")
    return Checked(entry=proof.entry, index=proof.index, checkpoint=checkpoint, cosigned=cosigned)
