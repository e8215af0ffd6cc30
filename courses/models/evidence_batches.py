"""Many evidences at once: handed in as a table with scans, confirmed by a sample that nobody chose."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.access import ScopedQuerySet
from accounts.models import Institution, User
from core import clock
from courses.workflow import BatchState


class EvidenceBatchQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"institution": "institution", "region": "institution__region__path"}


class EvidenceBatch(models.Model):
    """The rows of one table, decided together. `root` is over them as they were submitted; the seed of the draw is over
    that and a head that was signed afterwards, so that neither side chooses who is looked at."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="evidence_batches")
    state = models.CharField(max_length=12, choices=BatchState.choices, default=BatchState.SUBMITTED)
    rows = models.PositiveSmallIntegerField()
    file_sha256 = models.CharField(max_length=64)
    root = models.CharField(max_length=64)
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The draw: places of the rows, from 1.
    places = models.JSONField(default=list, blank=True)
    head_size = models.BigIntegerField(null=True, blank=True)
    head = models.CharField(max_length=64, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    drawn_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    body_name = models.CharField(max_length=150, blank=True)
    reason = models.TextField(blank=True)

    objects = EvidenceBatchQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="evidence_batch_has_rows", condition=Q(rows__gte=1)),
            models.CheckConstraint(
                name="evidence_batch_accepted_by_a_sample",
                condition=~Q(state__in=[BatchState.DRAWN, BatchState.ACCEPTED])
                | (~Q(seed="") & ~Q(head="") & Q(drawn_by__isnull=False, drawn_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="evidence_batch_decided_by_somebody",
                condition=Q(state__in=BatchState.decided(), decided_by__isnull=False, closed_at__isnull=False)
                | ~Q(state__in=BatchState.decided()) & Q(decided_by__isnull=True),
            ),
            models.CheckConstraint(
                name="evidence_batch_decided_by_somebody_else",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="evidence_batch_says_why",
                condition=~Q(state__in=[BatchState.REFUSED, BatchState.PARTED]) | ~Q(reason=""),
            ),
        ]
        indexes = [models.Index(fields=["state", "submitted_at"], name="evidence_batches_waiting")]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.rows} rows {self.state}"

    @property
    def days_waited(self) -> int:
        end = self.closed_at.astimezone(clock.SHANGHAI).date() if self.closed_at else clock.today()
        return (end - self.submitted_at.astimezone(clock.SHANGHAI).date()).days
