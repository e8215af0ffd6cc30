"""Two records of one human being: joined, parted again, or looked at and found to be two people."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.access import ScopedQuerySet
from accounts.models.people import Person, User


class PersonMergeQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"user": "into__user"}


class PersonMerge(models.Model):
    """An officer joined two records, or parted them again (append-only); `Person.merged_into` says what holds now."""

    merged = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges")
    into = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges_into")
    # The merge that this one takes back.
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    body_name = models.CharField(max_length=150)

    objects = PersonMergeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="merge_joins_two", condition=~Q(merged=F("into"))),
            models.CheckConstraint(name="merge_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} -> {self.into_id}{' (undone)' if self.undoes_id else ''}"


class NotADoubleQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"user": "first__user"}


class NotADouble(models.Model):
    """An officer looked at a likely pair and found two people (append-only): the pair does not come back."""

    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = NotADoubleQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_dismissed_once"),
            # One order, so that a pair is one pair.
            models.CheckConstraint(name="pair_in_order", condition=Q(first__lt=F("second"))),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"
