"""Levels and modules of the syllabus: reference data, in three languages, loaded by a migration."""

from django.db import models
from django.utils.translation import get_language


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
        return self.title_in(get_language() or "zh-hans")

    def title_in(self, language: str) -> str:
        return {"en": self.title_en, "ja": self.title_ja}.get(language, self.title_zh)


class Level(Titled):
    """An ability level: junior, intermediate, senior. Do not derive a person's category from it."""

    code = models.CharField(max_length=14, unique=True)
    full_title_zh = models.CharField(max_length=120)
    full_title_en = models.CharField(max_length=200)
    full_title_ja = models.CharField(max_length=200)
    certificate_title_zh = models.CharField(max_length=120)
    certificate_title_en = models.CharField(max_length=200)
    certificate_title_ja = models.CharField(max_length=200)
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
    group = models.ForeignKey(
        ModuleGroup, on_delete=models.PROTECT, related_name="modules"
    )
    position = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()
        ordering = ("position",)


class ModuleHours(models.Model):
    """How many class hours a level gives a module."""

    level = models.ForeignKey(
        Level, on_delete=models.PROTECT, related_name="module_hours"
    )
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="hours")
    hours = models.DecimalField(max_digits=5, decimal_places=1)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["level", "module"], name="module_hours_once_per_level"
            )
        ]

    def __str__(self) -> str:
        return f"{self.level_id}/{self.module_id}: {self.hours}"
