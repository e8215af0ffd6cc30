"""Question bank, blueprints, sittings, attempts and answers as given."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import Person, TrainingBase
from courses.exams.workflow import AttemptState


class Question(models.Model):
    """One question of the bank, in one to three languages. The key never leaves the server before marking.

    `texts`: {language: {"stem", "options": [...], "explanation", "unit"}}; `answer`: 1-based option numbers,
    [true|false], or one decimal as text, by kind.
    """

    class Kind(models.TextChoices):
        SINGLE = "single", _("single choice")
        MULTIPLE = "multiple", _("multiple choice")
        TRUE_FALSE = "true_false", _("true or false")
        NUMERIC = "numeric", _("number")

    class Difficulty(models.TextChoices):
        EASY = "easy", _("easy")
        MEDIUM = "medium", _("medium")
        HARD = "hard", _("hard")

    code = models.CharField(max_length=20, unique=True)
    level = models.CharField(max_length=14)
    module = models.CharField(max_length=4, db_index=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    difficulty = models.CharField(max_length=8, choices=Difficulty.choices)
    texts = models.JSONField()
    answer = models.JSONField()
    source = models.CharField(max_length=200)
    retired = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.code


class Blueprint(models.Model):
    """How a paper is drawn: how many questions from which modules, how long, what passes.

    `rows`: [{"modules": ["K1", "K2"], "count": 6}, …]; every question is worth the same; score = percent rounded down.
    """

    code = models.CharField(max_length=40, unique=True)
    level = models.CharField(max_length=14)
    rows = models.JSONField()
    minutes = models.PositiveSmallIntegerField()
    pass_score = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.code


class SittingQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"base": "base", "region": "base__region__path"}


class Sitting(models.Model):
    """An examination held by a base for a group of people, open between two moments."""

    base = models.ForeignKey(
        TrainingBase, on_delete=models.PROTECT, related_name="sittings"
    )
    blueprint = models.ForeignKey(
        Blueprint, on_delete=models.PROTECT, related_name="sittings"
    )
    title = models.CharField(max_length=150)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    max_attempts = models.PositiveSmallIntegerField(default=2)

    objects = SittingQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="sitting_closes_after_opening",
                condition=Q(closes_at__gt=F("opens_at")),
            )
        ]

    def __str__(self) -> str:
        return self.title


class AttemptQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "person__user", "base": "sitting__base", "region": "sitting__base__region__path",
    }  # fmt: skip


class Attempt(models.Model):
    """One person's paper in one sitting: drawn at the start, timed by the server, marked at the end."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sitting = models.ForeignKey(
        Sitting, on_delete=models.PROTECT, related_name="attempts"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="attempts"
    )
    number = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=12, choices=AttemptState.choices, default=AttemptState.RUNNING
    )
    language = models.CharField(max_length=10)
    started_at = models.DateTimeField()
    deadline = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    # Percent of questions answered right, rounded down; set when marked.
    score = models.PositiveSmallIntegerField(null=True)
    passed = models.BooleanField(null=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "person", "number"], name="attempt_number_once"
            ),
            models.UniqueConstraint(
                fields=["sitting", "person"],
                condition=Q(state="running"),
                name="one_running_attempt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.sitting_id} #{self.number}"


class PaperQuestion(models.Model):
    """A question at its place in one attempt's paper; option_order maps shown places to option numbers."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="paper")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    option_order = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "position"], name="paper_position_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} #{self.position}"


class AnswerEntry(models.Model):
    """An answer as given, each time it was given (append-only); the highest sequence of a question holds."""

    paper_question = models.ForeignKey(
        PaperQuestion, on_delete=models.PROTECT, related_name="answers"
    )
    sequence = models.PositiveIntegerField()
    value = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["paper_question", "sequence"], name="answer_sequence_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.paper_question_id} #{self.sequence}"
