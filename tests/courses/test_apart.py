"""Nobody decides about oneself; leaving a cohort, or its end, ends the examination too."""

import pytest
from django.utils import translation

from accounts.models import Claim, IdentityCheck
from accounts.selectors import is_checked, system_user
from core.errors import DomainError
from core.models import AuditEntry
from courses.exams.services import admit_candidates
from courses.models import Cohort, Enrolment
from courses.selectors.enrolments import reason_given
from courses.services import (
    admit,
    admit_many,
    apply_for_cohort,
    cancel_cohort,
    check_identity,
    close_cohort,
    put_on_waiting_list,
    refuse,
    withdraw,
)
from tests.builders import base_manager, make_person, make_user
from tests.courses.builders import make_cohort, make_enrolment, make_sitting
from tests.exams.builders import running_attempt

pytestmark = pytest.mark.django_db


# --- nobody decides about oneself -----------------------------------------------------------------------------------
OWN_DECISIONS = [
    lambda actor, enrolment: admit(actor=actor, enrolment=enrolment, document_seen=True),
    lambda actor, enrolment: admit_many(actor=actor, enrolments=[enrolment]),
    lambda actor, enrolment: refuse(actor=actor, enrolment=enrolment, reason="x"),
    lambda actor, enrolment: put_on_waiting_list(actor=actor, enrolment=enrolment),
    lambda actor, enrolment: check_identity(actor=actor, enrolment=enrolment),
]


@pytest.mark.parametrize("decide", OWN_DECISIONS, ids=["admit", "admit many", "refuse", "wait", "check"])
@pytest.mark.parametrize("tie", ["applicant", "person", "survivor"])
def test_decisions_about_the_own_enrolment_are_refused(decide, tie):
    cohort = make_cohort()
    manager = base_manager(cohort.base)
    own = make_enrolment(cohort, state="applied", **({"user": manager} if tie == "applicant" else {}))
    if tie == "person":
        own.person.user = manager
    if tie == "survivor":
        own.person.merged_into = make_person("高轩", user=manager)
    own.person.save()

    with pytest.raises(DomainError) as refusal:
        decide(manager, Enrolment.objects.get(pk=own.pk))

    own.refresh_from_db()
    assert (refusal.value.code, refusal.value.facts) == ("own_record", {"enrolments": [own.pk]})
    assert (own.state, IdentityCheck.objects.count()) == ("applied", 0)


def test_decisions_about_a_manager_are_a_colleagues():
    cohort = make_cohort()
    own = make_enrolment(cohort, state="applied", user=base_manager(cohort.base))

    admitted = admit(actor=base_manager(cohort.base), enrolment=own, document_seen=True)

    assert (admitted.state, is_checked(own.person)) == ("admitted", True)


def test_withdraw_from_the_own_enrolment_stays_the_managers_right():
    cohort = make_cohort()
    manager = base_manager(cohort.base)

    assert withdraw(actor=manager, enrolment=make_enrolment(cohort, user=manager)).state == "withdrawn"


# --- leaving ends the examination too -------------------------------------------------------------------------------
def test_withdraw_takes_the_trainee_off_the_sitting():
    cohort = make_cohort()
    sitting = make_sitting(cohort)
    enrolments = [make_enrolment(cohort, state="applied") for _ in range(2)]
    admit_many(actor=base_manager(cohort.base), enrolments=enrolments)

    withdraw(actor=enrolments[0].applicant, enrolment=enrolments[0])

    assert list(sitting.candidates.values_list("person", flat=True)) == [enrolments[1].person.pk]


def test_withdraw_collects_the_paper_that_is_being_written():
    cohort = make_cohort(state="running")
    attempt = running_attempt()
    Cohort.objects.filter(pk=cohort.pk).update(sitting=attempt.sitting)
    enrolment = make_enrolment(cohort, state="attending", person=attempt.person, user=attempt.person.user)

    withdraw(actor=enrolment.applicant, enrolment=enrolment)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, attempt.sitting.candidates.count()) == ("marked", 0, 0)


def test_withdraw_with_an_open_claim_takes_the_claimed_person_off_the_sitting():
    claim, cohort = Claim.objects.create(user=make_user(), person=make_person("高轩")), make_cohort()
    sitting = make_sitting(cohort)
    enrolment = apply_for_cohort(actor=claim.user, cohort=cohort, agrees=True)
    admit(actor=base_manager(cohort.base), enrolment=enrolment)
    before = sitting.candidates.count()

    withdraw(actor=claim.user, enrolment=Enrolment.objects.get(pk=enrolment.pk))

    assert (before, sitting.candidates.count()) == (1, 0)


def test_close_cohort_tells_those_who_still_wait_why_and_ends_candidatures():
    cohort = make_cohort(state="assessing")
    sitting = make_sitting(cohort)
    failed, done = make_enrolment(cohort, state="attending"), make_enrolment(cohort, state="completed")
    waiting = make_enrolment(cohort, state="waitlisted")
    admit_candidates(actor=system_user(), sitting=sitting, persons=[failed.person, done.person])

    close_cohort(actor=base_manager(cohort.base), cohort=cohort)

    waiting.refresh_from_db()
    entry = AuditEntry.objects.get(verb="courses.enrolment.refuse")
    assert (entry.subject_id, entry.reason) == (str(waiting.pk), "培训班已结束，没有空出名额。")
    with translation.override("en"):
        assert reason_given(waiting) == "The cohort has ended and no seat became free."
    assert list(sitting.candidates.values_list("person", flat=True)) == [done.person.pk]


def test_cancel_cohort_takes_everybody_off_the_sitting():
    cohort = make_cohort(state="running")
    sitting = make_sitting(cohort)
    admit_candidates(actor=system_user(), sitting=sitting, persons=[make_enrolment(cohort).person])

    cancel_cohort(actor=base_manager(cohort.base), cohort=cohort, reason="台风")

    assert sitting.candidates.count() == 0
