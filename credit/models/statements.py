"""The subject's own voice in a credit file: statements beside an entry, and objections about its accuracy."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from core import clock
from credit.models.records import CreditRecord, FileQuerySet
from credit.workflow.files import UNDECIDED, ObjectionState

STATEMENT_LENGTH = 500


class OfRecordQuerySet(FileQuerySet):
    subject = "record__"
    scope_paths: ClassVar = {
        "user": "record__person__user", "institution": "record__institution",
        "region": "record__institution__region__path",
    }  # fmt: skip


class OfStatementQuerySet(FileQuerySet):
    subject = "statement__record__"
    scope_paths: ClassVar = {
        "user": "statement__record__person__user", "institution": "statement__record__institution",
        "region": "statement__record__institution__region__path",
    }  # fmt: skip


class OfObjectionQuerySet(FileQuerySet):
    subject = "objection__record__"
    scope_paths: ClassVar = {
        "user": "objection__record__person__user", "institution": "objection__record__institution",
        "region": "objection__record__institution__region__path",
    }  # fmt: skip


class SubjectStatement(models.Model):
    """What the subject says about an entry (append-only): the newest turn is shown, an empty one takes it back."""

    record = models.ForeignKey(CreditRecord, on_delete=models.PROTECT, related_name="statements")
    turn = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=STATEMENT_LENGTH, blank=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=clock.now)

    objects = OfRecordQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["record", "turn"], name="credit_statement_turn_once")]

    def __str__(self) -> str:
        return f"{self.record_id}: {self.turn}"


class StatementHidden(models.Model):
    """A statement that holds data about somebody else and is shown no longer; to its author it is (append-only)."""

    statement = models.OneToOneField(SubjectStatement, on_delete=models.PROTECT, related_name="hidden")
    reason = models.CharField(max_length=300)
    hidden_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    body_name = models.CharField(max_length=150)
    hidden_at = models.DateTimeField(default=clock.now)

    objects = OfStatementQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="credit_statement_hidden_with_reason", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.statement_id}: {self.hidden_at:%Y-%m-%d}"


class CreditObjection(models.Model):
    """The subject says that an entry is wrong (异议); from this moment on the entry is marked.

    `working_days`: within how many from `opened_on` it is decided, by the figure of that day; the day itself follows
    from the calendar, provisional where a year is not loaded. `asked`: whoever had to be asked, with more days.
    """

    record = models.ForeignKey(CreditRecord, on_delete=models.PROTECT, related_name="objections")
    state = models.CharField(max_length=12, choices=ObjectionState.choices, default=ObjectionState.OPEN)
    words = models.CharField(max_length=1000)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    working_days = models.PositiveSmallIntegerField()
    asked = models.CharField(max_length=200, blank=True)

    objects = OfRecordQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(state__in=sorted(UNDECIDED)), name="credit_objection_one_at_a_time"
            ),
            models.CheckConstraint(
                name="credit_objection_asked_somebody", condition=~Q(state=ObjectionState.CHECKING) | ~Q(asked="")
            ),
        ]
        indexes = [models.Index(fields=["state", "opened_at"], name="credit_objections_by_age")]

    def __str__(self) -> str:
        return f"{self.record_id}: {self.state}"

    @property
    def opened_on(self) -> date:
        return clock.day_of(self.opened_at)

    @property
    def is_open(self) -> bool:
        return self.state in UNDECIDED


class ObjectionDecision(models.Model):
    """How an objection was decided, by whom and why (append-only). Upheld: `entry` corrects or withdraws the first."""

    objection = models.OneToOneField(CreditObjection, on_delete=models.PROTECT, related_name="decision")
    upheld = models.BooleanField()
    reason = models.CharField(max_length=500)
    entry = models.OneToOneField(
        CreditRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="decided_in"
    )
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    body_name = models.CharField(max_length=150)
    decided_at = models.DateTimeField(default=clock.now)

    objects = OfObjectionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="credit_objection_upheld_by_an_entry",
                condition=Q(upheld=True, entry__isnull=False) | Q(upheld=False, entry__isnull=True),
            ),
            models.CheckConstraint(name="credit_objection_decided_with_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.objection_id}: {'upheld' if self.upheld else 'rejected'}"
