"""Agreements of mutual recognition: dated facts, entered and ended by a province that takes part or by the nation."""

from datetime import date

from django.db import transaction

from accounts.models import Region, User
from accounts.permissions import Permission
from core import audit, clock
from core.errors import DomainError, NotAllowed
from courses.models import MutualRecognition
from courses.selectors.evidence import may_enter, recognition_to_end


@transaction.atomic
def enter_recognition(
    *,
    actor: User,
    region: Region,
    other: Region,
    title: str,
    document: str,
    valid_from: date,
    valid_to: date | None = None,
) -> MutualRecognition:
    """`valid_to` is the first day on which it holds no longer. Raises `document_missing`, `same_region`,
    `dates_wrong`, NotAllowed."""
    if not may_enter(actor, [region, other]):
        raise NotAllowed(permission=Permission.TRAINING_RECORD_CONFIRM.value)
    if not title.strip() or not document.strip():
        raise DomainError("document_missing")
    if region == other:
        raise DomainError("same_region")
    if valid_to and valid_to <= valid_from:
        raise DomainError("dates_wrong")
    made = MutualRecognition.objects.create(
        region=region,
        other=other,
        title=title.strip(),
        document=document.strip(),
        valid_from=valid_from,
        valid_to=valid_to,
        recorded_at=clock.now(),
        entered_by=actor,
    )
    audit.record(actor, "courses.recognition_entered", made, regions=[region.code, other.code], document=made.document)
    return made


@transaction.atomic
def end_recognition(*, actor: User, agreement: MutualRecognition, on: date, reason: str) -> MutualRecognition:
    """From that day on nothing completed is recognised under it; what was accepted stays.

    Raises `reason_missing`, `dates_wrong`, NotAllowed.
    """
    found = recognition_to_end(actor, agreement.pk)
    if not reason.strip():
        raise DomainError("reason_missing")
    locked = MutualRecognition.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if on < locked.valid_from or (locked.valid_to and on >= locked.valid_to):
        raise DomainError("dates_wrong")
    locked.valid_to = on
    locked.save(update_fields=["valid_to"])
    audit.record(actor, "courses.recognition_ended", locked, reason=reason.strip(), on=on.isoformat())
    return locked
