"""Ratio rules as dated data: threshold, what counts, legal source, plan period, and by what it is continued."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


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
