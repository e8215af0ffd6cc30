"""Files of a certificate that were made after the issue: a further time stamp, or the log's proof inside."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.access import ScopedQuerySet
from certificates.workflow import RevisionKind
from core import clock


class RevisionQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "file__certificate__person__user",
        "base": "file__certificate__base",
        "region": "file__certificate__base__region__path",
    }


class StampAuthority(models.Model):
    """Who has set time stamps on our files (append-only): whoever checks a file without the site must know it."""

    # SHA-256 of the certificate in DER; PEM of it, and of those beside it in its stamps.
    fingerprint = models.CharField(max_length=64)
    certificate = models.TextField()
    chain = models.TextField(blank=True)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["fingerprint"], name="stamp_authority_recorded_once"),
            models.CheckConstraint(name="stamp_authority_has_a_certificate", condition=~Q(certificate="")),
        ]

    def __str__(self) -> str:
        return self.fingerprint


class FileRevision(models.Model):
    """A later file beside the issued one (append-only).

    A stamp's first bytes are those of the file it was put on. A file with proof is drawn anew from the snapshot and
    sealed anew: none of its bytes are those of the issued one, and it names its own seal, template and fonts.
    """

    file = models.ForeignKey("certificates.CertificateFile", on_delete=models.PROTECT, related_name="revisions")
    kind = models.CharField(max_length=5, choices=RevisionKind.choices, default=RevisionKind.STAMP)
    storage_name = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    # Of a file with proof alone: with what it was made.
    template_version = models.CharField(max_length=60, blank=True)
    fonts_sha256 = models.CharField(max_length=64, blank=True)
    seal = models.ForeignKey("certificates.Seal", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    stamped_until = models.DateTimeField(null=True, blank=True)
    stored_at = models.DateTimeField(default=clock.now)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["sha256"], name="file_revision_bytes_once"),
            # Each is longer than the one before: two that were made at once cannot both stand.
            models.UniqueConstraint(
                fields=["file", "stamped_until"],
                condition=Q(kind=RevisionKind.STAMP),
                name="file_revision_once_a_stamp",
            ),
            models.UniqueConstraint(
                fields=["file"], condition=Q(kind=RevisionKind.PROOF), name="file_revision_one_proof"
            ),
            models.CheckConstraint(name="file_revision_has_bytes", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="file_revision_says_how_made",
                condition=Q(
                    kind=RevisionKind.STAMP,
                    stamped_until__isnull=False,
                    seal=None,
                    template_version="",
                    fonts_sha256="",
                )
                | Q(Q(kind=RevisionKind.PROOF, seal__isnull=False), ~Q(template_version=""), ~Q(fonts_sha256="")),
            ),
        ]

    def __str__(self) -> str:
        return self.storage_name
