"""Question bank, blueprints, sittings, who may sit, attempts and answers as given."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import Person, TrainingBase, User
from core import clock
from courses.exams.rules import GRACE, QuestionKind
from courses.exams.workflow import AttemptState


class Question(models.Model):
    """One question of the bank, in one to three languages. The key never leaves the server before marking.

    `texts`: {language: {"stem", "options": [...], "explanation", "unit"}}; `answer`: option numbers from 1,
    [true|false], or one decimal as text, by kind. A question that stands on a paper is never changed: a correction
    is a new version, the old one is retired.
    """

    class Difficulty(models.TextChoices):
        EASY = "easy", _("easy")
        MEDIUM = "medium", _("medium")
        HARD = "hard", _("hard")

    code = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField(default=1)
    level = models.CharField(max_length=14)
    module = models.CharField(max_length=4)
    kind = models.CharField(max_length=12, choices=QuestionKind.choices)
    difficulty = models.CharField(max_length=8, choices=Difficulty.choices)
    texts = models.JSONField()
    # As many as the texts hold, so that drawing a paper need not read them.
    option_count = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField()
    source = models.CharField(max_length=200)
    retired = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["level", "module"], name="question_by_module")]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="question_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(retired=False), name="one_current_question"),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class Blueprint(models.Model):
    """How a paper is drawn: how many questions from which modules, how long, what passes. Never changed once made.

    `rows`: [{"title": {language: text}, "modules": ["K1", "K2"], "count": 6}, …]; every question is worth the same;
    score = percent rounded down.
    """

    code = models.CharField(max_length=40, unique=True)
    level = models.CharField(max_length=14)
    rows = models.JSONField()
    minutes = models.PositiveSmallIntegerField()
    pass_score = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="blueprint_takes_time", condition=Q(minutes__gt=0)),
            models.CheckConstraint(name="blueprint_can_be_passed", condition=Q(pass_score__lte=100)),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def length(self) -> int:
        return sum(row["count"] for row in self.rows)


class SittingQuerySet(ScopedQuerySet):
    """A sitting reaches its base, the regions above it, and the logins of those admitted to it."""

    scope_paths: ClassVar = {"base": "base", "region": "base__region__path"}

    def _own(self, actor: User) -> Q:
        own = Q(person__user=actor.pk) | Q(person__merged_into__user=actor.pk)
        return Q(Exists(SittingCandidate.objects.filter(own, sitting=OuterRef("pk"))))


class Sitting(models.Model):
    """An examination held by a base for a group of people, open between two moments."""

    base = models.ForeignKey(TrainingBase, on_delete=models.PROTECT, related_name="sittings")
    blueprint = models.ForeignKey(Blueprint, on_delete=models.PROTECT, related_name="sittings")
    title = models.CharField(max_length=150)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    max_attempts = models.PositiveSmallIntegerField(default=2)

    objects = SittingQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="sitting_closes_after_opening", condition=Q(closes_at__gt=F("opens_at"))),
            models.CheckConstraint(name="sitting_allows_an_attempt", condition=Q(max_attempts__gt=0)),
        ]

    def __str__(self) -> str:
        return self.title


class SittingCandidateQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "person__user", "base": "sitting__base", "region": "sitting__base__region__path",
    }  # fmt: skip


class SittingCandidate(models.Model):
    """Somebody who may sit: the room above says who, exams know nothing of enrolments."""

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="candidates")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="candidatures")
    admitted_at = models.DateTimeField()
    # Where somebody sits; drawn by lot for the whole room, and kept for whatever goes along the rows afterwards.
    seat = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = SittingCandidateQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["sitting", "person"], name="candidate_once"),
            models.UniqueConstraint(fields=["sitting", "seat"], name="seat_given_once"),
            models.CheckConstraint(name="seats_begin_with_one", condition=Q(seat__isnull=True) | Q(seat__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.sitting_id}"


class AttemptQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "person__user", "base": "sitting__base", "region": "sitting__base__region__path",
    }  # fmt: skip

    def overdue(self, now: datetime) -> "AttemptQuerySet":
        """Running on paper only: no answer can arrive any more."""
        return self.filter(state=AttemptState.RUNNING, deadline__lt=now - GRACE)


class Attempt(models.Model):
    """One person's paper in one sitting: drawn at the start, timed by the server, marked at the end."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="attempts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=AttemptState.choices, default=AttemptState.RUNNING)
    # Questions are shown in this language where the bank has it, in Chinese elsewhere.
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
        indexes = [
            models.Index(fields=["deadline"], condition=Q(state="running"), name="attempts_by_deadline"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "person", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["sitting", "person"], condition=Q(state="running"), name="one_running_attempt"
            ),
            models.CheckConstraint(name="attempt_has_time", condition=Q(deadline__gt=F("started_at"))),
            models.CheckConstraint(
                name="marked_attempt_has_a_result",
                condition=~Q(state="marked")
                | Q(score__isnull=False, score__lte=100, passed__isnull=False, submitted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.sitting_id} #{self.number}"

    def is_over(self, now: datetime) -> bool:
        """Also when nobody has marked it yet: a page that reads cannot write."""
        return self.state != AttemptState.RUNNING or now >= self.deadline

    def takes_answers(self, now: datetime) -> bool:
        return self.state == AttemptState.RUNNING and now <= self.deadline + GRACE


class PaperQuestionQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "attempt__person__user",
        "base": "attempt__sitting__base",
        "region": "attempt__sitting__base__region__path",
    }

    def with_latest_answer(self) -> "PaperQuestionQuerySet":
        """latest_sequence, latest_value and latest_saved_at of each question; None where nothing was given."""
        entries = AnswerEntry.objects.filter(paper_question=OuterRef("pk")).order_by("-sequence")
        return self.annotate(
            **{f"latest_{name}": Subquery(entries.values(name)[:1]) for name in ("sequence", "value", "saved_at")}
        )


class PaperQuestion(models.Model):
    """A question at its place in one attempt's paper; option_order maps shown places to option numbers."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="paper")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    option_order = models.JSONField(default=list)
    # The start of the attempt. Its guard lets the row go when it is old, and may look at this row alone.
    drawn_at = models.DateTimeField(default=clock.now)

    objects = PaperQuestionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="paper_position_once"),
            models.UniqueConstraint(fields=["attempt", "question"], name="paper_question_once"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} #{self.position}"


class AnswerEntryQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "paper_question__attempt__person__user",
        "base": "paper_question__attempt__sitting__base",
        "region": "paper_question__attempt__sitting__base__region__path",
    }


class AnswerEntry(models.Model):
    """An answer as given, each time it was given (append-only); the highest sequence of a question holds.

    `value` is what rules.read_answer makes of it; [] takes an answer back.
    """

    paper_question = models.ForeignKey(PaperQuestion, on_delete=models.PROTECT, related_name="answers")
    sequence = models.PositiveIntegerField()
    value = models.JSONField()
    saved_at = models.DateTimeField()

    objects = AnswerEntryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["paper_question", "sequence"], name="answer_sequence_once")]

    def __str__(self) -> str:
        return f"{self.paper_question_id} #{self.sequence}"


class RoomEntryQuerySet(ScopedQuerySet):
    """Read by those who supervise, and by the authorities above them that may."""

    scope_paths: ClassVar = {"base": "sitting__base", "region": "sitting__base__region__path"}


class RoomEntry(models.Model):
    """What a supervisor wrote down in the room (append-only): somebody came with a document, or something happened."""

    class What(models.TextChoices):
        ARRIVED = "arrived", _("arrived, document seen")
        INCIDENT = "incident", _("incident")

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="room_entries")
    # None: the whole room.
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=10, choices=What.choices)
    words = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = RoomEntryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["sitting", "person"], condition=Q(what="arrived"), name="arrives_once"),
            models.CheckConstraint(
                name="somebody_arrives", condition=~Q(what="arrived") | Q(person__isnull=False, words="")
            ),
            models.CheckConstraint(name="incident_is_told", condition=~Q(what="incident") | ~Q(words="")),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id}: {self.what}"
