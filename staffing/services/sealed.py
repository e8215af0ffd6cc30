"""Sealed counts: entered by the institution, decided by the authority."""

from datetime import date

from django.db import transaction

from accounts.access import require
from accounts.models import Institution, User
from accounts.permissions import Permission
from core import audit, clock, outbox
from core.errors import DomainError
from core.workflow import advance
from staffing.models import SealedCount
from staffing.selectors.sealed import decided_end, displaced_by, running_beside
from staffing.workflow import SEALED_COUNT_STEPS, SealedState


@transaction.atomic
def enter_sealed_count(
    *, actor: User, institution: Institution, staff: int, trained: int, valid_from: date, valid_to: date | None = None
) -> SealedCount:
    """Two numbers and a day, never a name; nothing counts yet. Raises `sealed_wrong`, `sealed_waiting`."""
    require(actor, Permission.SEALED_COUNT_ENTER, institution)
    if not staff >= 1 or not 0 <= trained <= staff or (valid_to and valid_to <= valid_from):
        raise DomainError("sealed_wrong")
    Institution.objects.select_for_update().get(pk=institution.pk)
    if SealedCount.objects.filter(institution=institution, state=SealedState.ENTERED).exists():
        raise DomainError("sealed_waiting")
    count = SealedCount.objects.create(
        institution=institution,
        staff=staff,
        trained=trained,
        valid_from=valid_from,
        valid_to=valid_to,
        entered_at=clock.now(),
        entered_by=actor,
    )
    audit.record(actor, "staffing.sealedcount.enter", count, institution=institution.pk)
    return count


@transaction.atomic
def confirm_sealed_count(*, actor: User, count: SealedCount, document_number: str) -> SealedCount:
    """It counts from its first day on. The one that ran before ends there. Raises `sealed_overlaps`.

    `valid_from` of that refusal: the first day of the one in the way.
    """
    require(actor, Permission.SEALED_COUNT_DECIDE, count)
    if not (document_number := document_number.strip()):
        raise DomainError("document_missing")
    _lock(count)
    beside = running_beside(count)
    makes_room = [one for one in beside if one.valid_from < count.valid_from and one.state == SealedState.CONFIRMED]
    for one in beside:
        if one not in makes_room:
            raise DomainError("sealed_overlaps", valid_from=one.valid_from)
    for one in makes_room:
        _step(actor, one, "end", ended_on=count.valid_from, ended_at=clock.now(), gave_way_to=count)
    return _step(actor, count, "confirm", document_number=document_number, confirmed_at=clock.now())


@transaction.atomic
def refuse_sealed_count(*, actor: User, count: SealedCount, reason: str) -> SealedCount:
    require(actor, Permission.SEALED_COUNT_DECIDE, count)
    if not reason.strip():
        raise DomainError("reason_missing")
    return advance(count, "refuse", SEALED_COUNT_STEPS, actor=actor, reason=reason.strip())


@transaction.atomic
def end_sealed_count(*, actor: User, count: SealedCount, ended_on: date) -> SealedCount:
    """`ended_on` is the first day no longer counted. Raises `sealed_wrong`."""
    require(actor, Permission.SEALED_COUNT_DECIDE, count)
    if ended_on <= count.valid_from or (count.valid_to and ended_on > count.valid_to):
        raise DomainError("sealed_wrong")
    return _step(actor, count, "end", ended_on=ended_on, ended_at=clock.now())


@transaction.atomic
def annul_sealed_count(*, actor: User, count: SealedCount, reason: str) -> SealedCount:
    """It never was so: as known now it counts on no day; as known before it still does.

    The number that had ended for this one's sake alone goes on where this one began: nobody has decided that those
    people left. One that was ended by a decision of its own stays ended, and where a decision had ended this one, the
    number that goes on ends as well. What this one goes on in goes with it.
    """
    require(actor, Permission.SEALED_COUNT_DECIDE, count)
    if not reason.strip():
        raise DomainError("reason_missing")
    _lock(count)
    # Read under the lock: what the caller holds may be older than the decision.
    decided = decided_end(SealedCount.objects.get(pk=count.pk))
    for later in count.resumed_in.filter(state__in=[SealedState.CONFIRMED, SealedState.ENDED]).order_by("pk"):
        annul_sealed_count(actor=actor, count=later, reason=reason)
    annulled = _step(actor, count, "annul", reason=reason.strip(), annulled_at=clock.now())
    if displaced := displaced_by(annulled):
        _resume(actor, displaced, annulled.valid_from, decided)
    return annulled


def _resume(actor: User, displaced: SealedCount, day: date, decided: date | None) -> SealedCount:
    """The same number from the day on, as a row of its own: what was known before keeps its end.

    Where the next number begins it ends as it would have ended then; `decided`: where the annulled one was ended by a
    decision, which stands. It keeps the paper of the first row.
    """
    now = clock.now()
    made = SealedCount.objects.create(
        institution_id=displaced.institution_id,
        staff=displaced.staff,
        trained=displaced.trained,
        valid_from=day,
        valid_to=displaced.valid_to,
        entered_at=now,
        entered_by_id=displaced.entered_by_id,
        resumes=displaced,
    )
    audit.record(actor, "staffing.sealed_count_resumed", made, institution=made.institution_id, resumes=displaced.pk)
    ends = _ends(made, decided)
    SealedCount.objects.filter(pk=made.pk).update(**ends)
    made = _step(actor, made, "confirm", document_number=displaced.document_number, confirmed_at=now)
    return _step(actor, made, "end") if ends else made


def _ends(made: SealedCount, decided: date | None) -> dict[str, object]:
    """By the next number or by the decision, whichever comes first; nothing where its own last day comes before."""
    after = next(iter(running_beside(made)), None)
    if after is not None and (decided is None or after.valid_from < decided):
        return {"ended_on": after.valid_from, "ended_at": clock.now(), "gave_way_to": after}
    if decided is None or (made.valid_to and made.valid_to <= decided):
        return {}
    return {"ended_on": decided, "ended_at": clock.now()}


def _lock(count: SealedCount) -> None:
    Institution.objects.select_for_update().get(pk=count.institution_id)


def _step(actor: User, count: SealedCount, name: str, *, reason: str = "", **fields: object) -> SealedCount:
    """What belongs to the state first, then the state, which the database accepts only with it; all or nothing."""
    SealedCount.objects.filter(pk=count.pk).update(**fields)
    moved = advance(count, name, SEALED_COUNT_STEPS, actor=actor, reason=reason, institution=count.institution_id)
    outbox.add("accounts.roster_imported", moved.institution_id)
    return moved
