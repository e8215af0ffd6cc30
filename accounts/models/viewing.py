"""Looking at the site as a place below: who looked, as what, why, and every page of it."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models.people import User
from accounts.models.places import Institution, TrainingBase
from accounts.models.positions import Membership, OfPlaceQuerySet
from accounts.permissions import Role


class ViewingQuerySet(OfPlaceQuerySet):
    """Of the place that was looked at; no administrative body is ever looked at."""

    def _within(self, membership: Membership) -> Q:
        reach = super(OfPlaceQuerySet, self)._within(membership)
        if body := membership.admin_body:
            reach |= Q(base__region__path__startswith=body.jurisdiction)
        return reach


class Viewing(models.Model):
    """An officer of an authority looks at the site as a role of an institution or a base, for a reason, for a while.

    Frozen but for its end.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    viewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The hat under which the viewer may look; its body is what the place is told.
    hat = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24, choices=Role.choices)
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="+")
    base = models.ForeignKey(TrainingBase, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = ViewingQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="viewing_of_one_place",
                condition=Q(institution__isnull=False, base__isnull=True)
                | Q(institution__isnull=True, base__isnull=False),
            ),
            models.CheckConstraint(name="viewing_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="viewing_ends_after_start", condition=Q(ends_at__gt=F("started_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.hat_id} as {self.role} of {self.place}"

    @property
    def place(self) -> Institution | TrainingBase:
        return self.base or self.institution  # type: ignore[return-value]

    @property
    def body_name(self) -> str:
        return str(self.hat.place)

    def runs_at(self, moment: datetime) -> bool:
        return self.ended_at is None and self.started_at <= moment < self.ends_at

    def worn_hat(self) -> Membership:
        """What counts while looking: an unsaved hat of the role at the place, and nothing of the viewer's own."""
        return Membership(
            user=self.viewer,
            role=self.role,
            institution=self.institution,
            base=self.base,
            valid_from=self.started_at.date(),
        )


class ViewedPageQuerySet(OfPlaceQuerySet):
    scope_paths: ClassVar = {
        "institution": "viewing__institution", "base": "viewing__base", "region": "viewing__institution__region__path",
    }  # fmt: skip

    def _within(self, membership: Membership) -> Q:
        reach = super(OfPlaceQuerySet, self)._within(membership)
        if body := membership.admin_body:
            reach |= Q(viewing__base__region__path__startswith=body.jurisdiction)
        return reach


class ViewedPage(models.Model):
    """One request while looking, shown or refused: written before it is answered (append-only)."""

    viewing = models.ForeignKey(Viewing, on_delete=models.PROTECT, related_name="pages")
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    refused = models.BooleanField(default=False)

    objects = ViewedPageQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["viewing", "at"], name="viewed_pages")]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
