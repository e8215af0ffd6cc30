"""What the rooms below tell the credit room: commitments, admissions, trainings, certificates."""

from celery import shared_task

from accounts.selectors import system_user
from certificates.selectors import papers
from core import outbox
from core.models import OutboxEvent
from credit import services
from credit.identifiers import looks_like_reference
from credit.models import AdministrativeCase, SelfRegulatoryCase
from credit.selectors.files import CERTIFICATE_ISSUED, CONSENT_GIVEN, TRAINING_RECORD_ADDED
from credit.selectors.papers import verify_report, verify_report_file
from credit.services import (
    case_decision,
    case_ending,
    case_notice,
    case_reopening,
    self_cases,
    self_reviews,
    self_telling,
)
from credit.services.agreement import check_agreement
from credit.services.case_common import CASE_LETTERS
from credit.services.escalation import OVERDUE, escalate, tell_of_overdue
from credit.services.exchange import DELIVERED
from credit.services.papers import DRAW
from credit.services.partners import END_TOLD
from credit.services.recount import recount_days
from credit.services.self_common import SELF_LETTERS
from credit.services.telling import tell_keeper_of_end, tell_of_case, tell_of_delivery

papers.put_up(
    papers.Paper(looks_like_reference, verify_report, verify_report_file, template="credit/report_outcome.html")
)


@outbox.handles(DRAW)
def draw(event: OutboxEvent) -> None:
    services.draw_report(actor=system_user(), report_id=int(event.key))


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


@outbox.handles(case_notice.NOTICED)
@outbox.handles(case_reopening.REOPENED)
@outbox.handles(case_decision.DECIDED)
@outbox.handles(case_ending.ENDED)
def case_moved(event: OutboxEvent) -> None:
    tell_of_case(case_id=int(event.key))


@outbox.handles(DELIVERED)
def entry_delivered(event: OutboxEvent) -> None:
    tell_of_delivery(record_id=int(event.key))


@outbox.handles(END_TOLD)
def partner_told_of_end(event: OutboxEvent) -> None:
    tell_keeper_of_end(notice_id=int(event.key))


@outbox.handles(OVERDUE)
def step_overdue(event: OutboxEvent) -> None:
    overdue, user, way = event.key.split(":")
    tell_of_overdue(overdue_id=int(overdue), user_id=int(user), way=way)


@outbox.handles(CASE_LETTERS)
def letters_of_case(event: OutboxEvent) -> None:
    case = AdministrativeCase.objects.get(pk=int(event.key))
    services.make_letters_due(actor=system_user(), case=case)


@outbox.handles(SELF_LETTERS)
def letters_of_self_case(event: OutboxEvent) -> None:
    case = SelfRegulatoryCase.objects.get(pk=int(event.key))
    services.make_letters_due(actor=system_user(), case=case)


@shared_task(name="credit.every_day")
def every_day() -> None:
    services.close_days(actor=system_user())
    recount_days(actor=system_user())
    escalate(actor=system_user())
    check_agreement(actor=system_user())
