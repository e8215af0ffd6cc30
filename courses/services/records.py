"""Training records: annulling a false one. Records themselves come from completion and from imports."""

from django.db import transaction

from accounts.access import can
from accounts.models import User
from accounts.permissions import Permission
from core import audit, clock, outbox
from core.errors import DomainError, NotAllowed
from courses.models import TrainingRecord, TrainingRecordAnnulment


@transaction.atomic
def annul_training_record(*, actor: User, record: TrainingRecord, reason: str) -> TrainingRecordAnnulment:
    """A record of a false fact never counted; neither do the wordings it replaced.

    By the base that made the record, or by the regulator whom the person reaches. Not a sanction (practice 1.3):
    certificates are revoked by a decision of their own. Raises `reason_missing`, `replaced`, `annulled_already`.
    """
    if not any(can(actor, permission, record) for permission in _ANNULLED_BY):
        raise NotAllowed(permission=str(Permission.TRAINING_RECORD_CONFIRM))
    if not reason.strip():
        raise DomainError("reason_missing")
    locked = TrainingRecord.objects.select_for_update().get(pk=record.pk)
    if TrainingRecord.objects.filter(replaces=locked).exists():
        raise DomainError("replaced")
    if TrainingRecordAnnulment.objects.filter(record=locked).exists():
        raise DomainError("annulled_already")
    annulled = [_annul(actor, wording, reason) for wording in _wordings(locked)]
    outbox.add("courses.training_record_annulled", locked.pk)
    return annulled[0]


_ANNULLED_BY = (Permission.COMPLETION_REVIEW, Permission.TRAINING_RECORD_CONFIRM)


def _wordings(record: TrainingRecord) -> list[TrainingRecord]:
    """The record and what it replaced, newest first."""
    wordings = [record]
    while wordings[-1].replaces is not None:
        wordings.append(wordings[-1].replaces)
    return wordings


def _annul(actor: User, record: TrainingRecord, reason: str) -> TrainingRecordAnnulment:
    annulment = TrainingRecordAnnulment.objects.create(
        record=record,
        annulled_on=clock.today(),
        recorded_at=clock.now(),
        recorded_by=actor,
        reason=reason.strip(),
    )
    audit.record(actor, "courses.training_record_annulled", record, reason=reason)
    return annulment
