"""A step that is late, and which body was told of it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import AdminBody
from core import clock
from credit.models.reports import CaseReport


class OverdueQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"region": "report__body__jurisdiction"}


class OverdueStep(models.Model):
    """Of a report, its case or a repair in it: its day has passed. Each body is told once (append-only)."""

    class What(models.TextChoices):
        REPORT = "report", _("answer to the report")
        CASE = "case", _("next step of the case")
        REPAIR = "repair", _("decision on the repair")

    report = models.ForeignKey(CaseReport, on_delete=models.PROTECT, related_name="overdue_steps")
    what = models.CharField(max_length=8, choices=What.choices)
    due_on = models.DateField()
    body = models.ForeignKey(AdminBody, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(default=clock.now)

    objects = OverdueQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["report", "what", "due_on", "body"], name="overdue_step_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.what} {self.due_on}"
