"""The processes of the log go on when something outside fails, and do no more than there is to do."""

import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, InterfaceError

from certificates.tlog import selectors, services
from certificates.tlog.models import Checkpoint, Cosignature
from certificates.tlog.policy import PolicyError
from certificates.tlog.services import Refused, SequencerTurn, SignerTurn
from core import clock
from tests.tlog.logs import grow, make_log, put_down, running_witness
from tools import demo
from tools.services import Service, ServiceFailed

pytestmark = pytest.mark.django_db


class Ended(BaseException):
    """The test has seen enough."""


def stayed(turn, *, times, pause=5.0):
    """The pauses of so many turns."""
    pauses = []

    def rest(seconds):
        pauses.append(seconds)
        if len(pauses) == times:
            raise Ended

    with pytest.raises(Ended):
        services.stay(turn, pause=pause, rest=rest)
    return pauses


@pytest.mark.parametrize("problem", [DatabaseError, InterfaceError, OSError, PolicyError, Refused])
def test_what_fails_outside_is_said_and_tried_again_after_longer_pauses(problem, caplog):
    numbers = iter(range(9))

    def turn():
        if next(numbers) not in (0, 6):
            raise problem("tree", "no") if problem is Refused else problem("no")

    assert stayed(turn, times=8) == [5, 10, 20, 40, 60, 60, 5, 10]
    assert caplog.text.count("no turn, the next one in") == 6
    assert problem.__name__ in caplog.text


def test_mistake_of_our_own_ends_the_process():
    def turn():
        raise KeyError

    with pytest.raises(KeyError):
        services.stay(turn, pause=1)


def test_sequencer_goes_on_after_the_disk_was_full(settings):
    put_down(3)
    (settings.DATA_DIR / "tlog").write_text("in the way of a folder")
    turn, failed = SequencerTurn(), []

    def once():
        try:
            turn()
        except OSError:
            failed.append(True)
            (settings.DATA_DIR / "tlog").unlink()
            raise

    stayed(once, times=2)
    if failed:
        assert selectors.rebuild().size == 3


# --- the policy file --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("content", [b"nonsense", b"\xff\xfe", b"", b"log", b"witness a b c d e f\n", b"quorum x\n"])
def test_policy_that_cannot_be_read_is_said_and_makes_nobody_trusted(content, client, settings, tmp_path, caplog):
    with running_witness(tmp_path / "w") as witness:
        log = make_log(tmp_path, settings, [witness])
        [ref] = grow()
        log.sign()
    assert selectors.standing(kind="cert.issued", ref=ref) == "final"
    settings.TLOG_POLICY_FILE.write_bytes(content)

    page = client.get("/en/log/", follow=True)

    assert page.status_code == 200
    assert "The policy file of this site cannot be read" in page.content.decode()
    assert client.get("/tlog/policy").status_code == 404
    assert client.get("/tlog/checkpoint").status_code == 200
    assert selectors.standing(kind="cert.issued", ref=ref) == "provisional"
    grow()
    stayed(SignerTurn(log.desk()), times=1)
    assert "PolicyError" in caplog.text
    assert Checkpoint.objects.count() == 1


def test_signer_once_says_in_a_line_that_the_policy_cannot_be_read(settings):
    services.set_up_log()
    settings.TLOG_POLICY_FILE.write_text("nonsense")

    with pytest.raises((CommandError, PolicyError), match="unknown word"):
        call_command("tlog_signer", "--once")


# --- no more than there is to do --------------------------------------------------------------------------------------
def test_witness_that_is_down_makes_nobody_rebuild(settings, tmp_path, monkeypatch):
    with running_witness(tmp_path / "w") as witness:
        log = make_log(tmp_path, settings, [witness])
    grow(3)
    built, real, now = [], selectors.rebuild, [0.0]
    monkeypatch.setattr(selectors, "rebuild", lambda sizes=(): built.append(now[0]) or real(sizes))
    turn = SignerTurn(log.desk(), now=lambda: now[0])
    for _ in range(21):
        turn()
        now[0] += 5

    assert built == [0, 60]
    with running_witness(tmp_path / "w") as back:
        make_log_at(log, settings, back)
        turn()

    assert built == [0, 60]
    assert Cosignature.objects.get().checkpoint_id == 3


def make_log_at(log, settings, witness):
    kept = log.memory.path.read_bytes()
    make_log(log.folder, settings, [witness]).memory.path.write_bytes(kept)


def test_new_entries_are_signed_at_the_next_turn(settings, tmp_path):
    log = make_log(tmp_path, settings)
    turn = SignerTurn(log.desk(), now=lambda: 0.0)
    for size in (1, 2, 3):
        grow(1)
        turn()
        assert selectors.latest_head().size == size


def test_heads_that_nobody_witnesses_for_long_are_an_alarm(settings, tmp_path, client, caplog):
    with running_witness(tmp_path / "w") as witness:
        log = make_log(tmp_path, settings, [witness])
        grow(2)
        with clock.travel(-2 * selectors.entries.LONGEST_WAIT):
            log.sign()
        assert selectors.unwitnessed_since() is None
    grow(2)
    with clock.travel(-2 * selectors.entries.LONGEST_WAIT):
        late = log.sign()

    assert selectors.unwitnessed_since() == late.signed_at
    assert not selectors.log_moves()
    assert "For too long no head has been seen" in client.get("/en/log/", follow=True).content.decode()
    SignerTurn(log.desk())()
    assert "too few witnesses have cosigned" in caplog.text


# --- the demo ---------------------------------------------------------------------------------------------------------
class Short(Service):
    pause = 0.0
    is_vital = False

    def __init__(self, folder):
        super().__init__("short", [sys.executable, "-c", "print('ran')"], environment={}, logs=folder)


def test_process_of_the_log_that_ends_is_started_again(tmp_path, capsys):
    service = Short(tmp_path)
    try:
        for _ in range(3):
            service.keep_up() if service.child else service.start()
            service.child.wait()
    finally:
        service.stop()

    assert (tmp_path / "short.log").read_text() == "ran\n" * 3
    assert capsys.readouterr().out.count("is started again") == 2


def test_site_that_ends_still_ends_the_demo(tmp_path):
    service = Short(tmp_path)
    service.is_vital = True
    service.start().child.wait()
    try:
        with pytest.raises(ServiceFailed, match="The short process has ended"):
            demo.watch([service])
    finally:
        service.stop()


def test_only_the_log_s_processes_are_started_again():
    assert [kind.is_vital for kind in (demo.Web, demo.Worker, demo.Witness, demo.Sequencer, demo.Signer)] == [
        *[True] * 2,
        *[False] * 3,
    ]
