"""What was put down in the public log about certificates and keys, kept so that the entries can be opened again."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.access import ScopedQuerySet
from certificates.tlog.models import Kind
from certificates.workflow import CertificateState
from core import clock

ISSUE = "issue"
# Under which name the log tells of a step into each state. The issue has an entry of its own, with the credential.
KIND_OF: dict[str, Kind] = {
    CertificateState.SUSPENDED: Kind.CERTIFICATE_SUSPENDED,
    CertificateState.ISSUED: Kind.CERTIFICATE_REINSTATED,
    CertificateState.REVOKED: Kind.CERTIFICATE_REVOKED,
    CertificateState.SUPERSEDED: Kind.CERTIFICATE_SUPERSEDED,
    CertificateState.DEREGISTERED: Kind.CERTIFICATE_DEREGISTERED,
}
STATE_OF: dict[str, str] = {kind: state for state, kind in KIND_OF.items()}


@dataclass(frozen=True)
class Change:
    """What a statement takes of an event."""

    state: str
    ground: str
    decided_on: date
    at: datetime


def status_text(certificate: UUID, change: Change, turn: int) -> str:
    """Canonical JSON: keys in order, no spaces, one form per value, nobody's name."""
    facts = {
        "at": change.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "certificate": str(certificate),
        "ground": str(change.ground),
        "on": change.decided_on.isoformat(),
        "state": str(change.state),
        "turn": turn,
        "v": 1,
    }
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))


class StatementQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "certificate__person__user",
        "base": "certificate__base",
        "region": "certificate__base__region__path",
    }


class StatusStatement(models.Model):
    """What the log's entry about one change of a certificate commits to (append-only). `turn` counts the changes.

    Names nobody: certificate, state, moment, day, ground. The salt stays, so that also in twenty years somebody who
    holds the entry learns what it said.
    """

    certificate = models.ForeignKey("certificates.Certificate", on_delete=models.PROTECT, related_name="statements")
    event = models.OneToOneField("certificates.CertificateEvent", on_delete=models.PROTECT, related_name="statement")
    turn = models.PositiveSmallIntegerField()
    # Canonical JSON, and SHA-256(salt || statement) as it stands in the entry.
    statement = models.TextField()
    salt = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    stored_at = models.DateTimeField(default=clock.now)

    objects = StatementQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["certificate", "turn"], name="status_statement_in_turn"),
            models.CheckConstraint(name="status_statement_counts_from_one", condition=Q(turn__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id}: {self.turn}"


class KeyRotation(models.Model):
    """One issuer key took over from another (append-only): the statement, signed by both, and what opens its entry."""

    uuid = models.UUIDField(unique=True, editable=False)
    former = models.OneToOneField("certificates.IssuerKey", on_delete=models.PROTECT, related_name="ended_by")
    key = models.OneToOneField("certificates.IssuerKey", on_delete=models.PROTECT, related_name="begun_by")
    # Canonical JSON; both signatures are Ed25519 over its bytes, in base64.
    statement = models.TextField()
    former_signature = models.CharField(max_length=88)
    key_signature = models.CharField(max_length=88)
    salt = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    stored_at = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="key_rotation_of_two_keys", condition=~Q(former=F("key")))]

    def __str__(self) -> str:
        return f"{self.former_id} -> {self.key_id}"


class BeforeTheLog(models.Model):
    """What was there before changes and rotations were put down, listed once by the migration (append-only, one row).

    Events by their primary keys, and keys of the issuer of whose taking over no rotation tells. The list is closed:
    whatever else has no entry in the log was made by no service.
    """

    events = models.JSONField(default=list)
    keys = models.JSONField(default=list)
    listed_at = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="before_the_log_once", condition=Q(pk=1))]

    def __str__(self) -> str:
        return f"{len(self.events)}, {len(self.keys)}"
