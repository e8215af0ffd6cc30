"""Calls for a return that a region's authority enters, beside those of the calendar in demo/reference."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.access import ScopedQuerySet
from accounts.models import Region, User
from staffing.rules.calendar import Call, Obliges
from staffing.workflow import CallState


class FilingCallQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"region": "region__path"}


class FilingCall(models.Model):
    """The return of one day in one region (frozen but for its withdrawal): its period is opened on `opens_on`.

    One that has opened stays: what institutions began to file does not lose its ground.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="filing_calls")
    title = models.CharField(max_length=100)
    document = models.CharField(max_length=200)
    as_of = models.DateField()
    opens_on = models.DateField()
    due_working_days = models.PositiveSmallIntegerField()
    correct_working_days = models.PositiveSmallIntegerField()
    obliges = models.CharField(max_length=8, choices=Obliges.choices)
    categories = models.JSONField(default=list, blank=True)
    rule_code = models.CharField(max_length=40)
    published = models.BooleanField()
    state = models.CharField(max_length=12, choices=CallState.choices, default=CallState.ENTERED)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=150, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    objects = FilingCallQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["region", "as_of"], condition=Q(state=CallState.ENTERED), name="filing_call_once_a_day"
            ),
            models.CheckConstraint(name="filing_call_opens_in_time", condition=Q(opens_on__lte=F("as_of"))),
            models.CheckConstraint(
                name="filing_call_correct_after_due",
                condition=Q(correct_working_days__gte=F("due_working_days"), due_working_days__gte=1),
            ),
            models.CheckConstraint(name="filing_call_has_a_document", condition=~Q(document="") & ~Q(title="")),
            models.CheckConstraint(
                name="filing_call_withdrawn_says_why",
                condition=Q(state=CallState.ENTERED, withdrawn_at__isnull=True)
                | Q(state=CallState.WITHDRAWN, withdrawn_at__isnull=False) & ~Q(withdrawn_because=""),
            ),
        ]
        indexes = [models.Index(fields=["state", "opens_on"], name="filing_calls_to_open")]

    def __str__(self) -> str:
        return f"{self.region_id}: {self.as_of} {self.state}"

    @property
    def call(self) -> Call:
        """As the calendar has it; the words are those of whoever entered it, in whatever language."""
        return Call(
            code=f"CALL-{self.pk}",
            every=None,
            valid_from=self.as_of,
            until=self.as_of,
            opens_days=(self.as_of - self.opens_on) // timedelta(days=1),
            due_working_days=self.due_working_days,
            correct_working_days=self.correct_working_days,
            obliges=self.obliges,
            categories=tuple(self.categories),
            region_path=self.region.path,
            rule=self.rule_code,
            published=self.published,
            reminder_days=REMINDER_DAYS,
            texts={"zh-hans": {"title": self.title, "basis": self.document}},
        )


# Those of the calendar's own call.
REMINDER_DAYS = (30, 14, 7, 1, -1, -10)
