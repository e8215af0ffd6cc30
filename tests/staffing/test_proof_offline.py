"""A proof and a sample checked without the site, by the stand-alone tool: whole, and with everything changed."""

import json
from dataclasses import dataclass

import pytest
from django.test import Client

from certificates.tlog import selectors as tlog
from certificates.tlog import services as log_services
from staffing.proofs import canonical
from staffing.selectors.proofs import json_bytes, lines_of
from staffing.services.samples import draw_sample, open_sample, sample_json
from tests.builders import regulator
from tests.certificates.outside import log_in
from tests.staffing.proving import drawn, proven, staffed
from tools.verify_certificate import PROOF, main, verify

pytestmark = pytest.mark.django_db


@dataclass
class Held:
    """Bytes alone."""

    pdf: bytes
    json: bytes
    sample: bytes
    proof: bytes
    policy: str


@pytest.fixture
def held(tmp_path) -> Held:
    with log_in(tmp_path) as log:
        proof = proven(staffed(3, 1))
        pdf = drawn(proof)
        log_services.sequence(limit=300)
        log.sign()
        actor = regulator()
        sample = draw_sample(actor=actor, proof=proof, size=2, purpose="占比核查")
        opened = sample_json(sample, open_sample(actor=actor, sample=sample))
        text = tlog.proof_text(kind="ratio.snapshot", ref=str(proof.uuid))
        policy = Client().get("/verification/policy.txt").content.decode()
        return Held(pdf, json_bytes(proof, lines_of(proof)), opened, text.encode(), policy)


def checked(held, body, proof=True):
    return verify(held.policy, body, {PROOF: held.proof} if proof else {})


def test_pdf_json_and_sample_are_valid_with_the_proof_of_the_log(held):
    answers = [checked(held, body) for body in (held.pdf, held.json, held.sample)]

    assert [(one.code, one.words) for one in answers] == [(0, "VALID")] * 3
    assert "ratio        3 / 4, met" in answers[0].proven
    assert sum(line.startswith("line ") for line in answers[2].proven) == 2


def test_without_the_log_it_is_valid_as_of_its_signature(held):
    answers = [checked(held, body, proof=False) for body in (held.pdf, held.json)]
    assert [(one.code, one.words.startswith("VALID AS OF 20")) for one in answers] == [(2, True)] * 2


def test_command_answers_by_its_exit_code(held, tmp_path, capsys):
    files = {"p.json": held.json, "p.pdf": held.pdf, "proof": held.proof, "policy": held.policy.encode()}
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    asked = ["--policy", str(tmp_path / "policy"), "--proof", str(tmp_path / "proof")]

    assert [main([*asked, str(tmp_path / name)]) for name in ("p.json", "p.pdf")] == [0, 0]
    assert capsys.readouterr().out.startswith("VALID\n")


def test_no_changed_byte_of_the_json_is_valid(held):
    """Every 7th byte: the whole file would take minutes."""
    for at in range(0, len(held.json), 7):
        changed = bytearray(held.json)
        changed[at] ^= 1
        assert checked(held, bytes(changed)).code == 1, at


def test_no_changed_byte_of_the_pdf_is_valid(held):
    for at in range(0, len(held.pdf), len(held.pdf) // 60):
        changed = bytearray(held.pdf)
        changed[at] ^= 1
        assert checked(held, bytes(changed)).code == 1, at


def changed_json(held, change, source="json"):
    pack = json.loads(getattr(held, source))
    change(pack)
    return canonical(pack)


CHANGES = {
    "a line left out": lambda pack: pack["lines"].pop(),
    "a line added": lambda pack: pack["lines"].append(dict(pack["lines"][0], n=5)),
    "somebody trained": lambda pack: [line.update(trained=True, evidence="0" * 64) for line in pack["lines"]],
    "two lines in another order": lambda pack: pack["lines"].reverse(),
    "another count": lambda pack: pack["document"]["credentialSubject"].update(trained=4),
    "another verdict": lambda pack: pack["document"]["credentialSubject"].update(outcome="not_met"),
    "another day": lambda pack: pack["document"]["credentialSubject"].update(asOf="2026-12-31"),
    "another salt": lambda pack: pack.update(salt="0" * 64),
    "another token": lambda pack: pack.update(token=pack["token"][:-4] + "AAAA"),
    "more": lambda pack: pack.update(note="x"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changed_statement_or_line_is_found(held, name):
    assert checked(held, changed_json(held, CHANGES[name])).code == 1


OPENED = {
    "another name": lambda one: one["person"]["facts"].update(name="王五"),
    "another post": lambda one: one["person"]["facts"].update(post="主任"),
    "another salt": lambda one: one["person"].update(salt="0" * 64),
    "another way": lambda one: one.update(path=[*one["path"][::-1], "0" * 64]),
    "another line": lambda one: one["line"].update(n=9),
}


@pytest.mark.parametrize("name", OPENED)
def test_changed_opening_is_found(held, name):
    body = changed_json(held, lambda pack: OPENED[name](pack["opened"][0]), "sample")
    assert checked(held, body).code == 1


def test_chosen_sample_is_found(held):
    """Somebody opens the lines that please, and says that they were drawn."""
    for change in (
        lambda pack: pack["opened"].pop(),
        lambda pack: pack["draw"].update(seed="0" * 64),
        lambda pack: pack["draw"].update(head="0" * 64),
        lambda pack: pack["draw"].update(turn=2),
    ):
        assert checked(held, changed_json(held, change, "sample")).code == 1


def test_proof_of_another_entry_is_found(held, tmp_path):
    other = held.proof.replace(b"index 0", b"index 1")
    assert verify(held.policy, held.json, {PROOF: other}).code == 1
    stranger = held.policy.replace("# issuer did", "# issuer dad")
    assert verify(stranger, held.json, {PROOF: held.proof}).code == 1
