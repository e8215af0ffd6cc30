"""The audit trail: one entry per write, in the same transaction, that nobody can change afterwards."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from core import clock
from core.models import AuditEntry


def record(
    actor: AbstractBaseUser,
    verb: str,
    subject: models.Model,
    *,
    reason: str = "",
    **facts: Any,
) -> AuditEntry:
    """Write down who did what to which record. `verb`: `<app>.<past participle>`; facts hold no full number."""
    return AuditEntry.objects.create(
        at=clock.now(),
        actor_id=actor.pk,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        reason=reason,
        facts=facts,
    )


def entries_about(subject: models.Model) -> models.QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by(
        "at", "pk"
    )
