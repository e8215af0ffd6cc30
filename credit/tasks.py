"""What the rooms below tell the credit room: commitments, admissions, trainings, certificates."""

from accounts.selectors import system_user
from core import outbox
from core.models import OutboxEvent
from credit import services
from credit.selectors.files import CERTIFICATE_ISSUED, CONSENT_GIVEN, TRAINING_RECORD_ADDED
from credit.services import self_cases, self_reviews, self_telling


@outbox.handles(CONSENT_GIVEN)
def consent_given(event: OutboxEvent) -> None:
    services.record_consent(actor=system_user(), consent_id=int(event.key))


@outbox.handles("courses.enrolment_admitted")
def enrolment_admitted(event: OutboxEvent) -> None:
    services.record_admission(actor=system_user(), enrolment_id=int(event.key))


@outbox.handles(TRAINING_RECORD_ADDED)
def training_record_added(event: OutboxEvent) -> None:
    services.record_training(actor=system_user(), training_record_id=int(event.key))


@outbox.handles(CERTIFICATE_ISSUED)
def certificate_issued(event: OutboxEvent) -> None:
    services.record_certificate(actor=system_user(), certificate_id=int(event.key))


@outbox.handles(self_cases.NOTICED)
@outbox.handles(self_cases.DECIDED)
def tell_of_self_case(event: OutboxEvent) -> None:
    self_telling.tell_of_self_case(case_id=int(event.key))


@outbox.handles(self_reviews.REVIEWED)
def tell_of_self_review(event: OutboxEvent) -> None:
    self_telling.tell_of_self_review(review_id=int(event.key))
