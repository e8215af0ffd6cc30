"""A file is handed in: the issued one, one that was changed by a bit or added to, a stranger's, and hostile ones."""

import hashlib
import random
import re
import tempfile
import time
import zlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from ninja.testing import TestClient

from accounts.selectors import system_user
from certificates import seals, services
from certificates.api import router
from certificates.forms import MAX_FILE
from certificates.models import FileRevision, Seal
from certificates.pdf.renderer import draw
from certificates.selectors import stored_bytes, verify_file
from certificates.selectors.signatures import Seen, seal_is_whole, seal_seen
from certificates.services.issue import allot_certificate
from core import clock
from core.errors import DomainError
from tests.certificates.builders import drawn_certificate, make_award, make_certificate
from tests.windows import at_the_beginning_of_a_window

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued():
    certificate = make_certificate(make_award(name="阿卜杜热西提·买买提"))
    return certificate, stored_bytes(certificate.file)


def handed_in(client, body, address="/en/verify/"):
    return client.post(address, {"file": SimpleUploadedFile("certificate.pdf", body, "application/pdf")})


def verdict(answer):
    pattern = r'<div class="verdict (\w+)" role="status">\s*<h1>\s*(.*?)\s*</h1>'
    return re.search(pattern, answer.content.decode(), re.S).groups()


# --- what is answered -------------------------------------------------------------------------------------------------
def test_issued_file_is_answered_by_the_register(client, issued):
    certificate, body = issued

    answer = handed_in(client, body)

    assert (answer.status_code, verdict(answer)) == (200, ("ok", "The certificate is genuine and in good standing"))
    page = answer.content.decode()
    assert (certificate.number in page, "卜杜热西提" in page) == (True, False)
    assert "A key that this site made for itself" in page
    found = verify_file(body)
    assert found.checks == {"file": "passed", "signature": "passed", "log": None, "status": "passed"}


@pytest.mark.parametrize(
    ("decide", "ground", "tone"),
    [
        (services.suspend_certificate, "identity_under_check", "soon"),
        (services.revoke_certificate, "false_fact", "no"),
        (services.deregister_certificate, "own_request", "neutral"),
    ],
)
def test_issued_file_of_a_certificate_that_ended_is_not_green(client, issued, decide, ground, tone):
    certificate, body = issued
    decide(actor=system_user(), certificate=certificate, ground=ground)
    assert verdict(handed_in(client, body))[0] == tone


def test_issued_file_is_known_after_its_own_copy_was_lost(client, issued):
    certificate, body = issued
    default_storage.delete(certificate.file.storage_name)
    assert verdict(handed_in(client, body))[0] == "ok"


def test_file_with_something_added_is_not_genuine(client, issued):
    certificate, body = issued

    answer = handed_in(client, body + b"\n% a note\n")

    assert verdict(answer) == ("no", "This file was changed after it was issued")
    assert certificate.number not in answer.content.decode()
    assert verify_file(body + b" ").as_json()["checks"] == {
        "file": "failed", "signature": "failed", "log": None, "status": None,
    }  # fmt: skip


def test_file_without_a_seal_is_unknown_and_nothing_of_it_is_told(client):
    certificate = make_certificate(holder_name="高轩")
    stranger = draw(drawn_certificate(number=certificate.number, code=certificate.code)).body

    answer = handed_in(client, stranger)

    assert verdict(answer) == ("no", "This file was not issued here, or it was changed")
    page = answer.content.decode()
    assert [word for word in (certificate.number, "高*", "高轩", certificate.title) if word in page] == []
    assert verify_file(stranger).as_json()["number"] is None


def test_file_with_a_whole_seal_that_is_not_registered_is_amber(client):
    make_certificate()
    body = seals.seal_file(draw(drawn_certificate()).body).body

    answer = handed_in(client, body)

    assert (answer.status_code, verdict(answer)) == (200, ("soon", "This file cannot be confirmed"))
    found = verify_file(body)
    assert (found.outcome, found.checks["signature"], found.checks["file"]) == ("could_not_check", "passed", "failed")
    assert found.certificate is None


def test_file_sealed_by_a_stranger_is_not_ours(tmp_path, settings):
    make_certificate()
    settings.SEAL = {"provider": "file", "key": str(tmp_path / "stranger.pem"), "self_made": "1"}
    body = seals.seal_file(draw(drawn_certificate()).body).body
    found = verify_file(body)
    assert (found.outcome, found.file, found.checks["signature"]) == ("never_issued", "changed", "failed")


def test_file_of_an_intent_is_not_known():
    intent = allot_certificate(actor=system_user(), training_record=make_award())
    assert verify_file(draw(intent).body).outcome == "never_issued"


def test_registered_file_whose_seal_is_broken_could_not_be_checked():
    """Bytes and hash agree, and the seal in them does not: something went wrong here, and nobody is told "genuine"."""
    certificate = make_certificate()
    body = stored_bytes(certificate.file)
    broken = body[:-300].replace(b"/Filter", b"/Filtre", 1) + body[-300:]
    name = default_storage.save("certificates/broken.pdf", ContentFile(broken))
    FileRevision.objects.create(
        file=certificate.file, storage_name=name, sha256=hashlib.sha256(broken).hexdigest(), size=len(broken),
        stamped_until=clock.now(),
    )  # fmt: skip
    found = verify_file(broken)
    assert (found.outcome, found.checks["signature"]) == ("could_not_check", "failed")


def test_every_revision_of_a_file_is_known(issued, client):
    certificate, body = issued
    later = body + b"\n"
    name = default_storage.save("certificates/later.pdf", ContentFile(later))
    FileRevision.objects.create(
        file=certificate.file, storage_name=name, sha256=hashlib.sha256(later).hexdigest(), size=len(later),
        stamped_until=clock.now(),
    )  # fmt: skip
    assert [verify_file(one).file for one in (body, later)] == ["registered", "registered"]
    client.force_login(certificate.person.user)
    assert client.get(f"/certificates/{certificate.number}/pdf/").content == later


# --- one changed byte -------------------------------------------------------------------------------------------------
def flips(body, count, seed):
    """Files with one bit changed, spread over everything, with as many again inside the signature."""
    chosen = random.Random(seed)
    start = body.rindex(b"/ByteRange")
    inside = [start + chosen.randrange(len(body) - start) for _ in range(count // 2)]
    for place in [chosen.randrange(len(body)) for _ in range(count - len(inside))] + inside:
        changed = bytearray(body)
        changed[place] ^= 1 << chosen.randrange(8)
        yield bytes(changed)


def test_file_with_one_bit_changed_is_never_genuine(issued):
    _certificate, body = issued
    found = [verify_file(changed) for changed in flips(body, 60, 1)]
    assert {one.outcome for one in found} == {"never_issued"}
    assert {one.checks["signature"] for one in found} <= {"failed", "absent"}


def test_seal_with_one_bit_changed_is_never_whole(issued):
    """The cheap look at strangers' files: every byte of the signature itself counts, also those that sign nothing."""
    _certificate, body = issued
    assert seal_seen(body).state == Seen.WHOLE
    states = [seal_seen(changed).state for changed in flips(body, 400, 2)]
    assert (len(states), states.count(Seen.WHOLE)) == (400, 0)


def test_signature_with_an_identifier_that_never_ends_is_refused_at_once(issued):
    """asn1crypto, asked to encode such an object identifier, runs for ever: it is never asked."""
    _certificate, body = issued
    found = re.search(rb"/Contents <([0-9A-F]+)>", body)
    signature = bytearray.fromhex(found[1].decode())
    named = [at for at in range(len(signature) - 2) if signature[at] == 6 and signature[at + 1] < 12]
    # What goes on already, by chance somewhere in a key or a hash, is not changed by the mark that it goes on.
    for place in [at for at in named if signature[at + 2] < 0x80]:
        changed = bytearray(signature)
        changed[place + 2] |= 0x80
        written = body[: found.start(1)] + changed.hex().upper().encode() + body[found.end(1) :]
        assert seal_seen(written).state == Seen.BROKEN


def test_seal_that_is_whole_is_found_by_both_readers(issued):
    certificate, body = issued
    assert seal_is_whole(certificate.file, body) is True
    seen = seal_seen(body)
    assert (seen.state, seen.covered) == (Seen.WHOLE, len(body))


# --- how it is handled ------------------------------------------------------------------------------------------------
def test_file_is_never_written_to_disk(client, issued, monkeypatch):
    _certificate, body = issued
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda *a, **k: pytest.fail("a file was made"))
    before = set(default_storage.listdir("certificates")[1])
    large = handed_in(client, b"%PDF-" + bytes(6 * 1024 * 1024))
    assert verdict(handed_in(client, body))[0] == "ok"
    assert set(default_storage.listdir("certificates")[1]) == before
    assert large.context["file_form"].errors.keys() == {"file"}


@pytest.mark.parametrize(("size", "known"), [(0, False), (MAX_FILE, True), (MAX_FILE + 1, False)])
def test_file_has_a_largest_size(client, size, known):
    answer = handed_in(client, bytes(size))
    assert answer.status_code == 200
    assert ("verdict" in answer.content.decode()) is known


def test_file_needs_the_token_of_the_form(issued):
    strict = Client(enforce_csrf_checks=True)
    assert handed_in(strict, issued[1]).status_code == 403
    assert strict.post("/verify/", {"number": "x"}).status_code == 403


def test_form_without_a_file_comes_back(client):
    answer = client.post("/verify/", {"file": ""}, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 200
    assert client.get("/en/verify/").context["file_form"].is_bound is False


BOMB = zlib.compress(bytes(20_000_000), 9)
HOSTILE = {
    "nothing": b"",
    "nested without end": b"%PDF-1.7\n1 0 obj\n" + b"[" * 1_000_000,
    "dictionaries without end": b"%PDF-1.7\n" + b"<</A " * 300_000,
    "table that points to itself": b"%PDF-1.7\ntrailer<</Prev 9/Root 1 0 R>>\nstartxref\n9\n%%EOF",
    "packed bomb": b"%PDF-1.7\n1 0 obj<</Filter/FlateDecode>>stream\n" + BOMB + b"\nendstream",
    "a page": b"<script>alert(1)</script>",
    "an archive": b"PK\x03\x04" + bytes(1000),
    "noise": random.Random(3).randbytes(200_000),
}


# No reader of anything is let near a file that is not ours.
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_unknown_and_costs_little(name):
    begun = time.process_time()
    found = verify_file(HOSTILE[name])
    assert (found.outcome, found.file, found.checks["signature"]) == ("never_issued", "unknown", "absent")
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "body",
    [
        b"/ByteRange [0 1 2 99999999]" * 5000,
        b"%PDF-/ByteRange [0 30 40 9]<" + b"0" * 1_000_000 + b">",
        b"/ByteRange [0 27 37 0]     <30800000>",
        b"/ByteRange" + b" " * 1_900_000 + b"[",
    ],
)
def test_file_that_lies_about_its_seal_costs_little(body):
    begun = time.process_time()
    assert seal_seen(body).state != Seen.WHOLE
    assert time.process_time() - begun < 2


def test_file_is_answered_without_a_database(client, issued):
    def gone(execute, sql, params, many, context):
        raise OperationalError("the database is gone")

    with connection.execute_wrapper(gone):
        answer = handed_in(client, issued[1])
    assert (answer.status_code, verdict(answer)) == (
        503, ("soon", "The certificate cannot be checked at the moment"),
    )  # fmt: skip


@at_the_beginning_of_a_window()
def test_files_are_limited_for_each_address(client):
    statuses = [handed_in(client, b"%PDF-1.7").status_code for _ in range(22)]
    assert statuses == [200] * 20 + [429] * 2


def test_file_costs_four_statements_when_known(issued, django_assert_num_queries):
    """One of the register, one of the log."""
    with django_assert_num_queries(4):
        verify_file(issued[1])


# --- for machines -----------------------------------------------------------------------------------------------------
def test_api_takes_a_file_and_answers_in_the_same_shape(issued):
    certificate, body = issued
    api = TestClient(router)
    known = api.get(f"/verify?number={certificate.number}&code={certificate.code}", META={"REMOTE_ADDR": "10.1.1.1"})
    files = {"file": SimpleUploadedFile("a.pdf", body)}
    handed = api.post("/verify", FILES=files, META={"REMOTE_ADDR": "10.1.1.1"})
    assert (known.status_code, handed.status_code) == (200, 200)
    assert {**handed.json(), "checked_at": ""} == {**known.json(), "checked_at": ""}
    assert known.json()["checks"]["signature"] == "passed"


def test_api_refuses_a_file_that_is_too_large():
    files = {"file": SimpleUploadedFile("a.pdf", bytes(MAX_FILE + 1))}
    answer = TestClient(router).post("/verify", FILES=files, META={"REMOTE_ADDR": "10.1.1.1"})
    assert answer.status_code == 413


# --- a seal that fails ------------------------------------------------------------------------------------------------
def test_issue_leaves_nothing_half_done_when_the_seal_fails(tmp_path, settings):
    record, working = make_award(), settings.SEAL
    settings.SEAL = {"provider": "file", "key": str(tmp_path / "none.pem")}

    with pytest.raises(DomainError, match="seal_failed"):
        services.issue_certificate(actor=system_user(), training_record=record)

    intent = record.certificates.get()
    assert (intent.state, hasattr(intent, "file"), Seal.objects.count()) == ("draft", False, 0)
    settings.SEAL = working
    issued = services.issue_certificate(actor=system_user(), training_record=record)
    assert (issued.number, issued.state, issued.file.seal.self_made) == (intent.number, "issued", True)
