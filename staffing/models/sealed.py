"""Sealed counts: people in secret posts, who are known to the platform as two numbers."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from accounts.access import ScopedQuerySet
from accounts.models import Institution, User
from staffing.workflow import SealedState


class SealedCountQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"institution": "institution", "region": "institution__region__path"}


class SealedCount(models.Model):
    """How many professional staff hold secret posts and how many of them are trained: two numbers, no names.

    Entered by the institution; counts once the regulator has confirmed it on paper (practice 1.19). What was entered
    never changes: another number is another row. `ended_on` is the first day no longer counted.
    """

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="sealed_counts")
    staff = models.PositiveSmallIntegerField()
    trained = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=SealedState.choices, default=SealedState.ENTERED)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The paper on which the regulator checked it.
    document_number = models.CharField(max_length=60, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    ended_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    annulled_at = models.DateTimeField(null=True)
    # The later number whose confirmation ended this one; nobody decided that these people had left their posts.
    gave_way_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="displaced")
    # The number that goes on in this one, because what had ended it was annulled.
    resumes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="resumed_in")
    counted_to = models.GeneratedField(
        expression=Coalesce("ended_on", "valid_to"), output_field=models.DateField(null=True), db_persist=True
    )

    objects = SealedCountQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="sealed_count_of_somebody", condition=Q(staff__gte=1)),
            models.CheckConstraint(name="sealed_count_trained_among_staff", condition=Q(trained__lte=F("staff"))),
            models.CheckConstraint(
                name="sealed_count_ends_after_start",
                condition=(Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")))
                & (Q(ended_on__isnull=True) | Q(ended_on__gt=F("valid_from"))),
            ),
            models.CheckConstraint(
                name="sealed_count_counts_by_its_paper",
                condition=Q(state__in=[SealedState.ENTERED, SealedState.REFUSED])
                | (Q(confirmed_at__isnull=False) & ~Q(document_number="")),
            ),
        ]
        indexes = [models.Index(fields=["institution", "valid_from"], name="sealed_count_of_place")]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.trained}/{self.staff} {self.valid_from} {self.state}"
