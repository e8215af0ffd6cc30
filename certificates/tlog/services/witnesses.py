"""The signer's way to the witnesses (c2sp.org/tlog-witness): what have you seen, and please cosign."""

import queue
import threading
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException

import requests
from urllib3.exceptions import HTTPError

from certificates.tlog.notes import Checkpoint, Note, NoteError, Verifier, from_number, parse_signature, to_base64
from certificates.tlog.policy import Witness

# For each silence, and for a whole answer.
SECONDS, PATIENCE = 5, 10
MOST_BYTES = 64 * 1024
# Addresses whose last answer has not ended.
_BUSY: set[str] = set()


class Unreachable(Exception):
    """No answer, or none that can be read: try again later."""


class SeenMore(Exception):
    """The witness has seen `size` entries of this log."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(str(size))


class SeenOtherwise(Exception):
    """The witness has seen another history than this head's."""


@dataclass(frozen=True)
class Seen:
    """A head that a witness cosigned, and the note with the log's own signature."""

    head: Checkpoint
    note: str


def seen_head(witness: Witness, *, origin: str, log: Verifier) -> Seen | None:
    """The newest head that this witness cosigned; None: it has never seen this log."""
    answer = _ask("GET", f"{witness.url}/{sha256(origin.encode()).hexdigest()}/checkpoint")
    if answer.status_code == 404:
        return None
    if answer.status_code != 200:
        raise Unreachable(f"{witness.name} answers {answer.status_code}")
    try:
        note = Note.parse(_text(answer))
        head = Checkpoint.parse(note.text)
        signed = note.signed_by([log, witness.key])
    except NoteError as error:
        raise Unreachable(f"{witness.name}: {error}") from error
    if head.origin != origin or set(signed) != {log, witness.key}:
        raise Unreachable(f"{witness.name} shows a head that the log and it have not both signed")
    return Seen(head, f"{note.text}\n{note.lines_of([log])[log]}")


def cosign(witness: Witness, *, note: str, old: int, path: list[bytes]) -> tuple[str, int]:
    """The witness's signature line under the note, checked, and its moment."""
    steps = "".join(f"{to_base64(step)}\n" for step in path)
    answer = _ask("POST", f"{witness.url}/add-checkpoint", f"old {old}\n{steps}\n{note}".encode())
    if answer.status_code == 409:
        raise SeenMore(_size(_text(answer)))
    if answer.status_code == 422:
        raise SeenOtherwise(witness.name)
    if answer.status_code != 200:
        raise Unreachable(f"{witness.name} answers {answer.status_code}")
    try:
        return _line_of(witness.key, Note.parse(note).text, _text(answer))
    except NoteError as error:
        raise Unreachable(f"{witness.name} answers without a good cosignature") from error


def _line_of(key: Verifier, text: str, answer: str) -> tuple[str, int]:
    """Checked against our text alone: an answer could bring a text of its own, and its line would spoil the note."""
    for line in answer.removesuffix("\n").split("\n"):
        signature = parse_signature(line)
        if (signature.name, signature.key_id) == (key.name, key.key_id):
            return signature.line, key.check(text, signature.value)
    raise NoteError("no line of this key")


@dataclass(frozen=True)
class Said:
    """An answer, read as far as answers may go."""

    status_code: int
    content: bytes


def _ask(method: str, url: str, body: bytes | None = None) -> Said:
    """Within PATIENCE, whatever the other side does: one that sends byte after byte must not hold up the rest."""
    if url in _BUSY:
        raise Unreachable(f"{url} is still at the last answer")
    told: queue.SimpleQueue[Said | Exception] = queue.SimpleQueue()
    _BUSY.add(url)
    threading.Thread(target=_fetch, args=[told, method, url, body], daemon=True).start()
    try:
        answer = told.get(timeout=PATIENCE)
    except queue.Empty as error:
        raise Unreachable(f"{url}: no end of the answer within {PATIENCE} s") from error
    if isinstance(answer, Exception):
        raise Unreachable(f"{url}: {type(answer).__name__}") from answer
    return answer


def _fetch(told: "queue.SimpleQueue[Said | Exception]", method: str, url: str, body: bytes | None) -> None:
    try:
        with requests.request(method, url, data=body, timeout=SECONDS, allow_redirects=False, stream=True) as answer:
            told.put(Said(answer.status_code, answer.raw.read(MOST_BYTES + 1, decode_content=True)))
    except (OSError, HTTPError, HTTPException, ValueError) as error:
        told.put(error)
    finally:
        _BUSY.discard(url)


def _text(answer: Said) -> str:
    if len(answer.content) > MOST_BYTES:
        raise Unreachable("the answer is too long")
    try:
        return answer.content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreachable("the answer is not text") from error


def _size(text: str) -> int:
    try:
        return from_number(text.removesuffix("\n"))
    except NoteError as error:
        raise Unreachable("the witness says no size") from error
