"""Evaluation rounds: who is evaluated by which scheme, by whom, with what values, and what it came to."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import Institution, Membership, Person, Region, TrainingBase, User
from accounts.permissions import Role
from credit.models.concerned import new_salt
from credit.models.schemes import EvaluationScheme
from credit.rules.evaluation import Grade, Value
from credit.workflow import RoundState

Subject = Institution | TrainingBase | Person


class RoundQuerySet(ScopedQuerySet):
    """Reached by the region whose round it is. A third-party evaluator reaches the rounds it was assigned to alone."""

    scope_paths: ClassVar = {"region": "region__path"}
    to_round: ClassVar = ""

    def _within(self, membership: Membership) -> Q:
        if membership.role != Role.EVALUATOR:
            return super()._within(membership)
        assigned = Evaluator.objects.filter(user=membership.user_id).values("evaluation_round")
        return Q(**{f"{self.to_round}pk__in": assigned})


class EvaluationRound(models.Model):
    """A period of a region evaluated by one scheme. Once final it stands, with what it came to."""

    class Kind(models.TextChoices):
        MONITORING = "monitoring", _("monitoring")
        ANNUAL = "annual", _("annual evaluation")
        MID_TERM = "mid_term", _("mid-term evaluation")
        FINAL = "final", _("final evaluation")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scheme = models.ForeignKey(EvaluationScheme, on_delete=models.PROTECT, related_name="rounds")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    period_from = models.DateField()
    # The last day that is looked at.
    period_to = models.DateField()
    state = models.CharField(max_length=12, choices=RoundState.choices, default=RoundState.DRAFT)
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    # Open to objections for so many working days after a day.
    publicity_from = models.DateField(null=True)
    publicity_days = models.PositiveSmallIntegerField(null=True)
    finalised_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    finalised_at = models.DateTimeField(null=True)
    # Of the fingerprint in the log.
    salt = models.CharField(max_length=64, default=new_salt)

    objects = RoundQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="evaluation_round_ends_after_start", condition=Q(period_to__gte=F("period_from"))
            ),
            models.CheckConstraint(
                name="evaluation_round_final_by_somebody_else",
                condition=~Q(state=RoundState.FINAL)
                | Q(finalised_by__isnull=False, finalised_at__isnull=False, publicity_from__isnull=False)
                & ~Q(finalised_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="evaluation_round_publicity_has_days",
                condition=Q(publicity_from__isnull=True, publicity_days__isnull=True)
                | Q(publicity_from__isnull=False, publicity_days__gte=1),
            ),
        ]
        indexes = [models.Index(fields=["-period_to", "-id"], name="evaluation_rounds_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.period_from} {self.period_to}"

    @property
    def is_of_persons(self) -> bool:
        return self.scheme.subject_kind == EvaluationScheme.SubjectKind.PERSON


class SubjectQuerySet(RoundQuerySet):
    """What is said about one subject: reached by that subject, too."""

    scope_paths: ClassVar = {
        "user": "person__user", "institution": "institution", "base": "base",
        "region": "evaluation_round__region__path",
    }  # fmt: skip
    to_round: ClassVar = "evaluation_round__"


class OfSubjectQuerySet(RoundQuerySet):
    scope_paths: ClassVar = {
        "user": "subject__person__user", "institution": "subject__institution", "base": "subject__base",
        "region": "subject__evaluation_round__region__path",
    }  # fmt: skip
    to_round: ClassVar = "subject__evaluation_round__"


class OfRoundQuerySet(RoundQuerySet):
    scope_paths: ClassVar = {"region": "evaluation_round__region__path"}
    to_round: ClassVar = "evaluation_round__"


class Evaluator(models.Model):
    """Somebody scores in a round, and in this one alone (append-only)."""

    evaluation_round = models.ForeignKey(EvaluationRound, on_delete=models.PROTECT, related_name="evaluators")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=150)
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()

    objects = OfRoundQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["evaluation_round", "user"], name="evaluator_once_a_round"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_round_id}: {self.user_id}"


class EvaluationSubject(models.Model):
    """Who is evaluated in a round: exactly one institution, base or person. Persons may opt out at any time."""

    evaluation_round = models.ForeignKey(EvaluationRound, on_delete=models.PROTECT, related_name="subjects")
    # No way back from places and people: what they came to is read by this room alone.
    institution = models.ForeignKey(Institution, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    base = models.ForeignKey(TrainingBase, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    self_submitted_at = models.DateTimeField(null=True)
    self_submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    opted_out_at = models.DateTimeField(null=True)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="evaluation_of_one_subject",
                condition=Q(institution__isnull=False, base__isnull=True, person__isnull=True)
                | Q(institution__isnull=True, base__isnull=False, person__isnull=True)
                | Q(institution__isnull=True, base__isnull=True, person__isnull=False),
            ),
            models.CheckConstraint(
                name="evaluation_opted_out_by_persons",
                condition=Q(opted_out_at__isnull=True) | Q(person__isnull=False),
            ),
            models.UniqueConstraint(fields=["evaluation_round", "institution"], name="institution_once_a_round"),
            models.UniqueConstraint(fields=["evaluation_round", "base"], name="base_once_a_round"),
            models.UniqueConstraint(fields=["evaluation_round", "person"], name="person_once_a_round"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_round_id}: {self.institution_id or self.base_id or self.person_id}"

    @property
    def of(self) -> Subject:
        return self.institution or self.base or self.person  # type: ignore[return-value]

    @property
    def name(self) -> str:
        return self.of.name


class ConflictDeclaration(models.Model):
    """What an evaluator says about conflicts of interest before scoring a subject; the last one holds (append-only)."""

    subject = models.ForeignKey(EvaluationSubject, on_delete=models.PROTECT, related_name="declarations")
    evaluator = models.ForeignKey(Evaluator, on_delete=models.PROTECT, related_name="declarations")
    has_conflict = models.BooleanField()
    conflict = models.TextField(blank=True)
    declared_at = models.DateTimeField()

    objects = OfSubjectQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="conflict_is_said_in_words", condition=Q(has_conflict=False) | ~Q(conflict="")),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.evaluator_id} {self.has_conflict}"


class IndicatorValue(models.Model):
    """One value of one indicator, as computed, said by the subject, or scored by an evaluator (append-only).

    Of the same hand the last one holds. `drill`: what the number was counted from, for computed ones.
    """

    class Kind(models.TextChoices):
        COMPUTED = "computed", _("computed by the platform")
        SELF = "self", _("self-evaluation")
        SCORED = "scored", _("scored")

    subject = models.ForeignKey(EvaluationSubject, on_delete=models.PROTECT, related_name="values")
    indicator = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    # None: not measured.
    numerator = models.BigIntegerField(null=True)
    denominator = models.PositiveBigIntegerField(default=1)
    small = models.BooleanField(default=False)
    evidence = models.TextField(blank=True)
    drill = models.JSONField(default=dict)
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    objects = OfSubjectQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="indicator_value_entered_by_somebody",
                condition=Q(kind="computed", entered_by__isnull=True)
                | ~Q(kind="computed") & Q(entered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="indicator_value_scored_with_evidence", condition=~Q(kind="scored") | ~Q(evidence="")
            ),
            models.CheckConstraint(
                name="indicator_value_is_no_debt", condition=Q(numerator__isnull=True) | Q(numerator__gte=0)
            ),
        ]
        indexes = [models.Index(fields=["subject", "indicator", "kind", "-id"], name="values_of_subject")]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.indicator}: {self.numerator}/{self.denominator}"

    @property
    def value(self) -> Value:
        return Value(self.numerator, self.denominator, self.small)


class EvaluationResult(models.Model):
    """What a subject came to when a result was proposed, with a snapshot of every indicator value (append-only).

    The last turn holds. `lines`: per indicator {code, weight, numerator, denominator, small, points, own, evidence,
    drill}; with the scheme, which never changes either, the grade can be worked out again for any past day.
    """

    subject = models.ForeignKey(EvaluationSubject, on_delete=models.PROTECT, related_name="results")
    turn = models.PositiveSmallIntegerField()
    grade = models.CharField(max_length=2, choices=[(grade.value, grade.value) for grade in Grade])
    # Hundredths of a point of 100; None: not rated.
    points = models.PositiveIntegerField(null=True)
    lines = models.JSONField()
    of_person = models.BooleanField()
    has_serious_determination = models.BooleanField(default=False)
    opted_out = models.BooleanField(default=False)
    # Why it is left unrated though nobody scored it.
    unrated_reason = models.CharField(max_length=1000, blank=True)
    worked_out_at = models.DateTimeField()

    objects = OfSubjectQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["subject", "turn"], name="evaluation_result_turn_once"),
            models.CheckConstraint(
                name="evaluation_d_needs_a_determination",
                condition=~Q(grade="D") | Q(has_serious_determination=True, of_person=False),
            ),
            models.CheckConstraint(
                name="evaluation_opted_out_is_not_rated", condition=Q(opted_out=False) | Q(grade="NR", of_person=True)
            ),
            models.CheckConstraint(
                name="evaluation_left_unrated_has_no_points",
                condition=Q(unrated_reason="") | Q(grade__in=["NR", "D"], points__isnull=True),
            ),
            models.CheckConstraint(
                name="evaluation_points_of_a_hundred", condition=Q(points__isnull=True) | Q(points__lte=10_000)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} #{self.turn}: {self.grade}"

    @property
    def points_text(self) -> str:
        return "" if self.points is None else points_text(self.points)


def points_text(hundredths: int) -> str:
    """Hundredths of a point as people write them: 8750 is 87.50."""
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def snapshot_value(line: dict[str, Any]) -> Value:
    """The value that a line of a snapshot holds."""
    return Value(line["numerator"], line["denominator"], line["small"])
