"""The processes of the log: set up once, in turns, alone with the key; and what strangers run without Django."""

import fcntl
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from certificates.tlog import policy, selectors, services, witness
from certificates.tlog.models import Alarm, Checkpoint
from certificates.tlog.notes import Signer
from certificates.tlog.services import MemoryLost
from config import env
from tests.architecture.sources import ROOT
from tests.tlog.logs import ORIGIN, grow, make_log, policy_text, put_down, running_witness

pytestmark = pytest.mark.django_db


def run(name, *arguments):
    told = StringIO()
    call_command(name, *arguments, stdout=told)
    return told.getvalue().strip()


# --- the first start ------------------------------------------------------------------------------------------------
def test_first_start_makes_everything_once(settings, tmp_path):
    first = run("tlog_setup", "--witness", "http://127.0.0.1:1")
    key = Path(settings.TLOG_KEY_FILE).read_text()
    again = run("tlog_setup", "--witness", "http://127.0.0.1:2")

    whom = policy.parse(again)
    assert Path(settings.TLOG_KEY_FILE).read_text() == key
    assert Path(settings.TLOG_KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert (whom.needed, whom.witnesses["own"].is_same_operator) == ((1, 1), True)
    assert whom.witnesses["own"].url == "http://127.0.0.1:2"
    assert again == first.replace(":1", ":2")
    assert selectors.policy() == whom


def test_entry_goes_through_all_processes(settings, tmp_path):
    run("tlog_setup")
    log = policy.parse(selectors.policy_text()).logs[0]
    with running_witness(settings.DATA_DIR / "tlog" / "witness", log=log) as own:
        run("tlog_setup", "--witness", own.url)
        [ref] = put_down()
        run("tlog_sequencer", "--once")
        run("tlog_signer", "--once")

    assert selectors.standing(kind="cert.issued", ref=ref) == "final"


def test_policy_of_somebody_else_is_left_and_said(settings, capsys):
    run("tlog_setup", "--witness", "http://127.0.0.1:1")
    ours = settings.TLOG_POLICY_FILE.read_text()
    for theirs in ("quorum none\n", ours + "\n", ours.replace("quorum own", "quorum none"), ours.replace(":1", ":1 x")):
        settings.TLOG_POLICY_FILE.write_text(theirs)

        told = run("tlog_setup", "--witness", "http://127.0.0.1:2")

        assert settings.TLOG_POLICY_FILE.read_text() == theirs
        assert told == theirs.strip()
        assert "left as it is" in capsys.readouterr().err


def test_address_of_the_witness_stays_when_none_is_given(settings, capsys):
    first = run("tlog_setup", "--witness", "http://127.0.0.1:1")

    assert run("tlog_setup") == first
    assert capsys.readouterr().err == ""


def test_log_with_heads_gets_no_other_key(settings):
    """Key and memory are gone together: the heads in the database still say that there was one."""
    services.set_up_log()
    grow(2)
    run("tlog_signer", "--once")
    Path(settings.TLOG_KEY_FILE).unlink()
    Path(settings.TLOG_SIGNER_STATE).unlink()

    with pytest.raises(FileNotFoundError, match="put the key back"):
        services.set_up_log()
    assert not Path(settings.TLOG_KEY_FILE).exists()
    assert not Path(settings.TLOG_SIGNER_STATE).exists()


def test_log_only_prints_the_key_and_writes_no_policy(settings):
    assert run("tlog_setup", "--log-only").startswith(f"log {settings.TLOG_ORIGIN}+")
    assert not settings.TLOG_POLICY_FILE.exists()


def test_key_that_is_lost_is_not_made_anew(settings, tmp_path):
    log = make_log(tmp_path, settings)
    settings.TLOG_SIGNER_STATE = log.memory.path
    grow(2)
    log.sign()

    with pytest.raises(FileNotFoundError, match="put the key back"):
        services.set_up_log()


def test_key_that_others_can_read_is_refused(settings):
    services.set_up_log()
    Path(settings.TLOG_KEY_FILE).chmod(0o644)

    with pytest.raises(PermissionError, match="chmod 600"):
        run("tlog_signer", "--once")


def test_signer_without_a_key_says_so(settings):
    with pytest.raises(CommandError, match="PLATFORM_TLOG_KEY"):
        run("tlog_signer", "--once")
    settings.TLOG_KEY_FILE = None
    with pytest.raises(CommandError, match="PLATFORM_TLOG_KEY"):
        run("tlog_signer", "--once")
    with pytest.raises(ImproperlyConfigured, match="PLATFORM_TLOG_KEY"):
        services.set_up_log()


def test_production_keeps_the_key_outside_its_data(monkeypatch, tmp_path):
    monkeypatch.setenv("PLATFORM_DATA", str(tmp_path))
    assert env.file_outside_data("PLATFORM_TLOG_KEY") is None
    monkeypatch.setenv("PLATFORM_TLOG_KEY", str(tmp_path / "secrets" / "log-key"))
    with pytest.raises(env.ConfigurationError, match="PLATFORM_TLOG_KEY"):
        env.file_outside_data("PLATFORM_TLOG_KEY")
    monkeypatch.setenv("PLATFORM_TLOG_KEY", str(tmp_path.parent / "log-key"))
    assert env.file_outside_data("PLATFORM_TLOG_KEY") == tmp_path.parent / "log-key"


# --- one at a time --------------------------------------------------------------------------------------------------
def test_second_signer_does_not_start(settings):
    services.set_up_log()
    with Path(settings.TLOG_SIGNER_STATE).with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="Another signer"):
            run("tlog_signer", "--once")


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL's lock is by number")
def test_second_sequencer_moves_nothing(settings):
    put_down(3)
    (settings.DATA_DIR / "tlog").mkdir()
    with (settings.DATA_DIR / "tlog" / "sequencer.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert services.sequence() == 0

    assert services.sequence() == 3


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite's lock is a file")
@pytest.mark.django_db(transaction=True)
def test_second_sequencer_of_another_connection_moves_nothing():
    put_down(3)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [services.sequencing._LOCK])
        assert services.sequence() == 0
        # The server lets go of the lock of a connection that has ended only after a while.
        cursor.execute("SELECT pg_advisory_unlock(%s)", [services.sequencing._LOCK])
    other.close()

    assert services.sequence() == 3


# --- a lost memory --------------------------------------------------------------------------------------------------
@pytest.fixture
def lost(settings, tmp_path):
    """Signed, witnessed, grown; then the signer's memory is gone."""
    services.set_up_log()
    log = policy.parse(f"log {services.set_up_log().vkey}\nquorum none").logs[0]
    with running_witness(tmp_path / "tlog" / "witness", log=log) as own:
        run("tlog_setup", "--witness", own.url)
        grow(4)
        run("tlog_signer", "--once")
        Path(settings.TLOG_SIGNER_STATE).unlink()
        yield own


def test_lost_memory_is_made_anew_from_the_witness(lost, settings):
    with pytest.raises(CommandError, match="state"):
        run("tlog_signer", "--once")

    assert run("tlog_signer", "--adopt") == "remembers a head of 4 from now on"
    grow(1)
    run("tlog_signer", "--once")

    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [4, 5]
    assert Alarm.objects.count() == 1


def test_lost_memory_is_not_made_anew_without_witnesses(lost, settings):
    run("tlog_setup", "--witness", "http://127.0.0.1:9")

    with pytest.raises(CommandError, match="too few witnesses"):
        run("tlog_signer", "--adopt")
    with pytest.raises(MemoryLost):
        services.Memory(settings.TLOG_SIGNER_STATE).read()


def test_newer_stored_head_is_remembered_when_the_witness_has_seen_less(lost, settings, tmp_path):
    """The witness was away at the last head: to begin at what it saw would sign that head a second time."""
    run("tlog_signer", "--adopt")
    lost.witness.logs.clear()
    grow(3)
    run("tlog_signer", "--once")
    Path(settings.TLOG_SIGNER_STATE).unlink()

    assert run("tlog_signer", "--adopt") == "remembers a head of 7 from now on"
    assert services.Memory(settings.TLOG_SIGNER_STATE).read().note == Checkpoint.objects.get(size=7).note


def test_memory_never_begins_at_nought(settings, tmp_path):
    """A witness that never saw this log answers, and that is quorum enough: it may still have signed elsewhere."""
    with running_witness(tmp_path / "w") as fresh:
        log = make_log(tmp_path, settings, [fresh])
        log.memory.path.unlink()
        with pytest.raises(services.Refused, match="no head that this key has signed"):
            services.adopt(log.desk())

    assert not log.memory.path.exists()


def test_heads_of_another_key_are_no_memory(settings, tmp_path):
    with running_witness(tmp_path / "w") as fresh:
        log = make_log(tmp_path, settings, [fresh])
        grow(2)
        log.sign()
        stranger = Signer(ORIGIN, b"\5" * 32)
        desk = services.Desk(signer=stranger, memory=log.memory, policy=log.policy)
    with running_witness(tmp_path / "w2", "w1") as forgetful:
        desk.policy = policy.parse(policy_text(stranger, {"w1": (forgetful.key, forgetful.url)}))
        with pytest.raises(services.Refused, match="no head that this key has signed"):
            services.adopt(desk)


def test_without_a_quorum_no_memory_is_made_anew(settings, tmp_path):
    log = make_log(tmp_path, settings)
    log.memory.path.unlink()

    with pytest.raises(services.Refused, match="too few witnesses"):
        services.adopt(log.desk())
    assert not log.memory.path.exists()


# --- without Django -------------------------------------------------------------------------------------------------
def test_what_strangers_run_knows_no_django():
    code = (
        "import sys, certificates.tlog.witness, certificates.tlog.monitor, certificates.tlog.proofs;"
        "print(sorted(n for n in sys.modules if n.partition('.')[0] in ('django', 'core', 'accounts')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def start_witness(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-P", "-m", "tools.witness", "--folder", str(folder), "--port", "0", *arguments],
        cwd=folder.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_witness_s_command_refuses_a_lost_memory_and_a_missing_name(settings, tmp_path):
    key = ["--log", services.set_up_log().vkey]
    nameless = start_witness(tmp_path / "w", *key)
    witness.set_up(tmp_path / "w", "w.invalid")
    logless = start_witness(tmp_path / "w")
    (tmp_path / "w" / witness.STATE).unlink()
    forgetful = start_witness(tmp_path / "w", *key)

    assert [one.returncode for one in (nameless, logless, forgetful)] == [1, 1, 1]
    assert "Give the witness a name" in nameless.stderr
    assert "Name a log" in logless.stderr
    assert f"{tmp_path / 'w' / witness.STATE} is missing" in forgetful.stderr
