"""Sittings: when a base holds an examination, and who may sit it."""

from collections.abc import Iterable
from datetime import datetime
from random import Random
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Coalesce

from accounts.access import require
from accounts.models import Person, TrainingBase, User
from accounts.permissions import Permission
from core import audit, clock
from core.errors import DomainError
from courses.exams.models import Blueprint, Sitting, SittingCandidate
from courses.exams.workflow import AttemptState


@transaction.atomic
def create_sitting(
    *,
    actor: User,
    base: TrainingBase,
    blueprint: Blueprint,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    max_attempts: int = 2,
) -> Sitting:
    require(actor, Permission.EXAM_MANAGE, base)
    _check_times(opens_at, closes_at)
    sitting = Sitting.objects.create(
        base=base,
        blueprint=blueprint,
        title=title,
        opens_at=opens_at,
        closes_at=closes_at,
        max_attempts=max_attempts,
    )
    audit.record(actor, "exams.sitting_created", sitting, **_times(sitting))
    return sitting


@transaction.atomic
def move_sitting(*, actor: User, sitting: Sitting, opens_at: datetime, closes_at: datetime) -> Sitting:
    """Other times; a promised deadline is never shortened.

    Raises `sitting_over` (closed after somebody sat: explanations may have been read) and `attempts_running`.
    """
    require(actor, Permission.EXAM_MANAGE, sitting)
    _check_times(opens_at, closes_at)
    locked = Sitting.objects.select_for_update().get(pk=sitting.pk)
    if locked.closes_at <= clock.now() and locked.attempts.exists():
        raise DomainError("sitting_over")
    if locked.attempts.filter(state=AttemptState.RUNNING, deadline__gt=closes_at).exists():
        raise DomainError("attempts_running")
    before = _times(locked)
    locked.opens_at, locked.closes_at = opens_at, closes_at
    locked.save(update_fields=["opens_at", "closes_at"])
    audit.record(actor, "exams.sitting_moved", locked, before=before, after=_times(locked))
    return locked


@transaction.atomic
def admit_candidates(*, actor: User, sitting: Sitting, persons: Iterable[Person]) -> list[SittingCandidate]:
    """These may sit, beside those admitted before; who is admitted already is left alone. Returns the new ones."""
    require(actor, Permission.EXAM_MANAGE, sitting)
    # The lock makes two admissions at once wait for one another.
    locked = Sitting.objects.select_for_update().get(pk=sitting.pk)
    known = set(locked.candidates.values_list("person_id", flat=True))
    new = {person.pk for person in persons} - known
    now = clock.now()
    rows = [SittingCandidate(sitting=locked, person_id=pk, admitted_at=now) for pk in sorted(new)]
    admitted = SittingCandidate.objects.bulk_create(rows)
    if admitted:
        audit.record(actor, "exams.candidates_admitted", locked, persons=sorted(new))
    return admitted


@transaction.atomic
def give_seats(*, actor: User, sitting: Sitting, random: Random) -> int:
    """A numbered seat for everybody who has none, by lot: whoever knows the list of names knows nobody's neighbour.

    A seat once given stays, and two joined records are one person; who is admitted later draws among those behind it.
    How many were given. Raises `sitting_over`: where somebody sat cannot be drawn afterwards.
    """
    require(actor, Permission.EXAM_MANAGE, sitting)
    locked = Sitting.objects.select_for_update().get(pk=sitting.pk)
    if locked.closes_at <= clock.now():
        raise DomainError("sitting_over")
    without = _unseated(locked)
    last = locked.candidates.aggregate(last=Max("seat"))["last"] or 0
    random.shuffle(without)
    for seat, candidate in enumerate(without, last + 1):
        candidate.seat = seat
    SittingCandidate.objects.bulk_update(without, ["seat"], batch_size=500)
    if without:
        audit.record(actor, "exams.seats_given", locked, seats=len(without))
    return len(without)


def _unseated(sitting: Sitting) -> list[SittingCandidate]:
    """One record of everybody who has no seat by any of theirs."""
    candidates: Any = sitting.candidates.annotate(holder=Coalesce("person__merged_into", "person"))
    rows = list(candidates.order_by("pk"))
    seated = {one.holder for one in rows if one.seat is not None}
    first = {one.holder: one for one in reversed(rows) if one.holder not in seated}
    return sorted(first.values(), key=lambda one: one.pk)


def _check_times(opens_at: datetime, closes_at: datetime) -> None:
    if closes_at <= opens_at:
        raise DomainError("sitting_times_wrong")


def _times(sitting: Sitting) -> dict[str, str]:
    return {"opens_at": sitting.opens_at.isoformat(), "closes_at": sitting.closes_at.isoformat()}
