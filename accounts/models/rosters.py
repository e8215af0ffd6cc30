"""What institutions said about their roster files: which column of theirs means what."""

from typing import ClassVar

from django.db import models

from accounts.access import ScopedQuerySet
from accounts.models.people import User
from accounts.models.places import Institution


class RosterHeadsQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"institution": "institution", "region": "institution__region__path"}


class RosterHeads(models.Model):
    """The meaning of one set of heads, as somebody said it on a day; the latest counts, earlier ones stay."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="roster_heads")
    # core.heads.signature of the heads.
    signature = models.CharField(max_length=64)
    # Head key -> field; "" is not used.
    fields = models.JSONField()
    sheet = models.CharField(max_length=100, blank=True)
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    objects = RosterHeadsQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["institution", "signature"], name="roster_heads_of_place")]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.signature[:8]}"
