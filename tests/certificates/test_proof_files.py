"""The log's proof gets into the file: once, after a head that witnesses have seen, and never for somebody erased."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pyhanko.pdf_utils.reader import PdfFileReader

from accounts.selectors import system_user
from certificates import services, tasks
from certificates.models import FileRevision
from certificates.selectors import newest_bytes, stored_bytes, verify_file
from certificates.selectors.files import next_name, proof_name
from certificates.services import proof_files, stamps
from certificates.services.erasure import erase_file, reduce_certificates
from certificates.services.proof_files import COMPLETE, complete_file, start_completions
from certificates.services.stamps import AHEAD, renew_file
from certificates.tlog.models import Alarm, Cosignature
from certificates.tlog.proofs import check
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry, OutboxEvent
from tests.builders import make_user
from tests.certificates.authority import Authority, service
from tests.certificates.builders import make_award, make_certificate
from tests.certificates.test_logged import witnessed
from tests.tlog.logs import unguarded

pytestmark = pytest.mark.django_db
LARGEST = 260 * 1024
AT_ISSUE = ["certificate.json", "credential.json", "credential.jwt", "salt"]


def inside(body):
    names = PdfFileReader(BytesIO(body)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    return {str(names[at]): names[at + 1]["/EF"]["/F"].data for at in range(0, len(names), 2)}


def completed(certificate):
    return complete_file(actor=system_user(), file_id=certificate.file.pk)


def test_issued_file_carries_credential_token_and_salt():
    certificate = make_certificate()
    body = stored_bytes(certificate.file)

    found = inside(body)
    assert sorted(found) == AT_ISSUE
    assert found["credential.json"].decode() == certificate.credential.json_form
    assert found["credential.jwt"].decode() == certificate.credential.jwt_form
    assert found["salt"].decode() == certificate.credential_intent.salt
    assert len(body) <= LARGEST


def test_file_is_completed_once_witnesses_have_seen_its_entry(
    settings, tmp_path, client, django_assert_max_num_queries
):
    certificate = make_certificate(make_award(name="阿卜杜热西提·买买提"))
    issued = stored_bytes(certificate.file)
    assert (start_completions(), completed(certificate)) == (0, None)
    log = witnessed(tmp_path, settings)

    assert start_completions() == 1
    with django_assert_max_num_queries(26):
        made = completed(certificate)

    body = newest_bytes(certificate.file)
    found = inside(body)
    assert hashlib.sha256(body).hexdigest() == made.sha256
    assert sorted(found) == sorted([*AT_ISSUE, "certificate.tlog-proof"])
    assert check(found["certificate.tlog-proof"].decode(), log.policy)
    assert (found["credential.json"].decode(), len(body) <= LARGEST) == (certificate.credential.json_form, True)
    assert stored_bytes(certificate.file) == issued
    answers = [verify_file(one) for one in (issued, body)]
    assert {(one.file, one.outcome, one.checks["signature"]) for one in answers} == {("registered", "valid", "passed")}
    assert AuditEntry.objects.filter(verb="certificates.proof_enclosed").count() == 1
    client.force_login(certificate.person.user)
    assert client.get(f"/certificates/{certificate.number}/pdf/").content == body
    assert (
        "The proof of the public log is in the file"
        in client.get(f"/en/certificates/{certificate.number}/").content.decode()
    )


def test_page_says_that_the_proof_is_not_in_the_file_yet(client):
    certificate = make_certificate()
    client.force_login(certificate.person.user)
    page = client.get(f"/en/certificates/{certificate.number}/").content.decode()
    assert "is not in the file yet" in page


def test_completing_twice_makes_one_file_and_asks_once(settings, tmp_path):
    certificate = make_certificate()
    witnessed(tmp_path, settings)

    tasks.complete_files()
    tasks.complete_files()
    assert OutboxEvent.objects.filter(kind=COMPLETE).count() == 1
    event = OutboxEvent.objects.get(kind=COMPLETE)
    tasks.complete(event)
    tasks.complete(event)

    assert FileRevision.objects.filter(file=certificate.file).count() == 1
    with clock.travel(timedelta(days=2)):
        assert start_completions() == 0


def test_two_workers_at_once_keep_one_file(settings, tmp_path, monkeypatch):
    """The second draws while the first stores."""
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    seal, first = proof_files.seal_file, []

    def seal_late(body):
        monkeypatch.setattr(proof_files, "seal_file", seal)
        first.append(completed(certificate))
        return seal(body)

    monkeypatch.setattr(proof_files, "seal_file", seal_late)
    assert completed(certificate) is None
    assert list(FileRevision.objects.all()) == first


def test_what_is_given_up_is_asked_again_the_next_day(settings, tmp_path):
    make_certificate()
    witnessed(tmp_path, settings)
    start_completions()
    OutboxEvent.objects.filter(kind=COMPLETE).update(state="failed")
    assert start_completions() == 0
    with clock.travel(timedelta(days=1, minutes=1)):
        assert start_completions() == 1


def test_head_that_no_witness_has_seen_leaves_the_file_as_it_is(settings, tmp_path):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    with unguarded("tlog_cosignature"):
        Cosignature.objects.all().delete()
    assert (start_completions(), completed(certificate), FileRevision.objects.count()) == (0, None, 0)


def test_alarm_of_the_log_leaves_the_file_as_it_is(settings, tmp_path):
    make_certificate()
    witnessed(tmp_path, settings)
    Alarm.objects.create(what=Alarm.What.OLDER, words="test", size=1, at=clock.now() + timedelta(seconds=1))
    assert start_completions() == 0


def test_certificate_that_is_not_in_force_is_not_drawn_again(settings, tmp_path):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    services.revoke_certificate(actor=system_user(), certificate=certificate, ground="false_fact")
    assert (start_completions(), completed(certificate)) == (0, None)


def test_worker_killed_before_the_row_leaves_nothing_behind(settings, tmp_path, monkeypatch):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    name = proof_name(certificate.file)

    def killed(*args, **facts):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(proof_files.audit, "record", killed)
        with pytest.raises(KeyboardInterrupt):
            completed(certificate)
    assert (FileRevision.objects.count(), default_storage.exists(name)) == (0, True)
    assert newest_bytes(certificate.file) == stored_bytes(certificate.file)

    made = completed(certificate)
    assert (made.storage_name, newest_bytes(certificate.file) == stored_bytes(made)) == (name, True)


@pytest.mark.parametrize("killed", [False, True])
def test_erasure_takes_the_file_with_proof_away(settings, tmp_path, killed):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    completed(certificate)
    if killed:
        with unguarded("certificates_filerevision"):
            FileRevision.objects.all().delete()
    reduce_certificates(actor=system_user(), person=certificate.person)
    erase_file(certificate_id=certificate.pk)

    names = [certificate.file.storage_name, proof_name(certificate.file), next_name(certificate.file)]
    assert [default_storage.exists(name) for name in names] == [False] * 3
    assert (start_completions(), completed(certificate)) == (0, None)


def test_erasure_while_the_file_is_drawn_wins(settings, tmp_path, monkeypatch):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    seal = proof_files.seal_file

    def erased_meanwhile(body):
        reduce_certificates(actor=system_user(), person=certificate.person)
        return seal(body)

    monkeypatch.setattr(proof_files, "seal_file", erased_meanwhile)
    assert (completed(certificate), FileRevision.objects.count()) == (None, 0)
    assert default_storage.exists(proof_name(certificate.file)) is False


def test_completing_is_not_for_everybody(settings, tmp_path):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    with pytest.raises(NotAllowed):
        complete_file(actor=make_user(), file_id=certificate.file.pk)


def test_changed_seal_belongs_to_the_file_that_it_sealed(settings, tmp_path):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    issued, former = stored_bytes(certificate.file), certificate.file.seal
    settings.SEAL = {"provider": "file", "key": str(tmp_path / "other.pem"), "self_made": "1"}
    made = completed(certificate)

    assert made.seal != former
    answers = [verify_file(one) for one in (issued, newest_bytes(certificate.file))]
    assert [(one.seal, one.checks["signature"]) for one in answers] == [(former, "passed"), (made.seal, "passed")]


# --- together with time stamps ----------------------------------------------------------------------------------------
@pytest.fixture
def archive(tmp_path, settings, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "tls.pem"))
    authority = Authority(tmp_path)
    with service(tmp_path, authority.answer_stamp, "application/timestamp-reply") as (url, _asked):
        settings.SEAL = authority.options(profile="B-LTA", tsa=url)
        yield authority


def test_file_with_proof_is_stamped_anew_like_any_other(archive, settings, tmp_path):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    made = completed(certificate)
    body = stored_bytes(made)
    assert made.size <= LARGEST

    with clock.travel(timedelta(days=330)):
        archive.new_stamper()
        archive.renew_list()
        later = renew_file(actor=system_user(), file_id=certificate.file.pk)
        newest = newest_bytes(certificate.file)
        answer = verify_file(newest)

    assert (later.kind, newest.startswith(body), made.stamped_until < later.stamped_until) == ("stamp", True, True)
    assert (answer.file, answer.checks["signature"], answer.seal) == ("registered", "passed", made.seal)


def test_stamp_on_the_issued_file_is_dropped_when_the_proof_came_meanwhile(archive, settings, tmp_path, monkeypatch):
    certificate = make_certificate()
    with clock.travel(timedelta(days=330)):
        archive.new_stamper()
        archive.renew_list()
        witnessed(tmp_path, settings)
        stamp = stamps.renew_stamp

        def completed_meanwhile(body):
            completed(certificate)
            return stamp(body)

        monkeypatch.setattr(stamps, "renew_stamp", completed_meanwhile)
        assert renew_file(actor=system_user(), file_id=certificate.file.pk) is None
        assert [one.kind for one in certificate.file.revisions.all()] == ["proof"]
        assert newest_bytes(certificate.file)
        assert clock.now() + AHEAD < certificate.file.revisions.get().stamped_until


def test_stamp_that_does_not_begin_with_the_file_with_proof_is_not_given_out(settings, tmp_path):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    completed(certificate)
    body = stored_bytes(certificate.file) + b"\n"
    name = default_storage.save("certificates/wrong.pdf", ContentFile(body))
    FileRevision.objects.create(
        file=certificate.file, storage_name=name, sha256=hashlib.sha256(body).hexdigest(), size=len(body),
        stamped_until=clock.now(),
    )  # fmt: skip
    with pytest.raises(DomainError, match="file_changed"):
        newest_bytes(certificate.file)
