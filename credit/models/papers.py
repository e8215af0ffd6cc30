"""Reports of a credit file: exactly what an audience was shown at a moment, kept with its sealed bytes."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Institution, Person, User
from certificates.models import Seal
from core import clock
from core.fields import SealedField
from credit.models.records import FileQuerySet
from credit.rules.publication import Audience


class CreditReportQuerySet(FileQuerySet):
    scope_paths: ClassVar = {
        "user": "person__user", "institution": "institution", "region": "institution__region__path",
    }  # fmt: skip


class OfReportQuerySet(FileQuerySet):
    subject = "report__"
    scope_paths: ClassVar = {
        "user": "report__person__user", "institution": "report__institution",
        "region": "report__institution__region__path",
    }  # fmt: skip


class CreditReport(models.Model):
    """Lines of one file for one audience at one moment (frozen but for `sealed_content`, which an erasure empties).

    `sealed_content`: the lines and whose they are, in canonical JSON; `sha256` is of its bytes. `purpose`: what an
    authority said when it opened the file.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=40, unique=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="credit_reports")
    institution = models.ForeignKey(
        Institution, null=True, blank=True, on_delete=models.PROTECT, related_name="credit_reports"
    )
    audience = models.CharField(max_length=12, choices=Audience.choices)
    matrix = models.CharField(max_length=20)
    entries = models.PositiveIntegerField()
    sealed_content = SealedField(blank=True)
    sha256 = models.CharField(max_length=64)
    purpose = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # For which place the login asked, as it was called; "" for oneself.
    made_for = models.CharField(max_length=150, blank=True)
    made_at = models.DateTimeField()

    objects = CreditReportQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="credit_report_of_one_subject",
                condition=Q(person__isnull=False, institution__isnull=True)
                | Q(person__isnull=True, institution__isnull=False),
            ),
            models.CheckConstraint(
                name="credit_report_of_a_person_is_never_public",
                condition=Q(person__isnull=True) | ~Q(audience__in=[Audience.PUBLIC, Audience.INSTITUTION]),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "made_at"], name="credit_reports_of_person"),
            models.Index(fields=["institution", "made_at"], name="credit_reports_of_entity"),
        ]

    def __str__(self) -> str:
        return self.reference


class CreditReportFile(models.Model):
    """The sealed PDF of a report (append-only): what is served again is what was stored, or nothing."""

    report = models.OneToOneField(CreditReport, on_delete=models.PROTECT, related_name="file")
    storage_name = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    fonts_sha256 = models.CharField(max_length=64)
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="+")
    stamped_until = models.DateTimeField(null=True, blank=True)
    stored_at = models.DateTimeField(default=clock.now)

    objects = OfReportQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="credit_report_file_has_bytes", condition=Q(size__gt=0))]

    def __str__(self) -> str:
        return self.storage_name
