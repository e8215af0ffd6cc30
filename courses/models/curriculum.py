"""Levels and modules of the syllabus: reference data, in three languages, loaded by a migration."""

from django.db import models
from django.utils.translation import get_language


def in_language(record: models.Model, field: str, language: str = "") -> str:
    """The value of `field` in a language of the platform; the Chinese one where there is no other."""
    ending = {"en": "en", "ja": "ja"}.get(language or get_language() or "", "zh")
    return str(getattr(record, f"{field}_{ending}"))


class Titled(models.Model):
    """A title in the three languages of the platform."""

    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=200)
    title_ja = models.CharField(max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_language(self, "title")

    def title_in(self, language: str) -> str:
        return in_language(self, "title", language)


class Level(Titled):
    """An ability level: junior, intermediate, senior. Do not derive a person's category from it."""

    code = models.CharField(max_length=14, unique=True)
    full_title_zh = models.CharField(max_length=120)
    full_title_en = models.CharField(max_length=200)
    full_title_ja = models.CharField(max_length=200)
    certificate_title_zh = models.CharField(max_length=120)
    certificate_title_en = models.CharField(max_length=200)
    certificate_title_ja = models.CharField(max_length=200)
    # What a person must bring to be admitted, and what counts as passed, in words.
    admission_zh = models.TextField()
    admission_en = models.TextField()
    admission_ja = models.TextField()
    assessment_zh = models.TextField()
    assessment_en = models.TextField()
    assessment_ja = models.TextField()
    rank = models.PositiveSmallIntegerField(unique=True)
    syllabus_version = models.CharField(max_length=20)
    # 1 class hour (学时) = 45 minutes; all hours of the platform are class hours with one decimal.
    total_hours = models.DecimalField(max_digits=5, decimal_places=1)
    attendance_percent = models.PositiveSmallIntegerField()
    pass_score = models.PositiveSmallIntegerField()
    requires_filing = models.BooleanField()

    class Meta:
        default_permissions = ()
        ordering = ("rank",)

    @property
    def full_title(self) -> str:
        return in_language(self, "full_title")

    @property
    def admission(self) -> str:
        return in_language(self, "admission")

    @property
    def assessment(self) -> str:
        return in_language(self, "assessment")


class ModuleGroup(Titled):
    """One of the four groups of the syllabus."""

    code = models.CharField(max_length=4, unique=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()
        ordering = ("position",)


class Module(Titled):
    """One of the nineteen modules, K1 … C5."""

    code = models.CharField(max_length=4, unique=True)
    group = models.ForeignKey(ModuleGroup, on_delete=models.PROTECT, related_name="modules")
    position = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()
        ordering = ("position",)


class ModuleHours(models.Model):
    """How many class hours a level gives a module."""

    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="module_hours")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="hours")
    hours = models.DecimalField(max_digits=5, decimal_places=1)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["level", "module"], name="module_hours_once_per_level"),
            models.CheckConstraint(name="module_hours_positive", condition=models.Q(hours__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.level_id}/{self.module_id}: {self.hours}"


class PlannedSession(Titled):
    """The proposal for a teaching session of a level, from which a new cohort gets its sessions.

    `shares` holds class hours per module code as decimals in text: {"K1": "1", "K2": "1.5"}.
    """

    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="planned_sessions")
    number = models.PositiveSmallIntegerField()
    shares = models.JSONField()

    class Meta:
        default_permissions = ()
        ordering = ("level", "number")
        constraints = [models.UniqueConstraint(fields=["level", "number"], name="planned_session_number_once")]
