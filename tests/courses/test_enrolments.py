"""Applying, admitting, refusing, withdrawing; identity at the desk."""

from datetime import timedelta

import pytest

from accounts.models import AccessEntry, Claim, Consent, IdentityCheck
from accounts.selectors import is_checked
from accounts.services import give_consent
from core import clock
from core.clock import travel
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry, OutboxEvent
from courses.models import Enrolment
from courses.services import (
    admit,
    admit_many,
    apply_for_cohort,
    check_identity,
    put_on_waiting_list,
    refuse,
    withdraw,
)
from courses.services.enrolments import COMMITMENT
from tests.builders import base_manager, make_base, make_person, make_user
from tests.courses.builders import make_cohort, make_enrolment

pytestmark = pytest.mark.django_db


def applicant(name="林知夏"):
    user = make_user()
    make_person(name, user=user)
    return user


def claiming():
    """A login that claims a person known from a roster."""
    user = make_user()
    return Claim.objects.create(user=user, person=make_person("高轩"))


def test_apply_makes_an_application_of_the_own_person():
    user = applicant()

    enrolment = apply_for_cohort(actor=user, cohort=make_cohort(), agrees=True)

    assert (enrolment.person.user, enrolment.applicant, enrolment.claim, enrolment.state) == (
        user,
        user,
        None,
        "applied",
    )


def test_apply_records_the_commitment_once():
    user, cohort = applicant(), make_cohort()
    apply_for_cohort(actor=user, cohort=cohort, agrees=True)
    apply_for_cohort(actor=user, cohort=make_cohort(cohort.base), agrees=True)

    assert list(Consent.objects.filter(user=user).values_list("text", "version")) == [("trainee_commitment", "2026-1")]
    assert OutboxEvent.objects.filter(kind="accounts.consent_given").count() == 1


def test_apply_without_the_commitment_is_refused_and_leaves_nothing():
    with pytest.raises(DomainError) as refusal:
        apply_for_cohort(actor=applicant(), cohort=make_cohort())

    assert (refusal.value.code, Enrolment.objects.count()) == ("commitment_missing", 0)


def test_apply_after_the_commitment_was_withdrawn_is_refused():
    user = applicant()
    apply_for_cohort(actor=user, cohort=make_cohort(), agrees=True)
    last = Consent.objects.get(user=user)
    Consent.objects.create(user=user, text=last.text, version=last.version, given=False, at=last.at)

    with pytest.raises(DomainError) as refusal:
        apply_for_cohort(actor=user, cohort=make_cohort())

    assert refusal.value.code == "commitment_missing"


def test_apply_without_a_profile_is_refused():
    with pytest.raises(DomainError) as refusal:
        apply_for_cohort(actor=make_user(), cohort=make_cohort(), agrees=True)

    assert refusal.value.code == "profile_missing"


def test_apply_with_an_open_claim_names_the_claimed_person_without_giving_it():
    claim = claiming()

    enrolment = apply_for_cohort(actor=claim.user, cohort=make_cohort(), agrees=True)

    claim.person.refresh_from_db()
    assert (enrolment.person, enrolment.claim, claim.person.user) == (claim.person, claim, None)


def test_apply_of_a_merged_person_uses_the_surviving_one():
    user = applicant()
    survivor = make_person("林知夏")
    user.person.merged_into = survivor
    user.person.save()

    assert apply_for_cohort(actor=user, cohort=make_cohort(), agrees=True).person == survivor


def test_apply_twice_is_one_enrolment():
    user, cohort = applicant(), make_cohort()

    first = apply_for_cohort(actor=user, cohort=cohort, agrees=True)
    second = apply_for_cohort(actor=user, cohort=cohort, agrees=True)

    assert (first, Enrolment.objects.count()) == (second, 1)
    assert AuditEntry.objects.filter(verb="courses.applied").count() == 1


def test_apply_again_after_withdrawing_is_a_new_enrolment():
    user, cohort = applicant(), make_cohort()
    first = apply_for_cohort(actor=user, cohort=cohort, agrees=True)
    withdraw(actor=user, enrolment=first)

    assert apply_for_cohort(actor=user, cohort=cohort).pk != first.pk


def test_apply_for_a_person_whom_another_login_named_is_refused_without_detail():
    claim, cohort = claiming(), make_cohort()
    make_enrolment(cohort, person=claim.person, state="applied")

    with pytest.raises(DomainError) as refusal:
        apply_for_cohort(actor=claim.user, cohort=cohort, agrees=True)

    assert (refusal.value.code, refusal.value.facts) == ("application_exists", {})


@pytest.mark.parametrize("state", ["draft", "filed", "running", "assessing", "closed", "cancelled"])
def test_apply_for_a_cohort_that_is_not_open_is_refused(state):
    with pytest.raises(WrongState):
        apply_for_cohort(actor=applicant(), cohort=make_cohort(state=state), agrees=True)


def test_apply_for_a_full_cohort_waits():
    cohort = make_cohort(capacity=1)
    make_enrolment(cohort, state="admitted")

    assert apply_for_cohort(actor=applicant(), cohort=cohort, agrees=True).state == "waitlisted"


@pytest.mark.parametrize("state", ["applied", "waitlisted", "refused", "withdrawn"])
def test_apply_counts_no_seat_for_people_without_one(state):
    cohort = make_cohort(capacity=1)
    make_enrolment(cohort, state=state)

    assert apply_for_cohort(actor=applicant(), cohort=cohort, agrees=True).state == "applied"


def test_admit_gives_a_seat_and_tells_upper_rooms():
    cohort = make_cohort()
    enrolment = make_enrolment(cohort, state="applied")

    admitted = admit(actor=base_manager(cohort.base), enrolment=enrolment)

    assert admitted.state == "admitted"
    assert list(OutboxEvent.objects.values_list("kind", "key")) == [("courses.enrolment_admitted", str(enrolment.pk))]


def test_admit_without_the_document_leaves_the_identity_unchecked():
    cohort = make_cohort()
    enrolment = make_enrolment(cohort, state="applied")

    admit(actor=base_manager(cohort.base), enrolment=enrolment)

    assert is_checked(enrolment.person) is False


def test_admit_with_the_document_checks_the_identity_at_the_desk():
    cohort = make_cohort()
    enrolment = make_enrolment(cohort, state="applied")
    manager = base_manager(cohort.base)

    admit(actor=manager, enrolment=enrolment, document_seen=True)

    assert list(IdentityCheck.objects.values_list("person", "standing", "checked_by")) == [
        (enrolment.person.pk, "checked_at_desk", manager.pk)
    ]


def test_admit_with_the_document_confirms_an_open_claim():
    claim, cohort = claiming(), make_cohort()
    enrolment = apply_for_cohort(actor=claim.user, cohort=cohort, agrees=True)

    admit(actor=base_manager(cohort.base), enrolment=enrolment, document_seen=True)

    claim.refresh_from_db()
    claim.person.refresh_from_db()
    assert (claim.state, claim.confirmed_by_way, claim.person.user) == ("confirmed", "desk", claim.user)


def test_admit_without_the_document_leaves_a_claim_open():
    claim, cohort = claiming(), make_cohort()
    enrolment = apply_for_cohort(actor=claim.user, cohort=cohort, agrees=True)

    admit(actor=base_manager(cohort.base), enrolment=enrolment)

    claim.refresh_from_db()
    claim.person.refresh_from_db()
    assert (claim.state, claim.person.user) == ("open", None)


def test_admit_with_a_claim_on_a_person_taken_meanwhile_writes_nothing():
    claim, cohort = claiming(), make_cohort()
    enrolment = apply_for_cohort(actor=claim.user, cohort=cohort, agrees=True)
    claim.person.user = make_user()
    claim.person.save()

    with pytest.raises(DomainError) as refusal:
        admit(actor=base_manager(cohort.base), enrolment=enrolment, document_seen=True)

    enrolment.refresh_from_db()
    assert (refusal.value.code, enrolment.state) == ("person_taken", "applied")


def test_admit_above_the_capacity_puts_on_the_waiting_list():
    cohort = make_cohort(capacity=1)
    make_enrolment(cohort, state="attending")
    enrolment = make_enrolment(cohort, state="applied")

    answered = admit(actor=base_manager(cohort.base), enrolment=enrolment, document_seen=True)

    assert (answered.state, is_checked(enrolment.person)) == ("waitlisted", False)
    assert OutboxEvent.objects.filter(kind="courses.enrolment_admitted").count() == 0


def test_admit_from_the_waiting_list_of_a_full_cohort_is_refused():
    cohort = make_cohort(capacity=1)
    make_enrolment(cohort, state="completed")

    with pytest.raises(DomainError) as refusal:
        admit(actor=base_manager(cohort.base), enrolment=make_enrolment(cohort, state="waitlisted"))

    assert (refusal.value.code, refusal.value.facts) == ("cohort_full", {"capacity": 1})


def test_admit_from_the_waiting_list_when_a_seat_is_free_again():
    cohort = make_cohort(capacity=1)
    first = make_enrolment(cohort, state="admitted")
    waiting = make_enrolment(cohort, state="waitlisted")
    manager = base_manager(cohort.base)
    withdraw(actor=manager, enrolment=first)

    assert admit(actor=manager, enrolment=waiting).state == "admitted"


@pytest.mark.parametrize("state", ["draft", "filed", "assessing", "closed", "cancelled"])
def test_admit_into_a_cohort_not_open_nor_running_is_refused(state):
    cohort = make_cohort(state=state)

    with pytest.raises(WrongState):
        admit(actor=base_manager(cohort.base), enrolment=make_enrolment(cohort, state="applied"))


def test_admit_twice_is_refused_the_second_time():
    cohort = make_cohort()
    manager = base_manager(cohort.base)
    enrolment = make_enrolment(cohort, state="applied")
    admit(actor=manager, enrolment=enrolment)

    with pytest.raises(WrongState):
        admit(actor=manager, enrolment=enrolment)


def test_admit_many_follows_the_order_of_application():
    cohort = make_cohort(capacity=2)
    queue = [make_enrolment(cohort, state="applied") for _ in range(3)]

    answered = admit_many(actor=base_manager(cohort.base), enrolments=reversed(queue))

    assert [(one.pk, one.state) for one in answered] == [
        (queue[0].pk, "admitted"),
        (queue[1].pk, "admitted"),
        (queue[2].pk, "waitlisted"),
    ]


def test_check_identity_after_admission_is_one_check():
    cohort = make_cohort()
    enrolment = make_enrolment(cohort, state="attending")
    manager = base_manager(cohort.base)

    check_identity(actor=manager, enrolment=enrolment)
    check_identity(actor=manager, enrolment=enrolment)

    assert IdentityCheck.objects.filter(person=enrolment.person).count() == 1


def test_check_identity_of_somebody_not_admitted_is_refused():
    cohort = make_cohort()

    with pytest.raises(WrongState):
        check_identity(actor=base_manager(cohort.base), enrolment=make_enrolment(cohort, state="applied"))

    assert IdentityCheck.objects.count() == 0


def test_refuse_needs_a_reason():
    cohort = make_cohort()

    with pytest.raises(DomainError) as refusal:
        refuse(actor=base_manager(cohort.base), enrolment=make_enrolment(cohort, state="applied"), reason="  ")

    assert refusal.value.code == "reason_missing"


def test_refuse_keeps_the_reason():
    cohort = make_cohort()
    enrolment = make_enrolment(cohort, state="waitlisted")

    refused = refuse(actor=base_manager(cohort.base), enrolment=enrolment, reason="未满18周岁")

    entry = AuditEntry.objects.get(verb="courses.enrolment.refuse")
    assert (refused.state, entry.reason) == ("refused", "未满18周岁")


@pytest.mark.parametrize(
    "answer",
    [
        lambda actor, enrolment: admit(actor=actor, enrolment=enrolment, document_seen=True),
        lambda actor, enrolment: refuse(actor=actor, enrolment=enrolment, reason="x"),
        lambda actor, enrolment: put_on_waiting_list(actor=actor, enrolment=enrolment),
        lambda actor, enrolment: withdraw(actor=actor, enrolment=enrolment),
        lambda actor, enrolment: check_identity(actor=actor, enrolment=enrolment),
    ],
)
@pytest.mark.parametrize("stranger", [lambda: base_manager(make_base()), make_user])
def test_answers_are_refused_to_other_bases_and_other_trainees(answer, stranger):
    cohort = make_cohort()
    enrolment = make_enrolment(cohort, state="applied")

    with pytest.raises(NotAllowed):
        answer(stranger(), enrolment)

    enrolment.refresh_from_db()
    assert (enrolment.state, IdentityCheck.objects.count(), AccessEntry.objects.count()) == ("applied", 0, 0)


def test_admit_is_refused_to_the_applicant():
    enrolment = make_enrolment(make_cohort(), state="applied")

    with pytest.raises(NotAllowed):
        admit(actor=enrolment.applicant, enrolment=enrolment)


def test_apply_again_after_withdrawing_the_commitment_needs_and_takes_a_new_one():
    user, cohort = applicant(), make_cohort()
    first = give_consent(actor=user, **COMMITMENT)
    Consent.objects.create(user=user, **COMMITMENT, given=False, at=clock.now())
    with pytest.raises(DomainError) as refusal:
        apply_for_cohort(actor=user, cohort=cohort)

    assert refusal.value.code == "commitment_missing"
    assert apply_for_cohort(actor=user, cohort=cohort, agrees=True).state == "applied"
    again = give_consent(actor=user, **COMMITMENT)
    assert (again.pk > first.pk, Consent.objects.count()) == (True, 3)
    kind = "accounts.consent_given"
    events = OutboxEvent.objects.filter(kind=kind).order_by("pk")
    assert list(events.values_list("key", flat=True)) == [str(first.pk), str(again.pk)]


def test_apply_after_the_last_day_is_refused():
    cohort = make_cohort(ends_on=clock.today())
    apply_for_cohort(actor=applicant(), cohort=cohort, agrees=True)

    with travel(timedelta(days=1)), pytest.raises(DomainError) as refusal:
        apply_for_cohort(actor=applicant("高轩"), cohort=cohort, agrees=True)

    assert (refusal.value.code, Enrolment.objects.count()) == ("cohort_over", 1)
