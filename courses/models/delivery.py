"""Delivery by training bases: programmes, cohorts, sessions, enrolments, attendance, the ledger of hours."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import Claim, Person, TrainingBase, User
from core import clock
from courses.exams.models import Blueprint, Sitting
from courses.models.curriculum import Level, Module, Titled
from courses.workflow import CohortState, EnrolmentState


class Programme(Titled):
    """The dated plan of a level: which written course it uses and what the exam is drawn by."""

    code = models.CharField(max_length=40, unique=True)
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="programmes")
    # The translation key of the CoursePage whose lessons are read; lessons carry their own hours.
    course_key = models.UUIDField(null=True, blank=True)
    blueprint = models.ForeignKey(Blueprint, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()

    class Meta:
        default_permissions = ()
        ordering = ("level", "code")


class CohortQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"base": "base", "region": "base__region__path"}


class Cohort(models.Model):
    """A class (培训班) of a programme at a base, with a capacity."""

    base = models.ForeignKey(TrainingBase, on_delete=models.PROTECT, related_name="cohorts")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="cohorts")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=CohortState.choices, default=CohortState.DRAFT)
    capacity = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    place = models.CharField(max_length=150, blank=True)
    fee_note = models.CharField(max_length=200, blank=True)
    sitting = models.OneToOneField(Sitting, null=True, blank=True, on_delete=models.PROTECT, related_name="cohort")

    objects = CohortQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["base", "programme", "year", "number"],
                name="cohort_number_once",
            ),
            models.CheckConstraint(name="cohort_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="cohort_has_seats", condition=Q(capacity__gt=0)),
        ]
        # What the catalogue asks on every visit.
        indexes = [models.Index(fields=["state", "ends_on"], name="cohorts_by_state")]

    def __str__(self) -> str:
        return f"{self.year}-{self.number} {self.programme_id}"

    @property
    def title(self) -> str:
        """As people call it, e.g. 2026年第3期初级班; selectors bring programme and level along."""
        words = _("%(level)s class %(number)d of %(year)d")
        return str(words) % {
            "level": self.programme.level.title,
            "number": self.number,
            "year": self.year,
        }


class SessionQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"base": "cohort__base", "region": "cohort__base__region__path"}


class Session(Titled):
    """A teaching session (课次) of a cohort; its hours are shared among modules (SessionShare)."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=150, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="session_number_once"),
            models.CheckConstraint(name="session_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
        ]


class SessionShare(models.Model):
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="shares")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="+")
    hours = models.DecimalField(max_digits=5, decimal_places=1)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["session", "module"], name="session_share_once"),
            models.CheckConstraint(name="session_share_positive", condition=Q(hours__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.module_id}: {self.hours}"


class EnrolmentQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "applicant",
        "base": "cohort__base",
        "region": "cohort__base__region__path",
    }


class Enrolment(models.Model):
    """A person's place in a cohort. With an open claim it is the claimed one until the desk confirms."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="enrolments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enrolments")
    applicant = models.ForeignKey(User, on_delete=models.PROTECT, related_name="enrolments")
    claim = models.ForeignKey(
        Claim,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="enrolments",
    )
    state = models.CharField(max_length=12, choices=EnrolmentState.choices, default=EnrolmentState.APPLIED)
    applied_at = models.DateTimeField(default=clock.now)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "person"],
                condition=~Q(state__in=["refused", "withdrawn"]),
                name="enrolment_once_per_cohort",
            )
        ]
        indexes = [models.Index(fields=["cohort", "state"], name="enrolments_of_cohort")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.cohort_id}"


class OfEnrolmentQuerySet(ScopedQuerySet):
    """Rows of one enrolment are reached as the enrolment is."""

    scope_paths: ClassVar = {
        "user": "enrolment__applicant",
        "base": "enrolment__cohort__base",
        "region": "enrolment__cohort__base__region__path",
    }


class Attendance(models.Model):
    """What the base marked for one trainee in one session; the last marking holds, the audit keeps all."""

    class Status(models.TextChoices):
        PRESENT = "present", _("present")
        ONLINE = "online", _("online")
        LEAVE = "leave", _("on leave")
        ABSENT = "absent", _("absent")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attendances")
    status = models.CharField(max_length=8, choices=Status.choices)
    marked_at = models.DateTimeField()
    marked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = OfEnrolmentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["session", "enrolment"], name="attendance_once")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.session_id}: {self.status}"


class HourEntry(models.Model):
    """Class hours credited (or, negative, taken back) for one module from one source (append-only ledger).

    `source` names what earned them, e.g. "lesson:<translation key>" or "session:<id>"; `turn` counts
    corrections of the same source, so that a double click credits once.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="hour_entries")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="+")
    hours = models.DecimalField(max_digits=5, decimal_places=1)
    source = models.CharField(max_length=60)
    turn = models.PositiveSmallIntegerField(default=0)
    credited_at = models.DateTimeField()

    objects = OfEnrolmentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "source", "module", "turn"],
                name="hours_once_per_source",
            ),
            models.CheckConstraint(name="hours_are_not_zero", condition=~Q(hours=0)),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.source}: {self.hours}"
