"""Evaluation schemes (评价指标体系) as versioned data: weighted indicators, evidence, bounds of grades, a ladder."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import User
from credit.rules.evaluation import WORDS
from credit.workflow import SchemeState


class EvaluationSchemeQuerySet(ScopedQuerySet):
    """Whoever writes and adopts reaches the schemes of the own region; those adopted are published."""

    scope_paths: ClassVar = {"region": "region_path"}


class EvaluationScheme(models.Model):
    """One version: by what is evaluated, who scores, how long the result is open to objections.

    `tree`: groups of indicators; `grades`: [{grade, at_least, titles}]; `ladder`: {grade: consequences that may
    follow}; `texts`: {language: {title, source, explanation}}. What is adopted never changes.
    """

    class SubjectKind(models.TextChoices):
        PERSON = "person", _("technology managers")
        INSTITUTION = "institution", _("institutions")
        BASE = "base", _("training bases")

    class ScoredBy(models.TextChoices):
        AUTHORITY = "authority", _("officers of the authority")
        THIRD_PARTY = "third_party", _("third-party evaluators")
        BOTH = "both", _("officers and third-party evaluators")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    subject_kind = models.CharField(max_length=12, choices=SubjectKind.choices)
    # Path of the region whose scheme it is; the nation's is empty.
    region_path = models.CharField(max_length=30, blank=True)
    scored_by = models.CharField(max_length=12, choices=ScoredBy.choices)
    publicity_days = models.PositiveSmallIntegerField(default=7)
    # Percent of the weight that has to be measured; with less nothing is rated.
    least_measured = models.PositiveSmallIntegerField(default=50)
    tree = models.JSONField()
    grades = models.JSONField()
    ladder = models.JSONField()
    valid_from = models.DateField()
    document_number = models.CharField(max_length=60)
    texts = models.JSONField()
    state = models.CharField(max_length=12, choices=SchemeState.choices, default=SchemeState.DRAFT)
    drafted_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="drafts")
    written_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    # Empty for the examples that the platform was made with.
    adopted_at = models.DateTimeField(null=True)
    adopted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = EvaluationSchemeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="evaluation_scheme_version_once",
                condition=Q(state__in=[SchemeState.PROPOSED, SchemeState.ADOPTED]),
            ),
            models.CheckConstraint(name="evaluation_scheme_has_publicity", condition=Q(publicity_days__range=(1, 60))),
            models.CheckConstraint(
                name="evaluation_scheme_measures_something", condition=Q(least_measured__range=(1, 100))
            ),
            models.CheckConstraint(
                name="evaluation_scheme_adopted_by_somebody_else",
                condition=Q(adopted_by__isnull=True) | Q(state=SchemeState.ADOPTED) & ~Q(adopted_by=F("written_by")),
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

    def grade_title(self, grade: str) -> str:
        """The scheme's own word for a grade; its letter where the scheme has none."""
        found = [one for one in self.grades if one["grade"] == grade]
        return in_language(found[0]["titles"]) if found else grade


def in_language(texts: dict[str, str]) -> str:
    """Of {language: words} those in the reader's language, the Chinese ones where there are no others."""
    return texts.get(get_language() or "zh-hans") or texts.get("zh-hans", "")
