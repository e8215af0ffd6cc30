"""What concerns entities alone: who looked into an entity's file, and where a competent department published."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.access import ScopedQuerySet
from accounts.models import Institution, User
from core import clock


class OfEntityQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"institution": "institution", "region": "institution__region__path"}


class EntityLook(models.Model):
    """Somebody looked into, or tried to look into, an entity's file: who, why, when (append-only)."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="credit_looks")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    body_name = models.CharField(max_length=150)
    purpose = models.CharField(max_length=200)
    granted = models.BooleanField(default=True)
    at = models.DateTimeField(default=clock.now)

    objects = OfEntityQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["institution", "at"], name="credit_looks_of_entity"),
            models.Index(fields=["actor", "at"], name="credit_looks_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} -> {self.institution_id}"


class PublicationLink(models.Model):
    """Where the competent department published something about an entity; it prevails, and nothing is copied here.

    The platform publishes nothing adverse about entities by default (国办发〔2025〕22号): an address and the reference
    of 信用中国, and no word of what stands there. `ended_on`: no longer linked from that day on.
    """

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="credit_links")
    department_name = models.CharField(max_length=150)
    url = models.URLField(max_length=300)
    # The reference under which it stands at 信用中国.
    reference = models.CharField(max_length=100)
    linked_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)

    objects = OfEntityQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="credit_link_names_its_source", condition=~Q(department_name="") & ~Q(url="") & ~Q(reference="")
            ),
            models.CheckConstraint(
                name="credit_link_ends_after_its_begin",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=models.F("linked_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.reference}"
