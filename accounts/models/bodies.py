"""What the bodies of the administration are for: lines of duty, and which body is competent for which matter where."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models.places import AdminBody, Region


class Line(models.TextChoices):
    """A line of duty (practice 1.13): the same field is another department's in another province."""

    SCIENCE = "science", _("science and technology")
    INDUSTRY = "industry", _("industry and information technology")
    EDUCATION = "education", _("education")
    MARKET = "market", _("market regulation")
    HUMAN_RESOURCES = "human_resources", _("human resources and social security")
    INTELLECTUAL_PROPERTY = "intellectual_property", _("intellectual property")
    DEVELOPMENT = "development", _("development and reform")
    FINANCE = "finance", _("finance")
    STATE_ASSETS = "state_assets", _("state-owned assets")


class Matter(models.TextChoices):
    """What a body can be competent for; a nation-wide status is another matter than the province's own."""

    NATIONAL_INSTITUTIONS = "national_institutions", _("designate institutions nationally")
    INSTITUTIONS = "institutions", _("designate institutions of the region")
    NATIONAL_BASES = "national_bases", _("designate training bases nationally")
    BASES = "bases", _("designate training bases of the region")
    FILE_LEVELS = "file_levels", _("number and file lists of intermediate and senior levels")
    DECIDE = "decide", _("decide cases")
    RECEIVE_RETURNS = "receive_returns", _("receive returns")
    RECOGNISE_EVIDENCE = "recognise_evidence", _("recognise evidence of training")


class DatedFact(models.Model):
    """Holds from a day on, to the day before `valid_to`; the document says so. Entries are ended, never rewritten:
    the tables are frozen but for the end. One that ends on its first day never held."""

    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    document = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True


def holding_on(day: object) -> Q:
    """Of dated facts: those that hold that day."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def _ends_not_before_start(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")))


class DutyQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"region": "body__jurisdiction"}


class Duty(DatedFact):
    """A body's line of duty for a time; the same line never twice on one day (a promise of the database)."""

    body = models.ForeignKey(AdminBody, on_delete=models.PROTECT, related_name="duties")
    line = models.CharField(max_length=30, choices=Line.choices)

    objects = DutyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [_ends_not_before_start("duty_ends_not_before_start")]

    def __str__(self) -> str:
        return f"{self.body_id}: {self.line} {self.valid_from}"


class CompetenceQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"region": "region__path"}


class Competence(DatedFact):
    """Which body is competent for a matter in a region and below it, unless a nearer entry names another.

    One body per matter, region and day: a promise of the database.
    """

    matter = models.CharField(max_length=30, choices=Matter.choices)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="competences")
    body = models.ForeignKey(AdminBody, on_delete=models.PROTECT, related_name="competences")
    # Why it ended without another body being named, and the document of that.
    end_reason = models.CharField(max_length=500, blank=True)
    end_document = models.CharField(max_length=200, blank=True)

    objects = CompetenceQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            _ends_not_before_start("competence_ends_not_before_start"),
            models.CheckConstraint(
                name="competence_end_has_its_day",
                condition=Q(end_reason="", end_document="") | Q(valid_to__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["matter", "region", "valid_from"], name="competence_of_region")]

    def __str__(self) -> str:
        return f"{self.matter} in {self.region_id}: {self.body_id} {self.valid_from}"
