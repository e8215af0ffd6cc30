"""A small witness (c2sp.org/tlog-witness): remembers the newest head of each log, cosigns only what grows out of it.

Needs neither Django nor the platform's database: key, memory and mark lie in one folder, the moment comes as an
argument. A witness whose memory is lost or older than its mark does not start: it could cosign a second history.
"""

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from certificates.tlog.files import write_whole
from certificates.tlog.merkle import EMPTY_ROOT, verify_consistency
from certificates.tlog.notes import (
    COSIGNATURE,
    Checkpoint,
    Note,
    NoteError,
    Signer,
    Verifier,
    from_hash,
    from_number,
)

LONGEST_BODY = 64 * 1024
MOST_STEPS = 63
MOST_EVIDENCE = 10_000
KEY, STATE, MARK = "key", "state.sqlite3", "mark.json"
_TABLES = (
    "CREATE TABLE head (origin TEXT PRIMARY KEY, hashed TEXT UNIQUE, size INTEGER NOT NULL, root BLOB NOT NULL,"
    " note TEXT)",
    "CREATE TABLE evidence (digest BLOB PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL)",
    "CREATE TABLE born (once INTEGER PRIMARY KEY CHECK (once = 1), at TEXT)",
    "INSERT INTO born VALUES (1, '')",
)


class StateLost(RuntimeError):
    """The memory does not belong to the key any more; the text says what to do."""


@dataclass(frozen=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    body: str = ""
    kind: str = "text/plain; charset=utf-8"


# --- the folder -----------------------------------------------------------------------------------------------------
def set_up(folder: Path, name: str) -> Verifier:
    """The first start makes memory, mark and key, the key last; later ones only answer the key."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / KEY).exists():
        _begin(folder / STATE)
        if heads_of(folder):
            raise StateLost(f"{folder / KEY} is missing, but its memory is there. Put the key back.")
        write_whole(folder / MARK, "{}")
        write_whole(folder / KEY, f"{name}\n{secrets.token_hex(32)}\n", once=True)
    return read_key(folder).verifier


def _begin(state: Path) -> None:
    """All tables or none, whenever it is killed."""
    with closing(_connect(state, "rwc")) as db:
        db.execute("BEGIN IMMEDIATE")
        if not db.execute("SELECT name FROM sqlite_master").fetchone():
            for statement in _TABLES:
                db.execute(statement)
        db.execute("COMMIT")


def read_key(folder: Path) -> Signer:
    name, seed = (folder / KEY).read_text(encoding="utf-8").split()
    return Signer(name, bytes.fromhex(seed), kind=COSIGNATURE)


def heads_of(folder: Path) -> dict[str, int]:
    with closing(_connect(folder / STATE)) as db:
        if db.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("damaged")
        db.execute("SELECT once FROM born").fetchone()[0]
        return dict(db.execute("SELECT origin, size FROM head"))


def refuse_lost_state(folder: Path) -> None:
    state = folder / STATE
    advice = _advice(state)
    if not state.exists():
        raise StateLost(f"{state} is missing. {advice}")
    try:
        heads = heads_of(folder)
    except (sqlite3.DatabaseError, TypeError) as error:
        raise StateLost(f"{state} is damaged. {advice}") from error
    for origin, size in _marked(folder).items():
        if heads.get(origin, 0) < size:
            raise StateLost(f"{state} has forgotten a head of {size} of {origin}. {advice}")


def _marked(folder: Path) -> dict[str, int]:
    """How far each log was cosigned, at least. It is there from the first start on: missing, it was lost."""
    try:
        return {str(origin): int(size) for origin, size in json.loads((folder / MARK).read_text("utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise StateLost(f"{folder / MARK} is missing or damaged. {_advice(folder / MARK)}") from error


def _advice(lost: Path) -> str:
    return f"Put {lost} back as it was last; or begin as a new witness, with a new key, in an empty folder."


def _connect(path: Path, mode: str = "rw") -> sqlite3.Connection:
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", timeout=20, isolation_level=None, uri=True)
    db.execute("PRAGMA synchronous = FULL")
    return db


# --- the witness ----------------------------------------------------------------------------------------------------
class Witness:
    """Answers the two calls. `logs`: keys of the logs it watches; `now`: POSIX seconds."""

    def __init__(self, folder: Path, logs: Sequence[Verifier], *, now: Callable[[], int]) -> None:
        refuse_lost_state(folder)
        self.folder, self.now = folder, now
        self.logs = {log.name: [one for one in logs if one.name == log.name] for log in logs}
        self.signer = read_key(folder)
        self._one_at_a_time = threading.Lock()

    def add_checkpoint(self, body: bytes) -> Answer:
        try:
            old, path, note = _read_request(body)
            parsed = Note.parse(note)
            head = Checkpoint.parse(parsed.text)
        except NoteError as error:
            return Answer(400, f"{error}\n")
        if head.origin not in self.logs:
            return Answer(404, "this log is not known here\n")
        if not self._is_signed(parsed, head.origin):
            return Answer(403, "the log has not signed this head\n")
        if old > head.size:
            return Answer(400, "the old size is larger than the head\n")
        try:
            with self._one_at_a_time, closing(_connect(self.folder / STATE)) as db:
                return self._in_one_transaction(db, old, path, head, parsed, body)
        except (StateLost, sqlite3.DatabaseError):
            return Answer(503, "the memory of this witness is lost or damaged: nothing is cosigned\n")

    def checkpoint(self, hashed: str) -> Answer:
        """The newest head it cosigned, by the hash of the log's origin."""
        with closing(_connect(self.folder / STATE)) as db:
            found = db.execute("SELECT note FROM head WHERE hashed = ?", [hashed]).fetchone()
        return Answer(200, found[0]) if found else Answer(404, "nothing was cosigned for this log\n")

    def _is_signed(self, note: Note, origin: str) -> bool:
        try:
            return bool(note.signed_by(self.logs[origin]))
        except NoteError:
            return False

    def _in_one_transaction(
        self, db: sqlite3.Connection, old: int, path: list[bytes], head: Checkpoint, note: Note, body: bytes
    ) -> Answer:
        db.execute("BEGIN IMMEDIATE")
        try:
            return self._decide(db, old, path, head, note, body)
        finally:
            if db.in_transaction:
                db.execute("COMMIT")

    def _decide(
        self, db: sqlite3.Connection, old: int, path: list[bytes], head: Checkpoint, note: Note, body: bytes
    ) -> Answer:
        """Look and write are one transaction: nobody else's head comes in between."""
        row = db.execute("SELECT size, root FROM head WHERE origin = ?", [head.origin]).fetchone()
        size, root = row or (0, EMPTY_ROOT)
        if _marked(self.folder).get(head.origin, 0) > size:
            raise StateLost("the memory is older than its mark")
        if size == head.size and root != head.root:
            self._keep_evidence(db, note, body)
        if old != size:
            return Answer(409, f"{size}\n", "text/x.tlog.size")
        if not _grows(size, root, head, path):
            if (size, root) != (head.size, head.root):
                self._keep_evidence(db, note, body)
            return Answer(422, "this head does not grow out of the one that was cosigned\n")
        line = self.signer.line(note.text, at=self.now())
        self.write(db, head, note, line)
        return Answer(200, line)

    def write(self, db: sqlite3.Connection, head: Checkpoint, note: Note, line: str) -> None:
        """On the disk before the answer leaves; the mark after it, so that it is never ahead."""
        signed = "".join(self._line_of(note, key) for key in self.logs[head.origin])
        values = [head.origin, sha256(head.origin.encode()).hexdigest(), head.size, head.root]
        db.execute("REPLACE INTO head VALUES (?, ?, ?, ?, ?)", [*values, f"{note.text}\n{signed}{line}"])
        db.execute("COMMIT")
        write_whole(self.folder / MARK, json.dumps(_marked(self.folder) | {head.origin: head.size}))

    @staticmethod
    def _line_of(note: Note, key: Verifier) -> str:
        return note.lines_of([key]).get(key, "")

    def _keep_evidence(self, db: sqlite3.Connection, note: Note, body: bytes) -> None:
        """Signed by the log and not shown to grow out of what it signed before; of the same size it convicts the log.
        Once per head: whoever sends it again with another path fills nothing."""
        if db.execute("SELECT COUNT(*) FROM evidence").fetchone()[0] < MOST_EVIDENCE:
            values = [sha256(note.text.encode()).digest(), self.now(), body]
            db.execute("INSERT OR IGNORE INTO evidence VALUES (?, ?, ?)", values)


def _read_request(body: bytes) -> tuple[int, list[bytes], str]:
    try:
        above, gap, note = body.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError as error:
        raise NoteError("not text") from error
    first, *steps = above.split("\n")
    word, _space, old = first.partition(" ")
    if not gap or word != "old" or len(steps) > MOST_STEPS:
        raise NoteError("a request has an old size, at most 63 hashes, an empty line and a head")
    return from_number(old), [from_hash(step) for step in steps], note


def _grows(size: int, root: bytes, head: Checkpoint, path: list[bytes]) -> bool:
    if head.size == 0 and head.root != EMPTY_ROOT:
        return False
    return verify_consistency(old=size, new=head.size, old_root=root, new_root=head.root, path=path)


# --- over HTTP ------------------------------------------------------------------------------------------------------
def server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    class Handler(_Handler):
        asked = witness

    return ThreadingHTTPServer((host, port), Handler)


class _Handler(BaseHTTPRequestHandler):
    asked: Witness
    timeout = 10
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST_BODY:
            self.close_connection = True
            self._answer(Answer(400, "too long, or without a length\n"))
        elif self.path != "/add-checkpoint":
            self.close_connection = True
            self._answer(Answer(404))
        else:
            self._answer(self.asked.add_checkpoint(self.rfile.read(int(length))))

    def do_GET(self) -> None:
        hashed, slash, rest = self.path.removeprefix("/").partition("/")
        self._answer(self.asked.checkpoint(hashed) if (slash, rest) == ("/", "checkpoint") else Answer(404))

    def _answer(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Requests are not written down: what counts stands in the memory."""
