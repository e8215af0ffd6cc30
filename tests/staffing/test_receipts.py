"""The receipt of a filed return: sealed, kept once, in the log; verified by anybody; a changed byte is found."""

import hashlib
import json

import pytest
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.urls import reverse

from accounts.models import Institution
from accounts.selectors import system_user
from certificates.selectors.signatures import seal_is_whole
from certificates.selectors.verification import FileIs
from certificates.tlog import services as tlog
from certificates.tlog.models import PendingEntry
from core import clock, outbox
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry, OutboxEvent
from staffing import services
from staffing.models import ReturnReceipt, ReturnVersion
from staffing.selectors.proof_checks import COULD_NOT_CHECK, NEVER_MADE, STANDS
from staffing.selectors.receipts import receipt_bytes, verify_receipt, verify_receipt_file
from staffing.services import receipts
from staffing.services.proof_rounds import check_receipts
from staffing.services.receipts import draw_receipt
from tests.builders import officer, regulator
from tests.staffing.proving import overwrite
from tests.staffing.returns_builders import attested, filed, staffed
from tests.tlog.logs import witnessed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("after_the_day")]
NAME = "贺敏"


@pytest.fixture
def version(period) -> ReturnVersion:
    return filed(staffed(), period)


@pytest.fixture
def receipt(version) -> ReturnReceipt:
    return drawn(version)


def drawn(version: ReturnVersion) -> ReturnReceipt:
    return draw_receipt(actor=system_user(), version_id=version.pk)


def asked(client, receipt, language="/en"):
    return client.get(f"{language}/verify/", {"reference": receipt.reference})


def handed_in(client, body):
    return client.post("/en/verify/", {"file": SimpleUploadedFile("receipt.pdf", body)})


# --- how it comes about -----------------------------------------------------------------------------------------------
def test_event_of_the_filing_draws_seals_and_keeps_it_once(version):
    event = OutboxEvent.objects.get(kind="staffing.draw_return_receipt")

    outbox.deliver_event(event.pk)
    again = drawn(version)

    kept = ReturnReceipt.objects.get()
    event.refresh_from_db()
    assert (event.state, again) == (OutboxEvent.State.DONE, kept)
    body = receipt_bytes(kept)
    assert (hashlib.sha256(body).hexdigest(), len(body), kept.body) == (kept.sha256, kept.size, None)
    assert seal_is_whole(kept, body)
    assert AuditEntry.objects.filter(verb="staffing.receipt_stored").count() == 1


def test_log_commits_to_what_was_filed_and_to_the_hash_of_the_file(receipt):
    said = json.loads(receipt.document)
    assert (said["trained"], said["staff"], said["version"], said["sha256"]) == (7, 10, 1, receipt.sha256)

    [entry] = PendingEntry.objects.filter(ref=receipt.uuid)
    assert entry.kind == "ratio.snapshot"
    assert bytes(entry.commitment) == tlog.commit(bytes.fromhex(receipt.salt), receipt.document.encode())
    assert b"return-receipt-1" in bytes(entry.entry)
    # The log is public: neither it nor what it commits to names a person, nor shows the reference.
    assert NAME not in receipt.document
    assert receipt.reference.encode() not in bytes(entry.entry)


def test_failed_drawing_leaves_the_version_filed_and_the_same_event_draws_it_later(version):
    place = version.ratio_return.institution
    named, event = place.name, OutboxEvent.objects.get(kind="staffing.draw_return_receipt")
    Institution.objects.filter(pk=place.pk).update(name="测试\U000f0000机构")

    outbox.deliver_event(event.pk)

    event.refresh_from_db()
    version.ratio_return.refresh_from_db()
    assert (event.state, version.ratio_return.state) == (OutboxEvent.State.NEW, "filed")
    assert event.last_error
    assert (ReturnReceipt.objects.count(), PendingEntry.objects.count()) == (0, 0)

    Institution.objects.filter(pk=place.pk).update(name=named)
    outbox.deliver_event(event.pk)
    assert ReturnReceipt.objects.get().version == version


def test_failed_sealing_leaves_nothing_and_can_be_done_again(version, monkeypatch):
    def refuse(_body):
        raise DomainError("seal_failed")

    with monkeypatch.context() as patch:
        patch.setattr(receipts, "seal_file", refuse)
        with pytest.raises(DomainError, match="seal_failed"):
            drawn(version)
    assert (ReturnReceipt.objects.count(), PendingEntry.objects.count()) == (0, 0)
    assert drawn(version).version == version


def test_attempt_that_was_cut_off_leaves_no_file_that_nobody_knows(version, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def cut_off(*_receipt):
        raise OperationalError("the connection is gone")

    with monkeypatch.context() as patch:
        patch.setattr(receipts, "put_down", cut_off)
        with pytest.raises(OperationalError):
            drawn(version)

    folder = f"return-receipts/{version.filed_at:%Y}"
    left = default_storage.listdir(folder)[1]
    kept = drawn(version).storage_name.removeprefix(f"{folder}/")
    assert left == default_storage.listdir(folder)[1] == [kept]


def test_only_the_system_draws(version):
    for actor in (officer(version.ratio_return.institution), regulator()):
        with pytest.raises(NotAllowed):
            draw_receipt(actor=actor, version_id=version.pk)


# --- whoever has one in hand ------------------------------------------------------------------------------------------
def test_stranger_reads_what_was_filed_and_no_name(client, receipt):
    page = asked(client, receipt)

    text = page.content.decode()
    assert page.status_code == 200
    assert "The receipt stands as it was made" in text
    assert "7<small> / 10</small>" in text
    assert receipt.version.ratio_return.institution.name in text
    assert NAME not in text


@pytest.mark.parametrize(
    ("address", "seen"), [("/v/{}", "该回执与出具时一致"), ("/ja/verify/?reference={}", "発行時のとおりです")]
)
def test_code_on_the_paper_leads_there_in_every_language(client, receipt, address, seen):
    assert seen in client.get(address.format(receipt.reference)).content.decode()


def test_reference_is_read_as_typed(receipt):
    assert verify_receipt(receipt.reference.lower().replace("-", " ")).receipt == receipt


@pytest.mark.parametrize("typed", ["RR-2026-7K3M-9QXW-2B8A-T4UN-0", "RR-1", "RP-2026-7K3M-9QXW-2B8A-T4UN-0"])
def test_unknown_reference_is_never_green(client, typed):
    assert "stands as it was made" not in client.get("/en/verify/", {"reference": typed}).content.decode()
    assert verify_receipt(typed).outcome == NEVER_MADE


def test_file_is_known_by_its_bytes(client, receipt):
    text = handed_in(client, receipt_bytes(receipt)).content.decode()
    assert ("The receipt stands" in text, "bit by bit, one that is registered" in text) == (True, True)
    assert verify_receipt_file(b"nothing") is None


def test_reference_is_understood_in_the_field_of_certificate_numbers(client, receipt):
    page = client.get("/en/verify/", {"number": receipt.reference, "code": ""})

    assert page.context["answer"].outcome == STANDS


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_one_changed_byte_is_found(client, receipt, part):
    body = bytearray(receipt_bytes(receipt))
    body[int(len(body) * part)] ^= 1

    page = handed_in(client, bytes(body))

    text = page.content.decode()
    assert page.context["answer"].file == FileIs.CHANGED
    assert ("stands as it was made" in text, receipt.reference in text) == (False, False)


def test_changed_stored_file_is_found_and_not_given_out(client, receipt):
    body = bytearray(receipt_bytes(receipt))
    body[len(body) // 2] ^= 1
    default_storage.delete(receipt.storage_name)
    default_storage.save(receipt.storage_name, ContentFile(bytes(body)))
    caches["default"].clear()

    page = asked(client, receipt)

    assert (page.status_code, verify_receipt(receipt.reference).checks["file"]) == (503, "failed")
    assert "The receipt cannot be checked at the moment" in page.content.decode()
    client.force_login(receipt.version.attested_by)
    answer = client.get(reverse("staffing:return_receipt", args=[receipt.version.ratio_return_id, 1]))
    assert (answer.status_code, bytes(body) in answer.content) == (500, False)


def test_lost_file_is_said(client, receipt):
    default_storage.delete(receipt.storage_name)
    assert verify_receipt(receipt.reference).outcome == COULD_NOT_CHECK
    assert asked(client, receipt).status_code == 503


def test_log_is_asked(receipt, settings, tmp_path):
    assert (verify_receipt(receipt.reference).logged, verify_receipt(receipt.reference).outcome) == ("pending", STANDS)
    witnessed(tmp_path, settings)
    answer = verify_receipt(receipt.reference)
    assert (answer.logged, answer.checks["log"], answer.outcome) == ("final", "passed", STANDS)


def test_later_version_is_told(client, receipt):
    first = receipt.version
    found = services.reopen_return(actor=first.attested_by, ratio_return=first.ratio_return, reason="更正")
    services.check_return(actor=first.attested_by, ratio_return=found)
    attested(found, first.attested_by, "更正")

    answer = verify_receipt(receipt.reference)
    assert (answer.outcome, answer.replaced, answer.tone) == (STANDS, True, "soon")
    assert "Another version was filed since" in asked(client, receipt).content.decode()


def test_renamed_institution_keeps_its_receipts(receipt):
    Institution.objects.update(name="新名称")
    assert verify_receipt(receipt.reference).outcome == STANDS


# --- tampering --------------------------------------------------------------------------------------------------------
OF_THE_ROW = {"document": ("{", "statement"), "sha256": ("0" * 64, "statement"), "salt": ("zz", "log")}


@pytest.mark.parametrize("column", OF_THE_ROW)
def test_changed_row_is_found(client, receipt, column):
    value, check = OF_THE_ROW[column]
    overwrite(receipt, column, value)

    answer = verify_receipt(receipt.reference)

    assert (answer.outcome, answer.checks[check], answer.said) == (COULD_NOT_CHECK, "failed", {})
    assert asked(client, receipt).status_code == 503


@pytest.mark.parametrize(("column", "value"), [("trained", 6), ("staff", 9), ("value", 60), ("outcome", "not_met")])
def test_changed_version_is_found_by_whoever_asks_and_by_the_daily_round_once(receipt, column, value):
    assert check_receipts(actor=system_user()) == 0
    overwrite(receipt.version, column, value)

    assert verify_receipt(receipt.reference).checks["statement"] == "failed"
    assert [check_receipts(actor=system_user()) for _day in range(2)] == [1, 1]
    entry = AuditEntry.objects.get(verb="staffing.receipt_differs")
    assert (entry.facts["reference"], entry.facts["checks"]) == (receipt.reference, ["statement"])


def test_statement_that_was_changed_together_with_the_row_is_found_by_the_log(receipt):
    overwrite(receipt.version, "trained", 8)
    overwrite(receipt, "document", receipt.document.replace('"trained":7', '"trained":8').replace("70.0", "80.0"))

    answer = verify_receipt(receipt.reference)
    assert (answer.checks["statement"], answer.checks["log"], answer.outcome) == ("passed", "failed", COULD_NOT_CHECK)


def test_rounds_are_of_the_system():
    with pytest.raises(NotAllowed):
        check_receipts(actor=regulator())


# --- from before -----------------------------------------------------------------------------------------------------
def test_receipt_from_before_is_given_out_as_it_was_and_is_no_sealed_one(client, version):
    body = b"%PDF-1.7 from before"
    sha256 = hashlib.sha256(body).hexdigest()
    before = ReturnReceipt.objects.create(version=version, sha256=sha256, body=body, stored_at=clock.now())

    assert drawn(version) == before
    client.force_login(version.attested_by)
    answer = client.get(reverse("staffing:return_receipt", args=[version.ratio_return_id, 1]))
    assert answer.content == body
    page = client.get(reverse("staffing:return", args=[version.ratio_return_id])).content.decode()
    assert sha256 in page
    assert (verify_receipt_file(body), check_receipts(actor=system_user())) == (None, 0)


def test_receipt_from_before_that_differs_from_its_hash_is_not_given_out(client, version):
    ReturnReceipt.objects.create(version=version, sha256="0" * 64, body=b"%PDF-1.7 other", stored_at=clock.now())

    client.force_login(version.attested_by)
    answer = client.get(reverse("staffing:return_receipt", args=[version.ratio_return_id, 1]))
    assert answer.status_code == 500
    assert b"other" not in answer.content
