"""Issue: who gets a certificate, what it says, that it is one and stays what it was."""

import hashlib
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import IdentityCheck, User
from accounts.selectors import system_user
from accounts.workflow import Standing
from certificates.identifiers import parse_number
from certificates.models import Certificate, CertificateCounter, CertificateEvent, CertificateFile
from certificates.services import issue, issue_certificate, revoke_certificate, supersede_certificate
from certificates.services.issue import allot_certificate, store_certificate
from certificates.services.jobs import issue_item
from certificates.services.snapshot import refusals
from core import audit, clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import OutboxEvent
from courses.models import TrainingRecord
from tests.builders import officer, regulator
from tests.certificates.builders import certificate_base, correction_of, make_award, make_certificate, manager_of
from tests.courses.annulling import make_annulment
from tests.courses.builders import make_cohort, make_record

pytestmark = pytest.mark.django_db


def test_issue_certificate_takes_a_snapshot_of_everything_it_says():
    record = make_award(name="阿卜杜热西提·买买提", latin_name="ABDURISHIT MAMAT")

    certificate = issue_certificate(actor=manager_of(record.base), training_record=record)

    parts = parse_number(certificate.number)
    assert (parts.level, parts.year, parts.base, parts.running) == ("J", clock.today().year, record.base.code, 1)
    assert certificate.state == "issued"
    assert certificate.holder_name == "阿卜杜热西提·买买提"
    assert certificate.holder_document_masked == record.person.documents.get().masked
    assert (certificate.hours, certificate.completed_on, certificate.issued_on) == (
        Decimal("48.0"),
        record.completed_on,
        clock.today(),
    )
    assert certificate.facts["issuer"] == {
        "zh": "岚江大学培训基地",
        "en": "Lanjiang University Training Base",
        "ja": "嵐江大学研修基地",
    }
    assert certificate.facts["latin_name"] == "ABDURISHIT MAMAT"
    assert certificate.facts["title"]["zh"] == record.level.certificate_title_zh


def test_issue_certificate_keeps_the_bytes_with_their_hash():
    certificate = make_certificate()

    with default_storage.open(certificate.file.storage_name) as file:
        body = file.read()
    assert certificate.file.storage_name == f"certificates/{clock.today().year}/{certificate.uuid}.pdf"
    assert (hashlib.sha256(body).hexdigest(), len(body)) == (certificate.file.sha256, certificate.file.size)
    assert certificate.file.size <= 260 * 1024
    assert certificate.file.template_version.startswith("completion-1+")
    assert len(certificate.file.fonts_sha256) == 64


def test_issue_certificate_writes_event_audit_and_outbox():
    certificate = make_certificate()

    assert list(certificate.events.values_list("step", "state", "ground")) == [("issue", "issued", "")]
    verbs = audit.entries_about(certificate)
    assert list(verbs.values_list("verb", flat=True)) == [
        "certificates.number_allotted",
        "certificates.certificate.issue",
    ]
    assert OutboxEvent.objects.filter(kind="certificates.issued", key=str(certificate.pk)).count() == 1


def test_issue_certificate_twice_is_the_same_certificate():
    record = make_award()
    actor = manager_of(record.base)

    first = issue_certificate(actor=actor, training_record=record)
    second = issue_certificate(actor=actor, training_record=record)

    assert (second.pk, second.number, second.code) == (first.pk, first.number, first.code)
    assert (Certificate.objects.count(), CertificateFile.objects.count(), CertificateEvent.objects.count()) == (1, 1, 1)


def test_issue_certificate_after_a_kill_completes_the_same_number():
    record = make_award()
    intent = allot_certificate(actor=system_user(), training_record=record)
    assert (intent.state, CertificateFile.objects.count()) == ("draft", 0)

    certificate = issue_certificate(actor=system_user(), training_record=record)

    assert (certificate.number, certificate.code, certificate.state) == (intent.number, intent.code, "issued")
    assert CertificateFile.objects.get().certificate_id == intent.pk


def annul(record):
    make_annulment(record, reason="替考")


def withdraw_check(record):
    IdentityCheck.objects.create(
        person=record.person,
        standing=Standing.SELF_DECLARED,
        checked_at=clock.now() + timedelta(seconds=1),
        checked_by=system_user(),
    )


@pytest.mark.parametrize(
    ("meanwhile", "code"),
    [
        (annul, "record_annulled"),
        (lambda record: correction_of(record, hours=Decimal("50.0")), "record_corrected"),
        (withdraw_check, "identity_not_checked"),
    ],
)
def test_store_certificate_does_not_attest_what_fell_after_the_number_was_allotted(meanwhile, code):
    record = make_award()
    intent = allot_certificate(actor=system_user(), training_record=record)
    meanwhile(record)

    with pytest.raises(DomainError) as refusal:
        store_certificate(actor=system_user(), certificate=intent)

    assert refusal.value.code == code
    assert (Certificate.objects.get().state, CertificateFile.objects.count()) == ("draft", 0)
    assert OutboxEvent.objects.filter(kind="certificates.issued").count() == 0


def test_issue_certificate_of_a_correction_is_not_held_up_by_an_intent_of_the_earlier_wording():
    record = make_award()
    allot_certificate(actor=system_user(), training_record=record)
    corrected = correction_of(record, hours=Decimal("50.0"))

    certificate = issue_certificate(actor=system_user(), training_record=corrected)

    assert (certificate.state, certificate.hours) == ("issued", Decimal("50.0"))


def test_supersede_certificate_does_not_attest_what_was_annulled_meanwhile():
    old = make_certificate()
    successor = issue.allot_successor(manager_of(old.base), old, "information_corrected")
    annul(old.training_record)

    with pytest.raises(DomainError, match="record_annulled"):
        store_certificate(actor=manager_of(old.base), certificate=successor)

    old.refresh_from_db()
    assert old.state == "issued"


def test_issue_item_of_somebody_who_lost_the_hat_is_not_allowed():
    record = make_award()
    actor = manager_of(record.base)
    allot_certificate(actor=actor, training_record=record)
    actor.memberships.update(valid_to=clock.today())

    with pytest.raises(NotAllowed):
        issue_item(actor=User.objects.get(pk=actor.pk), record_id=record.pk)

    assert Certificate.objects.get().state == "draft"


def test_store_certificate_replaces_what_a_killed_attempt_left_in_the_storage():
    intent = allot_certificate(actor=system_user(), training_record=make_award())
    name = f"certificates/{intent.issued_on.year}/{intent.uuid}.pdf"
    assert default_storage.save(name, ContentFile(b"half a file")) == name

    certificate = store_certificate(actor=system_user(), certificate=intent)

    assert certificate.file.storage_name == name
    with default_storage.open(name) as file:
        assert hashlib.sha256(file.read()).hexdigest() == certificate.file.sha256


def test_certificate_keeps_its_wording_when_names_change():
    record = make_award()
    certificate = make_certificate(record)
    record.person.name, record.base.name = "别的名字", "改名的基地"
    record.person.save()
    record.base.save()

    certificate.refresh_from_db()
    assert (certificate.holder_name, certificate.issuer) == ("高轩", "岚江大学培训基地")


def test_numbers_run_without_gap_when_a_refusal_lies_between():
    cohort = make_cohort(certificate_base(), state="assessing")
    make_certificate(make_award(cohort))
    with pytest.raises(DomainError, match="glyphs_missing"):
        make_certificate(make_award(cohort, name="王\U0001f600"))
    make_certificate(make_award(cohort))

    numbers = Certificate.objects.order_by("pk").values_list("number", flat=True)
    assert [parse_number(number).running for number in numbers] == [1, 2]


def test_numbers_count_by_base_level_and_year():
    record = make_award()
    senior = make_award(level=record.level.__class__.objects.get(code="SENIOR"), cohort=record.enrolment.cohort)
    with clock.travel(timedelta(days=400)):
        later = make_certificate(make_award(record.enrolment.cohort))

    numbers = [make_certificate(one).number for one in (record, senior, make_award())] + [later.number]
    assert [parse_number(number).running for number in numbers] == [1, 1, 1, 1]


def test_issue_certificate_refuses_a_name_that_the_fonts_lack_and_says_which_characters():
    record = make_award(name="王ბ\U0001f600")

    with pytest.raises(DomainError) as refused:
        issue_certificate(actor=system_user(), training_record=record)

    assert (refused.value.code, refused.value.facts) == ("glyphs_missing", {"characters": "ბ\U0001f600"})
    assert Certificate.objects.count() == 0


def test_issue_certificate_refuses_a_name_too_long_for_the_sheet():
    with pytest.raises(DomainError, match="name_too_long"):
        make_certificate(make_award(name="买" * 90))


def test_issue_certificate_refuses_an_issuer_too_long_for_the_sheet():
    base = certificate_base(name="岚" * 150, name_en="Lanjiang " * 22, name_ja="嵐" * 150)
    with pytest.raises(DomainError, match="text_too_long"):
        make_certificate(make_award(make_cohort(base)))


def test_issue_certificate_refuses_a_base_whose_code_fits_into_no_number():
    record = make_award()
    record.base.code = "I O"
    record.base.save()
    with pytest.raises(DomainError, match="number_impossible"):
        make_certificate(record)
    assert (Certificate.objects.count(), CertificateCounter.objects.count()) == (0, 0)


def test_supersede_certificate_completes_an_intent_that_was_left_behind():
    old = make_certificate()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(issue, "draw", lambda _certificate, **_more: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            supersede_certificate(actor=system_user(), certificate=old)
    intent = Certificate.objects.get(supersedes=old)

    new = supersede_certificate(actor=system_user(), certificate=old)

    assert (new.pk, new.number, new.state) == (intent.pk, intent.number, "issued")


def test_issue_certificate_refuses_an_unchecked_identity():
    record = make_award(checked=False)
    with pytest.raises(DomainError, match="identity_not_checked"):
        make_certificate(record)


def test_issue_certificate_goes_by_the_latest_identity_standing():
    record = make_award(checked=True)
    IdentityCheck.objects.create(
        person=record.person,
        standing=Standing.SELF_DECLARED,
        checked_at=clock.now() + timedelta(seconds=1),
        checked_by=system_user(),
    )
    with pytest.raises(DomainError, match="identity_not_checked"):
        make_certificate(record)


def test_issue_certificate_refuses_an_annulled_record():
    record = make_award()
    make_annulment(record, reason="替考")
    with pytest.raises(DomainError, match="record_annulled"):
        make_certificate(record)


@pytest.mark.parametrize("standing", ["claimed", "confirmed_by_base", "confirmed_by_regulator"])
def test_issue_certificate_refuses_a_record_that_was_not_issued_here(standing):
    with pytest.raises(DomainError, match="record_not_issued_here"):
        make_certificate(make_award(standing=standing))


def test_issue_certificate_refuses_a_record_without_class():
    record = make_record(make_award().person, standing="issued")
    with pytest.raises(DomainError, match="record_not_issued_here"):
        make_certificate(record)


def test_refusals_names_everything_at_once():
    record = make_award(checked=False, standing="claimed")
    record.person.documents.all().delete()
    found = refusals(TrainingRecord.objects.get(pk=record.pk))
    assert [str(one.obstacle) for one in found] == ["record_not_issued_here", "no_document", "identity_not_checked"]


@pytest.mark.parametrize("make_actor", [officer, regulator, lambda: manager_of(certificate_base())])
def test_issue_certificate_is_refused_to_anybody_but_the_base(make_actor):
    record = make_award()
    with pytest.raises(NotAllowed):
        issue_certificate(actor=make_actor(), training_record=record)
    assert Certificate.objects.count() == 0


def test_issue_certificate_is_refused_to_the_holder():
    record = make_award()
    with pytest.raises(NotAllowed):
        issue_certificate(actor=record.person.user, training_record=record)


# --- replacement ----------------------------------------------------------------------------------------------------
def test_supersede_certificate_gives_a_new_number_and_retires_the_old_one():
    old = make_certificate(make_award(name="陈黙"))
    old.person.name = "陈默"
    old.person.save()

    new = supersede_certificate(actor=manager_of(old.base), certificate=old, note="姓名用字更正")

    old.refresh_from_db()
    assert (old.state, new.state, new.supersedes_id, old.superseded_by) == ("superseded", "issued", old.pk, new)
    assert (old.holder_name, new.holder_name) == ("陈黙", "陈默")
    assert parse_number(new.number).running == parse_number(old.number).running + 1
    last = old.events.order_by("-pk").first()
    assert (last.step, last.ground, last.note) == ("supersede", "information_corrected", "姓名用字更正")


def test_supersede_certificate_twice_is_the_same_replacement():
    old = make_certificate()
    first = supersede_certificate(actor=system_user(), certificate=old)
    second = supersede_certificate(actor=system_user(), certificate=old)
    assert (second.pk, Certificate.objects.count()) == (first.pk, 2)


def test_supersede_certificate_leaves_the_old_one_in_force_until_the_new_one_is_stored():
    old = make_certificate(make_award(name="高轩"))
    old.person.name = "高\U0001f600"
    old.person.save()

    with pytest.raises(DomainError, match="glyphs_missing"):
        supersede_certificate(actor=system_user(), certificate=old)

    old.refresh_from_db()
    assert (old.state, Certificate.objects.count()) == ("issued", 1)


def test_supersede_certificate_follows_a_corrected_training_record():
    record = make_award()
    old = make_certificate(record)
    corrected = correction_of(record, hours=Decimal("50.0"))
    # The correction is no second award: it has a certificate already, in its earlier wording.
    with pytest.raises(DomainError, match="record_corrected"):
        issue_certificate(actor=system_user(), training_record=corrected)

    new = supersede_certificate(actor=system_user(), certificate=old)

    assert (new.training_record_id, new.hours, old.hours) == (corrected.pk, Decimal("50.0"), Decimal("48.0"))


def test_supersede_certificate_refuses_other_grounds_and_ended_ones():
    old = make_certificate()
    with pytest.raises(DomainError, match="ground_not_allowed"):
        supersede_certificate(actor=system_user(), certificate=old, ground="own_request")
    revoke_certificate(actor=system_user(), certificate=old, ground="court_order")
    with pytest.raises(WrongState):
        supersede_certificate(actor=system_user(), certificate=old)
    assert Certificate.objects.count() == 1


def test_supersede_certificate_is_refused_to_another_base():
    old = make_certificate()
    with pytest.raises(NotAllowed):
        supersede_certificate(actor=manager_of(certificate_base()), certificate=old)
