"""What is issued goes into the tamper-evident log in the same transaction, and its proof binds the kept bytes."""

import json
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.selectors import system_user
from certificates.models import Certificate, CertificateCredential
from certificates.rules import Outcome
from certificates.selectors import verify
from certificates.services.erasure import reduce_certificates
from certificates.tlog import selectors as tlog
from certificates.tlog import services
from certificates.tlog.models import Cosignature, Leaf, PendingEntry
from certificates.tlog.notes import from_base64
from certificates.tlog.proofs import check
from core import clock
from tests.certificates.builders import make_award, make_certificate
from tests.tlog.logs import unguarded, witnessed

pytestmark = pytest.mark.django_db


def test_certificate_has_one_entry_that_binds_its_credential():
    certificate = make_certificate()

    entry = PendingEntry.objects.get(kind="cert.issued", ref=certificate.uuid)
    facts = json.loads(bytes(entry.entry))
    salt = bytes.fromhex(certificate.credential_intent.salt)
    assert facts["issuer"] == certificate.base.code
    assert from_base64(facts["commit"]) == services.commit(salt, certificate.credential.json_form.encode())


def test_entry_names_nobody():
    certificate = make_certificate()

    entry = bytes(PendingEntry.objects.get().entry).decode()
    assert certificate.holder_name not in entry
    assert certificate.number not in entry
    assert certificate.holder_document_masked[-4:] not in entry


def test_issue_that_is_undone_leaves_no_entry():
    with transaction.atomic():
        make_certificate()
        transaction.set_rollback(True)

    assert PendingEntry.objects.count() == Certificate.objects.count() == 0


def test_proof_holds_once_a_head_is_signed_and_outlives_the_holder(settings, tmp_path):
    certificate = make_certificate()
    named = {"kind": "cert.issued", "ref": str(certificate.uuid)}
    assert tlog.proof_text(**named) is None
    log = witnessed(tmp_path, settings)

    proof = tlog.proof_text(**named)
    assert check(proof, log.policy).entry == bytes(PendingEntry.objects.get().entry)

    reduce_certificates(actor=system_user(), person=certificate.person)
    certificate.credential_intent.refresh_from_db()
    assert (certificate.credential_intent.salt, tlog.proof_text(**named)) == ("", proof)


# --- what verification says of it -------------------------------------------------------------------------------------
def asked(certificate):
    return verify(number=certificate.number, code=certificate.code)


def test_verification_checks_the_proof_anew(settings, tmp_path):
    certificate = make_certificate()
    before = asked(certificate)
    witnessed(tmp_path, settings)

    after = asked(certificate)
    assert (before.outcome, before.logged, before.checks["log"]) == (Outcome.VALID, "pending", None)
    assert (after.outcome, after.logged, after.checks["log"]) == (Outcome.VALID, "final", "passed")


def test_head_that_no_witness_has_seen_is_said_to_be_provisional(settings, tmp_path):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    with unguarded("tlog_cosignature"):
        Cosignature.objects.all().delete()

    answer = asked(certificate)
    assert (answer.outcome, answer.logged, answer.checks["log"]) == (Outcome.VALID, "provisional", None)


def test_certificate_whose_entry_is_of_another_document_is_not_called_genuine(settings, tmp_path):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    with unguarded("certificates_certificatecredential"):
        CertificateCredential.objects.update(commitment="ab" * 32)

    answer = asked(certificate)
    assert (answer.outcome, answer.logged, answer.checks["log"]) == (Outcome.COULD_NOT_CHECK, "otherwise", "failed")


def test_tampered_path_is_not_called_genuine(settings, tmp_path):
    certificate = make_certificate()
    make_certificate(make_award(name="别人"))
    witnessed(tmp_path, settings)
    assert asked(certificate).checks["log"] == "passed"
    with unguarded("tlog_leaf"):
        Leaf.objects.exclude(pending__ref=certificate.uuid).update(leaf_hash=bytes(32))
    assert asked(certificate).outcome == Outcome.COULD_NOT_CHECK


def without_credential(certificate):
    with unguarded("certificates_certificatecredential"):
        CertificateCredential.objects.filter(certificate=certificate).delete()
    return asked(certificate)


def test_certificate_from_before_the_log_may_be_absent_from_it():
    certificate = make_certificate()
    with unguarded("tlog_pending"):
        PendingEntry.objects.all().delete()

    answer = without_credential(certificate)
    assert (answer.outcome, answer.logged, answer.checks["log"]) == (Outcome.VALID, "absent", "absent")


def test_row_put_in_past_the_services_is_no_certificate():
    make_certificate()
    later = make_certificate(make_award(name="别人"))
    with unguarded("tlog_pending"):
        PendingEntry.objects.filter(ref=later.uuid).delete()

    unlogged = asked(later)
    assert (unlogged.outcome, unlogged.checks["log"]) == (Outcome.COULD_NOT_CHECK, "failed")
    assert without_credential(later).outcome == Outcome.COULD_NOT_CHECK


def test_log_that_stands_still_for_a_day_makes_nothing_green():
    certificate = make_certificate()
    with clock.travel(timedelta(hours=23)):
        assert asked(certificate).outcome == Outcome.VALID
    with clock.travel(timedelta(hours=25)):
        answer = asked(certificate)
    assert (answer.outcome, answer.logged, answer.checks["log"]) == (Outcome.COULD_NOT_CHECK, "late", "failed")
