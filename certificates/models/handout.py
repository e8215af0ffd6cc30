"""That somebody was handed the paper, and that the paper of a replaced certificate came back."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.access import ScopedQuerySet
from core import clock


class HandoutQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "certificate__person__user",
        "base": "certificate__base",
        "region": "certificate__base__region__path",
    }


class CertificateHandout(models.Model):
    """Ticked at the desk, when the signature stands on the sheet (append-only)."""

    certificate = models.OneToOneField("certificates.Certificate", on_delete=models.PROTECT, related_name="handout")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = HandoutQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.certificate_id)


class CertificateReturn(models.Model):
    """The paper of a replaced certificate is with the base again (append-only)."""

    certificate = models.OneToOneField("certificates.Certificate", on_delete=models.PROTECT, related_name="taken_back")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = HandoutQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.certificate_id)
