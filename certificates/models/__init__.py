"""Certificates: the snapshot that was issued, its bytes and credential, what happened to it since, numbers, keys."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from accounts.access import ScopedQuerySet
from accounts.identifiers import DocumentType
from accounts.models import Person, TrainingBase, User
from certificates.identifiers import in_fours
from certificates.models.batches import IssueBatch, IssueBatchItem
from certificates.models.checks import BatchCheck, BatchCheckLine
from certificates.models.decisions import RevocationCase
from certificates.models.designs import CertificateTemplate, TemplateVersion
from certificates.models.filing import FilingLine, FilingList
from certificates.models.handout import CertificateHandout, CertificateReturn
from certificates.models.joint import CoIssuers
from certificates.models.revisions import FileRevision, StampAuthority
from certificates.models.statements import BeforeTheLog, KeyRotation, StatusStatement
from certificates.models.wallet import ExpiryReminder, ShareLink, VerificationCount
from certificates.workflow import CertificateState, Ground
from core import clock
from courses.models import TrainingRecord

__all__ = [
    "BatchCheck",
    "BatchCheckLine",
    "BeforeTheLog",
    "Certificate",
    "CertificateCounter",
    "CertificateEvent",
    "CertificateFile",
    "CertificateHandout",
    "CertificateReturn",
    "CertificateTemplate",
    "CoIssuers",
    "ExpiryReminder",
    "FileRevision",
    "FilingLine",
    "FilingList",
    "IssueBatch",
    "IssueBatchItem",
    "KeyRotation",
    "RevocationCase",
    "ShareLink",
    "StampAuthority",
    "StatusStatement",
    "TemplateVersion",
    "VerificationCount",
]


class CounterQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"base": "base", "region": "base__region__path"}


class CertificateCounter(models.Model):
    """The last running number of a base, level and year. Locked while a number is taken, so that none is left out."""

    base = models.ForeignKey(TrainingBase, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=1)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    objects = CounterQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["base", "level", "year"], name="certificate_counter_once")]

    def __str__(self) -> str:
        return f"{self.level}-{self.year}-{self.base_id}: {self.last}"


class CertificateQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"user": "person__user", "base": "base", "region": "base__region__path"}

    def stored(self) -> Self:
        """Certificates whose bytes exist: the only ones that pages, lists and verification know."""
        return self.exclude(state=CertificateState.DRAFT)


class Certificate(models.Model):
    """A document about a training record, with everything it says frozen at issue. Later renames change nothing.

    `facts` holds what is printed in three languages: level {code, zh, en, ja}, title and issuer {zh, en, ja},
    cohort {year, number, starts_on, ends_on} and the Latin spelling of the name; where others issue together with the
    base, co_issuers [{zh, en, ja}, …].
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=32, unique=True)
    code = models.CharField(max_length=16, unique=True)
    training_record = models.ForeignKey(TrainingRecord, on_delete=models.PROTECT, related_name="certificates")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="certificates")
    base = models.ForeignKey(TrainingBase, on_delete=models.PROTECT, related_name="certificates")
    state = models.CharField(max_length=12, choices=CertificateState.choices, default=CertificateState.DRAFT)
    # The certificate that this one replaces: the new one points to the old one, which stays as it was.
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    holder_name = models.CharField(max_length=100)
    holder_document_type = models.CharField(max_length=30, choices=DocumentType.choices)
    holder_document_masked = models.CharField(max_length=30)
    # Keyed hash of the last four characters, for verification without the code.
    holder_document_tail = models.CharField(max_length=64)
    level = models.CharField(max_length=14)
    facts = models.JSONField()
    hours = models.DecimalField(max_digits=6, decimal_places=1)
    completed_on = models.DateField()
    issued_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    # What the file is drawn with, decided with the intent: a kill between the two changes nothing.
    design = models.ForeignKey(TemplateVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The number that a receiving body gave back, for levels that require filing.
    filing_number = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            # One award is one certificate, whatever is clicked or killed: a further one can only replace the last.
            models.UniqueConstraint(
                fields=["training_record"],
                condition=Q(supersedes__isnull=True),
                name="certificate_once_per_award",
            ),
            models.CheckConstraint(
                name="certificate_valid_from_issue",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("issued_on")),
            ),
            models.CheckConstraint(
                name="certificate_issued_after_completion", condition=Q(issued_on__gte=F("completed_on"))
            ),
            models.CheckConstraint(name="certificate_replaces_another", condition=~Q(supersedes=F("id"))),
        ]
        indexes = [
            models.Index(fields=["base", "-issued_on", "-id"], name="certificates_of_base"),
            models.Index(fields=["person", "-issued_on"], name="certificates_of_person"),
            # Few are in these states; the lists of states ask for them.
            models.Index(
                fields=["state"],
                condition=Q(state__in=["deregistered", "revoked", "superseded", "suspended"]),
                name="certificates_listed",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def code_in_fours(self) -> str:
        return in_fours(self.code)

    @property
    def title(self) -> str:
        return self._in_language(self.facts["title"])

    @property
    def issuer(self) -> str:
        return self._in_language(self.facts["issuer"])

    @property
    def issuers(self) -> str:
        """The base, and whoever issued together with it."""
        return " · ".join([self.issuer, *self.co_issuers])

    @property
    def co_issuers(self) -> list[str]:
        return [self._in_language(one) for one in self.facts.get("co_issuers", [])]

    @property
    def level_title(self) -> str:
        return self._in_language(self.facts["level"])

    def _in_language(self, titles: dict[str, Any]) -> str:
        """The wording in the reader's language, the Chinese one where there is no other."""
        language = {"en": "en", "ja": "ja"}.get(get_language() or "", "zh")
        return titles.get(language) or titles["zh"]


class PartQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "certificate__person__user",
        "base": "certificate__base",
        "region": "certificate__base__region__path",
    }


class Seal(models.Model):
    """A seal as files were sealed with it (append-only): whose it is, and the certificate behind it.

    What a file was sealed with stays known here when keys, owners and settings have long changed.
    """

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=100, blank=True)
    owner = models.CharField(max_length=200, blank=True)
    # Made by the site for itself: it proves that a file is unchanged, and not whose it is.
    self_made = models.BooleanField()
    # PEM, and the SHA-256 of the DER inside.
    certificate = models.TextField()
    # PEM: the certificates that stand beside it in every seal. Not known of seals from before this was kept.
    chain = models.TextField(blank=True)
    fingerprint = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["fingerprint", "name", "kind", "owner"], name="seal_recorded_once"),
            models.CheckConstraint(name="seal_valid_in_order", condition=Q(valid_until__gt=F("valid_from"))),
            models.CheckConstraint(name="seal_has_a_name", condition=~Q(name="")),
            # Only a seal that somebody vouches for has an owner whom the page may name.
            models.CheckConstraint(name="seal_self_made_has_no_owner", condition=Q(self_made=False) | Q(owner="")),
        ]

    def __str__(self) -> str:
        return self.name


class CertificateFile(models.Model):
    """The issued bytes (append-only): what is served again is what was stored, or nothing."""

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="file")
    storage_name = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    template_version = models.CharField(max_length=60)
    fonts_sha256 = models.CharField(max_length=64)
    # Empty for files from before there were seals.
    seal = models.ForeignKey(Seal, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # With a time stamp for archives: until when the authority's certificate vouches for it.
    stamped_until = models.DateTimeField(null=True, blank=True)
    stored_at = models.DateTimeField(default=clock.now)

    objects = PartQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="certificate_file_has_bytes", condition=Q(size__gt=0)),
            # A file that somebody hands in is found by its bytes.
            models.UniqueConstraint(fields=["sha256"], name="certificate_file_bytes_once"),
            models.CheckConstraint(
                name="certificate_file_stamped_when_sealed", condition=Q(stamped_until=None) | Q(seal__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.storage_name


class CertificateEvent(models.Model):
    """One step in a certificate's life, with its day and its ground (append-only)."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="events")
    step = models.CharField(max_length=12)
    state = models.CharField(max_length=12, choices=CertificateState.choices)
    ground = models.CharField(max_length=30, choices=Ground.choices, blank=True)
    # For the file only: verification shows the ground, never this.
    note = models.TextField(blank=True)
    decided_on = models.DateField()
    # The last day of a suspension: it is shown and watched, and ends only by a decision.
    ends_on = models.DateField(null=True, blank=True)
    at = models.DateTimeField(default=clock.now)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = PartQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="certificate_step_has_a_ground", condition=Q(step="issue") | ~Q(ground="")),
            # Only a court suspends without an end, and nothing else has one.
            models.CheckConstraint(
                name="certificate_suspension_ends",
                condition=Q(step="suspend", ends_on__isnull=False, ends_on__gte=F("decided_on"))
                | Q(step="suspend", ground=Ground.COURT_ORDER, ends_on__isnull=True)
                | Q(~Q(step="suspend"), ends_on__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["certificate", "at"], name="certificate_history")]

    def __str__(self) -> str:
        return f"{self.certificate_id}: {self.step}"


# --- the credential ---------------------------------------------------------------------------------------------------
# Places of one published list of states: what the specification asks for at least, so that one is hidden among many.
LIST_SIZE = 131_072


class IssuerKey(models.Model):
    """The public half of a key that signs credentials, in use from its moment until the next one's (append-only)."""

    controller = models.CharField(max_length=200)
    version = models.PositiveSmallIntegerField()
    public_key = models.CharField(max_length=60)
    active_from = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["controller", "version"], name="issuer_key_version_once"),
            models.UniqueConstraint(fields=["controller", "public_key"], name="issuer_key_once"),
        ]

    def __str__(self) -> str:
        return self.method

    @property
    def method(self) -> str:
        """Its name in the world."""
        return f"{self.controller}#issuer-{self.version}"


class CredentialIntent(models.Model):
    """What a credential holds beside the certificate's facts, written down before anything is signed (append-only).

    A retry after a kill makes the same bytes of it. Without the salt nobody can tell whose a commitment was.
    """

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="credential_intent")
    key = models.ForeignKey(IssuerKey, on_delete=models.PROTECT, related_name="+")
    status_list = models.PositiveIntegerField()
    status_index = models.PositiveIntegerField()
    salt = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)

    objects = PartQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["status_list", "status_index"], name="status_index_given_once"),
            models.CheckConstraint(
                name="status_index_in_its_list", condition=Q(status_list__gte=1, status_index__lt=LIST_SIZE)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id}: {self.status_list}#{self.status_index}"


class CertificateCredential(models.Model):
    """The credential as issued, as a document with its proof and as a token (append-only; empty once erased).

    `commitment` is SHA-256 of the salt and the document: what a public log may hold.
    """

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="credential")
    json_form = models.TextField()
    jwt_form = models.TextField()
    # Of either form: they stay when the forms are erased.
    sha256 = models.CharField(max_length=64)
    jwt_sha256 = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    stored_at = models.DateTimeField(default=clock.now)

    objects = PartQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.certificate_id}: {self.sha256}"
