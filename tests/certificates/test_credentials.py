"""The credential of a certificate: what it says, that it is one and the same, and that nobody else gets it."""

import base64
import hashlib
import json

import pytest

from accounts.selectors import system_user
from certificates.credentials import documents, verify_credential
from certificates.credentials.checks import problems
from certificates.models import CertificateCredential, CredentialIntent, IssuerKey
from certificates.services import issue_certificate
from certificates.services.credential import make_credential, sign_credential
from certificates.services.issue import allot_certificate
from core.models import AuditEntry
from tests.certificates.builders import make_award, make_certificate, manager_of

pytestmark = pytest.mark.django_db


def document_of(certificate):
    return json.loads(certificate.credential.json_form)


def test_credential_says_what_the_certificate_says():
    certificate = make_certificate(make_award(name="阿卜杜热西提·买买提"))

    document = document_of(certificate)
    subject = document["credentialSubject"]
    assert problems(document) == []
    assert document["type"] == ["VerifiableCredential", "AchievementCredential"]
    assert document["issuer"]["id"] == "did:web:127.0.0.1%3A8000"
    assert document["id"] == f"urn:uuid:{certificate.uuid}"
    assert subject["licenseNumber"] == certificate.number
    assert subject["result"][0]["value"] == "48"
    assert subject["achievement"]["humanCode"] == "JUNIOR"
    assert subject["achievement"]["creator"]["name"] == certificate.base.name
    assert document["name"] == certificate.facts["title"]["zh"]
    assert [certificate.facts["title"][language] in document["description"] for language in ("zh", "en", "ja")] == [
        True
    ] * 3
    assert document["validFrom"] == f"{certificate.issued_on.isoformat()}T00:00:00+08:00"
    assert subject["activityEndDate"] == certificate.completed_on.isoformat()


def test_credential_does_not_say_who_somebody_is():
    certificate = make_certificate(make_award(name="阿卜杜热西提·买买提", latin_name="ABDURISHIT MAMAT"))
    stored = certificate.credential

    payload = base64.urlsafe_b64decode(stored.jwt_form.split(".")[1] + "==").decode()
    for words in (stored.json_form, payload):
        assert "买买提" not in words
        assert "MAMAT" not in words
        assert certificate.holder_document_masked not in words
        assert certificate.credential_intent.salt not in words


def test_whoever_has_name_and_file_can_compare_them():
    certificate = make_certificate(make_award(name="高轩"))
    said = document_of(certificate)["credentialSubject"]["identifier"][0]

    digest = hashlib.sha256(f"高轩{said['salt']}".encode()).hexdigest()
    assert said["identityHash"] == f"sha256${digest}"
    assert documents.holder_identifier("别人", certificate.credential_intent.salt) != said


def test_credential_is_verified_in_both_forms():
    certificate = make_certificate()

    for body in (certificate.credential.json_form.encode(), certificate.credential.jwt_form.encode()):
        answer = verify_credential(body)
        assert (answer.outcome, answer.certificate, answer.reason) == ("valid", certificate, "")
        assert set(answer.checks.values()) == {"passed"}


def test_hash_and_commitment_are_of_the_stored_bytes():
    certificate = make_certificate()
    stored, salt = certificate.credential, bytes.fromhex(certificate.credential_intent.salt)
    body = stored.json_form.encode()

    assert stored.sha256 == hashlib.sha256(body).hexdigest()
    assert stored.commitment == hashlib.sha256(salt + body).hexdigest()
    assert len(salt) == 32


def test_a_retry_makes_the_same_bytes():
    intent = allot_certificate(actor=system_user(), training_record=make_award())
    first = sign_credential(intent)

    certificate = issue_certificate(actor=system_user(), training_record=intent.training_record)

    assert (certificate.credential.json_form.encode(), certificate.credential.jwt_form) == (first.document, first.token)
    assert CredentialIntent.objects.count() == 1


def test_an_intent_without_a_place_gets_one_when_it_is_signed():
    """As numbers that were allotted before there were credentials."""
    record = make_award()
    intent = allot_certificate(actor=system_user(), training_record=record)
    plain = CredentialIntent.objects.get()

    assert sign_credential(intent).document
    assert CredentialIntent.objects.get() == plain


def test_issue_twice_is_one_credential():
    record = make_award()
    for _time in range(2):
        issue_certificate(actor=manager_of(record.base), training_record=record)

    assert (CertificateCredential.objects.count(), CredentialIntent.objects.count()) == (1, 1)
    assert IssuerKey.objects.count() == 1


def test_make_credential_again_is_the_same():
    certificate = make_certificate()

    again = make_credential(actor=system_user(), certificate=certificate)

    assert again == certificate.credential
    assert not AuditEntry.objects.filter(verb="certificates.credential_made").exists()
