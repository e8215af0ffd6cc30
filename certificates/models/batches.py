"""An issue by batch: the dry run as it was asked for, who decided on it, and the job that carries it out."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.access import ScopedQuerySet
from accounts.models import Person, TrainingBase
from certificates.workflow import BatchState
from core import clock
from core.models import Job
from courses.models import Cohort, TrainingRecord


class BatchQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"base": "base", "region": "base__region__path"}


class IssueBatch(models.Model):
    """Certificates asked for in one go, of a cohort or of a list. What was seen when it was asked stays (items)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    base = models.ForeignKey(TrainingBase, on_delete=models.PROTECT, related_name="issue_batches")
    # None: a list of records that somebody chose.
    cohort = models.ForeignKey(Cohort, null=True, blank=True, on_delete=models.PROTECT, related_name="issue_batches")
    state = models.CharField(max_length=12, choices=BatchState.choices, default=BatchState.ASKED)
    people = models.PositiveIntegerField()
    # Up to so many people the asker may confirm alone, by the rule of that day.
    alone_up_to = models.PositiveIntegerField()
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)
    # Jobs are deleted after their time; the batch stays.
    job = models.OneToOneField(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = BatchQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            # Two clicks, two tabs, two officers: one batch waits for a class.
            models.UniqueConstraint(
                fields=["cohort"], condition=Q(state=BatchState.ASKED), name="batch_once_asked_for_cohort"
            ),
            models.CheckConstraint(name="batch_of_somebody", condition=Q(people__gt=0)),
            models.CheckConstraint(
                name="batch_decided_by_somebody",
                condition=Q(state=BatchState.ASKED, decided_by__isnull=True, decided_at__isnull=True)
                | Q(~Q(state=BatchState.ASKED), decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="batch_large_by_a_second",
                condition=~Q(state=BatchState.APPROVED)
                | Q(people__lte=F("alone_up_to"))
                | ~Q(decided_by=F("asked_by")),
            ),
        ]
        indexes = [models.Index(fields=["base", "-asked_at", "-id"], name="batches_of_base")]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def needs_second(self) -> bool:
        return self.people > self.alone_up_to


class ItemQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"base": "batch__base", "region": "batch__base__region__path"}


class IssueBatchItem(models.Model):
    """One line of the dry run as it was seen (append-only): gets one, or why not."""

    batch = models.ForeignKey(IssueBatch, on_delete=models.PROTECT, related_name="items")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(TrainingRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    gets = models.BooleanField()
    # Codes of certificates.rules.Obstacle with what they are about.
    why_not = models.JSONField(default=list, blank=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["batch", "record"], name="batch_item_once"),
            models.CheckConstraint(name="batch_item_of_a_record", condition=Q(gets=False) | Q(record__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.person_id}"
