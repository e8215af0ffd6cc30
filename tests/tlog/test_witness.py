"""The witness: the answers of its specification, two hundred forks and no cosignature, kills and a lost memory."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest
import requests

from certificates.tlog import witness
from certificates.tlog.merkle import EMPTY_ROOT, consistency_proof, leaf_hash, root_of
from certificates.tlog.notes import Checkpoint, Note, Signer, to_base64
from certificates.tlog.witness import StateLost, Witness
from tests.architecture.sources import ROOT
from tests.tlog.logs import NOW, ORIGIN, running_witness

LOG = Signer(ORIGIN, b"\1" * 32)
LEAVES = [leaf_hash(b"%d" % number) for number in range(300)]


def leaves(size, fork=None):
    """`fork`: another first leaf, and so another history."""
    return [leaf_hash(b"fork %d" % fork), *LEAVES[1:size]] if fork is not None else LEAVES[:size]


def request(old, size, *, fork=None, signer=LOG, path=None, root=None, origin=ORIGIN, text=None):
    tree = leaves(size, fork)

    def node(level, index):
        return root_of(tree[index << level : (index + 1) << level])

    text = text or Checkpoint(origin, size, root or root_of(tree)).text()
    steps = consistency_proof(old, size, node) if path is None and old <= size else path or []
    return f"old {old}\n{''.join(to_base64(one) + chr(10) for one in steps)}\n{text}\n{signer.line(text)}".encode()


@pytest.fixture
def asked(tmp_path):
    witness.set_up(tmp_path, "w.invalid")
    return Witness(tmp_path, [LOG.verifier], now=lambda: NOW)


def evidence(folder):
    with closing(sqlite3.connect(folder / witness.STATE)) as db:
        return db.execute("SELECT COUNT(*) FROM evidence").fetchone()[0]


def held(folder):
    return witness.heads_of(folder).get(ORIGIN, 0)


# --- its answers ----------------------------------------------------------------------------------------------------
def test_heads_that_grow_are_cosigned(asked, tmp_path):
    for old, size in ((0, 3), (3, 3), (3, 100), (100, 300)):
        body = request(old, size)
        answer = asked.add_checkpoint(body)
        note = Note.parse(body.decode().partition("\n\n")[2] + answer.body)

        assert answer.status == 200
        assert note.signed_by([asked.signer.verifier]) == {asked.signer.verifier: NOW}
        assert held(tmp_path) == size


STRANGER = Signer(ORIGIN, b"\2" * 32)
ELSEWHERE = Signer("other.invalid/tlog", b"\1" * 32)
BAD_LINE = LOG.line("another text\n")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b""),
        (400, b"\xff\xfe"),
        (400, request(100, 200).replace(b"old 100", b"old 0100")),
        (400, request(100, 200).replace(b"old", b"new")),
        (400, request(100, 200, path=[bytes(32)] * 64)),
        (400, request(100, 200, path=[bytes(31)])),
        (400, request(200, 100)),
        (400, request(100, 200).replace("— ".encode(), b"- ")),
        (403, request(100, 200, signer=STRANGER)),
        (403, request(100, 200).partition(b"\xe2\x80\x94")[0] + BAD_LINE.encode()),
        (404, request(0, 200, origin="other.invalid/tlog", signer=ELSEWHERE)),
        (409, request(0, 200)),
        (409, request(99, 200)),
        (409, request(150, 200)),
        (422, request(100, 200, path=[])),
        (422, request(100, 200, fork=1)),
        (422, request(100, 100, fork=1)),
        (422, request(100, 100, path=[bytes(32)])),
    ],
)
def test_what_does_not_fit_is_answered_with_its_number(status, body, asked, tmp_path):
    asked.add_checkpoint(request(0, 100))

    answer = asked.add_checkpoint(body)

    assert answer.status == status
    assert "—" not in answer.body
    assert held(tmp_path) == 100
    if status == 409:
        assert (answer.body, answer.kind) == ("100\n", "text/x.tlog.size")


@pytest.mark.parametrize(
    ("root", "path", "status"), [(None, [bytes(32)], 422), (bytes(32), [], 422), (EMPTY_ROOT, [], 200)]
)
def test_empty_trees(root, path, status, asked):
    size = 0 if root else 5

    assert asked.add_checkpoint(request(0, size, root=root, path=path)).status == status


def test_over_http_it_answers_the_same(tmp_path):
    with running_witness(tmp_path, log=LOG.verifier) as running:
        assert requests.get(f"{running.url}/{'0' * 64}/checkpoint", timeout=5).status_code == 404
        first = requests.post(f"{running.url}/add-checkpoint", data=request(0, 7), timeout=5)
        late = requests.post(f"{running.url}/add-checkpoint", data=request(0, 9), timeout=5)
        shown = requests.get(f"{running.url}/{witness.sha256(ORIGIN.encode()).hexdigest()}/checkpoint", timeout=5)
        codes = [
            requests.post(f"{running.url}/elsewhere", data=b"x", timeout=5).status_code,
            requests.get(f"{running.url}/", timeout=5).status_code,
            requests.post(f"{running.url}/add-checkpoint", data=b"x" * 70_000, timeout=5).status_code,
        ]

    assert (first.status_code, late.status_code, late.text) == (200, 409, "7\n")
    assert late.headers["Content-Type"] == "text/x.tlog.size"
    assert set(Note.parse(shown.text).signed_by([LOG.verifier, running.key])) == {LOG.verifier, running.key}
    assert codes == [404, 404, 400]


# --- forks ----------------------------------------------------------------------------------------------------------
def test_two_hundred_forks_and_no_cosignature(asked, tmp_path):
    asked.add_checkpoint(request(0, 100))

    answers = [asked.add_checkpoint(request(100, 100 + number % 3, fork=number)) for number in range(200)]

    assert [one.status for one in answers] == [422] * 200
    assert evidence(tmp_path) == 200
    assert held(tmp_path) == 100


def test_without_the_proof_forks_would_be_cosigned(asked, monkeypatch):
    """The twin."""
    asked.add_checkpoint(request(0, 100))
    monkeypatch.setattr(witness, "_grows", lambda *facts: True)

    assert asked.add_checkpoint(request(100, 101, fork=1)).status == 200


def test_of_many_heads_at_once_one_is_cosigned(asked, tmp_path):
    """Forks that all fit what it holds: the first one wins, whoever asks at the same time."""
    answers = []
    threads = [
        threading.Thread(target=lambda n=number: answers.append(asked.add_checkpoint(request(0, 50, fork=n)).status))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200, *[409] * 7]
    assert evidence(tmp_path) == 7


def test_one_head_is_one_piece_of_evidence_however_it_is_sent(asked, tmp_path):
    asked.add_checkpoint(request(0, 100))

    for path in ([], [bytes(32)], [bytes(32)] * 2):
        assert asked.add_checkpoint(request(100, 120, path=path)).status == 422
        assert asked.add_checkpoint(request(100, 100, fork=1, path=path)).status == 422

    assert evidence(tmp_path) == 2


def test_equal_head_with_a_wrong_path_is_no_evidence(asked, tmp_path):
    asked.add_checkpoint(request(0, 100))

    assert asked.add_checkpoint(request(100, 100, path=[bytes(32)])).status == 422
    assert evidence(tmp_path) == 0


# --- kills ----------------------------------------------------------------------------------------------------------
DYING = """
import os, signal, sys
from pathlib import Path
from certificates.tlog import witness
from certificates.tlog.notes import Signer

class Dying(witness.Witness):
    def write(self, db, head, note, line):
        if sys.argv[2] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        super().write(db, head, note, line)
        os.kill(os.getpid(), signal.SIGKILL)

log = Signer("log.invalid/tlog", bytes([1]) * 32).verifier
answer = Dying(Path(sys.argv[1]), [log], now=lambda: 1).add_checkpoint(sys.stdin.buffer.read())
print(answer.status, answer.body)
"""
KILLS = 6


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_around_its_write_it_signs_one_history(when, asked, tmp_path):
    """Between check and write, and between write and answer: no answer leaves, and forks find no way in afterwards."""
    asked.add_checkpoint(request(0, 100))
    for number in range(KILLS):
        old = held(tmp_path)
        done = subprocess.run(
            [sys.executable, "-c", DYING, str(tmp_path), when],
            input=request(old, 101 + number),
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
        assert (done.returncode, done.stdout) == (-signal.SIGKILL, b""), done.stderr
        back = Witness(tmp_path, [LOG.verifier], now=lambda: NOW)
        now = held(tmp_path)
        assert now == (old if when == "before" else 101 + number)
        forks = [back.add_checkpoint(request(now, now + 1 + fork, fork=fork)).status for fork in range(34)]
        assert forks == [422] * 34
        assert back.add_checkpoint(request(now, 101 + number)).status == 200


# --- its memory -----------------------------------------------------------------------------------------------------
def start(folder):
    return Witness(folder, [LOG.verifier], now=lambda: NOW)


@pytest.mark.parametrize("loss", ["gone", "empty", "other", "older", "damaged", "no mark", "bad mark"])
def test_with_a_lost_memory_it_does_not_start(loss, asked, tmp_path):
    state = tmp_path / witness.STATE
    asked.add_checkpoint(request(0, 100))
    before = state.read_bytes()
    asked.add_checkpoint(request(100, 200))
    if loss == "gone":
        state.unlink()
    elif loss == "empty":
        state.write_bytes(b"")
    elif loss == "other":
        state.unlink()
        sqlite3.connect(state).executescript("CREATE TABLE head (origin TEXT); CREATE TABLE other (x)").close()
    elif loss == "older":
        state.write_bytes(before)
    elif loss == "no mark":
        (tmp_path / witness.MARK).unlink()
    elif loss == "bad mark":
        (tmp_path / witness.MARK).write_text("[]")
    else:
        state.write_bytes(b"nonsense" * 1000)

    with pytest.raises(StateLost):
        start(tmp_path)
    # Lost while it runs: it signs no more.
    assert asked.add_checkpoint(request(100, 300)).status == 503
    if loss == "gone":
        assert not state.exists()


DYING_AT_BIRTH = """
import os, signal, sys
from pathlib import Path
from certificates.tlog import witness

witness._TABLES = (*witness._TABLES[:2], "SELECT die()")
connect = witness._connect
def dying(*given):
    db = connect(*given)
    db.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
    return db
witness._connect = dying
witness.set_up(Path(sys.argv[1]), "w.invalid")
"""


def test_killed_while_it_makes_its_tables_it_begins_again(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", DYING_AT_BIRTH, str(tmp_path / "w")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)

    assert done.returncode == -signal.SIGKILL, done.stderr
    witness.set_up(tmp_path / "w", "w.invalid")
    assert start(tmp_path / "w").add_checkpoint(request(0, 3)).status == 200


def test_with_its_memory_it_starts_again(asked, tmp_path):
    asked.add_checkpoint(request(0, 100))

    assert start(tmp_path).add_checkpoint(request(100, 100)).status == 200


def test_key_that_is_lost_is_not_made_anew_beside_a_memory(asked, tmp_path):
    asked.add_checkpoint(request(0, 100))
    (tmp_path / witness.KEY).unlink()

    with pytest.raises(StateLost):
        witness.set_up(tmp_path, "w.invalid")


def test_setting_up_twice_keeps_the_key(tmp_path):
    assert witness.set_up(tmp_path, "w.invalid") == witness.set_up(tmp_path, "w.invalid")
    assert (tmp_path / witness.KEY).stat().st_mode & 0o777 == 0o600
