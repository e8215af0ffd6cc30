"""What follows a round: objections, consequences from the scheme's ladder, supervision items until they are closed."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access import ScopedQuerySet
from accounts.models import Designation, Institution, Region, TrainingBase, User
from credit.models.rounds import EvaluationSubject, OfSubjectQuerySet
from credit.rules.evaluation import Consequence
from credit.workflow import ItemState, ObjectionState


class EvaluationObjection(models.Model):
    """A subject says that a proposed result is wrong; somebody else than who proposed it answers with reasons."""

    subject = models.ForeignKey(EvaluationSubject, on_delete=models.PROTECT, related_name="objections")
    words = models.TextField()
    state = models.CharField(max_length=12, choices=ObjectionState.choices, default=ObjectionState.OPEN)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = OfSubjectQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="evaluation_objection_says_something", condition=~Q(words="")),
            models.CheckConstraint(
                name="evaluation_objection_answered_with_reasons",
                condition=Q(state=ObjectionState.OPEN, answered_by__isnull=True)
                | ~Q(state=ObjectionState.OPEN)
                & ~Q(answer="")
                & Q(answered_by__isnull=False, answered_at__isnull=False)
                & ~Q(answered_by=F("filed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.state}"


class EvaluationConsequence(models.Model):
    """What was done because of a final grade, one step of the scheme's ladder (append-only)."""

    class Kind(models.TextChoices):
        COMMEND = Consequence.COMMEND.value, _("commended")
        PASS = Consequence.PASS.value, pgettext_lazy("an evaluation", "passed")
        TALK = Consequence.TALK.value, _("talk with those in charge")
        CIRCULAR = Consequence.CIRCULAR.value, _("circular to the region")
        RECTIFY = Consequence.RECTIFY.value, _("rectification with a deadline")
        REMOVE = Consequence.REMOVE.value, _("taken off the list")

    subject = models.ForeignKey(EvaluationSubject, on_delete=models.PROTECT, related_name="consequences")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    of_person = models.BooleanField()
    document = models.CharField(max_length=200)
    reason = models.TextField()
    due_on = models.DateField(null=True)
    # The status that changed by it, through its own steps.
    designation = models.ForeignKey(Designation, null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    objects = OfSubjectQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="person_is_only_rewarded", condition=Q(of_person=False) | Q(kind=Consequence.COMMEND.value)
            ),
            models.CheckConstraint(
                name="rectification_has_a_deadline",
                condition=~Q(kind=Consequence.RECTIFY.value) | Q(due_on__isnull=False),
            ),
            models.CheckConstraint(name="consequence_has_a_document", condition=~Q(document="") & ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.kind}"


class SupervisionItemQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"institution": "institution", "base": "base", "region": "region__path"}


class SupervisionItem(models.Model):
    """Something that somebody has to put right by a day (督办事项); closed with evidence, never by time."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    base = models.ForeignKey(TrainingBase, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The evaluation it came from, if it did.
    subject = models.ForeignKey(EvaluationSubject, null=True, on_delete=models.PROTECT, related_name="items")
    issue = models.TextField()
    # Who sees to it: a department or an office, by its name.
    owner = models.CharField(max_length=150)
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.OPEN)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closing_evidence = models.TextField(blank=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    objects = SupervisionItemQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="supervision_item_says_what", condition=~Q(issue="") & ~Q(owner="")),
            models.CheckConstraint(
                name="supervision_item_closed_with_evidence",
                condition=Q(state=ItemState.OPEN, closed_by__isnull=True)
                | Q(state=ItemState.CLOSED, closed_by__isnull=False, closed_at__isnull=False) & ~Q(closing_evidence=""),
            ),
            models.CheckConstraint(
                name="supervision_item_of_one_place", condition=Q(institution__isnull=True) | Q(base__isnull=True)
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on", "id"], name="supervision_items_by_day")]

    def __str__(self) -> str:
        return f"{self.owner} {self.due_on}"

    def is_overdue(self, on: date) -> bool:
        return self.state == ItemState.OPEN and self.due_on < on
