"""What the rooms below report becomes a record once, with its publisher and a snapshot of its wording."""

from datetime import date

import pytest
from django.utils import translation

from accounts.models import AccessEntry
from accounts.permissions import Role
from accounts.selectors import system_user
from accounts.services import give_consent
from core import outbox
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry, OutboxEvent
from courses.workflow import RecordStanding
from credit import services
from credit.models import CreditRecord
from tests.builders import base_manager, hat, make_base, make_institution, make_person, make_user, officer, regulator
from tests.courses.builders import make_cohort, make_enrolment
from tests.credit.builders import employee, look, looks, make_certificate, make_training

pytestmark = pytest.mark.django_db


def deliver(kind, key):
    event = outbox.add(kind, key)
    outbox.deliver_event(event.pk)
    event.refresh_from_db()
    assert (event.state, event.last_error) == (OutboxEvent.State.DONE, "")


def records(person):
    rows = CreditRecord.objects.filter(person=person).order_by("pk")
    return list(rows.values_list("category", "kind", "occurred_on", "publisher"))


def test_training_becomes_a_positive_record_with_its_publisher():
    person, base = make_person(), make_base(name_en="Lanjiang Base")
    training = make_training(person, base=base, title="初级培训")

    deliver("courses.training_record_added", training.pk)

    assert records(person) == [("positive", "training_completed", date(2026, 5, 1), base.name)]
    record = CreditRecord.objects.get(person=person)
    assert (record.facts["hours"], record.facts["standing"], record.title) == ("48.0", "issued", "初级培训")
    assert record.level_title == training.level.title_zh
    with translation.override("en"):
        assert record.publisher_name == "Lanjiang Base"
    with translation.override("ja"):
        assert record.publisher_name == base.name


def test_training_elsewhere_names_the_provider():
    person = make_person()

    deliver("courses.training_record_added", make_training(person, provider="外省基地", level=None, hours=None).pk)

    assert records(person) == [("positive", "training_completed", date(2026, 5, 1), "外省基地")]


def test_training_of_a_cohort_keeps_the_title_in_three_languages():
    enrolment = make_enrolment(make_cohort())
    programme = enrolment.cohort.programme
    training = make_training(enrolment.person, enrolment=enrolment, title=programme.title_zh)

    record = services.record_training(actor=system_user(), training_record_id=training.pk)

    assert record.facts["title"] == {"zh": programme.title_zh, "en": programme.title_en, "ja": programme.title_ja}


def test_claimed_training_is_no_record():
    person = make_person()

    deliver("courses.training_record_added", make_training(person, standing=RecordStanding.CLAIMED).pk)

    assert records(person) == []


def test_certificate_becomes_a_positive_record():
    person = make_person()
    certificate = make_certificate(person)

    deliver("certificates.issued", certificate.pk)

    assert records(person) == [("positive", "certificate_issued", date(2026, 5, 2), "岚江大学培训基地")]
    assert CreditRecord.objects.get(person=person).facts["number"] == certificate.number


def test_commitment_of_a_known_person_becomes_a_basic_record():
    user = make_user()
    person = make_person(user=user)
    consent = give_consent(actor=user, text="code_of_conduct", version="2026-1")

    deliver("accounts.consent_given", consent.pk)

    assert [row[:2] for row in records(person)] == [("basic", "commitment_accepted")]
    assert CreditRecord.objects.get(person=person).facts["version"] == "2026-1"


def test_other_consents_are_no_record():
    user = make_user()
    person = make_person(user=user)

    deliver("accounts.consent_given", give_consent(actor=user, text="privacy_notice", version="1").pk)

    assert records(person) == []


def test_commitment_before_the_claim_is_recorded_on_admission():
    user, person = make_user(), make_person()
    consent = give_consent(actor=user, text="trainee_commitment", version="2026-1")
    deliver("accounts.consent_given", consent.pk)
    assert CreditRecord.objects.count() == 0
    enrolment = make_enrolment(make_cohort(), user=user, person=person)
    person.user = user
    person.save(update_fields=["user"])

    deliver("courses.enrolment_admitted", enrolment.pk)

    assert [row[:2] for row in records(person)] == [("basic", "commitment_accepted")]


def test_commitment_before_the_claim_is_recorded_with_the_training_at_the_latest():
    user, person = make_user(), make_person()
    give_consent(actor=user, text="trainee_commitment", version="2026-1")
    person.user = user
    person.save(update_fields=["user"])

    deliver("courses.training_record_added", make_training(person).pk)

    assert [row[1] for row in records(person)] == ["commitment_accepted", "training_completed"]


@pytest.mark.parametrize("times", [2, 3])
def test_event_delivered_again_writes_nothing(times):
    user = make_user()
    person = make_person(user=user)
    consent = give_consent(actor=user, text="trainee_commitment", version="2026-1")
    training, certificate = make_training(person), make_certificate(person)

    for _time in range(times):
        deliver("accounts.consent_given", consent.pk)
        deliver("courses.training_record_added", training.pk)
        deliver("certificates.issued", certificate.pk)

    assert len(records(person)) == 3
    assert AuditEntry.objects.filter(verb="credit.recorded").count() == 3


@pytest.mark.parametrize("make_actor", [make_user, base_manager, officer, regulator])
def test_nobody_writes_a_record_by_hand(make_actor):
    training = make_training(employee(rows=0))

    with pytest.raises(NotAllowed):
        services.record_training(actor=make_actor(), training_record_id=training.pk)

    assert CreditRecord.objects.count() == 0


def test_person_writes_no_record_about_themselves():
    user = make_user()
    certificate = make_certificate(make_person(user=user))

    with pytest.raises(NotAllowed):
        services.record_certificate(actor=user, certificate_id=certificate.pk)

    assert CreditRecord.objects.count() == 0


def fact(subject, **fields):
    wording = {"category": "basic", "kind": "commitment_accepted", "occurred_on": date(2026, 5, 1), "facts": {}}
    return services.record_fact(
        actor=system_user(), subject=subject, publisher="平台", source="test:1", **{**wording, **fields}
    )


def test_entity_with_a_credit_code_has_a_file_and_a_department_has_none():
    parent = make_institution()
    department = make_institution(parent=parent)

    assert fact(parent).institution == parent
    with pytest.raises(DomainError, match="no_credit_code"):
        fact(department)


# --- looking ----------------------------------------------------------------------------------------------
def test_look_of_the_region_is_written_down():
    person, actor = employee(), regulator()

    entry = look(actor, person)

    assert (entry.what, entry.granted) == (AccessEntry.What.CREDIT_FILE, True)
    assert entry.body_name == str(actor.memberships.get().admin_body)
    assert AuditEntry.objects.filter(verb="credit.file_opened", subject_id=str(person.pk)).count() == 1


@pytest.mark.parametrize(
    ("make_actor", "words"),
    [
        (make_user, ""),
        (base_manager, ""),
        (lambda: regulator("990200"), "案件 26"),
        (lambda: hat(Role.AUDITOR, regulator().memberships.get().admin_body), ""),
    ],
)
def test_refused_look_is_written_down_and_stays_a_refusal(make_actor, words):
    """The words of somebody whose office opens no files are not kept."""
    person, actor = employee("990100"), make_actor()

    entry = look(actor, person)

    assert entry.granted is False
    assert looks(person) == [(actor.pk, words, False)]
    assert AuditEntry.objects.filter(verb="credit.file_refused", subject_id=str(person.pk)).count() == 1


def test_own_employer_may_not_look():
    person = employee()

    assert look(officer(person.appointments.get().institution), person).granted is False


def test_look_at_nobody_is_not_written_down():
    with pytest.raises(NotAllowed):
        services.open_file(actor=regulator(), person_id=999_999, purpose="案件")

    assert AccessEntry.objects.count() == 0
