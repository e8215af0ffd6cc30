"""Ratio rules as dated data: threshold, scope, who counts, who counts as trained, legal source, plan period."""

import uuid
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import Institution, User
from staffing.ratio import Comparator
from staffing.rules import WORDS
from staffing.workflow import RuleState


class RatioRuleQuerySet(ScopedQuerySet):
    """Whoever writes and adopts reaches the rules of the own region; those adopted are public law."""

    scope_paths: ClassVar = {"region": "region_path"}


class RatioRule(models.Model):
    """One version of a requirement. `texts`: {language: {title, source, quote, explanation, scope_note, period_note}}.

    Versions of one `code` follow each other: of those adopted the one begun last counts on a day. What is adopted never
    changes; a later document is a later version.
    """

    class StaffCounted(models.TextChoices):
        PROFESSIONAL = "professional", _("professional staff")
        ALL = "all", _("all staff")
        FULL_TIME = "full_time", _("full-time professional staff")

    class Binds(models.TextChoices):
        NOBODY = "nobody", _("nobody: a reference for all")
        DESIGNATED = "designated", _("those that hold a designation")
        SCOPE = "scope", _("all institutions of its scope")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    value = models.PositiveSmallIntegerField()
    comparator = models.CharField(max_length=3, choices=Comparator.choices)
    binds = models.CharField(max_length=12, choices=Binds.choices, default=Binds.NOBODY)
    # The designation kind whose holders the rule binds.
    binding_designation = models.CharField(max_length=20, blank=True)
    # Categories of institutions it is about; none named: all of them.
    categories = models.JSONField(default=list, blank=True)
    # Path of the region it is about; the nation's is empty.
    region_path = models.CharField(max_length=30, blank=True)
    staff_counted = models.CharField(max_length=20, choices=StaffCounted.choices)
    tracks = models.JSONField()
    # Levels of which a record must be; none named: any record, also one without a level.
    levels = models.JSONField(default=list, blank=True)
    # Designations that a base must have held on the day of completion; none named: any provider.
    providers = models.JSONField(default=list, blank=True)
    employment_types = models.JSONField()
    # Kinds of leave whose days take somebody out of the count; none named: whoever is away goes on counting.
    leaves_left_out = models.JSONField(default=list, blank=True)
    # No outcome is drawn from it: kept to compare with.
    reference_only = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    document_number = models.CharField(max_length=60)
    source_period_end = models.DateField(null=True, blank=True)
    # A later document, or "assumption" while none has been entered.
    continued_by = models.CharField(max_length=60, blank=True)
    texts = models.JSONField()
    state = models.CharField(max_length=12, choices=RuleState.choices, default=RuleState.DRAFT)
    # The version whose words it began with: what differs is shown beside it.
    drafted_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="drafts")
    written_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    # Empty for the versions the platform was made with: known at any moment that is asked for.
    adopted_at = models.DateTimeField(null=True)
    adopted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    # What the log holds of it: SHA-256 over this salt and the words, see staffing.rules.rule_text.
    salt = models.CharField(max_length=64, blank=True)

    objects = RatioRuleQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="ratio_rule_version_once",
                condition=Q(state__in=[RuleState.PROPOSED, RuleState.ADOPTED]),
            ),
            # Which of two that begin on one day holds, nobody could say.
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                name="ratio_rule_begins_once",
                condition=Q(state=RuleState.ADOPTED, reference_only=False),
            ),
            models.CheckConstraint(name="ratio_rule_value_is_percent", condition=Q(value__range=(1, 100))),
            models.CheckConstraint(
                name="ratio_rule_can_be_met", condition=~Q(comparator=Comparator.MORE_THAN, value=100)
            ),
            models.CheckConstraint(
                name="ratio_rule_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="ratio_rule_binds_by_a_designation",
                condition=Q(binds="designated", reference_only=False) & ~Q(binding_designation="")
                | ~Q(binds="designated") & Q(binding_designation=""),
            ),
            models.CheckConstraint(
                name="ratio_rule_adopted_by_somebody_else",
                condition=Q(adopted_by__isnull=True) | Q(state=RuleState.ADOPTED) & ~Q(adopted_by=F("written_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"

    def text(self, name: str, language: str | None = None) -> str:
        texts = self.texts.get(language or get_language() or "zh-hans") or self.texts["zh-hans"]
        return texts.get(name) or ""

    @property
    def words(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in WORDS}

    @property
    def title(self) -> str:
        return self.text("title")

    def holds_on(self, day: date) -> bool:
        """In force at the end of that day; the last day is one of them."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)

    def period_has_ended(self, on: date) -> bool:
        return self.source_period_end is not None and on > self.source_period_end

    def is_about(self, institution: Institution) -> bool:
        """Does its scope hold the institution, by category and region?"""
        if self.categories and institution.category not in self.categories:
            return False
        return not self.region_path or institution.region.path.startswith(self.region_path)
