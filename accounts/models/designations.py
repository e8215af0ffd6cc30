"""Designations: statuses of institutions and bases, from the application to the end, every step with its document."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models.bodies import Matter
from accounts.models.people import User
from accounts.models.places import Institution, TrainingBase
from accounts.workflow import ENDED, GRANTED, UNDER_PERIOD, DesignationState

if TYPE_CHECKING:
    from accounts.models.positions import Membership


class DesignationQuerySet(ScopedQuerySet):
    """Whose designation: an institution's or a base's; the region is that of either."""

    scope_paths: ClassVar = {"institution": "institution", "base": "base", "region": "institution__region__path"}

    def _within(self, membership: "Membership") -> Q:
        reach = super()._within(membership)
        if body := membership.admin_body:
            reach |= Q(base__region__path__startswith=body.jurisdiction)
        return reach


class Designation(models.Model):
    """A status with its document. It counts from `valid_from` to the day before `valid_to`; only a granted one has
    these days, so whoever asks by date needs no state. Expiry is a date; revocation and exit set `valid_to`."""

    class Kind(models.TextChoices):
        NATIONAL_INSTITUTION = "national_institution", _("national technology-transfer institution")
        PROVINCIAL_INSTITUTION = "provincial_institution", _("provincial technology-transfer institution")
        DEMONSTRATION = "demonstration", _("demonstration institution")
        PILOT_UNIVERSITY = "pilot_university", _("pilot university institution")
        INTERNATIONAL_CENTRE = "international_centre", _("international technology-transfer centre")
        NATIONAL_BASE = "national_base", _("national training base")
        PROVINCIAL_BASE = "provincial_base", _("provincial training base")

    institution = models.ForeignKey(
        Institution,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="designations",
    )
    base = models.ForeignKey(
        TrainingBase,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="designations",
    )
    kind = models.CharField(max_length=30, choices=Kind.choices)
    state = models.CharField(max_length=16, choices=DesignationState.choices, default=DesignationState.DESIGNATED)
    # The document that grants it; empty before.
    document = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    # The period that runs now, of publicity or of rectification: working days after a day.
    period_from = models.DateField(null=True, blank=True)
    period_days = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = DesignationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="designation_of_one_subject",
                condition=Q(institution__isnull=False, base__isnull=True)
                | Q(institution__isnull=True, base__isnull=False),
            ),
            models.CheckConstraint(
                name="designation_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            ),
            models.CheckConstraint(
                name="designation_counts_once_granted",
                condition=Q(state__in=sorted(GRANTED), valid_from__isnull=False)
                | Q(state__in=sorted(ENDED), valid_from__isnull=False, valid_to__isnull=False)
                | (~Q(state__in=sorted(GRANTED | ENDED)) & Q(valid_from__isnull=True, valid_to__isnull=True)),
            ),
            models.CheckConstraint(
                name="designation_period_while_it_runs",
                condition=Q(state__in=sorted(UNDER_PERIOD), period_from__isnull=False, period_days__isnull=False)
                | (~Q(state__in=sorted(UNDER_PERIOD)) & Q(period_from__isnull=True, period_days__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["kind", "valid_from"], name="designation_by_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"

    @property
    def subject(self) -> Institution | TrainingBase:
        return self.institution or self.base  # type: ignore[return-value]

    @property
    def matter(self) -> str:
        return MATTERS[self.kind]

    def held_on(self, day: date) -> bool:
        """A day before it was granted is none."""
        begun = self.valid_from is not None and self.valid_from <= day
        return begun and (self.valid_to is None or self.valid_to > day)


K = Designation.Kind
BASE_KINDS: frozenset[str] = frozenset({K.NATIONAL_BASE, K.PROVINCIAL_BASE})
INSTITUTION_KINDS: frozenset[str] = frozenset(K) - BASE_KINDS
# For which matter the body that decides has to be competent.
MATTERS: dict[str, str] = {
    K.NATIONAL_INSTITUTION: Matter.NATIONAL_INSTITUTIONS,
    K.DEMONSTRATION: Matter.NATIONAL_INSTITUTIONS,
    K.PILOT_UNIVERSITY: Matter.NATIONAL_INSTITUTIONS,
    K.INTERNATIONAL_CENTRE: Matter.NATIONAL_INSTITUTIONS,
    K.PROVINCIAL_INSTITUTION: Matter.INSTITUTIONS,
    K.NATIONAL_BASE: Matter.NATIONAL_BASES,
    K.PROVINCIAL_BASE: Matter.BASES,
}


class DesignationEventQuerySet(ScopedQuerySet):
    """Reached like the designation itself."""

    scope_paths: ClassVar = {
        "institution": "designation__institution", "base": "designation__base",
        "region": "designation__institution__region__path",
    }  # fmt: skip

    def _within(self, membership: "Membership") -> Q:
        reach = super()._within(membership)
        if body := membership.admin_body:
            reach |= Q(designation__base__region__path__startswith=body.jurisdiction)
        return reach


class DesignationEvent(models.Model):
    """One step: by which body, on which day, by which document (append-only)."""

    designation = models.ForeignKey(Designation, on_delete=models.PROTECT, related_name="events")
    step = models.CharField(max_length=12)
    state = models.CharField(max_length=16, choices=DesignationState.choices)
    body_name = models.CharField(max_length=200)
    document = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    period_days = models.PositiveSmallIntegerField(null=True, blank=True)
    on = models.DateField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = DesignationEventQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["designation", "recorded_at"], name="designation_history")]

    def __str__(self) -> str:
        return f"{self.designation_id}: {self.step}"


class PublicityPeriod(models.Model):
    """How many working days a designation is published before it is granted; the latest begun one holds."""

    working_days = models.PositiveSmallIntegerField()
    valid_from = models.DateField(unique=True)
    document = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="publicity_has_days", condition=Q(working_days__gt=0))]

    def __str__(self) -> str:
        return f"{self.working_days} from {self.valid_from}"
