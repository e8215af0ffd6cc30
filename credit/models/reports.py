"""Reports: somebody says what somebody did. Who reported is known to nobody who works on the case."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import AdminBody, Institution, Region, TrainingBase, User
from core import clock
from core.fields import SealedField
from credit.workflow.cases import ReportState, Track


class CaseReportQuerySet(ScopedQuerySet):
    """Read by whoever has to answer it, and of bodies by those above; never by whom it is about."""

    scope_paths: ClassVar = {"institution": "at_institution", "base": "at_base", "region": "body__jurisdiction"}


class Ground(models.TextChoices):
    """What a report says, in classes; an administrative case needs an item of a catalogue besides."""

    FALSE_INFORMATION = "false_information", _("false information about a result, a person or an institution")
    FALSE_PROOF = "false_proof", _("false reports, proofs or certificates")
    COLLUSION = "collusion", _("collusion, hidden commission or other improper benefit")
    SECRECY = "secrecy", _("breach of secrecy")
    EXAM_FRAUD = "exam_fraud", _("fraud in an examination or in training")
    FALSE_RETURN = "false_return", _("false returns or rosters")
    FEES = "fees", _("fees against the rules")
    OTHER = "other", _("something else")


class CaseReport(models.Model):
    """A report as it came (frozen); the one who receives it accepts it for one of two tracks, or refuses with reasons.

    Of whom it speaks stands in the reporter's words: who that is, is found out by whoever accepts it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=12, choices=ReportState.choices, default=ReportState.RECEIVED)
    said_of = models.CharField(max_length=200)
    said_at = models.CharField(max_length=200, blank=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(max_length=24, choices=Ground.choices)
    said = models.TextField()
    happened_on = models.DateField()
    reported_at = models.DateTimeField(default=clock.now)
    # Of the reporter, sealed: the login, and how to be reached. Both empty for what an authority found itself.
    reporter = SealedField(blank=True)
    # To whom it was sent: a competent body, or a place that handles it by its own rules.
    body = models.ForeignKey(AdminBody, null=True, on_delete=models.PROTECT, related_name="+")
    at_institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="+")
    at_base = models.ForeignKey(TrainingBase, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    is_provisional = models.BooleanField(default=False)
    track = models.CharField(max_length=16, choices=Track.choices, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)

    objects = CaseReportQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="case_report_says_something", condition=~Q(said="") & ~Q(said_of="")),
            models.CheckConstraint(
                name="case_report_to_one_addressee",
                condition=Q(body__isnull=False, at_institution__isnull=True, at_base__isnull=True)
                | Q(body__isnull=True, at_institution__isnull=False, at_base__isnull=True)
                | Q(body__isnull=True, at_institution__isnull=True, at_base__isnull=False),
            ),
            models.CheckConstraint(
                name="case_report_track_with_acceptance",
                condition=Q(state=ReportState.ACCEPTED, track__in=Track.values) | Q(~Q(state="accepted"), track=""),
            ),
            # A body of the administration has one way, a place with its own rules the other.
            models.CheckConstraint(
                name="case_report_track_of_its_addressee",
                condition=Q(track="")
                | Q(track=Track.ADMINISTRATIVE, body__isnull=False)
                | Q(track=Track.SELF_REGULATORY, body__isnull=True),
            ),
            models.CheckConstraint(
                name="case_report_decided_by_somebody",
                condition=Q(state=ReportState.RECEIVED, decided_at__isnull=True, decided_by__isnull=True)
                | Q(~Q(state="received"), decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="case_report_refused_with_reasons", condition=~Q(state=ReportState.REFUSED) | ~Q(reason="")
            ),
        ]
        indexes = [
            models.Index(fields=["body", "state", "due_on"], name="case_reports_of_body"),
            models.Index(fields=["at_institution", "state", "due_on"], name="case_reports_of_association"),
            models.Index(fields=["at_base", "state", "due_on"], name="case_reports_of_base"),
        ]

    def __str__(self) -> str:
        return f"{self.uuid}: {self.state}"
