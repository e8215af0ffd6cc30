"""What a holder sees of a certificate beyond the paper: links that share it, how often it was verified, reminders."""

import hashlib
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.access import ScopedQuerySet
from core import clock
from core.fields import blind_indexes


def share_token(link: "ShareLink") -> str:
    """160 bits as 40 hexadecimal digits, the same whenever the holder asks; cannot be told without the server's key."""
    tokens = [index[:40] for index in blind_indexes("certificate_share", str(link.uuid))]
    # A link from before the present key goes on as it was sent.
    return next((token for token in tokens if share_hash(token) == link.token_hash), tokens[0])


def share_hash(token: str) -> str:
    return hashlib.sha256(token.strip().lower().encode()).hexdigest()


class OwnQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"user": "certificate__person__user"}


class ShareLink(models.Model):
    """Who opens it reads the public answer with the holder's full name; ends on its day or when it is taken back."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    certificate = models.ForeignKey("certificates.Certificate", on_delete=models.PROTECT, related_name="share_links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ends_on = models.DateField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="share_link_withdrawn_after_made",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("created_at")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def token(self) -> str:
        return share_token(self)

    @property
    def is_open(self) -> bool:
        return self.withdrawn_at is None and clock.today() <= self.ends_on


class VerificationCount(models.Model):
    """How often a certificate was looked up on a day; by whom is kept nowhere."""

    certificate = models.ForeignKey("certificates.Certificate", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    objects = OwnQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["certificate", "day"], name="verification_count_once")]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.day}: {self.count}"


class ExpiryReminder(models.Model):
    """The holder was reminded so many days before the end (append-only): once for each number, whatever runs twice."""

    certificate = models.ForeignKey("certificates.Certificate", on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=clock.now)

    objects = OwnQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["certificate", "days"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.certificate_id}: {self.days}"
