"""The life of a cohort: reported, open, running, assessing, closed; or cancelled."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from accounts.models import User
from core.errors import DomainError
from core.workflow import advance
from courses.models import Cohort, Enrolment
from courses.rules import NO_SEAT_BECAME_FREE
from courses.services.enrolments import leave
from courses.workflow import COHORT_STEPS, ENROLMENT_STEPS, STUDYING, UNDECIDED, EnrolmentState


@transaction.atomic
def file_cohort(*, actor: User, cohort: Cohort) -> Cohort:
    """Report the cohort (报备) with its plan of sessions. Raises `no_sessions`."""
    filed = advance(cohort, "file", COHORT_STEPS, actor=actor)
    if not filed.sessions.exists():
        raise DomainError("no_sessions")
    return filed


@transaction.atomic
def open_cohort(*, actor: User, cohort: Cohort) -> Cohort:
    return advance(cohort, "open", COHORT_STEPS, actor=actor)


@transaction.atomic
def begin_cohort(*, actor: User, cohort: Cohort) -> Cohort:
    """Teaching starts: whoever is admitted attends from now on."""
    begun = advance(cohort, "begin", COHORT_STEPS, actor=actor)
    for enrolment in _in(begun, frozenset({EnrolmentState.ADMITTED})):
        advance(enrolment, "attend", ENROLMENT_STEPS, actor=actor, cause="begin")
    return begun


@transaction.atomic
def assess_cohort(*, actor: User, cohort: Cohort) -> Cohort:
    return advance(cohort, "assess", COHORT_STEPS, actor=actor)


@transaction.atomic
def close_cohort(*, actor: User, cohort: Cohort) -> Cohort:
    """The cohort is over: who has not completed by now has not completed, who still waits is refused."""
    closed = advance(cohort, "close", COHORT_STEPS, actor=actor)
    _each_leaves(actor, closed, STUDYING, "fail", cause="close")
    _each_leaves(actor, closed, UNDECIDED, "refuse", cause="close", reason=_closed_words())
    return closed


@transaction.atomic
def cancel_cohort(*, actor: User, cohort: Cohort, reason: str) -> Cohort:
    """The cohort does not take place: every application and place in it ends. Raises `reason_missing`."""
    if not reason.strip():
        raise DomainError("reason_missing")
    cancelled = advance(cohort, "cancel", COHORT_STEPS, actor=actor, reason=reason)
    _each_leaves(actor, cancelled, STUDYING | UNDECIDED, "withdraw", cause="cancel")
    return cancelled


def _each_leaves(actor: User, cohort: Cohort, states: frozenset[str], step: str, **facts: str) -> None:
    for enrolment in _in(cohort, states):
        leave(actor, enrolment, step, **facts)


def _in(cohort: Cohort, states: frozenset[str]) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(cohort=cohort, state__in=states).order_by("pk")


def _closed_words() -> str:
    """What the refused read in the audit trail is written once, in the language of record."""
    with translation.override("zh-hans"):
        return str(NO_SEAT_BECAME_FREE)
