"""Time stamps are renewed before they end: a revision beside the issued file, once, found when it is handed in."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.storage import default_storage

from accounts.selectors import system_user
from certificates import tasks
from certificates.credentials.trust import verification_policy
from certificates.models import CertificateFile, FileRevision
from certificates.selectors import newest_bytes, stored_bytes, verify_file
from certificates.selectors.files import next_name, stamps_due
from certificates.services import stamps
from certificates.services.erasure import erase_file, reduce_certificates
from certificates.services.stamps import AHEAD, RENEW, renew_file, start_renewals
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry, OutboxEvent
from tests.builders import make_user
from tests.certificates.authority import Authority, service
from tests.certificates.builders import change_past_the_guard, make_certificate
from tests.certificates.evidence import attacks, mark
from tests.tlog.logs import witnessed

pytestmark = pytest.mark.django_db
SOON = timedelta(days=330)


@pytest.fixture
def archive(tmp_path, settings, monkeypatch):
    """A site that seals for archives, with its authority in reach."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "tls.pem"))
    authority = Authority(tmp_path)
    with service(tmp_path, authority.answer_stamp, "application/timestamp-reply") as (url, asked):
        settings.SEAL = authority.options(profile="B-LTA", tsa=url)
        authority.asked = asked
        yield authority


def renewed(authority, file):
    authority.new_stamper()
    authority.renew_list()
    return renew_file(actor=system_user(), file_id=file.pk)


def test_renewal_adds_a_revision_and_leaves_the_issued_bytes(archive, tmp_path, settings):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    file, issued = certificate.file, stored_bytes(certificate.file)
    assert file.stamped_until == archive.stamp.not_valid_after_utc
    assert list(stamps_due(clock.now() + AHEAD)) == []

    with clock.travel(SOON):
        assert [one.pk for one in stamps_due(clock.now() + AHEAD)] == [file.pk]
        made = renewed(archive, file)
        assert list(stamps_due(clock.now() + AHEAD)) == []
        again = renew_file(actor=system_user(), file_id=file.pk)

    assert (again, FileRevision.objects.count()) == (None, 1)
    assert stored_bytes(file) == issued
    assert newest_bytes(file)[: len(issued)] == issued
    assert made.size > file.size
    assert made.size <= 260 * 1024
    assert AuditEntry.objects.filter(verb="certificates.stamp_renewed").count() == 1
    with clock.travel(timedelta(days=420)):
        checks = [verify_file(body) for body in (issued, newest_bytes(file))]
    assert [(one.file, one.outcome, one.checks["signature"]) for one in checks] == [
        ("registered", "valid", "passed"), ("registered", "valid", "passed"),
    ]  # fmt: skip


def test_renewal_goes_on_when_the_certificates_of_earlier_stamps_have_run_out(archive, tmp_path, settings):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    marks = [mark(archive)]
    for days in (330, 660, 990):
        with clock.travel(timedelta(days=days)):
            assert renewed(archive, certificate.file).kind == "stamp"
        marks.append(mark(archive))
    with clock.travel(timedelta(days=1000)):
        found = verify_file(newest_bytes(certificate.file))
        policy = verification_policy()
    assert (found.file, found.outcome, found.checks["signature"]) == ("registered", "valid", "passed")
    # Whoever set a stamp is named to those who check without the site.
    assert re.findall(r"^# stamp sha256:(\w+)$", policy, re.M) == marks


def test_file_with_anything_behind_its_seal_that_was_not_issued_is_never_genuine(archive):
    """Said of the same files as by the verifiers that ask nobody: tests/tools/test_archived_files.py."""
    body = stored_bytes(make_certificate().file)
    elsewhere = archive.folder / "elsewhere"
    elsewhere.mkdir()
    held = SimpleNamespace(mine=SimpleNamespace(pdf=body), authority=archive, stranger=Authority(elsewhere))
    assert verify_file(body).file == "registered"
    found = {name: verify_file(one) for name, one in attacks(held).items()}
    assert {one.outcome for one in found.values()} == {"never_issued"}
    assert {one.file for one in found.values()} <= {"unknown", "changed", "added_to"}


def test_renewal_that_fails_keeps_nothing_and_is_asked_again(archive):
    file = make_certificate().file
    with clock.travel(SOON):
        # The revocation list is out of date: nobody has fetched a new one.
        with pytest.raises(DomainError, match="seal_failed"):
            renew_file(actor=system_user(), file_id=file.pk)
        assert FileRevision.objects.count() == 0
        assert renewed(archive, file).file_id == file.pk


def test_daily_job_rings_for_every_file_that_is_due(archive):
    file = make_certificate().file
    with clock.travel(SOON):
        tasks.renew_time_stamps()
    assert list(OutboxEvent.objects.filter(kind=RENEW).values_list("key", flat=True)) == [str(file.pk)]


def test_daily_job_without_stamps_for_archives_does_nothing():
    make_certificate()
    with clock.travel(timedelta(days=4000)):
        assert start_renewals() == 0


def test_renewal_is_not_for_everybody(archive):
    file = make_certificate().file
    with clock.travel(SOON), pytest.raises(NotAllowed):
        renew_file(actor=make_user(), file_id=file.pk)


def test_erasure_takes_every_revision_away(archive):
    certificate = make_certificate()
    with clock.travel(SOON):
        made = renewed(archive, certificate.file)
    change_past_the_guard(type(certificate).objects.filter(pk=certificate.pk), holder_name="")

    erase_file(certificate_id=certificate.pk)

    names = [certificate.file.storage_name, made.storage_name]
    assert [default_storage.exists(name) for name in names] == [False, False]
    with clock.travel(timedelta(days=4000)):
        assert list(stamps_due(clock.now())) == []
        assert renew_file(actor=system_user(), file_id=certificate.file.pk) is None


def test_revision_that_does_not_begin_with_the_issued_file_is_not_given_out(archive):
    certificate = make_certificate()
    with clock.travel(SOON):
        made = renewed(archive, certificate.file)
    name = made.storage_name
    default_storage.delete(name)
    with default_storage.open(name, "wb") as file:
        file.write(b"another file")
    with pytest.raises(DomainError, match="file_changed"):
        newest_bytes(CertificateFile.objects.get(pk=certificate.file.pk))


def test_renewal_keeps_nothing_of_a_holder_who_was_erased_meanwhile(archive, monkeypatch):
    certificate = make_certificate()
    asked = stamps.renew_stamp

    def ask_and_erase(body):
        answer = asked(body)
        reduce_certificates(actor=system_user(), person=certificate.person)
        return answer

    monkeypatch.setattr(stamps, "renew_stamp", ask_and_erase)
    with clock.travel(SOON):
        assert renewed(archive, certificate.file) is None
    assert (FileRevision.objects.count(), default_storage.exists(next_name(certificate.file))) == (0, False)


def test_renewal_that_is_rolled_back_leaves_no_bytes(archive, monkeypatch):
    file = make_certificate().file
    monkeypatch.setattr(stamps.audit, "record", lambda *_some, **_more: (_ for _ in ()).throw(OSError("full")))
    with clock.travel(SOON), pytest.raises(OSError, match="full"):
        renewed(archive, file)
    assert (FileRevision.objects.count(), default_storage.exists(next_name(file))) == (0, False)


def test_stamp_that_holds_no_longer_than_the_last_is_not_kept(archive, caplog):
    """The authority's own certificate ends within the time ahead: day after day it gives the same end."""
    file = make_certificate().file
    with clock.travel(SOON):
        archive.renew_list()
        made = [renew_file(actor=system_user(), file_id=file.pk) for _ in range(2)]
    assert (made, FileRevision.objects.count()) == ([None, None], 0)
    assert "no longer than its last" in caplog.text
