"""What the database itself refuses, tried on whichever database the tests run."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from certificates.models import (
    Certificate,
    CertificateCounter,
    CertificateEvent,
    CertificateFile,
    FileRevision,
    Seal,
    StampAuthority,
)
from core import clock
from tests.certificates.builders import make_award, make_certificate, thawed

pytestmark = pytest.mark.django_db


def refused(work):
    with pytest.raises(IntegrityError), transaction.atomic():
        work()


def copy_of(certificate, **fields):
    values = {
        field.name: getattr(certificate, field.name)
        for field in Certificate._meta.concrete_fields
        if field.name not in ("id", "uuid")
    }
    return Certificate(**{**values, "number": "TM-X", "code": "X" * 16, **fields})


def test_certificate_is_one_per_award():
    certificate = make_certificate()
    refused(copy_of(certificate).save)


def test_certificate_is_replaced_once():
    certificate = make_certificate()
    copy_of(certificate, supersedes=certificate).save()
    refused(copy_of(certificate, supersedes=certificate, number="TM-Y", code="Y" * 16).save)


@pytest.mark.parametrize("field", ["number", "code"])
def test_certificate_number_and_code_are_given_once(field):
    first, second = make_certificate(), make_certificate(make_award())
    with thawed():
        refused(lambda: Certificate.objects.filter(pk=second.pk).update(**{field: getattr(first, field)}))


def test_certificate_does_not_replace_itself():
    certificate = make_certificate()
    with thawed():
        refused(lambda: Certificate.objects.filter(pk=certificate.pk).update(supersedes=certificate))


def test_certificate_dates_are_in_order():
    certificate = make_certificate()
    before = certificate.issued_on - timedelta(days=1)
    with thawed():
        refused(lambda: Certificate.objects.filter(pk=certificate.pk).update(valid_until=before))
        refused(lambda: Certificate.objects.filter(pk=certificate.pk).update(issued_on=before))


# --- what it says is frozen -------------------------------------------------------------------------------------------
FROZEN = sorted({field.column for field in Certificate._meta.concrete_fields} - {"state", "filing_number"})
OTHER = {
    "id": "id + 1000", "training_record_id": "training_record_id + 1", "person_id": "person_id + 1",
    "base_id": "base_id + 1", "supersedes_id": "id", "hours": "hours + 1", "facts": "'{}'",
    "uuid": "'" + "0" * 32 + "'",
    "completed_on": "'2020-01-01'", "issued_on": "'2030-01-01'", "valid_until": "'2040-01-01'",
    "created_at": "'2020-01-01 00:00:00+00:00'", "design_id": "design_id + 1",
}  # fmt: skip


def overwrite(column):
    sql = f"UPDATE certificates_certificate SET {column} = {OTHER.get(column, chr(39) + 'X' + chr(39))}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("column", FROZEN)
def test_what_a_certificate_says_cannot_be_changed(column):
    make_certificate()
    with pytest.raises(IntegrityError, match="certificates_certificate is frozen"), transaction.atomic():
        overwrite(column)


@pytest.mark.parametrize("column", ["holder_name", "number", "facts", "hours", "valid_until"])
def test_the_same_change_without_the_guard_goes_through(column):
    before = Certificate.objects.values().get(pk=make_certificate().pk)
    with thawed():
        overwrite(column)
    assert Certificate.objects.values().get() != before


def test_certificate_cannot_be_saved_otherwise_or_deleted():
    certificate = make_certificate()
    certificate.holder_name = "别人"
    refused(certificate.save)
    refused(lambda: raw_delete(certificate))
    assert Certificate.objects.get().holder_name == "高轩"


def raw_delete(certificate):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM certificates_certificate WHERE id = %s", [certificate.pk])


def test_state_and_filing_number_may_change():
    make_certificate()
    Certificate.objects.update(state="suspended", filing_number="GJJS-2026-000123")
    certificate = Certificate.objects.get()
    assert (certificate.state, certificate.filing_number) == ("suspended", "GJJS-2026-000123")


def test_counter_is_one_per_base_level_and_year():
    certificate = make_certificate()
    row = CertificateCounter.objects.get()
    assert row.last == 1
    refused(CertificateCounter(base=certificate.base, level=row.level, year=row.year).save)


def test_event_needs_a_ground_unless_it_is_the_issue():
    certificate = make_certificate()
    event = CertificateEvent(
        certificate=certificate, step="revoke", state="revoked", decided_on=clock.today(), actor_id=1
    )
    refused(event.save)


@pytest.mark.parametrize("model", [CertificateFile, CertificateEvent])
def test_files_and_events_cannot_be_changed_or_deleted(model):
    make_certificate()
    field = "sha256" if model is CertificateFile else "note"
    refused(lambda: model.objects.update(**{field: "x"}))
    refused(lambda: model.objects.all().delete())
    assert (model.objects.count(), model.objects.filter(**{field: "x"}).count()) == (1, 0)


def test_file_cannot_be_replaced_by_another_insert():
    certificate = make_certificate()
    issued = certificate.file.sha256
    other = CertificateFile(
        certificate=certificate,
        storage_name="certificates/other.pdf",
        sha256="0" * 64,
        size=1,
        template_version="x",
        fonts_sha256="y",
    )
    refused(other.save)
    if connection.vendor == "sqlite":
        sql = (
            "INSERT OR REPLACE INTO certificates_certificatefile (certificate_id, storage_name, sha256, size,"
            " template_version, fonts_sha256, stored_at) VALUES (%s, 'other', 'x', 1, 'x', 'x', '2026-01-01')"
        )
        refused(lambda: connection.cursor().execute(sql, [certificate.pk]))
    assert CertificateFile.objects.get().sha256 == issued


def test_file_has_bytes():
    intent = copy_of(make_certificate(), supersedes=None, training_record=make_award())
    intent.save()
    refused(CertificateFile(certificate=intent, storage_name="n", sha256="s", size=0, template_version="t").save)


# --- files, revisions, seals ------------------------------------------------------------------------------------------
def another_file(certificate, **fields):
    values = {"storage_name": "a", "sha256": "a" * 64, "size": 1, "template_version": "1", "fonts_sha256": "1"}
    return CertificateFile(certificate=certificate, **{**values, **fields})


def without_a_file():
    certificate = make_certificate()
    other = copy_of(certificate, supersedes=certificate)
    other.save()
    return certificate, other


def test_file_bytes_belong_to_one_certificate():
    certificate, other = without_a_file()
    refused(another_file(other, sha256=certificate.file.sha256).save)


def test_file_is_stamped_only_where_it_is_sealed():
    _certificate, other = without_a_file()
    refused(another_file(other, stamped_until=clock.now()).save)


def revision(file, **fields):
    values = {"storage_name": "r", "sha256": "r" * 64, "size": 2, "stamped_until": clock.now()}
    return FileRevision(file=file, **{**values, **fields})


def test_revisions_differ_in_bytes_and_stamp_and_have_some():
    file, now = make_certificate().file, clock.now()
    revision(file, stamped_until=now).save()
    refused(revision(file, storage_name="s").save)
    refused(revision(file, storage_name="s", sha256="s" * 64, stamped_until=now).save)
    refused(revision(file, storage_name="s", sha256="s" * 64, size=0).save)


def proof(file, **fields):
    made = {"kind": "proof", "seal": file.seal, "template_version": "1", "fonts_sha256": "1", "stamped_until": None}
    return revision(file, **{**made, **fields})


def test_file_with_proof_is_one_and_says_how_it_was_made():
    file = make_certificate().file
    for wrong in ({"seal": None}, {"template_version": ""}, {"fonts_sha256": ""}, {"kind": "other"}):
        refused(proof(file, **wrong).save)
    refused(revision(file, stamped_until=None).save)
    for wrong in ({"seal": file.seal}, {"template_version": "1"}, {"fonts_sha256": "1"}):
        refused(revision(file, **wrong).save)
    proof(file, stamped_until=clock.now()).save()
    refused(proof(file, storage_name="s", sha256="s" * 64).save)


SEAL = {"name": "n", "owner": "o", "kind": "k", "self_made": False, "certificate": "c", "fingerprint": "f" * 64}


def seal(**fields):
    now = clock.now()
    return Seal(**{**SEAL, "valid_from": now, "valid_until": now + timedelta(days=1), **fields})


def test_seal_is_recorded_once_with_a_name_and_dates_in_order():
    seal().save()
    refused(seal().save)
    refused(seal(name="").save)
    refused(seal(name="m", valid_until=clock.now() - timedelta(days=1)).save)


def test_stamp_authority_is_recorded_once_with_its_certificate():
    StampAuthority(fingerprint="f" * 64, certificate="c").save()
    refused(StampAuthority(fingerprint="f" * 64, certificate="d").save)
    refused(StampAuthority(fingerprint="e" * 64).save)


def test_seal_of_the_site_itself_has_no_owner_to_be_named():
    refused(seal(self_made=True).save)
    seal(self_made=True, owner="").save()
