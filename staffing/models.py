"""Ratio rules as dated data (threshold, what counts, legal source, plan period), and sealed counts of secret posts."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import Institution, User
from staffing.workflow import SealedState


class RatioRule(models.Model):
    """One version of a requirement. `texts`: {language: {title, source, explanation, scope_note, period_note}}."""

    class Comparator(models.TextChoices):
        AT_LEAST = "gte", _("not below")

    class StaffCounted(models.TextChoices):
        PROFESSIONAL = "professional", _("professional staff")

    code = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    value = models.PositiveSmallIntegerField()
    comparator = models.CharField(max_length=3, choices=Comparator.choices)
    # The designation kind whose holders the rule binds; empty: nobody, the figure is a reference for all.
    binding_designation = models.CharField(max_length=20, blank=True)
    staff_counted = models.CharField(max_length=20, choices=StaffCounted.choices)
    tracks = models.JSONField()
    employment_types = models.JSONField()
    reference_only = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    document_number = models.CharField(max_length=60)
    source_period_end = models.DateField(null=True)
    # A later document, or "assumption" while none has been entered.
    continued_by = models.CharField(max_length=60, blank=True)
    texts = models.JSONField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="ratio_rule_version_once"),
            models.CheckConstraint(name="ratio_rule_value_is_percent", condition=Q(value__range=(1, 100))),
            models.CheckConstraint(
                name="ratio_rule_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"

    def text(self, name: str, language: str | None = None) -> str:
        texts = self.texts.get(language or get_language() or "zh-hans") or self.texts["zh-hans"]
        return texts.get(name) or ""

    def period_has_ended(self, on: date) -> bool:
        return self.source_period_end is not None and on > self.source_period_end


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
