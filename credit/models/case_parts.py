"""What belongs to a case: measures, requests that an officer step aside, repairs, partners told of an end."""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Membership, User
from core import clock
from credit.models.cases import AdministrativeCase, CaseQuerySet
from credit.workflow.cases import RecusalState, RepairState


class OfCaseQuerySet(CaseQuerySet):
    scope_paths: ClassVar = {
        "user": "case__person__user", "institution": "case__institution", "region": "case__body__jurisdiction",
    }  # fmt: skip
    case_path: ClassVar = "case__"


class CaseMeasure(models.Model):
    """A measure that a notice intends or a decision orders; none is ordered that was not announced (append-only)."""

    case = models.ForeignKey(AdministrativeCase, on_delete=models.PROTECT, related_name="measures")
    measure = models.ForeignKey("credit.Measure", on_delete=models.PROTECT, related_name="+")
    ordered = models.BooleanField()

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["case", "measure", "ordered"], name="case_measure_once")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.measure_id}"


class Recusal(models.Model):
    """Somebody says that an officer should step aside (art. 43); decided before the case is."""

    case = models.ForeignKey(AdministrativeCase, on_delete=models.PROTECT, related_name="recusals")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=RecusalState.choices, default=RecusalState.ASKED)
    reason = models.TextField()
    # Where it lies, of a request that came on paper and was put down by an officer.
    document = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["case", "officer"], condition=Q(state="asked"), name="recusal_once_open"),
            models.CheckConstraint(name="recusal_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="recusal_decided_by_another",
                condition=Q(state="asked", decided_by__isnull=True)
                | (~Q(state="asked") & Q(decided_by__isnull=False) & ~Q(decided_by=F("officer")) & ~Q(answer="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.officer_id} {self.state}"


class CreditRepair(models.Model):
    """信用修复: what was corrected, the commitment given, and the decision of the body that determined (Order 36)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(AdministrativeCase, on_delete=models.PROTECT, related_name="repairs")
    state = models.CharField(max_length=10, choices=RepairState.choices, default=RepairState.ASKED)
    corrected = models.TextField()
    commitment = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    # Of an application on paper: the day it came, from which its period counts, and where it lies.
    came_on = models.DateField(null=True)
    document = models.CharField(max_length=200, blank=True)
    due_on = models.DateField()
    is_provisional = models.BooleanField(default=False)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="asked"), name="repair_once_open"),
            models.CheckConstraint(name="repair_is_whole", condition=~Q(corrected="") & ~Q(commitment="")),
            models.CheckConstraint(
                name="repair_on_paper_says_where", condition=Q(came_on__isnull=True) | ~Q(document="")
            ),
            models.CheckConstraint(
                name="repair_decided_by_somebody",
                condition=Q(state__in=["asked", "withdrawn"]) | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(name="repair_refused_with_reasons", condition=~Q(state="refused") | ~Q(answer="")),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.state}"

    @property
    def begun_on(self) -> date:
        """When it reached the body: its period counts from this day."""
        return self.came_on or clock.day_of(self.asked_at)


class EndNoticeQuerySet(OfCaseQuerySet):
    """Also of the body that keeps the partner: it may have given out what another body decided."""

    def _within(self, membership: Membership) -> Q:
        reach = super()._within(membership)
        return reach | Q(told__kept_by=membership.admin_body_id) if membership.admin_body_id else reach


class EndNotice(models.Model):
    """A partner department that used an entry is told of its end, and acknowledges (practice, 3 working days)."""

    case = models.ForeignKey(AdministrativeCase, on_delete=models.PROTECT, related_name="end_notices")
    partner = models.CharField(max_length=120)
    # Whose machine may read it; the name beside is that of the day.
    told = models.ForeignKey("credit.ExchangePartner", null=True, on_delete=models.PROTECT, related_name="end_notices")
    told_at = models.DateTimeField(default=clock.now)
    due_on = models.DateField()
    is_provisional = models.BooleanField(default=False)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_how = models.CharField(max_length=200, blank=True)
    acknowledged_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = EndNoticeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["case", "told"], name="end_notice_once"),
            models.CheckConstraint(
                name="end_notice_acknowledged_somehow",
                condition=Q(acknowledged_at__isnull=True, acknowledged_how="")
                | (Q(acknowledged_at__isnull=False) & ~Q(acknowledged_how="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.partner}"
