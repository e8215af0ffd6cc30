"""The monitor: an honest log passes; a changed entry, hash, head, or history is an alarm."""

import json
import os
import subprocess
import sys

import pytest
import requests

from certificates.tlog import monitor, policy, selectors
from certificates.tlog.merkle import EMPTY_ROOT, leaf_hash, root_of
from certificates.tlog.models import Leaf
from certificates.tlog.notes import Checkpoint, Note
from certificates.tlog.tiles import bundle, unbundle
from tests.architecture.sources import ROOT
from tests.tlog.logs import NOW, ORIGIN, grow, make_log, policy_text, running_witness

pytestmark = pytest.mark.django_db
HERE = "http://log.invalid/tlog"


class World:
    """The log's files as they are served, the witness as it answers; a test puts other bytes under an address."""

    def __init__(self, log, client):
        self.log, self.client, self.changed = log, client, {}

    def fetch(self, address):
        if address in self.changed:
            return self.changed[address]
        if not address.startswith(HERE):
            answer = requests.get(address, timeout=5)
            return self._body(answer.status_code, answer.content)
        answer = self.client.get(address.removeprefix("http://log.invalid"))
        return self._body(answer.status_code, answer.content)

    @staticmethod
    def _body(status, content):
        if status == 404:
            raise LookupError
        return content

    def change(self, name, content):
        self.changed[f"{HERE}/{name}"] = content

    def served(self, name):
        return self.fetch(f"{HERE}/{name}")

    def watch(self, **facts):
        return monitor.watch(HERE, self.log.policy, self.fetch, **facts)


@pytest.fixture
def world(client, settings, tmp_path):
    with running_witness(tmp_path / "w") as witness:
        log = make_log(tmp_path, settings, [witness])
        log.witness = witness
        grow(258)
        log.sign()
        yield World(log, client)


def test_honest_log_passes(world):
    report = world.watch(issuer="B01")

    assert (report.head.size, report.cosigned, report.compared, report.silent) == (258, ["w1"], ["w1"], [])
    assert len(report.entries) == 258
    grow(4)
    world.log.sign()
    assert world.watch(before=report.head, issuer="other").entries == []


def flipped(content, at):
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize(
    "name", ["checkpoint", "tile/entries/000", "tile/entries/001.p/2", "tile/0/000", "tile/0/001.p/2", "tile/1/000.p/1"]
)
def test_every_flipped_bit_is_an_alarm(name, world):
    content = world.served(name)
    for at in range(0, len(content), max(1, len(content) // 23)):
        world.change(name, flipped(content, at))
        with pytest.raises(monitor.Alarm):
            world.watch()


@pytest.mark.parametrize("name", ["checkpoint", "tile/entries/000", "tile/0/000"])
def test_missing_file_is_an_alarm(name, world):
    world.change(name, b"")
    with pytest.raises(monitor.Alarm):
        world.watch()


def forged_world(world, entries):
    """The whole history written anew and signed by the log's own key, as an operator could."""
    leaves = [leaf_hash(entry) for entry in entries]
    text = Checkpoint(ORIGIN, len(leaves), root_of(leaves)).text()
    lines = [world.log.signer.line(text), world.log.witness.witness.signer.line(text, at=NOW)]
    world.change("checkpoint", f"{text}\n{''.join(lines)}".encode())
    world.change("tile/entries/000", bundle(entries[:256]))
    world.change("tile/0/000", b"".join(leaves[:256]))
    world.change("tile/1/000.p/1", root_of(leaves[:256]))
    rest = len(entries) - 256
    world.change(f"tile/entries/001.p/{rest}", bundle(entries[256:]))
    world.change(f"tile/0/001.p/{rest}", b"".join(leaves[256:]))


def own_entries(world):
    return unbundle(world.served("tile/entries/000")) + unbundle(world.served("tile/entries/001.p/2"))


def other_entry(entry):
    facts = json.loads(entry) | {"policy": "2"}
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()


def test_history_written_anew_is_found_by_the_witness_s_head(world):
    entries = own_entries(world)
    forged_world(world, [other_entry(entries[0]), *entries[1:]])

    with pytest.raises(monitor.Alarm, match="witness w1 has cosigned another history"):
        world.watch()


def test_history_written_anew_is_found_by_what_the_last_round_saw(world):
    seen = world.watch().head
    entries = own_entries(world)
    forged_world(world, [other_entry(entries[0]), *entries[1:]])
    alone = policy.parse(policy_text(world.log.signer, {}))

    with pytest.raises(monitor.Alarm, match="the last round saw another history"):
        monitor.watch(HERE, alone, world.fetch, before=seen)


def test_without_witness_and_memory_a_new_history_would_pass(world):
    """The twin: whoever compares with nothing finds nothing."""
    entries = own_entries(world)
    forged_world(world, [other_entry(entries[0]), *entries[1:]])
    alone = policy.parse(policy_text(world.log.signer, {}))

    assert monitor.watch(HERE, alone, world.fetch).head.size == 258


def test_log_that_hides_its_newest_entries_is_an_alarm(world):
    before = {name: world.served(name) for name in ("checkpoint", "tile/entries/001.p/2", "tile/0/001.p/2")}
    grow(4)
    world.log.sign()
    for name, content in before.items():
        world.change(name, content)

    with pytest.raises(monitor.Behind):
        world.watch()


@pytest.mark.parametrize(
    "entry",
    [
        b"{}",
        b"no json",
        b'{"name":"x"}',
        lambda entry: entry.replace(b'"v":1', b'"v": 1'),
        lambda entry: entry[:-1] + b',"words":"x"}',
        lambda entry: json.dumps(json.loads(entry) | {"at": "today"}, sort_keys=True, separators=(",", ":")).encode(),
        lambda entry: json.dumps(
            json.loads(entry) | {"issuer": "x" * 1000}, sort_keys=True, separators=(",", ":")
        ).encode(),
    ],
)
def test_entry_of_another_form_is_an_alarm(entry, world):
    """Signed and witnessed, and still not what may stand in this log."""
    entries = own_entries(world)
    forged_world(world, [entry(entries[0]) if callable(entry) else entry, *entries[1:]])

    with pytest.raises(monitor.Alarm, match="entry 0"):
        world.watch()


def test_two_entries_about_the_same_are_an_alarm(world):
    entries = own_entries(world)
    forged_world(world, [other_entry(entries[1]), *entries[1:]])

    with pytest.raises(monitor.Alarm, match="about the same"):
        world.watch()


def test_database_rewritten_and_signed_again_is_found_each_time(world):
    """What the operator can do at most: one entry changed, everything computed and signed anew."""
    entries = own_entries(world)
    found = 0
    for place in range(0, 258, 13):
        forged_world(world, [*entries[:place], other_entry(entries[place]), *entries[place + 1 :]])
        try:
            world.watch()
        except monitor.Alarm:
            found += 1

    assert found == 20


def test_witness_that_does_not_answer_is_named(settings, tmp_path, client):
    with running_witness(tmp_path / "w") as witness:
        log = make_log(tmp_path, settings, [witness])
        grow(3)
        log.sign()

    report = World(log, client).watch()

    assert (report.silent, report.compared) == (["w1"], [])


# --- the command ----------------------------------------------------------------------------------------------------
def run(*arguments, folder):
    return subprocess.run(
        [sys.executable, "-P", "-m", "tools.monitor", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PLATFORM_DATA": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.django_db(transaction=True)
def test_command_ends_well_or_with_an_alarm(live_server, settings, tmp_path):
    with running_witness(tmp_path / "w") as witness:
        log = make_log(tmp_path, settings, [witness])
        grow(5)
        log.sign()
        address = f"{live_server.url}/tlog"
        good = run(address, "--policy", str(log.folder / "policy"), "--issuer", "B01", folder=tmp_path)
        told = json.loads((tmp_path / "tlog" / "monitor.json").read_text())
        (tmp_path / "tlog" / "monitor.json").write_text(json.dumps({**told, "root": EMPTY_ROOT.hex()}))
        bad = run(address, "--policy", str(log.folder / "policy"), folder=tmp_path)

    assert good.returncode == 0, good.stderr
    assert good.stdout.startswith(f"{ORIGIN}: 5 entries, every one computed anew")
    assert good.stdout.count("cert.issued") == 5
    assert bad.returncode == 1
    assert bad.stderr == "ALARM: the last round saw another history: the root over 5 entries differs\n"


def test_note_and_rebuild_agree(world):
    head = Checkpoint.parse(Note.parse(world.served("checkpoint").decode()).text)

    assert (head.size, head.root) == (Leaf.objects.count(), selectors.rebuild().root)
