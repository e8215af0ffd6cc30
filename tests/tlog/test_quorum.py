"""Witnesses that lie, drip or are broken: each of them stops nobody else, and only signed evidence is an alarm."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from certificates.tlog import selectors
from certificates.tlog.merkle import root_of
from certificates.tlog.models import Alarm, Checkpoint, Cosignature, Leaf
from certificates.tlog.notes import Checkpoint as Told
from certificates.tlog.services import Refused, cosign_head, cosigning, witnesses
from certificates.tlog.witness import Answer, Witness
from tests.tlog.logs import NOW, grow, make_log, running_witness, unguarded, write

pytestmark = pytest.mark.django_db


class Denies(Witness):
    def add_checkpoint(self, body):
        return Answer(422)


class Boasts(Witness):
    def add_checkpoint(self, body):
        return Answer(409, "999\n")


class Babbles(Witness):
    def add_checkpoint(self, body):
        return Answer(409, "as many as you like\n")


class Fails(Witness):
    def add_checkpoint(self, body):
        raise RuntimeError


class Shows(Witness):
    """A head that the log has never signed."""

    def checkpoint(self, hashed):
        text = Told("log.invalid/tlog", 999, bytes(32)).text()
        return Answer(200, f"{text}\n{self.signer.line(text, at=NOW)}")


class Floods(Witness):
    def add_checkpoint(self, body):
        return Answer(200, "x" * (witnesses.MOST_BYTES + 1))


class Eternal(Witness):
    """A good cosignature of a moment that no calendar has."""

    def __init__(self, *given, now):
        super().__init__(*given, now=lambda: 2**62)


class Smuggles(Witness):
    """A good cosignature of another text that begins with ours: stored, it would spoil everybody's."""

    def add_checkpoint(self, body):
        note = body.decode().partition("\n\n")[2]
        return Answer(200, f"\n{self.signer.line(note, at=NOW)}")


LIARS = [Denies, Boasts, Babbles, Fails, Shows, Floods, Eternal, Smuggles]


@pytest.mark.parametrize("kind", LIARS)
def test_one_bad_witness_stops_no_other_and_raises_no_alarm(kind, settings, tmp_path, capfd):
    with (
        running_witness(tmp_path / "a", "a", kind=kind) as lying,
        running_witness(tmp_path / "b", "b") as first,
        running_witness(tmp_path / "c", "c") as second,
    ):
        log = make_log(tmp_path, settings, [lying, first, second], quorum=2)
        grow(3)
        log.sign()

    assert selectors.is_final(selectors.latest_head())
    assert {"b.invalid", "c.invalid"} <= set(Cosignature.objects.values_list("witness", flat=True))
    assert not Alarm.objects.exists()


@contextmanager
def dripping():
    """Answers a byte now and then, and never ends."""
    ended = threading.Event()

    class Drips(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            for _ in range(200):
                if not ended.wait(0.05):
                    self.wfile.write(b"x")

        do_POST = do_GET  # noqa: N815

        def log_message(self, format, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Drips) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            ended.set()
            server.shutdown()
            thread.join()


def test_witness_that_never_ends_its_answer_is_left_after_a_while(monkeypatch, settings, tmp_path, caplog):
    monkeypatch.setattr(witnesses, "PATIENCE", 0.3)
    with (
        running_witness(tmp_path / "a", "a") as first,
        running_witness(tmp_path / "b", "b") as second,
        dripping() as at,
    ):
        first.url = at
        log = make_log(tmp_path, settings, [first, second], quorum=1)
        grow(3)
        log.sign()

    assert Cosignature.objects.get().witness == "b.invalid"
    assert "no end of the answer" in caplog.text


# --- signed evidence --------------------------------------------------------------------------------------------------
def test_larger_head_that_a_witness_can_show_is_refused(settings, tmp_path):
    """The number is believed once the witness shows a head of that size, signed by this log."""
    with running_witness(tmp_path / "a", "a") as witness:
        log = make_log(tmp_path, settings, [witness])
        grow(3)
        log.sign()
        smaller = selectors.latest_head()
        grow(2)
        log.sign()
        with pytest.raises(Refused, match="head of 5, ours has 3"):
            cosigning._once_more(log.desk(), smaller, log.policy.witnesses["a"], said=5)


def forked(log, witness, size):
    """The log's key signs another history, and this witness sees it first."""
    text = Told("log.invalid/tlog", size, root_of([bytes(32)] * size)).text()
    return witness.witness.add_checkpoint(f"old 0\n\n{text}\n{log.signer.line(text)}".encode())


def test_second_history_with_both_signatures_is_an_alarm_and_the_others_cosign(settings, tmp_path):
    with running_witness(tmp_path / "a", "a") as first, running_witness(tmp_path / "b", "b") as second:
        log = make_log(tmp_path, settings, [first, second], quorum=1)
        grow(3)
        first_url, first.url = first.url, "http://127.0.0.1:9"
        log = again(log, settings, [first, second])
        log.sign()
        before = set(Cosignature.objects.values_list("witness", flat=True))
        first.url = first_url
        assert forked(log, first, 2).status == 200
        log = again(log, settings, [first, second])
        with pytest.raises(Refused, match="another root over the first 2") as refusal:
            cosign_head(log.desk())

    assert before == {"b.invalid"}
    assert (refusal.value.what, selectors.open_alarm().what) == ("fork", "fork")
    assert log.signer.verifier.name in refusal.value.evidence


def again(log, settings, running):
    kept = log.memory.path.read_bytes()
    made = make_log(log.folder, settings, running, quorum=1)
    made.memory.path.write_bytes(kept)
    return made


def test_damaged_row_is_not_taken_for_a_second_history(settings, tmp_path):
    with running_witness(tmp_path / "a", "a") as witness:
        log = make_log(tmp_path, settings, [witness])
        grow(2)
        log.sign()
        url, witness.url = witness.url, "http://127.0.0.1:9"
        grow(1)
        again(log, settings, [witness]).sign()
        witness.url = url
        with unguarded("tlog_leaf"):
            write(Leaf, "idx", "leaf_hash", 2, bytes(32))
        with pytest.raises(Refused) as refusal:
            cosign_head(again(log, settings, [witness]).desk())

    assert refusal.value.what == Alarm.What.TREE
    assert Checkpoint.objects.count() == 2
