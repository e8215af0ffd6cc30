"""Signed notes, checkpoints and cosignatures as C2SP specifies them (signed-note, tlog-checkpoint, tlog-cosignature).

Only canonical forms are read: what two readers could read differently is refused. No Django, no clock, no files.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 0x01
COSIGNATURE = 0x04
DASH = "—"
MOST_SIGNATURES = 64
LONGEST = 64 * 1024
_NAME = re.compile(r"[^\s+\x00-\x20]{1,200}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteError(ValueError):
    """The text is no note, or not signed by whom it must be."""


# --- base64 and numbers in their one form ---------------------------------------------------------------------------
def to_base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def from_base64(text: str) -> bytes:
    """Standard alphabet, padded, unused bits zero: one text per value."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NoteError("not base64") from error
    if to_base64(value) != text:
        raise NoteError("base64 in another form than the canonical one")
    return value


def from_hash(text: str) -> bytes:
    value = from_base64(text)
    if len(value) != 32:
        raise NoteError("a hash has 32 bytes")
    return value


def from_number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise NoteError("a number is written in decimal, without signs and leading noughts")
    return int(text)


# --- keys -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Verifier:
    """A public key under its name. `kind`: what it signs, notes (of a log) or cosignatures (of a witness)."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def from_vkey(cls, text: str) -> "Verifier":
        name, _plus, rest = text.partition("+")
        key_id, _plus, encoded = rest.partition("+")
        material = from_base64(encoded)
        if not _NAME.fullmatch(name) or len(material) != 33 or material[0] not in (ED25519, COSIGNATURE):
            raise NoteError(f"not a key of a log or a witness: {text[:80]}")
        found = cls(name=name, kind=material[0], public=material[1:])
        if found.key_id.hex() != key_id:
            raise NoteError(f"the key's number does not fit the key: {text[:80]}")
        return found

    def check(self, text: str, signature: bytes) -> int:
        """Raises unless the signature is good; answers the moment of a cosignature, 0 for other kinds."""
        at = int.from_bytes(signature[:8], "big") if self.kind == COSIGNATURE else 0
        signed = signature[8:] if self.kind == COSIGNATURE else signature
        if len(signed) != 64 or at >= 2**63 or (self.kind == COSIGNATURE and not at):
            raise NoteError(f"a signature of {self.name} has another form")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signed, _message(self.kind, text, at))
        except (InvalidSignature, ValueError) as error:
            raise NoteError(f"a signature of {self.name} is wrong") from error
        return at


class Signer:
    """A private key under its name; made from 32 random bytes."""

    def __init__(self, name: str, seed: bytes, *, kind: int = ED25519) -> None:
        if not _NAME.fullmatch(name):
            raise NoteError(f"not a name of a key: {name!r}")
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name=name, kind=kind, public=self._private.public_key().public_bytes_raw())

    def line(self, text: str, *, at: int = 0) -> str:
        """The signature line under a note; `at` (POSIX seconds) is for cosignatures."""
        kind = self.verifier.kind
        signature = self._private.sign(_message(kind, text, at))
        stamped = at.to_bytes(8, "big") + signature if kind == COSIGNATURE else signature
        return f"{DASH} {self.verifier.name} {to_base64(self.verifier.key_id + stamped)}\n"


def _message(kind: int, text: str, at: int) -> bytes:
    head = f"cosignature/v1\ntime {at}\n" if kind == COSIGNATURE else ""
    return (head + text).encode()


# --- notes ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Signature:
    """One signature line: whose it says it is, and its bytes."""

    name: str
    key_id: bytes
    value: bytes
    line: str


@dataclass(frozen=True)
class Note:
    """A text with its signatures, read but not checked."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, note: str) -> "Note":
        if len(note) > LONGEST or _CONTROL.search(note) or not note.endswith("\n"):
            raise NoteError("not a signed note")
        text, gap, lines = note.rpartition("\n\n")
        if not gap or not text or not lines:
            raise NoteError("a note has a text, an empty line and signatures")
        read = tuple(parse_signature(line) for line in lines[:-1].split("\n"))
        if len(read) > MOST_SIGNATURES:
            raise NoteError("too many signatures")
        return cls(text=text + "\n", signatures=read)

    def signed_by(self, verifiers: Iterable[Verifier]) -> dict[Verifier, int]:
        """Whose good signatures stand under it, each once, with the moment of cosignatures. Unknown keys are passed
        over; one bad signature of a known key makes the whole note bad."""
        known = {(one.name, one.key_id): one for one in verifiers}
        found: dict[Verifier, int] = {}
        for signature in self.signatures:
            if one := known.get((signature.name, signature.key_id)):
                found[one] = one.check(self.text, signature.value)
        return found

    def lines_of(self, verifiers: Iterable[Verifier]) -> dict[Verifier, str]:
        known = {(one.name, one.key_id): one for one in verifiers}
        lines = ((known.get((one.name, one.key_id)), one.line) for one in self.signatures)
        return {verifier: line for verifier, line in lines if verifier}


def parse_signature(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != DASH or not _NAME.fullmatch(parts[1]):
        raise NoteError("not a signature line")
    value = from_base64(parts[2])
    if len(value) < 5:
        raise NoteError("a signature has a key's number and a value")
    return Signature(name=parts[1], key_id=value[:4], value=value[4:], line=line + "\n")


# --- checkpoints ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Checkpoint:
    """The head of a log: how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Extension lines are refused: our log has none, and nobody could check them."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0]:
            raise NoteError("a head has three lines: origin, size, root")
        return cls(origin=lines[0], size=from_number(lines[1]), root=from_hash(lines[2]))
