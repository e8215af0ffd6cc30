"""What is issued goes into the tamper-evident log in the same transaction, and its proof binds the kept bytes."""

import json

import pytest
from django.db import transaction

from accounts.selectors import system_user
from certificates.models import Certificate
from certificates.services.erasure import reduce_certificates
from certificates.tlog import selectors as tlog
from certificates.tlog import services
from certificates.tlog.models import PendingEntry
from certificates.tlog.notes import from_base64
from certificates.tlog.proofs import check
from tests.certificates.builders import make_certificate
from tests.tlog.logs import make_log

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
    log = make_log(tmp_path, settings)
    assert tlog.proof_text(**named) is None
    services.sequence(limit=300)
    log.sign()

    proof = tlog.proof_text(**named)
    assert check(proof, log.policy).entry == bytes(PendingEntry.objects.get().entry)

    reduce_certificates(actor=system_user(), person=certificate.person)
    certificate.credential_intent.refresh_from_db()
    assert (certificate.credential_intent.salt, tlog.proof_text(**named)) == ("", proof)
