"""Certificates that an employer has checked in one go: who asked for which file, and what was answered to each row.

What was typed (names, ends of document numbers, codes) is kept nowhere: the file lies sealed between upload and job.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import Institution
from certificates.rules import Outcome
from certificates.workflow import Ground
from core import clock
from core.models import Job


class Way(TextChoices):
    CODE = "code", _("by number and code")
    NAME = "name", _("by number, name and document")


class CheckQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"institution": "institution"}


class BatchCheck(models.Model):
    """A file that was asked; deleted with its rows when its period is over."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="batch_checks")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    finished_at = models.DateTimeField(null=True, blank=True)
    job = models.OneToOneField(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = CheckQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="batch_check_asks_something", condition=Q(size__gte=1))]
        indexes = [models.Index(fields=["institution", "-asked_at", "-id"], name="batch_checks_of_place")]

    def __str__(self) -> str:
        return str(self.uuid)


class CheckLineQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"institution": "check_of__institution"}


class BatchCheckLine(models.Model):
    """The answer to one row. Without a certificate nothing is known of it but the number that was asked for."""

    check_of = models.ForeignKey(BatchCheck, on_delete=models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    number = models.CharField(max_length=40)
    way = models.CharField(max_length=4, choices=Way.choices)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    certificate = models.ForeignKey(
        "certificates.Certificate", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_on = models.DateField(null=True, blank=True)
    ground = models.CharField(max_length=30, choices=Ground.choices, blank=True)
    superseded_by = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField(default=clock.now)

    objects = CheckLineQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            # A job that runs twice answers once.
            models.UniqueConstraint(fields=["check_of", "line"], name="batch_check_line_once"),
            models.CheckConstraint(
                name="batch_check_tells_of_a_certificate",
                condition=Q(certificate__isnull=False)
                | Q(outcome__in=[Outcome.NEVER_ISSUED, Outcome.COULD_NOT_CHECK], ended_on__isnull=True, ground=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_of_id} #{self.line}: {self.outcome}"
