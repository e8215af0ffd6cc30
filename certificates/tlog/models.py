"""Tables of the log, all append-only: what waits, the leaves, the cached tree, signed heads, cosignatures, alarms."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from certificates.tlog.notes import to_base64
from core import clock

LONGEST_ENTRY = 1024


class Kind(models.TextChoices):
    """What may be put down. A new kind is a new line here: nothing in the tables changes."""

    CERTIFICATE_ISSUED = "cert.issued", _("certificate issued")
    CERTIFICATE_FILE = "cert.pdf", _("file of a certificate")
    CERTIFICATE_SUSPENDED = "cert.suspended", _("certificate suspended")
    CERTIFICATE_REINSTATED = "cert.reinstated", _("certificate reinstated")
    CERTIFICATE_REVOKED = "cert.revoked", _("certificate revoked")
    CERTIFICATE_SUPERSEDED = "cert.superseded", _("certificate superseded")
    CERTIFICATE_DEREGISTERED = "cert.deregistered", _("certificate deregistered")
    CREDIT_NOTICE = "credit.notice", _("notice in a credit case")
    CREDIT_DECISION = "credit.decision", _("decision in a credit case")
    CREDIT_SANCTION = "credit.sanction", _("sanction in a credit case")
    CREDIT_APPEAL = "credit.appeal", _("appeal in a credit case")
    CREDIT_CORRECTION = "credit.correction", _("correction of a credit record")
    CREDIT_EXPIRED = "credit.expired", _("end of a credit record")
    OWN_DECISION = "own.decision", _("decision under a body's own rules")
    OWN_REVIEW = "own.review", _("review of a decision under a body's own rules")
    EVALUATION_FINAL = "evaluation.final", _("final result of an evaluation")
    RATIO_SNAPSHOT = "ratio.snapshot", _("snapshot of a ratio")
    RULE_VERSION = "rule.version", _("version of a rule")
    CONSENT_VERSION = "consent.version", _("version of a consent text")
    KEY_ROTATED = "key.rotated", _("key rotated")


class PendingEntry(models.Model):
    """What a business transaction puts down; the sequencer gives it its place later (append-only).

    `ref` is a random number of the thing, `commitment` = SHA-256(salt || bytes): without the salt nobody learns or
    tries out what stands behind it. `turn` counts what happened to one thing: 0 for what is said of it once.
    """

    kind = models.CharField(max_length=24, choices=Kind.choices)
    ref = models.UUIDField()
    turn = models.PositiveSmallIntegerField(default=0)
    commitment = models.BinaryField(max_length=32)
    entry = models.BinaryField(max_length=LONGEST_ENTRY)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "tlog_pending"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "ref"], condition=Q(turn=0), name="logged_once"),
            models.UniqueConstraint(fields=["ref", "turn"], condition=Q(turn__gt=0), name="logged_in_turn"),
        ]
        # Everything that is known of one thing, whatever its kind.
        indexes = [models.Index(fields=["ref", "turn"], name="log_by_ref")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class Leaf(models.Model):
    """One entry at its place in the tree (append-only, without gap by trigger)."""

    idx = models.BigIntegerField(primary_key=True)
    pending = models.OneToOneField(PendingEntry, on_delete=models.PROTECT, related_name="leaf")
    entry = models.BinaryField(max_length=LONGEST_ENTRY)
    leaf_hash = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="leaf_counts_from_nought", condition=Q(idx__gte=0))]

    def __str__(self) -> str:
        return str(self.idx)


class Node(models.Model):
    """The root of a full tile of 256 hashes on the level below (append-only): a cache that the leaves give anew.

    `level` counts tiles: 1 covers 256 leaves, 2 covers 65 536.
    """

    level = models.PositiveSmallIntegerField()
    idx = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["level", "idx"], name="node_once"),
            models.CheckConstraint(name="node_is_above_the_leaves", condition=Q(level__gte=1, idx__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.level}/{self.idx}"


class Checkpoint(models.Model):
    """A head that the signer signed and published (append-only); `note` is the signed note without cosignatures."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="head_has_entries", condition=Q(size__gt=0))]

    def __str__(self) -> str:
        return str(self.size)

    @property
    def root_text(self) -> str:
        """As it stands in the note."""
        return to_base64(bytes(self.root))


class Cosignature(models.Model):
    """One witness has seen one head (append-only)."""

    checkpoint = models.ForeignKey(
        Checkpoint, on_delete=models.PROTECT, related_name="cosignatures", db_column="size", db_index=False
    )
    witness = models.CharField(max_length=200)
    line = models.TextField()
    seen_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="cosigned_once")]

    def __str__(self) -> str:
        return f"{self.witness} {self.checkpoint_id}"


class Alarm(models.Model):
    """Why the signer would not sign (append-only); over once a later head is signed."""

    class What(models.TextChoices):
        TREE = "tree", _("what is stored does not give the tree that was signed")
        OLDER = "older", _("the log is older than a head that was signed or witnessed")
        STATE = "state", _("the signer's own memory is missing or is another log's")
        FORK = "fork", _("a witness has seen another history")

    what = models.CharField(max_length=8, choices=What.choices)
    words = models.CharField(max_length=300)
    size = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["at"], name="alarm_by_time")]

    def __str__(self) -> str:
        return f"{self.what} {self.size}"
