"""A draft waits for its bytes: what it says when they come, and that its number stays."""

from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.selectors import system_user
from certificates.models import Certificate, CertificateFile
from certificates.services import issue, supersede_certificate
from certificates.services.issue import allot_certificate, store_certificate
from certificates.services.jobs import issue_item
from core import audit
from core.errors import DomainError
from tests.certificates.builders import correction_of, make_award, make_certificate, manager_of

pytestmark = pytest.mark.django_db


def rename(person, name):
    person.name = name
    person.save()


@pytest.fixture
def seal_out_of_service():
    @contextmanager
    def out():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(issue, "seal_file", lambda _body: (_ for _ in ()).throw(DomainError("seal_failed")))
            yield

    return out


def test_draft_says_what_is_true_when_it_is_stored_under_the_same_number(seal_out_of_service):
    old = make_certificate(make_award(name="陈黙"))
    rename(old.person, "陈墨")
    with seal_out_of_service(), pytest.raises(DomainError, match="seal_failed"):
        supersede_certificate(actor=system_user(), certificate=old, note="第一次")
    draft = Certificate.objects.get(supersedes=old)
    rename(old.person, "陈默")

    new = supersede_certificate(actor=system_user(), certificate=old, note="姓名误写")

    assert (new.number, new.code, new.credential_intent) == (draft.number, draft.code, draft.credential_intent)
    assert (draft.holder_name, new.holder_name, new.state) == ("陈墨", "陈默", "issued")
    assert Certificate.objects.get(pk=new.pk).holder_name == "陈默"
    assert [*audit.entries_about(new).values_list("verb", flat=True)][-2:] == [
        "certificates.draft_told_anew",
        "certificates.certificate.issue",
    ]
    old.refresh_from_db()
    assert old.events.order_by("-pk").first().note == "姓名误写"


def test_nobody_completes_the_own_draft():
    record = make_award()
    manager = manager_of(record.base)
    draft = allot_certificate(actor=manager, training_record=record)
    record.person.user = manager
    record.person.save()
    with pytest.raises(DomainError, match="own_record"):
        issue.store_certificate(actor=manager, certificate=draft)
    with pytest.raises(DomainError, match="own_record"):
        issue_item(actor=manager, record_id=record.pk)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_draft_of_a_replacement_follows_the_corrected_record(seal_out_of_service):
    record = make_award()
    old = make_certificate(record)
    with seal_out_of_service(), pytest.raises(DomainError, match="seal_failed"):
        supersede_certificate(actor=system_user(), certificate=old)
    corrected = correction_of(record, hours=Decimal("50.0"))

    new = supersede_certificate(actor=system_user(), certificate=old)

    assert (new.training_record_id, new.hours, new.state) == (corrected.pk, Decimal("50.0"), "issued")


def test_draft_whose_number_does_not_fit_the_correction_is_not_stored(seal_out_of_service):
    record = make_award()
    old = make_certificate(record)
    with seal_out_of_service(), pytest.raises(DomainError, match="seal_failed"):
        supersede_certificate(actor=system_user(), certificate=old)
    correction_of(record, level=record.level.__class__.objects.get(code="SENIOR"))

    with pytest.raises(DomainError, match="draft_of_another_number"):
        supersede_certificate(actor=system_user(), certificate=old)

    old.refresh_from_db()
    assert (old.state, Certificate.objects.get(supersedes=old).state) == ("issued", "draft")


def test_bytes_of_facts_that_changed_while_they_were_made_are_not_kept(monkeypatch):
    intent = allot_certificate(actor=system_user(), training_record=make_award(name="陈黙"))
    sealed = issue.seal_file

    def seal_and_rename(body):
        Certificate.objects.filter(pk=intent.pk).update(holder_name="陈默")
        return sealed(body)

    monkeypatch.setattr(issue, "seal_file", seal_and_rename)
    with pytest.raises(DomainError, match="facts_changed_meanwhile"):
        store_certificate(actor=system_user(), certificate=intent)
    assert (Certificate.objects.get().state, CertificateFile.objects.count()) == ("draft", 0)


@pytest.mark.parametrize("fields", [{"number": "X"}, {"code": "X"}, {"level": "SENIOR"}, {"issued_on": "2030-01-01"}])
def test_number_of_a_draft_is_frozen_and_nothing_becomes_a_draft_again(fields):
    intent = allot_certificate(actor=system_user(), training_record=make_award())
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Certificate.objects.filter(pk=intent.pk).update(**fields)
    store_certificate(actor=system_user(), certificate=intent)
    for back in ({"state": "draft"}, {"state": "draft", "holder_name": "别人"}, {"holder_name": "别人"}):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Certificate.objects.filter(pk=intent.pk).update(**back)


def test_page_of_a_replacement_whose_seal_failed_says_which_number_is_kept(client, seal_out_of_service):
    old = make_certificate(make_award(name="陈黙"))
    client.force_login(manager_of(old.base))
    with seal_out_of_service():
        answer = client.post(
            "/en" + reverse("certificates:decide", args=[old.number, "supersede"]), {"note": "姓名误写"}
        )
    page = answer.content.decode()
    assert (Certificate.objects.get(supersedes=old).number in page, "Nothing was changed" in page) == (True, False)
    assert "The seal could not be put on" in page
