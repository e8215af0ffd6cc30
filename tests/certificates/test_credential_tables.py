"""What the database itself refuses about credentials, and what it lets be emptied when a holder is erased."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.selectors import system_user
from certificates.credentials import verify_credential
from certificates.models import Certificate, CertificateCredential, CredentialIntent, IssuerKey
from certificates.selectors.credentials import without_credential
from certificates.services import issue_certificate
from certificates.services.credential import make_credential, sign_credential, store_credential
from certificates.services.erasure import reduce_certificates
from certificates.services.issue import allot_certificate
from core.models import AuditEntry
from tests.certificates.builders import make_award, make_certificate
from tests.certificates.test_tables import copy_of, refused

pytestmark = pytest.mark.django_db
CHANGES = [
    (IssuerKey, {"public_key": "z6Mkx"}),
    (IssuerKey, {"active_from": "2020-01-01T00:00:00Z"}),
    (CredentialIntent, {"status_index": 7}),
    (CredentialIntent, {"salt": "0" * 64}),
    (CertificateCredential, {"sha256": "0" * 64}),
    (CertificateCredential, {"json_form": "{}"}),
    (CertificateCredential, {"commitment": "0" * 64}),
]


@pytest.mark.parametrize(("model", "change"), CHANGES, ids=[f"{m.__name__}.{next(iter(c))}" for m, c in CHANGES])
def test_credentials_cannot_be_changed(model, change):
    make_certificate()
    before = list(model.objects.values())

    refused(lambda: model.objects.update(**change))

    assert list(model.objects.values()) == before


@pytest.mark.parametrize("model", [IssuerKey, CredentialIntent, CertificateCredential])
def test_credentials_cannot_be_deleted(model):
    make_certificate()
    with connection.cursor() as cursor:
        refused(lambda: cursor.execute(f"DELETE FROM {model._meta.db_table}"))  # noqa: S608


def test_one_certificate_has_one_credential_and_one_intent():
    certificate = make_certificate()
    refused(lambda: store_credential(certificate, sign_credential(certificate)))
    intent = certificate.credential_intent
    refused(
        CredentialIntent(certificate=certificate, key=intent.key, status_list=9, status_index=1, salt="0" * 64).save
    )


def test_a_key_has_its_version_and_its_bytes_once():
    key = make_certificate().credential_intent.key
    refused(IssuerKey(controller=key.controller, version=1, public_key="other").save)
    refused(IssuerKey(controller=key.controller, version=2, public_key=key.public_key).save)


# --- one transaction --------------------------------------------------------------------------------------------------
def test_without_its_credential_no_certificate_is_issued(monkeypatch):
    """The last write fails: neither file nor state nor credential are there, and the next try completes the number."""
    intent = allot_certificate(actor=system_user(), training_record=make_award())
    with connection.cursor() as cursor:
        block(cursor)
    with pytest.raises(IntegrityError), transaction.atomic():
        issue_certificate(actor=system_user(), training_record=intent.training_record)
    intent.refresh_from_db()
    assert (intent.state, hasattr(intent, "file"), hasattr(intent, "credential")) == ("draft", False, False)
    with connection.cursor() as cursor:
        unblock(cursor)

    issued = issue_certificate(actor=system_user(), training_record=intent.training_record)
    assert (issued.pk, issued.state, issued.credential.certificate_id) == (intent.pk, "issued", intent.pk)


TABLE = "certificates_certificatecredential"


def block(cursor):
    """The database refuses every credential, as a full disk would."""
    if connection.vendor == "sqlite":
        cursor.execute(f"CREATE TRIGGER blocked BEFORE INSERT ON {TABLE} BEGIN SELECT RAISE(ABORT, 'blocked'); END")
    else:
        cursor.execute(
            f"CREATE TRIGGER blocked BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION refuse_change('blocked')"
        )


def unblock(cursor):
    cursor.execute("DROP TRIGGER blocked" + ("" if connection.vendor == "sqlite" else f" ON {TABLE}"))


# --- earlier certificates ---------------------------------------------------------------------------------------------
def earlier_certificate():
    """As one that was issued before there were credentials."""
    first = make_certificate()
    earlier = copy_of(first, number="TM-J-2026-9999-000009-X", code="9" * 16, supersedes=first)
    earlier.save()
    return earlier


def run(*arguments):
    out = StringIO()
    call_command("make_credentials", *arguments, stdout=out)
    return out.getvalue().strip().splitlines()[-1]


def test_earlier_certificates_get_their_credential_once():
    earlier = earlier_certificate()
    assert run("--check") == "0 credentials made, 1 certificates without one."

    assert run() == "1 credentials made, 0 certificates without one."
    assert run() == "0 credentials made, 0 certificates without one."

    earlier = Certificate.objects.get(pk=earlier.pk)
    assert verify_credential(earlier.credential.json_form.encode()).outcome == "valid"
    assert AuditEntry.objects.filter(verb="certificates.credential_made", subject_id=str(earlier.pk)).count() == 1


def test_a_killed_run_goes_on_with_the_same_bytes():
    earlier = earlier_certificate()
    signed = sign_credential(earlier)  # killed here: the intent is written, the bytes are not

    made = make_credential(actor=system_user(), certificate=earlier)

    assert made.json_form.encode() == signed.document


# --- erasure ----------------------------------------------------------------------------------------------------------
def test_erasure_takes_bytes_and_salt_and_leaves_hash_and_place():
    certificate = make_certificate()
    body, token = certificate.credential.json_form.encode(), certificate.credential.jwt_form.encode()
    kept = (certificate.credential.sha256, certificate.credential.commitment)
    place = certificate.credential_intent.status_index

    reduce_certificates(actor=system_user(), person=certificate.person)

    certificate = Certificate.objects.get(pk=certificate.pk)
    assert (certificate.credential.json_form, certificate.credential.jwt_form) == ("", "")
    assert certificate.credential_intent.salt == ""
    assert (certificate.credential.sha256, certificate.credential.commitment) == kept
    assert certificate.credential_intent.status_index == place
    assert not without_credential().exists()
    # The file in the holder's hands is still known, as issued and in no other spelling.
    assert [verify_credential(one).outcome for one in (body, token)] == ["valid"] * 2
    assert verify_credential(body + b" ").outcome == "never_issued"
