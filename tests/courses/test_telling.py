"""Whoever applied is told of the answer, in the own language; nobody is told of what was done by oneself."""

import pytest
from django.core import mail

from accounts.models import User
from core.models import OutboxEvent
from core.outbox import deliver_event
from courses.models import Enrolment
from courses.services import admit, cancel_cohort, close_cohort, refuse, withdraw
from tests.builders import base_manager, make_user
from tests.courses.builders import make_cohort, make_enrolment

pytestmark = pytest.mark.django_db
KINDS = ("courses.enrolment_admitted", "courses.enrolment_ended")


def applied(cohort, language: str = "", email: str = "lin@example.test", state: str = "applied") -> Enrolment:
    user = make_user(email, language=language)
    return make_enrolment(cohort, state=state, user=user)


def deliver() -> None:
    for event in OutboxEvent.objects.filter(kind__in=KINDS).order_by("pk"):
        deliver_event(event.pk)


@pytest.mark.parametrize(("language", "words"), [("", "录取"), ("en", "You have been admitted"), ("ja", "許可")])
def test_admitted_applicant_is_told_in_the_own_language(language, words):
    enrolment = applied(make_cohort(), language)
    admit(actor=base_manager(enrolment.cohort.base), enrolment=enrolment)

    deliver()

    [letter] = mail.outbox
    assert letter.to == ["lin@example.test"]
    assert words in letter.body
    assert f"/{enrolment.pk}/" in letter.body


def test_whoever_goes_to_the_waiting_list_is_not_told_of_a_seat():
    cohort = make_cohort(capacity=1)
    manager = base_manager(cohort.base)
    admit(actor=manager, enrolment=applied(cohort))
    admit(actor=manager, enrolment=applied(cohort, email="second@example.test"))

    deliver()

    assert [letter.to for letter in mail.outbox] == [["lin@example.test"]]


def test_word_that_comes_late_says_nothing_that_is_over():
    enrolment = applied(make_cohort())
    manager = base_manager(enrolment.cohort.base)
    admit(actor=manager, enrolment=enrolment)
    cancel_cohort(actor=manager, cohort=enrolment.cohort, reason="教师不足")

    deliver()

    [letter] = mail.outbox
    assert "终止" in letter.body


def test_refused_applicant_is_told_and_reads_the_reason_only_on_the_page():
    enrolment = applied(make_cohort(), "en")
    refuse(actor=base_manager(enrolment.cohort.base), enrolment=enrolment, reason="学历不符")

    deliver()

    [letter] = mail.outbox
    assert ("was not accepted" in letter.body, "学历不符" in letter.body) == (True, False)


def test_whoever_leaves_by_the_own_hand_is_not_written_to():
    enrolment = applied(make_cohort())
    withdraw(actor=enrolment.applicant, enrolment=enrolment)

    deliver()

    assert mail.outbox == []


def test_everybody_is_told_that_a_cohort_does_not_take_place():
    cohort = make_cohort()
    applied(cohort)
    applied(cohort, "en", "second@example.test", state="admitted")
    cancel_cohort(actor=base_manager(cohort.base), cohort=cohort, reason="教师不足")

    deliver()

    said = {letter.to[0]: letter.body for letter in mail.outbox}
    assert set(said) == {"lin@example.test", "second@example.test"}
    assert "Your application or place in" in said["second@example.test"]
    assert "报名或学员资格" in said["lin@example.test"]


def test_whoever_still_waits_when_a_cohort_is_over_is_told():
    cohort = make_cohort(state="assessing")
    applied(cohort, "en", state="waitlisted")
    close_cohort(actor=base_manager(cohort.base), cohort=cohort)

    deliver()

    assert ["was not accepted" in letter.body for letter in mail.outbox] == [True]


def test_told_twice_is_still_one_letter_per_event():
    enrolment = applied(make_cohort())
    admit(actor=base_manager(enrolment.cohort.base), enrolment=enrolment)

    deliver()
    deliver()

    assert len(mail.outbox) == 1
    assert User.objects.get(email="lin@example.test").is_active
