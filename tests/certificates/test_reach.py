"""Words and bytes that an erasure must reach: where they may stand, and what takes away those of before."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction

from accounts.selectors import system_user
from certificates import services
from certificates.models import Certificate, CertificateFile, IssueBatchItem
from certificates.selectors.files import file_name
from certificates.services import issue, supersede_certificate
from certificates.services.erasure import erase_file, reduce_certificates
from certificates.services.issue import allot_certificate, store_certificate
from core.triggers import install_append_only
from tests.certificates.builders import certificate_base, make_award, make_certificate, manager_of
from tests.courses.builders import make_cohort

pytestmark = pytest.mark.django_db


def test_note_of_a_replacement_stands_in_its_event_alone():
    old = make_certificate()
    new = supersede_certificate(actor=system_user(), certificate=old, note="陈黙写成了陈默")
    assert new.facts["replaces"] == {"number": old.number, "ground": "information_corrected"}
    assert old.events.order_by("-pk").first().note == "陈黙写成了陈默"


def test_attempt_that_is_rolled_back_leaves_no_bytes(monkeypatch):
    intent = allot_certificate(actor=system_user(), training_record=make_award())
    monkeypatch.setattr(issue, "store_credential", lambda *_more: (_ for _ in ()).throw(OSError("log full")))
    with pytest.raises(OSError, match="log full"):
        store_certificate(actor=system_user(), certificate=intent)
    assert (CertificateFile.objects.count(), default_storage.exists(file_name(intent))) == (0, False)


def test_failed_attempt_leaves_the_file_of_whoever_has_stored_it():
    certificate = make_certificate()
    issue._remove_unkept(certificate)
    assert default_storage.exists(certificate.file.storage_name)


def test_erasure_takes_what_a_killed_attempt_left_of_a_draft():
    intent = allot_certificate(actor=system_user(), training_record=make_award())
    default_storage.save(file_name(intent), ContentFile(b"half a file"))

    erase_file(certificate_id=intent.pk)
    assert default_storage.exists(file_name(intent))
    reduce_certificates(actor=system_user(), person=intent.person)
    erase_file(certificate_id=intent.pk)

    assert not default_storage.exists(file_name(intent))


def test_words_out_of_reach_of_an_erasure_are_taken_away_and_the_tables_guarded_again():
    module = import_module("certificates.migrations.0011_words_out_of_reach")
    cohort = make_cohort(certificate_base(), state="assessing")
    make_award(cohort)
    batch = services.ask_for_cohort(actor=manager_of(cohort.base), cohort=cohort)
    item = batch.items.get()
    why, facts = [["glyphs_missing", "ئ"]], {"replaces": {"number": "TM-1", "ground": "x", "note": "陈黙"}}
    old = make_certificate()
    new = services.supersede_certificate(actor=system_user(), certificate=old)
    editor = SimpleNamespace(connection=connection)
    connection.check_constraints()
    for table in (module.CERTIFICATE, module.ITEM):
        module.unguard(editor, table)
    IssueBatchItem.objects.filter(pk=item.pk).update(why_not=why)
    Certificate.objects.filter(pk=new.pk).update(facts={**new.facts, **facts})

    module.take_words_away(apps, editor)

    assert IssueBatchItem.objects.get(pk=item.pk).why_not == [["glyphs_missing", ""]]
    assert Certificate.objects.get(pk=new.pk).facts["replaces"] == {"number": "TM-1", "ground": "x"}
    for rows, fields in [
        (IssueBatchItem.objects.all(), {"why_not": []}),
        (Certificate.objects.filter(pk=new.pk), {"hours": 1}),
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**fields)
    install_append_only(apps.get_app_config("certificates"))
