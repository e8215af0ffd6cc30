"""States of cases that a body handles by its own rules: an association, or a training base. No other way leads here.

What a competent body decides about credit has its own table beside this one; the two share no state and no step.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.restrictions import RestrictionKind
from accounts.permissions import Permission
from core.workflow import Step
from credit.workflow.cases import ReportState


class SelfCaseState(TextChoices):
    OPENED = "opened", pgettext_lazy("self-regulation", "accepted, notice due")
    NOTICED = "noticed", pgettext_lazy("self-regulation", "notice given")
    ANSWERED = "answered", pgettext_lazy("self-regulation", "answered")
    DISMISSED = "dismissed", pgettext_lazy("self-regulation", "ended: no ground")
    DECIDED = "decided", pgettext_lazy("self-regulation", "decided, not yet handed over")
    TOLD = "told", pgettext_lazy("self-regulation", "decision handed over")
    FULFILLED = "fulfilled", pgettext_lazy("self-regulation", "done with")
    CHANGED = "changed", pgettext_lazy("self-regulation", "made milder by the review")
    SET_ASIDE = "set_aside", pgettext_lazy("self-regulation", "set aside by the review")


class SelfReviewState(TextChoices):
    ASKED = "asked", pgettext_lazy("a review", "asked for")
    MAINTAINED = "maintained", pgettext_lazy("a review", "decision maintained")
    CHANGED = "changed", pgettext_lazy("a review", "made milder")
    SET_ASIDE = "set_aside", pgettext_lazy("a review", "decision set aside")
    WITHDRAWN = "withdrawn", pgettext_lazy("a review", "withdrawn")


class SelfOutcome(TextChoices):
    NO_GROUND = "no_ground", _("no ground")
    REMINDER = "reminder", _("reminder")
    TALK = "talk", _("talk")
    CORRECTION = "correction", _("correction by a day")
    EXCLUSION = "exclusion", _("exclusion from an activity of the body")


class Activity(TextChoices):
    """From what a body can exclude: activities of its own, and no others."""

    TEACHING = "teaching", _("teaching in its courses")
    MARKING = "marking", _("marking and supervising its examinations")
    ISSUING = "issuing", _("issuing certificates in its name")
    EVENTS = "events", _("its events, committees and commendations")


class RuleKind(TextChoices):
    """Which of the body's own rules: statutes and codes that its members accepted, or a contract."""

    CODE_OF_CONDUCT = "code_of_conduct", _("code of conduct")
    STATUTES = "statutes", _("statutes of the association")
    BASE_RULES = "base_rules", _("rules of the training base")
    TRAINING_CONTRACT = "training_contract", _("training contract")


class HandedOver(TextChoices):
    """How a letter reached the one concerned; a message of the platform is a courtesy copy and none of these."""

    IN_PERSON = "in_person", _("handed over in person")
    POST = "post", _("by post")
    AGREED = "agreed", _("by the way agreed with the body in writing")


S, V, OUT, A, P = SelfCaseState, SelfReviewState, SelfOutcome, Activity, Permission

# The order in which a body goes on; what is decided never stands above what the notice announced.
FIRMNESS: dict[str, int] = {OUT.NO_GROUND: 0, OUT.REMINDER: 1, OUT.TALK: 2, OUT.CORRECTION: 3, OUT.EXCLUSION: 4}
# What needs notice, time and a considered answer.
MEASURES = (OUT.REMINDER, OUT.TALK, OUT.CORRECTION, OUT.EXCLUSION)
# What rooms below read of an exclusion; events are the body's own business.
RESTRICTS: dict[str, str] = {
    A.TEACHING: RestrictionKind.NO_TEACHING,
    A.MARKING: RestrictionKind.NO_MARKING,
    A.ISSUING: RestrictionKind.NO_ISSUING,
}
ACTIVITIES_OF_PERSONS = (A.TEACHING, A.MARKING, A.EVENTS)
ACTIVITIES_OF_PLACES = (A.ISSUING, A.EVENTS)

HEARING = (S.NOTICED, S.ANSWERED)
SELF_OPEN = (S.OPENED, *HEARING, S.DECIDED)
DECIDED_STATES = (S.DECIDED, S.TOLD, S.FULFILLED, S.CHANGED, S.SET_ASIDE)
STANDING = (S.DECIDED, S.TOLD, S.FULFILLED)
NOTICED_STATES = (*HEARING, *DECIDED_STATES)

# Whoever gave the notice does not decide, and neither of the two reviews.
WHO_NOTICED: frozenset[str] = frozenset({"notice"})
WHO_DECIDED: frozenset[str] = frozenset({"notice", "decide"})

# fmt: off
SELF_REPORT_STEPS = {
    #         from                                who
    "accept": Step(frozenset({ReportState.RECEIVED}), ReportState.ACCEPTED, P.SELF_CASE_HANDLE),
    "refuse": Step(frozenset({ReportState.RECEIVED}), ReportState.REFUSED,  P.SELF_CASE_HANDLE),
}
SELF_REGULATORY_CASE_STEPS = {
    #             from                                              to           who                 apart from
    "notice":    Step(frozenset({S.OPENED}),                        S.NOTICED,   P.SELF_CASE_HANDLE),
    # From "answered" once more: own words beside what somebody else put down from paper.
    "answer":    Step(frozenset(HEARING),                           S.ANSWERED,  P.CASE_ANSWER),
    "record":    Step(frozenset({S.NOTICED}),                       S.ANSWERED,  P.SELF_CASE_HANDLE, WHO_NOTICED),
    "dismiss":   Step(frozenset({S.OPENED, *HEARING}),              S.DISMISSED, P.SELF_CASE_HANDLE),
    # From "noticed" once the time to answer is over: services, and the database.
    "decide":    Step(frozenset(HEARING),                           S.DECIDED,   P.SELF_CASE_HANDLE, WHO_NOTICED),
    "tell":      Step(frozenset({S.DECIDED}),                       S.TOLD,      P.SELF_CASE_HANDLE),
    # The talk was held, the correction was shown.
    "fulfil":    Step(frozenset({S.TOLD}),                          S.FULFILLED, P.SELF_CASE_HANDLE),
    "change":    Step(frozenset(STANDING),                          S.CHANGED,   P.SELF_CASE_HANDLE, WHO_DECIDED),
    "set_aside": Step(frozenset(STANDING),                          S.SET_ASIDE, P.SELF_CASE_HANDLE, WHO_DECIDED),
}
# By others than those before: the case's steps say so, and the row itself (models).
SELF_REVIEW_STEPS = {
    #             from                  to             who
    "maintain":  Step(frozenset({V.ASKED}), V.MAINTAINED, P.SELF_CASE_HANDLE),
    "change":    Step(frozenset({V.ASKED}), V.CHANGED,    P.SELF_CASE_HANDLE),
    "set_aside": Step(frozenset({V.ASKED}), V.SET_ASIDE,  P.SELF_CASE_HANDLE),
    "withdraw":  Step(frozenset({V.ASKED}), V.WITHDRAWN,  P.CASE_ANSWER),
}
# fmt: on
