"""Tokens by which a partner's machines read, and the ledger of every question asked with one."""

from datetime import date, datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import Institution, User
from core import clock
from credit.models.exchange import ExchangePartner, OfPartnerQuerySet

MOST_DAYS = 365


class Scope(models.TextChoices):
    ENTITY = "credit:entity", _("read the credit file of an entity, as partners are shown it")
    END_NOTICES = "credit:end-notices", _("read its own notices that an entry has ended")


class UseQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"region": "token__partner__kept_by__jurisdiction"}


class ApiToken(models.Model):
    """Bound to one partner, to scopes of a fixed set and to a number of days. Of the token itself only its hash is
    kept: 256 random bits need no slow one. Frozen but for its revocation."""

    partner = models.ForeignKey(ExchangePartner, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    scopes = models.JSONField(default=list)
    token_hash = models.CharField(max_length=64, unique=True)
    # The last characters, by which people tell tokens apart.
    ending = models.CharField(max_length=4)
    days = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    objects = OfPartnerQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="api_token_expires", condition=Q(days__gte=1, days__lte=MOST_DAYS)),
            models.CheckConstraint(name="api_token_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="api_token_revoked_by_somebody",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} …{self.ending}"

    @property
    def ends_at(self) -> datetime:
        return self.made_at + timedelta(days=self.days)

    @property
    def last_day(self) -> date:
        return clock.day_of(self.ends_at)

    def is_valid_at(self, moment: datetime) -> bool:
        return self.revoked_at is None and self.made_at <= moment < self.ends_at

    @property
    def state(self) -> str:
        """For badges."""
        if self.revoked_at is not None:
            return "revoked"
        return "valid" if self.is_valid_at(clock.now()) else "expired"


class TokenUse(models.Model):
    """One question of a machine (append-only, a ledger as that of looks): answered or not, and how much was shown."""

    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT, related_name="uses")
    operation = models.CharField(max_length=40)
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="+")
    granted = models.BooleanField()
    entries = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=clock.now)

    objects = UseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["token", "-at"], name="uses_of_token")]

    def __str__(self) -> str:
        return f"{self.token_id}: {self.operation}"
