"""What anyone is told: eight outcomes, the same answer for everything that is not there, no more than is public."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import OperationalError, connection

from accounts.models import Consent
from accounts.selectors import system_user
from certificates import services
from certificates.models import Certificate, CertificateFile
from certificates.rules import Outcome, outcome
from certificates.selectors import verify, verify_by_name
from certificates.services.issue import allot_certificate
from certificates.workflow import CertificateState
from core import clock
from tests.certificates.builders import make_award, make_certificate
from tests.tlog.logs import witnessed

pytestmark = pytest.mark.django_db
NOWHERE = "0000000000000000"


def asked(certificate, **changes):
    return verify(**{"number": certificate.number, "code": certificate.code, **changes})


def broken_database(execute, sql, params, many, context):
    raise OperationalError("the database is gone")


def test_verify_knows_a_certificate_by_number_and_code():
    certificate = make_certificate()
    answer = asked(certificate)
    assert (answer.outcome, answer.certificate, answer.holder) == (Outcome.VALID, certificate, "高*")
    assert answer.checks == {"file": "passed", "signature": "passed", "log": None, "status": "passed"}
    assert (answer.ended_on, answer.ground, answer.superseded_by) == (None, "", "")


def test_verify_reads_number_and_code_as_people_type_them():
    certificate = make_certificate()
    typed = asked(
        certificate, number=certificate.number.lower().replace("-", " "), code=certificate.code_in_fours.lower()
    )
    assert typed.outcome == Outcome.VALID


def test_verify_by_code_alone_is_what_the_qr_code_does():
    certificate = make_certificate()
    assert verify(code=certificate.code).certificate == certificate


@pytest.mark.parametrize(
    "changes", [{"code": NOWHERE}, {"code": ""}, {"number": ""}, {"number": "TM-J-2026-9901-000123-P"}]
)
def test_verify_says_never_issued_unless_number_and_code_belong_together(changes):
    certificate = make_certificate()
    other = make_certificate(make_award())
    answer = asked(certificate, **changes)
    assert (answer.outcome, answer.certificate, answer.holder) == (Outcome.NEVER_ISSUED, None, "")
    assert asked(certificate, code=other.code).certificate is None


def test_verify_answers_a_wrong_code_and_an_unknown_number_alike():
    certificate = make_certificate()
    with clock.travel(timedelta()):
        wrong = asked(certificate, code=NOWHERE).as_json()
        unknown = verify(number="TM-J-2026-9901-000123-P", code=NOWHERE).as_json()
    assert {**wrong, "checked_at": ""} == {**unknown, "checked_at": ""}


def test_verify_costs_the_same_for_every_miss(django_assert_num_queries):
    """A hit is no secret to whoever has the code: only then is the log asked too."""
    certificate = make_certificate()
    with django_assert_num_queries(4):
        asked(certificate)
    with django_assert_num_queries(1):
        asked(certificate, code=NOWHERE)
    with django_assert_num_queries(1):
        verify(number="TM-J-2026-9901-000123-P", code=NOWHERE)


def test_verify_says_never_issued_of_a_draft():
    intent = allot_certificate(actor=system_user(), training_record=make_award())
    assert asked(intent).outcome == Outcome.NEVER_ISSUED


def test_verify_says_expired_from_the_day_after_the_last(tmp_path, settings):
    certificate = make_certificate(valid_until=clock.today() + timedelta(days=2))
    witnessed(tmp_path, settings)
    with clock.travel(timedelta(days=2)):
        assert asked(certificate).outcome == Outcome.VALID
    with clock.travel(timedelta(days=3)):
        assert asked(certificate).outcome == Outcome.EXPIRED


def test_verify_says_suspended_with_ground_and_day():
    certificate = make_certificate()
    services.suspend_certificate(
        actor=system_user(), certificate=certificate, ground="identity_under_check", note="两份证件"
    )
    answer = asked(certificate)
    assert (answer.outcome, answer.ground, answer.ended_on) == (
        Outcome.SUSPENDED,
        "identity_under_check",
        clock.today(),
    )
    assert "两份证件" not in str(answer.as_json())


def test_verify_says_valid_again_after_a_resumption():
    certificate = make_certificate()
    services.suspend_certificate(actor=system_user(), certificate=certificate, ground="identity_under_check")
    certificate.refresh_from_db()
    services.resume_certificate(actor=system_user(), certificate=certificate, ground="check_passed")
    answer = asked(certificate)
    assert (answer.outcome, answer.ground, answer.ended_on) == (Outcome.VALID, "", None)


def test_verify_says_revoked():
    certificate = make_certificate()
    services.revoke_certificate(actor=system_user(), certificate=certificate, ground="false_fact")
    answer = asked(certificate)
    assert (answer.outcome, answer.ground, answer.ended_on) == (Outcome.REVOKED, "false_fact", clock.today())


def test_verify_says_superseded_and_names_the_new_number():
    old = make_certificate()
    new = services.supersede_certificate(actor=system_user(), certificate=old)
    answer = asked(old)
    assert (answer.outcome, answer.superseded_by) == (Outcome.SUPERSEDED, new.number)
    assert (asked(new).outcome, asked(new).superseded_by) == (Outcome.VALID, "")


def test_verify_does_not_betray_a_replacement_that_is_only_intended(monkeypatch):
    old = make_certificate()
    monkeypatch.setattr(
        services.issue, "draw", lambda _certificate, **_more: (_ for _ in ()).throw(OSError("disk full"))
    )
    with pytest.raises(OSError, match="disk full"):
        services.supersede_certificate(actor=system_user(), certificate=old)
    assert Certificate.objects.filter(supersedes=old, state="draft").count() == 1
    answer = asked(old)
    assert (answer.outcome, answer.superseded_by) == (Outcome.VALID, "")


def test_verify_says_deregistered():
    certificate = make_certificate()
    services.deregister_certificate(actor=system_user(), certificate=certificate, ground="own_request")
    assert asked(certificate).outcome == Outcome.DEREGISTERED


def test_verify_says_could_not_check_without_a_database():
    certificate = make_certificate()
    with connection.execute_wrapper(broken_database):
        answer = asked(certificate)
        by_name = verify_by_name(number=certificate.number, name="高轩", tail="0018")
    assert (answer.outcome, by_name.outcome) == (Outcome.COULD_NOT_CHECK, Outcome.COULD_NOT_CHECK)
    assert (answer.certificate, answer.checks["status"]) == (None, None)


def test_verify_says_could_not_check_when_the_storage_has_lost_the_file():
    certificate = make_certificate()
    default_storage.delete(certificate.file.storage_name)
    answer = asked(certificate)
    assert (answer.outcome, answer.certificate) == (Outcome.COULD_NOT_CHECK, None)


def test_verify_never_calls_a_changed_file_genuine():
    certificate = make_certificate()
    with default_storage.open(certificate.file.storage_name, "ab") as file:
        file.write(b" ")
    answer = asked(certificate)
    assert (answer.outcome, answer.checks["file"]) == (Outcome.COULD_NOT_CHECK, "failed")


def test_verify_never_calls_a_file_of_the_same_size_genuine_when_it_is_read():
    certificate = make_certificate()
    forge(certificate)
    answer = asked(certificate)
    assert (answer.outcome, answer.checks["file"]) == (Outcome.COULD_NOT_CHECK, "failed")


def test_verify_reads_the_whole_file_once_an_hour(monkeypatch):
    certificate = make_certificate()
    reads = []
    opened = FileSystemStorage.open
    monkeypatch.setattr(FileSystemStorage, "open", lambda *args: (reads.append(1), opened(*args))[1])
    first, second = asked(certificate), asked(certificate)
    assert (first.checks["file"], second.checks["file"], len(reads)) == ("passed", "passed", 1)
    forge(certificate)
    caches[settings.THROTTLE_CACHE].clear()
    assert (asked(certificate).checks["file"], len(reads)) == ("failed", 2)


def forge(certificate):
    path = default_storage.path(certificate.file.storage_name)
    body = Path(path).read_bytes()
    Path(path).write_bytes(body[:-1] + b"#")


def test_verify_says_revoked_even_when_the_file_has_changed():
    certificate = make_certificate()
    services.revoke_certificate(actor=system_user(), certificate=certificate, ground="false_fact")
    with default_storage.open(certificate.file.storage_name, "ab") as file:
        file.write(b" ")
    assert asked(certificate).outcome == Outcome.REVOKED


# --- the holder's name ----------------------------------------------------------------------------------------------
def consent(certificate, *, given, version="1"):
    Consent.objects.create(
        user=certificate.person.user, text="publish_name", version=version, given=given, at=clock.now()
    )


def test_verify_shows_the_name_only_with_consent():
    certificate = make_certificate(make_award(name="阿卜杜热西提·买买提"))
    assert asked(certificate).holder == "阿********"
    consent(certificate, given=True)
    assert asked(certificate).holder == "阿卜杜热西提·买买提"


def test_verify_masks_the_name_again_after_the_consent_is_withdrawn():
    certificate = make_certificate()
    consent(certificate, given=True)
    consent(certificate, given=False)
    assert asked(certificate).holder == "高*"


def test_verify_takes_another_consent_for_none():
    certificate = make_certificate()
    Consent.objects.create(
        user=certificate.person.user, text="code_of_conduct", version="1", given=True, at=clock.now()
    )
    assert asked(certificate).holder == "高*"


# --- without the code -----------------------------------------------------------------------------------------------
def test_verify_by_name_needs_name_and_document_together():
    certificate = make_certificate()
    tail = certificate.person.documents.get().number[-4:]

    def outcome_of(**changes):
        return verify_by_name(**{"number": certificate.number, "name": "高轩", "tail": tail, **changes}).outcome

    assert outcome_of() == Outcome.VALID
    assert outcome_of(name=" 高 轩 ", tail=tail.lower()) == Outcome.VALID
    assert outcome_of(name="高") == Outcome.NEVER_ISSUED
    assert outcome_of(tail="0000") == Outcome.NEVER_ISSUED
    assert outcome_of(tail="") == Outcome.NEVER_ISSUED
    assert outcome_of(number=make_certificate(make_award(name="别人")).number) == Outcome.NEVER_ISSUED
    assert outcome_of(number="TM-J-2026-9901-000123-P") == Outcome.NEVER_ISSUED


def test_verify_by_name_costs_the_same_for_every_miss(django_assert_num_queries):
    certificate = make_certificate()
    tail = certificate.person.documents.get().number[-4:]
    for number, name, statements in [
        (certificate.number, "高轩", 11),
        (certificate.number, "别人", 8),
        ("TM-J-2026-9901-000123-P", "高轩", 8),
    ]:
        with django_assert_num_queries(statements):
            verify_by_name(number=number, name=name, tail=tail)


# --- the pure rule --------------------------------------------------------------------------------------------------
def test_outcome_of_every_state():
    today = clock.today()
    assert {state: outcome(state, None, on=today) for state in CertificateState.values} == {
        "draft": "never_issued",
        "issued": "valid",
        "suspended": "suspended",
        "revoked": "revoked",
        "superseded": "superseded",
        "deregistered": "deregistered",
    }
    yesterday = today - timedelta(days=1)
    assert outcome("revoked", yesterday, on=today) == Outcome.REVOKED
    assert (outcome("issued", yesterday, on=today), outcome("issued", today, on=today)) == ("expired", "valid")


def test_as_json_has_the_documented_shape():
    certificate = make_certificate()
    answer = asked(certificate).as_json()
    assert {**answer, "checked_at": ""} == {
        "outcome": "valid",
        "checked_at": "",
        "number": certificate.number,
        "level": "JUNIOR",
        "title": "初级技术经纪人培训结业证书",
        "issuer": "岚江大学培训基地",
        "co_issuers": [],
        "holder": "高*",
        "issued_on": clock.today().isoformat(),
        "valid_until": None,
        "ended_on": None,
        "reason": None,
        "superseded_by": None,
        "checks": {"file": "passed", "signature": "passed", "log": None, "status": "passed"},
    }
    assert CertificateFile.objects.count() == 1
