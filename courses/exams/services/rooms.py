"""The room of an examination: who came and showed a document, what happened there. Nothing of it is ever changed."""

from datetime import datetime

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from core import audit, clock
from core.errors import DomainError, NotAllowed
from courses.exams.models import RoomEntry, Sitting, SittingCandidate
from courses.exams.rules import room_refusal


@transaction.atomic
def record_arrival(*, actor: User, sitting: Sitting, person_id: int) -> RoomEntry:
    """A candidate came and the document was seen; twice is once. It opens no paper: who may start, the exam decides.

    Raises NotAllowed (not admitted), `room_not_open` and `room_closed`.
    """
    require(actor, Permission.EXAM_SUPERVISE, sitting)
    _check_time(sitting, clock.now())
    candidate = _candidate(sitting, person_id)
    arrived = RoomEntry.objects.filter(sitting=sitting, person=candidate.person_id, what=RoomEntry.What.ARRIVED)
    if found := arrived.first():
        return found
    entry = _write(actor, sitting, RoomEntry.What.ARRIVED, person_id=candidate.person_id)
    audit.record(actor, "exams.arrival_recorded", entry, sitting=sitting.pk)
    return entry


@transaction.atomic
def record_incident(*, actor: User, sitting: Sitting, words: str, person_id: int | None = None) -> RoomEntry:
    """What happened, about one candidate or about the room. Raises NotAllowed, `words_missing`, `room_not_open` and
    `room_closed`."""
    require(actor, Permission.EXAM_SUPERVISE, sitting)
    if not words.strip():
        raise DomainError("words_missing")
    _check_time(sitting, clock.now())
    if person_id is not None:
        _candidate(sitting, person_id)
    entry = _write(actor, sitting, RoomEntry.What.INCIDENT, person_id=person_id, words=words.strip())
    # The words stay in the room: the trail says that there are some.
    audit.record(actor, "exams.incident_recorded", entry, sitting=sitting.pk)
    return entry


def _candidate(sitting: Sitting, person_id: int) -> SittingCandidate:
    """Locked, so that two who click at once write one arrival."""
    found = SittingCandidate.objects.filter(sitting=sitting, person=person_id).select_for_update(of=("self",)).first()
    if found is None:
        raise NotAllowed(permission=Permission.EXAM_SUPERVISE.value)
    return found


def _check_time(sitting: Sitting, now: datetime) -> None:
    if refusal := room_refusal(sitting.opens_at, sitting.closes_at, now):
        raise DomainError(refusal)


def _write(actor: User, sitting: Sitting, what: RoomEntry.What, *, person_id: int | None, words: str = "") -> RoomEntry:
    return RoomEntry.objects.create(
        sitting=sitting, person_id=person_id, what=what, words=words, at=clock.now(), by=actor
    )
