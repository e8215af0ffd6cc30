"""Cases that an association or a training base handles by its own rules, and the review of what it decided.

Nothing of it is public, nothing of it stands in a credit file; what no measure may lack is a promise of the database.
"""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from accounts.access import NOTHING, ScopedQuerySet
from accounts.models import Institution, Membership, Person, TrainingBase, User
from accounts.permissions import GRANTS, Permission
from core import clock
from credit.models.case_phases import by_whom
from credit.models.concerned import Concerned, new_salt
from credit.models.reports import CaseReport
from credit.rules.self_regulation import LEAST_ANSWER_DAYS, Result
from credit.workflow.self_regulation import (
    DECIDED_STATES,
    FIRMNESS,
    MEASURES,
    NOTICED_STATES,
    SELF_OPEN,
    STANDING,
    Activity,
    HandedOver,
    RuleKind,
    SelfCaseState,
    SelfOutcome,
)

S = SelfCaseState
HANDLING = (Permission.SELF_CASE_VIEW, Permission.SELF_CASE_HANDLE)


class SelfCaseQuerySet(ScopedQuerySet):
    """Two sides, each by its own permissions: who handles it, and from the notice on whom it concerns. Nobody else
    reaches these rows by any other permission, no authority either: it is the body's own matter."""

    scope_paths: ClassVar = {"user": "person__user"}
    # Where the case stands from these rows.
    case_path: ClassVar = ""

    def allowed(self, actor: User, permission: Permission | str) -> Self:
        if permission == Permission.CASE_ANSWER:
            return self.filter(self._concerned(actor) & Q(**{f"{self.case_path}noticed_at__isnull": False}))
        return super().allowed(actor, permission) if permission in HANDLING else self.none()

    def _within(self, membership: Membership) -> Q:
        if membership.base_id:
            return Q(**{f"{self.case_path}at_base": membership.base_id})
        if membership.institution_id:
            return Q(**{f"{self.case_path}at_institution": membership.institution_id})
        return NOTHING

    def _concerned(self, actor: User) -> Q:
        reach = NOTHING if actor.looks_as_a_place else self._own(actor)
        for hat in actor.worn_memberships():
            if Permission.CASE_ANSWER in GRANTS[hat.role] and hat.base_id:
                reach |= Q(**{f"{self.case_path}unit_base": hat.base_id})
            elif Permission.CASE_ANSWER in GRANTS[hat.role] and hat.institution_id:
                reach |= Q(**{f"{self.case_path}institution": hat.institution_id})
                reach |= Q(**{f"{self.case_path}unit_institution": hat.institution_id})
        return reach


def in_states(states: tuple, condition: Q) -> Q:
    """In these states the condition holds."""
    return ~Q(state__in=[str(state) for state in states]) | condition


def words(*names: str) -> Q:
    """Each of these texts is there."""
    return Q(*(~Q(**{name: ""}) for name in names))


def firm(outcome: str, firmness: str) -> Q:
    """The number beside an outcome is that of the table."""
    fits = Q(**{outcome: "", firmness: 0})
    for one, number in FIRMNESS.items():
        fits |= Q(**{outcome: str(one), firmness: number})
    return fits


OUTCOMES = [(str(one), one.label) for one in SelfOutcome]


class SelfRegulatoryCase(Concerned, models.Model):
    """One case about one subject. The rule that is said to be breached is quoted with its source and version."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.OneToOneField(CaseReport, on_delete=models.PROTECT, related_name="self_case")
    state = models.CharField(max_length=12, choices=S.choices, default=S.OPENED)
    number = models.CharField(max_length=60)
    # Whose rules: one body. Who is concerned: one person or entity, with the unit where that has no code of its own.
    at_institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="+")
    at_base = models.ForeignKey(TrainingBase, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="self_cases")
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="self_cases")
    unit_institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="+")
    unit_base = models.ForeignKey(TrainingBase, null=True, on_delete=models.PROTECT, related_name="+")
    rule_kind = models.CharField(max_length=20, choices=RuleKind.choices)
    rule_text = models.TextField()
    rule_source = models.CharField(max_length=200)
    rule_version = models.CharField(max_length=60)
    # Of the clocks (credit.rules.self_regulation).
    clocks_version = models.CharField(max_length=20)
    # Of the fingerprints in the log.
    salt = models.CharField(max_length=64, default=new_salt)
    opened_on = models.DateField()
    opened_at = models.DateTimeField(default=clock.now)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Of the next step, as the calendar knows it now; none once nothing has to be done by a day.
    due_on = models.DateField(null=True)
    is_provisional = models.BooleanField(default=False)

    notice_facts = models.TextField(blank=True)
    intended = models.CharField(max_length=12, choices=OUTCOMES, blank=True)
    intended_firmness = models.PositiveSmallIntegerField(default=0)
    noticed_by = by_whom()
    noticed_at = models.DateTimeField(null=True)
    notice_how = models.CharField(max_length=12, choices=HandedOver.choices, blank=True)
    notice_proof = models.CharField(max_length=200, blank=True)
    noticed_on = models.DateField(null=True)
    answer_days = models.PositiveSmallIntegerField(null=True)
    answer_until = models.DateField(null=True)
    answer_is_provisional = models.BooleanField(default=False)

    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    # Put down from paper by somebody of the body: does not shorten the time to answer.
    answer_recorded_by = by_whom()
    # Of that paper: under which reference it is kept, and the day it came. Both stay when own words follow.
    answer_paper = models.CharField(max_length=200, blank=True)
    answer_came_on = models.DateField(null=True)

    outcome = models.CharField(max_length=12, choices=OUTCOMES, blank=True)
    firmness = models.PositiveSmallIntegerField(default=0)
    considered = models.TextField(blank=True)
    reasons = models.TextField(blank=True)
    activity = models.CharField(max_length=12, choices=Activity.choices, blank=True)
    # The first day free of an exclusion.
    excluded_until = models.DateField(null=True)
    correct_by = models.DateField(null=True)
    decided_by = by_whom()
    decided_on = models.DateField(null=True)
    told_how = models.CharField(max_length=12, choices=HandedOver.choices, blank=True)
    told_proof = models.CharField(max_length=200, blank=True)
    told_on = models.DateField(null=True)
    review_until = models.DateField(null=True)
    review_is_provisional = models.BooleanField(default=False)
    fulfilled_on = models.DateField(null=True)
    fulfilled_how = models.TextField(blank=True)

    objects = SelfCaseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="self_case_at_one_body",
                condition=Q(at_institution__isnull=False, at_base__isnull=True)
                | Q(at_institution__isnull=True, at_base__isnull=False),
            ),
            models.CheckConstraint(
                name="self_case_of_one_subject",
                condition=Q(person__isnull=False, institution__isnull=True)
                | Q(person__isnull=True, institution__isnull=False),
            ),
            models.CheckConstraint(
                name="self_case_unit_of_an_entity",
                condition=Q(unit_institution__isnull=True, unit_base__isnull=True)
                | Q(institution__isnull=False, unit_institution__isnull=True)
                | Q(institution__isnull=False, unit_base__isnull=True),
            ),
            models.CheckConstraint(
                name="self_case_not_about_the_body_itself",
                condition=(
                    Q(institution__isnull=True) | Q(at_institution__isnull=True) | ~Q(institution=F("at_institution"))
                )
                & (Q(unit_base__isnull=True) | Q(at_base__isnull=True) | ~Q(unit_base=F("at_base"))),
            ),
            models.CheckConstraint(
                name="self_case_names_its_rule", condition=words("number", "rule_text", "rule_source", "rule_version")
            ),
            models.UniqueConstraint(fields=["at_institution", "number"], name="self_case_number_once_at_association"),
            models.UniqueConstraint(fields=["at_base", "number"], name="self_case_number_once_at_base"),
            models.CheckConstraint(
                name="self_case_noticed_with_facts",
                condition=in_states(
                    NOTICED_STATES,
                    Q(noticed_on__isnull=False, noticed_at__isnull=False, noticed_by__isnull=False)
                    & Q(answer_days__isnull=False, answer_days__gte=LEAST_ANSWER_DAYS)
                    & Q(answer_until__isnull=False, answer_until__gt=F("noticed_on"))
                    & words("notice_facts", "notice_how", "notice_proof", "intended"),
                ),
            ),
            models.CheckConstraint(
                name="self_case_answer_is_there",
                condition=in_states((S.ANSWERED,), Q(answered_at__isnull=False) & words("answer")),
            ),
            models.CheckConstraint(
                name="self_case_answer_recorded_by_another",
                condition=Q(answer_recorded_by__isnull=True) | ~Q(answer_recorded_by=F("noticed_by")),
            ),
            models.CheckConstraint(
                name="self_case_answer_paper_with_its_day",
                condition=Q(answer_paper="", answer_came_on__isnull=True)
                | Q(answer_came_on__isnull=False, answer_came_on__gte=F("noticed_on"))
                & words("answer_paper", "answer"),
            ),
            # Nobody is decided upon before having spoken or having had the time to.
            models.CheckConstraint(
                name="self_case_decided_after_hearing",
                condition=in_states(
                    DECIDED_STATES,
                    (Q(answered_at__isnull=False, answer_recorded_by__isnull=True) & words("answer"))
                    | Q(answer_is_provisional=False, decided_on__gt=F("answer_until")),
                ),
            ),
            models.CheckConstraint(
                name="self_case_decided_whole",
                condition=in_states(
                    DECIDED_STATES,
                    Q(decided_on__isnull=False, decided_by__isnull=False, outcome__in=[str(one) for one in MEASURES])
                    & words("considered", "reasons"),
                ),
            ),
            models.CheckConstraint(
                name="self_case_ended_without_ground",
                condition=in_states(
                    (S.DISMISSED,),
                    Q(outcome=SelfOutcome.NO_GROUND, decided_on__isnull=False, decided_by__isnull=False)
                    & words("reasons"),
                ),
            ),
            # A measure stands in no other state: there is no way to one past its decision.
            models.CheckConstraint(
                name="self_case_outcome_with_its_state",
                condition=Q(outcome="", state__in=[S.OPENED, S.NOTICED, S.ANSWERED])
                | Q(outcome=SelfOutcome.NO_GROUND, state=S.DISMISSED)
                | Q(outcome__in=[str(one) for one in MEASURES], state__in=[str(one) for one in DECIDED_STATES]),
            ),
            models.CheckConstraint(
                name="self_case_decided_by_another",
                condition=in_states(DECIDED_STATES, ~Q(decided_by=F("noticed_by"))),
            ),
            models.CheckConstraint(
                name="self_case_firmness_of_its_outcome",
                condition=firm("outcome", "firmness") & firm("intended", "intended_firmness"),
            ),
            models.CheckConstraint(
                name="self_case_no_more_than_announced", condition=Q(firmness__lte=F("intended_firmness"))
            ),
            models.CheckConstraint(
                name="self_case_exclusion_is_whole",
                condition=Q(outcome=SelfOutcome.EXCLUSION, excluded_until__isnull=False, decided_on__isnull=False)
                & Q(excluded_until__gt=F("decided_on"))
                & ~Q(activity="")
                | ~Q(outcome=SelfOutcome.EXCLUSION) & Q(activity="", excluded_until__isnull=True),
            ),
            models.CheckConstraint(
                name="self_case_correction_has_a_day",
                condition=Q(outcome=SelfOutcome.CORRECTION, correct_by__isnull=False)
                | ~Q(outcome=SelfOutcome.CORRECTION) & Q(correct_by__isnull=True),
            ),
            models.CheckConstraint(
                name="self_case_told_with_proof",
                condition=in_states(
                    (S.TOLD, S.FULFILLED),
                    Q(told_on__isnull=False, told_on__gte=F("decided_on"))
                    & Q(review_until__isnull=False, review_until__gt=F("told_on"))
                    & words("told_how", "told_proof"),
                ),
            ),
            models.CheckConstraint(
                name="self_case_fulfilled_somehow",
                condition=in_states((S.FULFILLED,), Q(fulfilled_on__isnull=False) & words("fulfilled_how")),
            ),
        ]
        indexes = [
            models.Index(fields=["at_institution", "due_on"], name="self_cases_of_association"),
            models.Index(fields=["at_base", "due_on"], name="self_cases_of_base"),
            models.Index(fields=["person", "state"], name="self_cases_of_person"),
            models.Index(fields=["institution", "state"], name="self_cases_of_institution"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.state}"

    @property
    def body(self) -> Institution | TrainingBase:
        return self.at_base or self.at_institution  # type: ignore[return-value]

    @property
    def spoke(self) -> bool:
        return self.answered_in_person

    @property
    def is_open(self) -> bool:
        return self.state in SELF_OPEN

    @property
    def can_be_reviewed(self) -> bool:
        return self.state in STANDING

    @property
    def result(self) -> Result:
        return Result(self.outcome, self.activity, self.excluded_until, self.correct_by)
