"""Filing with a receiving body: lists of awards that are sent away and come back with numbers."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.access import ScopedQuerySet
from accounts.models import TrainingBase
from certificates.workflow import FilingMode, FilingState, SentHow
from core import clock
from courses.models import TrainingRecord


class FilingListQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"base": "base", "region": "base__region__path"}


class FilingList(models.Model):
    """A list of one level for one receiving body. What was drawn up stays; sending and answer are added once."""

    number = models.CharField(max_length=40, unique=True)
    base = models.ForeignKey(TrainingBase, on_delete=models.PROTECT, related_name="filing_lists")
    level = models.CharField(max_length=14)
    # Code of the rules; the form is that of the day on which the list was drawn up.
    receiver = models.CharField(max_length=16)
    mode = models.CharField(max_length=12, choices=FilingMode.choices)
    state = models.CharField(max_length=12, choices=FilingState.choices, default=FilingState.DRAFT)
    drawn_up_at = models.DateTimeField(default=clock.now)
    drawn_up_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_on = models.DateField(null=True, blank=True)
    sent_how = models.CharField(max_length=10, choices=SentHow.choices, blank=True)
    # The number of the letter, or of the receipt.
    sent_document = models.CharField(max_length=100, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = FilingListQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="filing_list_sent_by_somebody",
                condition=Q(
                    state__in=[FilingState.DRAFT, FilingState.DROPPED],
                    sent_on__isnull=True,
                    sent_by__isnull=True,
                    sent_how="",
                    sent_document="",
                )
                | Q(
                    ~Q(state__in=[FilingState.DRAFT, FilingState.DROPPED]),
                    ~Q(sent_how=""),
                    ~Q(sent_document=""),
                    sent_on__isnull=False,
                    sent_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="filing_list_answered_at_some_time",
                condition=Q(state__in=[FilingState.ANSWERED, FilingState.CLOSED], answered_at__isnull=False)
                | Q(~Q(state__in=[FilingState.ANSWERED, FilingState.CLOSED]), answered_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["base", "-drawn_up_at", "-id"], name="filing_lists_of_base")]

    def __str__(self) -> str:
        return self.number


class FilingLineQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"base": "list__base", "region": "list__base__region__path"}


class FilingLine(models.Model):
    """One award of a list. Its number is filled in once and never changed; a line set aside will get none."""

    list = models.ForeignKey(FilingList, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    # What the receiving body quotes.
    reference = models.CharField(max_length=48, unique=True)
    record = models.ForeignKey(TrainingRecord, on_delete=models.PROTECT, related_name="filing_lines")
    # As it was sent; empty once its holder is erased.
    name = models.CharField(max_length=100)
    # That of the list: numbers are unique within a body.
    receiver = models.CharField(max_length=16)
    filing_number = models.CharField(max_length=60, blank=True)
    filed_at = models.DateTimeField(null=True, blank=True)
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_why = models.CharField(max_length=200, blank=True)

    objects = FilingLineQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["list", "position"], name="filing_line_place_once"),
            # An award stands in one list that counts.
            models.UniqueConstraint(
                fields=["record"], condition=Q(set_aside_at=None), name="filing_line_once_an_award"
            ),
            models.UniqueConstraint(
                fields=["receiver", "filing_number"], condition=~Q(filing_number=""), name="filing_number_given_once"
            ),
            models.CheckConstraint(
                name="filing_line_filed_at_some_time",
                condition=Q(filing_number="", filed_at__isnull=True) | Q(~Q(filing_number=""), filed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="filing_line_set_aside_without_number",
                condition=Q(set_aside_at__isnull=True, set_aside_why="")
                | Q(~Q(set_aside_why=""), set_aside_at__isnull=False, filing_number=""),
            ),
        ]

    def __str__(self) -> str:
        return self.reference
