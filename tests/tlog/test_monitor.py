"""The monitor: an honest log passes; a changed entry, hash, head, or history is an alarm."""

import json
import os
import random
import subprocess
import sys

import pytest
import requests

from certificates.models.statements import ISSUE, STATE_OF
from certificates.tlog import monitor, policy, selectors
from certificates.tlog.merkle import EMPTY_ROOT, leaf_hash, root_of
from certificates.tlog.models import Leaf
from certificates.tlog.notes import Checkpoint, Note, Signer
from certificates.tlog.tiles import bundle, unbundle
from certificates.workflow import CERTIFICATE_STEPS, CertificateState
from tests.architecture.sources import ROOT
from tests.tlog.logs import NOW, ORIGIN, grow, make_log, policy_text, running_witness
from tools import monitor as command

pytestmark = pytest.mark.django_db
HERE = "http://log.invalid/tlog"


class World:
    """The log's files as they are served, the witness as it answers; a test puts other bytes under an address."""

    def __init__(self, log, client):
        self.log, self.client, self.changed, self.kept = log, client, {}, None

    def keep(self):
        """From now on everything is fetched once."""
        self.kept = {}

    def fetch(self, address):
        if address in self.changed:
            return self.changed[address]
        if self.kept is None:
            return self._fetched(address)
        if address not in self.kept:
            self.kept[address] = self._fetched(address)
        return self.kept[address]

    def _fetched(self, address):
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


FILES = ["checkpoint", "tile/entries/000", "tile/entries/001.p/2", "tile/0/000", "tile/0/001.p/2", "tile/1/000.p/1"]
FLIPS = 300


def test_every_flipped_bit_is_an_alarm(world):
    """Of what is served, anywhere, in memory."""
    world.keep()
    chance, alarms = random.Random(6962), 0
    for turn in range(FLIPS):
        name = FILES[turn % len(FILES)]
        content = bytearray(world.served(name))
        at = chance.randrange(len(content) * 8)
        content[at // 8] ^= 1 << (at % 8)
        world.change(name, bytes(content))
        try:
            world.watch()
        except monitor.Alarm:
            alarms += 1
        del world.changed[f"{HERE}/{name}"]

    assert alarms == FLIPS
    assert world.watch().head.size == 258


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


def changed(entry, **facts):
    return json.dumps(json.loads(entry) | facts, sort_keys=True, separators=(",", ":")).encode()


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
        lambda entry: changed(entry, issuer="Wang Xiaoming"),
        lambda entry: changed(entry, policy={"name": "x"}),
        lambda entry: changed(entry, kind="words"),
        lambda entry: changed(entry, ref="TM-2026-1"),
        lambda entry: changed(entry, commit="short"),
        lambda entry: changed(entry, v=2),
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


@pytest.mark.parametrize(
    ("turns", "fits"), [((1, 2, 3), True), ((1, 3), False), ((2,), False), ((1, 1), False), (("1",), False)]
)
def test_history_with_a_gap_is_an_alarm(turns, fits, world):
    """A change that was left out, or put down twice, is seen by whoever reads the log."""
    entries, first = own_entries(world), own_entries(world)[0]
    kinds = ("cert.suspended", "cert.reinstated", "cert.suspended")
    told = [changed(first, kind=kind, turn=turn) for kind, turn in zip(kinds, turns, strict=False)]
    forged_world(world, [*told, *entries[len(told) :]])

    # Of a history without a gap it is only said that the witness has seen another.
    with pytest.raises(monitor.Alarm, match="another history" if fits else "not the next in the history"):
        world.watch()


@pytest.mark.parametrize(
    ("kinds", "fits"),
    [
        (("revoked", "suspended", "reinstated"), False),
        (("revoked", "superseded"), False),
        (("reinstated",), False),
        (("superseded", "reinstated"), False),
        (("suspended", "reinstated", "revoked"), True),
        (("suspended", "deregistered"), True),
        (("revoked", "revoked"), True),
    ],
)
def test_history_that_nobody_could_have_decided_is_an_alarm(kinds, fits, world):
    """Set back in the register and changed by the platform afterwards: every turn is there, and the order is none."""
    entries, first = own_entries(world), own_entries(world)[0]
    told = [changed(first, kind=f"cert.{kind}", turn=turn) for turn, kind in enumerate(kinds, 1)]
    forged_world(world, [*told, *entries[len(told) :]])

    with pytest.raises(monitor.Alarm, match="another history" if fits else "could not follow"):
        world.watch()


def test_monitor_knows_the_order_of_the_table():
    """It runs without the platform, so it has a table of its own."""
    before = {monitor.UNCHANGED: CertificateState.ISSUED, **STATE_OF}
    for kind, target in STATE_OF.items():
        sources = [step.sources for name, step in CERTIFICATE_STEPS.items() if step.target == target and name != ISSUE]
        for earlier, state in before.items():
            allowed = kind == "cert.revoked" or any(state in one for one in sources)
            assert monitor.may_follow(kind, earlier) == allowed, (kind, earlier)


def test_database_rewritten_and_signed_again_is_found_each_time(world):
    """What the operator can do at most: one entry changed, everything computed and signed anew."""
    entries = own_entries(world)
    world.keep()
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


@pytest.mark.parametrize("content", [b"\xff", b"no note", b"a\n1\nb\n\n"])
def test_witness_that_shows_nonsense_is_named_and_is_no_alarm(content, world):
    hashed = monitor.sha256(ORIGIN.encode()).hexdigest()
    world.changed[f"{world.log.witness.url}/{hashed}/checkpoint"] = content

    assert world.watch().silent == ["w1"]


def test_two_logs_of_one_policy_are_not_mixed_up(world):
    """The same witness has seen both; a head of the other one says nothing about this one."""
    other = Signer("other.invalid/tlog", b"\6" * 32)
    world.log.witness.witness.logs[other.verifier.name] = [other.verifier]
    text = Checkpoint(other.verifier.name, 1, leaf_hash(b"other")).text()
    body = f"old 0\n\n{text}\n{other.line(text)}".encode()
    assert world.log.witness.witness.add_checkpoint(body).status == 200
    both = policy.parse((world.log.folder / "policy").read_text() + f"log {other.verifier.vkey}\n")

    assert monitor.watch(HERE, both, world.fetch).compared == ["w1"]


def test_what_was_seen_is_kept_for_each_log(tmp_path):
    heads = {HERE: Checkpoint(ORIGIN, 1, bytes(32)), "http://other.invalid/tlog": Checkpoint("other", 2, bytes(32))}
    for address, head in heads.items():
        command.write(tmp_path / "state", address, head)

    assert {address: command.read(tmp_path / "state", address) for address in heads} == heads
    assert command.read(tmp_path / "state", "elsewhere") is None
    (tmp_path / "state").write_text("[1]")
    with pytest.raises(SystemExit, match="is damaged"):
        command.read(tmp_path / "state", HERE)


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
        told[address]["root"] = EMPTY_ROOT.hex()
        (tmp_path / "tlog" / "monitor.json").write_text(json.dumps(told))
        bad = run(address, "--policy", str(log.folder / "policy"), folder=tmp_path)

    assert good.returncode == 0, good.stderr
    assert good.stdout.startswith(f"{ORIGIN}: 5 entries, every one computed anew")
    assert good.stdout.count("cert.issued") == 5
    assert bad.returncode == 1
    assert bad.stderr == "ALARM: the last round saw another history: the root over 5 entries differs\n"


def test_note_and_rebuild_agree(world):
    head = Checkpoint.parse(Note.parse(world.served("checkpoint").decode()).text)

    assert (head.size, head.root) == (Leaf.objects.count(), selectors.rebuild().root)
