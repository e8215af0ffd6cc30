"""An institution shows its ratio to everybody: a dated fact, decided by one of its officers."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.access import ScopedQuerySet
from accounts.models import Institution, User


class PublicationQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"institution": "institution", "region": "institution__region__path"}


class RatioPublication(models.Model):
    """From a day on the figure of each day stands on the institution's public page; `valid_to` is the first day on
    which it does not. One at a time: see `no_overlap` of the app's config."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="ratio_publications")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = PublicationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="ratio_publication_ends_not_before_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} public from {self.valid_from}"
