"""Enrolments: applying, the base's answer under the lock of the cohort's seats, identity at the desk, leaving."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.access import require
from accounts.models import Claim, Consent, Person, User
from accounts.permissions import Permission
from accounts.selectors import has_document, is_checked, same_person
from accounts.services import confirm_claim_at_desk, give_consent, record_identity_check, release_number
from accounts.workflow import ClaimState, Standing
from core import audit, clock, outbox
from core.errors import DomainError, WrongState
from core.workflow import advance
from courses.exams.services import admit_candidates, dismiss_candidates
from courses.models import Cohort, Enrolment
from courses.selectors.seats import held_until, seat_held_for, seats_free
from courses.services.apart import require_others
from courses.services.seats import take_seat
from courses.services.telling import ENDED_BY_BASE
from courses.workflow import ADMITTING, ENROLMENT_STEPS, STUDYING, CohortState, EnrolmentState

# The trainee's commitment (诚信承诺书) that an application needs; another wording is another version.
COMMITMENT = {"text": "trainee_commitment", "version": "2026-1"}
ENDED = (EnrolmentState.REFUSED, EnrolmentState.WITHDRAWN)


@transaction.atomic
def apply_for_cohort(*, actor: User, cohort: Cohort, agrees: bool = False) -> Enrolment:
    """The actor applies for an open cohort, as the own person or as the one an open claim names.

    Anybody may apply, so no permission is asked. Applying twice is one enrolment; a full cohort puts the applicant
    on the waiting list. Raises WrongState, `cohort_over`, `profile_missing`, `commitment_missing`,
    `application_exists`.
    """
    locked = _open_for_applications(cohort)
    person, claim = _applicant(actor)
    if agrees:
        give_consent(actor=actor, **COMMITMENT)
    if not has_agreed(actor):
        raise DomainError("commitment_missing")
    standing = locked.enrolments.filter(same_person(person.pk)).exclude(state__in=ENDED).first()
    if standing is None:
        return _new_enrolment(actor, locked, person, claim)
    if standing.applicant_id != actor.pk:
        # Two logins name the same person: the desk has to see the document, nothing is told here.
        raise DomainError("application_exists")
    return standing


@transaction.atomic
def admit(*, actor: User, enrolment: Enrolment, document_seen: bool = False) -> Enrolment:
    """Give the applicant a seat; without a free one, an applicant goes to the waiting list instead.

    `document_seen`: the original document lay on the desk, which checks the identity and confirms an open claim.
    Raises WrongState, `own_record`, `no_document` and, for somebody who waits already, `cohort_full` or, where nothing
    but held seats is left, `seats_held`.
    """
    require(actor, Permission.ENROLMENT_ADMIT, enrolment)
    require_others(actor, enrolment)
    cohort = _locked(enrolment.cohort)
    if cohort.state not in ADMITTING:
        raise WrongState(step="admit", state=cohort.state)
    held = seat_held_for(cohort, enrolment.person)
    if seats_free(cohort, enrolment.person) < 1:
        if Enrolment.objects.filter(pk=enrolment.pk, state=EnrolmentState.WAITLISTED).exists():
            raise _nothing_left(cohort)
        return advance(enrolment, "waitlist", ENROLMENT_STEPS, actor=actor, cause="full")
    admitted = advance(enrolment, "admit", ENROLMENT_STEPS, actor=actor, document_seen=document_seen)
    if held:
        take_seat(actor, held, admitted)
    if document_seen:
        _identify(actor, admitted)
    if cohort.sitting:
        admit_candidates(actor=actor, sitting=cohort.sitting, persons=[admitted.person])
    outbox.add("courses.enrolment_admitted", admitted.pk)
    return admitted


@transaction.atomic
def admit_many(*, actor: User, enrolments: Iterable[Enrolment], document_seen: bool = False) -> list[Enrolment]:
    """In the order of application; those for whom no seat is left come back on the waiting list."""
    queue = sorted(enrolments, key=lambda one: (one.applied_at, one.pk))
    return [admit(actor=actor, enrolment=one, document_seen=document_seen) for one in queue]


@transaction.atomic
def check_identity(*, actor: User, enrolment: Enrolment) -> Enrolment:
    """The document was seen after admission. Seeing it twice is one check. Raises WrongState, `own_record`, …"""
    require(actor, Permission.ENROLMENT_ADMIT, enrolment)
    require_others(actor, enrolment)
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if locked.state not in STUDYING:
        raise WrongState(step="check_identity", state=locked.state)
    _identify(actor, locked)
    return locked


@transaction.atomic
def release_number_at_desk(*, actor: User, cohort: Cohort, **seen: Any) -> bool:
    """Somebody who wants to join the cohort showed the original of a document that another login has declared.

    Without it the owner has no profile and cannot apply. `seen` and what it answers: accounts.services.release_number.
    Raises WrongState as well.
    """
    require(actor, Permission.ENROLMENT_ADMIT, cohort)
    if cohort.state not in ADMITTING:
        raise WrongState(step="release_number", state=cohort.state)
    return release_number(actor=actor, place=cohort.base, cohort=cohort.pk, **seen)


@transaction.atomic
def put_on_waiting_list(*, actor: User, enrolment: Enrolment) -> Enrolment:
    require(actor, Permission.ENROLMENT_ADMIT, enrolment)
    require_others(actor, enrolment)
    return advance(enrolment, "waitlist", ENROLMENT_STEPS, actor=actor)


@transaction.atomic
def refuse(*, actor: User, enrolment: Enrolment, reason: str) -> Enrolment:
    """Raises `reason_missing`: whoever is refused is told why."""
    if not reason.strip():
        raise DomainError("reason_missing")
    require(actor, Permission.ENROLMENT_ADMIT, enrolment)
    require_others(actor, enrolment)
    return leave(actor, enrolment, "refuse", reason=reason)


@transaction.atomic
def withdraw(*, actor: User, enrolment: Enrolment, reason: str = "") -> Enrolment:
    """By the applicant, or by the base for somebody who told it so. Frees the seat; a running paper is collected."""
    return leave(actor, enrolment, "withdraw", reason=reason)


def leave(actor: User, enrolment: Enrolment, step: str, **facts: Any) -> Enrolment:
    """Take a step that ends the enrolment without a record; nobody without a place sits its examination."""
    left = advance(enrolment, step, ENROLMENT_STEPS, actor=actor, **facts)
    if actor.pk != left.applicant_id and step in ("refuse", "withdraw"):
        outbox.add(ENDED_BY_BASE, left.pk)
    if left.cohort.sitting:
        dismiss_candidates(actor=actor, sitting=left.cohort.sitting, persons=[left.person])
    return left


def has_agreed(actor: User) -> bool:
    """The last word on the commitment counts: a withdrawal is a row of its own."""
    last = Consent.objects.filter(user=actor, **COMMITMENT).order_by("-at", "-pk").first()
    return last is not None and last.given


def _locked(cohort: Cohort) -> Cohort:
    """The row lock under which seats are counted (SQLite holds the write lock since BEGIN IMMEDIATE)."""
    return Cohort.objects.select_for_update().get(pk=cohort.pk)


def _nothing_left(cohort: Cohort) -> DomainError:
    until = held_until(cohort)
    return DomainError("seats_held", until=until) if until else DomainError("cohort_full", capacity=cohort.capacity)


def _open_for_applications(cohort: Cohort) -> Cohort:
    locked = _locked(cohort)
    if locked.state != CohortState.OPEN:
        raise WrongState(step="apply", state=locked.state)
    if locked.ends_on < clock.today():
        raise DomainError("cohort_over")
    return locked


def _applicant(actor: User) -> tuple[Person, Claim | None]:
    own = Person.objects.filter(user=actor).select_related("merged_into").first()
    if own:
        return own.merged_into or own, None
    claim = Claim.objects.filter(user=actor, state=ClaimState.OPEN).select_related("person").first()
    if claim is None:
        raise DomainError("profile_missing")
    return claim.person, claim


def _new_enrolment(actor: User, cohort: Cohort, person: Person, claim: Claim | None) -> Enrolment:
    full = seats_free(cohort, person) < 1
    enrolment = Enrolment.objects.create(
        cohort=cohort,
        person=person,
        applicant=actor,
        claim=claim,
        state=EnrolmentState.WAITLISTED if full else EnrolmentState.APPLIED,
    )
    audit.record(actor, "courses.applied", enrolment, cohort=cohort.pk, state=enrolment.state)
    return enrolment


def _identify(actor: User, enrolment: Enrolment) -> None:
    """Raises `no_document`: where a declared number was released since, none is left to check."""
    if not has_document(enrolment.person):
        raise DomainError("no_document")
    claim = enrolment.claim
    if claim is not None and claim.state == ClaimState.OPEN:
        confirm_claim_at_desk(actor=actor, claim=claim, base=enrolment.cohort.base)
    if not is_checked(enrolment.person):
        record_identity_check(
            actor=actor,
            person=enrolment.person,
            standing=Standing.CHECKED_AT_DESK,
            seen_on=clock.today(),
            body_name=enrolment.cohort.base.name,
        )
