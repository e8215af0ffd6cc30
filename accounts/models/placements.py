"""Moves of institutions and bases from one region to another: the history behind the region of today."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.access import ScopedQuerySet
from accounts.models.places import Institution, Region, TrainingBase

if TYPE_CHECKING:
    from accounts.models.positions import Membership


class PlacementQuerySet(ScopedQuerySet):
    """Reached where the institution or base is now: the region it left no longer reaches it."""

    scope_paths: ClassVar = {"institution": "institution", "base": "base", "region": "institution__region__path"}

    def _within(self, membership: "Membership") -> Q:
        reach = super()._within(membership)
        if body := membership.admin_body:
            reach |= Q(base__region__path__startswith=body.jurisdiction)
        return reach


class Placement(models.Model):
    """From a day on an institution or a base stands in another region (append-only). Without a row it never moved."""

    institution = models.ForeignKey(
        Institution,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="placements",
    )
    base = models.ForeignKey(
        TrainingBase,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="placements",
    )
    moved_from = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    document = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    objects = PlacementQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="placement_of_one_subject",
                condition=Q(institution__isnull=False, base__isnull=True)
                | Q(institution__isnull=True, base__isnull=False),
            ),
            models.CheckConstraint(name="placement_is_elsewhere", condition=~Q(region=F("moved_from"))),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id or self.base_id} in {self.region_id} from {self.valid_from}"
