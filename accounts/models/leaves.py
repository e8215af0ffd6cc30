"""Who is away for a time without leaving: leaves of absence, each wording of which stays."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models.people import User
from accounts.models.positions import Appointment, not_voided


class LeaveKind(models.TextChoices):
    """How somebody is away; which kinds take somebody out of the count is a list in the rule version (practice 1.8).

    No more than a rule can ask for: birth, care and illness are one kind, so that nobody's health is on file (PIPL 6).
    """

    PAID = "paid", _("paid leave (birth, care, illness and the like)")
    STUDY = "study", _("full-time study")
    SENT_ELSEWHERE = "sent_elsewhere", _("sent to work elsewhere")
    UNPAID = "unpaid", _("unpaid leave")


class LeaveQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "appointment__person__user", "institution": "appointment__institution",
        "region": "appointment__institution__region__path",
    }  # fmt: skip

    def believed(self, known_at: datetime | None = None) -> Self:
        """What was held to be true at a moment (default now): neither replaced nor withdrawn, of a post that holds."""
        rows = self.filter(not_voided(known_at, "appointment__"))
        if known_at is None:
            # By the column that joins, as of training records.
            return rows.filter(replaced_by__replaces__isnull=True, withdrawn=False)
        later = Q(replaced_by__isnull=True) | Q(replaced_by__recorded_at__gt=known_at)
        return rows.filter(later, recorded_at__lte=known_at, withdrawn=False)


class LeaveOfAbsence(models.Model):
    """Somebody in post is away from a day on (append-only): a correction is a new row that replaces the wrong one.

    The appointment goes on meanwhile. Two leaves of one appointment never meet: accounts.services.leaves, which locks
    the institution.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="leaves")
    kind = models.CharField(max_length=16, choices=LeaveKind.choices)
    start_date = models.DateField()
    # The first day back; empty while nobody knows it.
    end_date = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by", editable=False
    )
    # There was no such leave; said of the row that it replaces.
    withdrawn = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="leave_ends_after_start", condition=Q(end_date__isnull=True) | Q(end_date__gt=F("start_date"))
            ),
            models.CheckConstraint(
                name="leave_withdrawn_is_one_recorded",
                condition=Q(withdrawn=False) | Q(replaces__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} away from {self.start_date}"
