"""Restrictions: dated effects of a decision made in a room above, read by whoever lets people teach, mark or issue."""

import uuid
from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models.people import Person
from accounts.models.places import Institution, TrainingBase


class RestrictionKind(models.TextChoices):
    NO_TEACHING = "no_teaching", _("may not teach")
    NO_MARKING = "no_marking", _("may not mark examinations")
    NO_ISSUING = "no_issuing", _("may not issue certificates")


class RestrictionQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "person__user", "institution": "institution", "base": "base",
        "region": "institution__region__path",
    }  # fmt: skip

    def holding(self, day: date) -> Self:
        """In force that day: begun, not over, not lifted by then."""
        over = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
        lifted = Q(lifted_on__isnull=True) | Q(lifted_on__gt=day)
        return self.filter(over, lifted, valid_from__lte=day)


class Restriction(models.Model):
    """What somebody may not do, since when and by which document; frozen but for its lifting.

    `source`, "<room>.<model>:<key>", leads back to the decision; lower rooms read the restriction, never the decision.
    `within_institution` or `within_base`: only in the activities of that body, by its own rules.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=16, choices=RestrictionKind.choices)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="restrictions")
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="restrictions")
    base = models.ForeignKey(TrainingBase, null=True, on_delete=models.PROTECT, related_name="restrictions")
    within_institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="+")
    within_base = models.ForeignKey(TrainingBase, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    document = models.CharField(max_length=200)
    source = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()
    lifted_on = models.DateField(null=True)
    lifted_why = models.CharField(max_length=200, blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="restriction_of_one_subject",
                condition=Q(person__isnull=False, institution__isnull=True, base__isnull=True)
                | Q(person__isnull=True, institution__isnull=False, base__isnull=True)
                | Q(person__isnull=True, institution__isnull=True, base__isnull=False),
            ),
            models.CheckConstraint(
                name="restriction_within_one_place",
                condition=Q(within_institution__isnull=True) | Q(within_base__isnull=True),
            ),
            models.CheckConstraint(
                name="restriction_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            ),
            models.CheckConstraint(name="restriction_has_a_document", condition=~Q(document="") & ~Q(source="")),
            models.CheckConstraint(
                name="restriction_lifted_for_a_reason",
                condition=Q(lifted_on__isnull=True, lifted_why="") | (Q(lifted_on__isnull=False) & ~Q(lifted_why="")),
            ),
            models.UniqueConstraint(fields=["source", "kind"], name="restriction_once_per_source"),
        ]
        indexes = [models.Index(fields=["person", "kind"], name="restrictions_of_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.valid_from}"
