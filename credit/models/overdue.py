"""A step that is late, and who was told of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import AdminBody, Membership
from core import clock
from credit.models.reports import CaseReport


class OverdueQuerySet(ScopedQuerySet):
    """Of what a place handles by its own rules an authority reads that it was told of a late step, and no more."""

    scope_paths: ClassVar = {
        "institution": "report__at_institution", "base": "report__at_base", "region": "report__body__jurisdiction",
    }  # fmt: skip

    def _within(self, membership: Membership) -> Q:
        reach, body = super()._within(membership), membership.admin_body
        if body is None:
            return reach
        return reach | Q(report__body__isnull=True, body__jurisdiction__startswith=body.jurisdiction)


class OverdueStep(models.Model):
    """Of a report, its case, a repair or a review in it: its day has passed. Each is told once (append-only).

    `body`: who was told; none where it is the place itself that handles the report by its own rules.
    """

    class What(models.TextChoices):
        REPORT = "report", _("answer to the report")
        CASE = "case", _("next step of the case")
        REPAIR = "repair", _("decision on the repair")
        REVIEW = "review", _("decision on the review")

    report = models.ForeignKey(CaseReport, on_delete=models.PROTECT, related_name="overdue_steps")
    what = models.CharField(max_length=8, choices=What.choices)
    due_on = models.DateField()
    body = models.ForeignKey(AdminBody, null=True, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(default=clock.now)

    objects = OverdueQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["report", "what", "due_on", "body"], name="overdue_step_told_once"),
            # Nobody is no value to compare: the place itself needs a promise of its own.
            models.UniqueConstraint(
                fields=["report", "what", "due_on"],
                condition=Q(body__isnull=True),
                name="overdue_step_told_itself_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.what} {self.due_on}"
