"""Anybody verifies a proof on /verify/, by its reference and by its files, without a name; changes are found."""

import json
from pathlib import Path

import pytest
from django.core.cache import caches
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.selectors import system_user
from certificates.tlog.models import PendingEntry
from core.models import AuditEntry
from staffing.models import RatioProof
from staffing.selectors.proof_checks import (
    COULD_NOT_CHECK,
    FIGURE,
    NEVER_MADE,
    STANDS,
    UNTOLD,
    verify_in_hand,
    verify_proof,
    verify_proof_file,
)
from staffing.selectors.proofs import csv_bytes, json_bytes, lines_of
from staffing.services.proof_rounds import check_proofs
from tests.staffing.proving import NAMES, drawn, overwrite, proven, staffed
from tests.staffing.returns_builders import annul
from tests.tlog.logs import unguarded, witnessed

pytestmark = pytest.mark.django_db


@pytest.fixture
def proof() -> RatioProof:
    return proven(staffed(3, 1))


def asked(client, proof, language="/en"):
    return client.get(f"{language}/verify/", {"reference": proof.reference})


def handed_in(client, body, name="proof.pdf"):
    return client.post("/en/verify/", {"file": SimpleUploadedFile(name, body)})


def test_stranger_reads_figure_day_rule_and_no_name(client, proof):
    page = asked(client, proof)

    text = page.content.decode()
    assert page.status_code == 200
    assert "The proof stands as it was made" in text
    assert "3<small> / 4</small>" in text
    assert (proof.institution.name in text, "30 Jun 2026" in text) == (True, True)
    assert [name for name in NAMES if name in text] == []


def test_code_on_paper_leads_there_in_chinese_and_other_languages(client, proof):
    page = client.get(f"/v/{proof.reference}")
    text = page.content.decode()

    assert "该占比证明与出具时一致" in text
    assert f"/en/verify/?reference={proof.reference}" in text


def test_reference_is_read_as_typed(client, proof):
    typed = proof.reference.lower().replace("-", " ")
    assert "The proof stands" in client.get("/en/verify/", {"reference": typed}).content.decode()


@pytest.mark.parametrize("typed", ["RP-2026-7K3M-9QXW-2B8A-T4UN-0", "RP-1"])
def test_unknown_reference_is_never_green(client, typed):
    page = client.get("/en/verify/", {"reference": typed})

    assert (page.status_code, "No such proof was found" in page.content.decode()) == (200, True)
    assert verify_proof(typed).outcome == NEVER_MADE


def test_reference_of_nothing_is_a_fault_of_the_form(client):
    text = client.get("/en/verify/", {"reference": "TM-J-1"}).content.decode()
    assert "No such paper has a reference like this one." in text


def test_each_file_is_known_by_its_bytes(client, proof):
    lines = lines_of(proof)
    files = {"p.pdf": drawn(proof), "p.json": json_bytes(proof, lines), "p.csv": csv_bytes(proof, lines)}
    for name, body in files.items():
        text = handed_in(client, body, name).content.decode()
        assert ("The proof stands" in text, "bit by bit, one that is registered" in text) == (True, True)
        changed = bytearray(body)
        changed[len(body) // 2] ^= 1
        assert "The proof stands" not in handed_in(client, bytes(changed), name).content.decode()
    assert verify_proof_file(b"nothing") is None


def test_log_is_asked(proof, settings, tmp_path):
    assert (verify_proof(proof.reference).logged, verify_proof(proof.reference).outcome) == ("pending", STANDS)
    witnessed(tmp_path, settings)
    answer = verify_proof(proof.reference)
    assert (answer.logged, answer.checks["log"], answer.outcome) == ("final", "passed", STANDS)


# --- tampering ------------------------------------------------------------------------------------------------------
CHANGES = {
    "trained": (4, "statement"),
    "outcome": ("not_met", "statement"),
    "as_of": ("2026-01-01", "statement"),
    "root": ("0" * 64, "statement"),
    "json_sha256": ("0" * 64, "lines"),
    "token": ("a.b.c", "signature"),
    "document": ("{", "lines"),
    "salt": ("zz", "log"),
}


@pytest.mark.parametrize("column", CHANGES)
def test_changed_row_is_found(client, proof, column):
    value, check = CHANGES[column]
    overwrite(proof, column, value)

    answer = verify_proof(proof.reference)
    assert (answer.outcome, answer.checks[check]) == (COULD_NOT_CHECK, "failed")
    page = asked(client, proof)
    assert (page.status_code, "cannot be checked" in page.content.decode()) == (503, True)


def test_row_and_statement_changed_together_are_found_by_the_signature_and_the_log(proof):
    said = json.loads(proof.document)
    said["credentialSubject"]["binding"] = not proof.binding
    overwrite(proof, "binding", not proof.binding)
    overwrite(proof, "document", json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False))

    checks = verify_proof(proof.reference).checks
    assert (checks["statement"], checks["signature"], checks["log"]) == ("passed", "failed", "failed")


@pytest.mark.parametrize("column", ["person_commitment", "place"])
def test_changed_line_is_found(proof, column):
    entry = proof.entries.order_by("place").last()
    overwrite(entry, column, {"person_commitment": "0" * 64, "place": 77}[column])

    answer = verify_proof(proof.reference)
    assert (answer.outcome, answer.checks["lines"]) == (COULD_NOT_CHECK, "failed")


def test_changed_file_is_found(proof):
    drawn(proof)
    assert verify_proof(proof.reference).checks["file"] == "passed"
    name = RatioProof.objects.get().file.storage_name
    with default_storage.open(name) as file:
        body = bytearray(file.read())
    body[-40] ^= 1
    Path(default_storage.path(name)).write_bytes(body)

    # Within the hour the size alone is looked at.
    for cache in caches.all():
        cache.clear()
    answer = verify_proof(proof.reference)
    assert (answer.outcome, answer.checks["file"]) == (COULD_NOT_CHECK, "failed")


def test_proof_that_is_not_in_the_log_is_never_green(proof):
    with unguarded("tlog_pending"):
        PendingEntry.objects.filter(ref=proof.uuid).delete()

    assert (verify_proof(proof.reference).outcome, verify_proof(proof.reference).logged) == (COULD_NOT_CHECK, "absent")


@pytest.mark.parametrize("people", [1, 3])
def test_verification_takes_the_same_queries_for_any_staff(client, people, django_assert_num_queries):
    proof = proven(staffed(people, 0))
    asked(client, proof)
    with django_assert_num_queries(QUERIES):
        asked(client, proof)


QUERIES = 12


def test_damaged_proof_does_not_hold_up_the_round_for_the_others(proof):
    other = proven(staffed(1, 1))
    overwrite(proof, "document", "{")
    overwrite(other, "trained", 2)
    assert check_proofs(actor=system_user()) == 2
    assert AuditEntry.objects.filter(verb="staffing.proof_differs").count() == 2


# --- few people -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("people", "told"), [(9, UNTOLD), (10, FIGURE)])
def test_strangers_are_not_told_of_few_people_whether_something_changed(client, people, told):
    """Whoever knows them would read from it whose training was annulled."""
    place = staffed(people, 0)
    proof = proven(place)
    annul(place)
    assert verify_proof(proof.reference).later == told
    assert verify_in_hand(proof).later == FIGURE
    text = asked(client, proof).content.decode()
    assert ("nobody is told here" in text) == (told == UNTOLD)
