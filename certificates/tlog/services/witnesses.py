"""The signer's way to the witnesses (c2sp.org/tlog-witness): what have you seen, and please cosign."""

from dataclasses import dataclass
from hashlib import sha256

import requests

from certificates.tlog.notes import Checkpoint, Note, NoteError, Verifier, from_number, to_base64
from certificates.tlog.policy import Witness

SECONDS = 5
MOST_BYTES = 64 * 1024


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
        signed = Note.parse(note + _text(answer))
        at = signed.signed_by([witness.key])[witness.key]
    except (NoteError, KeyError) as error:
        raise Unreachable(f"{witness.name} answers without a good cosignature") from error
    return signed.lines_of([witness.key])[witness.key], at


def _ask(method: str, url: str, body: bytes | None = None) -> requests.Response:
    try:
        return requests.request(method, url, data=body, timeout=SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        raise Unreachable(f"{url}: {type(error).__name__}") from error


def _text(answer: requests.Response) -> str:
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
