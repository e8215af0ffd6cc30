"""What whoever supervises an examination sees: the sittings of the base, one room seat by seat. No score, no answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors import identity_is_checked, masked_numbers
from core import clock
from core.errors import NotAllowed
from courses.exams.models import AnswerEntry, Attempt, RoomEntry, Sitting, SittingCandidate
from courses.exams.rules import ROOM_AFTER
from courses.exams.workflow import AttemptState

# In the order in which somebody passes them.
EXPECTED, ARRIVED, WRITING, TIME_OVER, HANDED_IN = "expected", "arrived", "writing", "time_over", "handed_in"


@dataclass(frozen=True)
class Seat:
    """One candidate: `last_saved` is when the running paper was last touched, `arrived_at` when a document was seen."""

    person: int
    number: int | None
    name: str
    masked: str
    checked: bool
    state: str
    arrived_at: datetime | None
    attempt: Attempt | None
    last_saved: datetime | None
    minutes: int

    @property
    def ended_at(self) -> datetime | None:
        return self.attempt.submitted_at if self.attempt else None


def supervised_sittings(actor: User) -> QuerySet[Sitting]:
    """Those that run, are to come or ended within a day, the next one first, with how many are admitted and writing."""
    rows = Sitting.objects.allowed(actor, Permission.EXAM_SUPERVISE).filter(closes_at__gt=clock.now() - ROOM_AFTER)
    writing = Count("attempts", filter=Q(attempts__state=AttemptState.RUNNING), distinct=True)
    counted = rows.annotate(admitted=Count("candidates", distinct=True), writing=writing)
    return counted.select_related("base", "blueprint").order_by("opens_at", "pk")


def room_for(actor: User, pk: int) -> Sitting:
    rows = Sitting.objects.allowed(actor, Permission.EXAM_SUPERVISE).select_related("base", "blueprint")
    if (found := rows.filter(pk=pk).first()) is None:
        raise NotAllowed(permission=Permission.EXAM_SUPERVISE.value)
    return found


def seats(actor: User, sitting: Sitting) -> list[Seat]:
    """By seat, by name where none was given; joined records sit once, what one of them wrote counts for the other."""
    rows = SittingCandidate.objects.allowed(actor, Permission.EXAM_SUPERVISE).filter(sitting=sitting)
    candidates = list(
        rows.select_related("person")
        .annotate(checked=identity_is_checked())
        .order_by(F("seat").asc(nulls_last=True), "person__name", "pk")
    )
    people = [one.person_id for one in candidates]
    numbers, attempts, arrived = masked_numbers(people), _latest_attempts(sitting), _arrivals(sitting)
    saved = _last_saved([one.pk for one in attempts.values() if one.state == AttemptState.RUNNING])
    # The first record is the one with a seat, where there is any.
    once = {holder: one for one in reversed(candidates) for holder in [_survivor(one)]}
    found = [one for one in candidates if once[_survivor(one)] is one]
    return [_seat(one, attempts.get(_survivor(one)), arrived, saved, numbers) for one in found]


def room_entries(actor: User, sitting: Sitting) -> Sequence[RoomEntry]:
    """Incidents, the newest first."""
    rows = RoomEntry.objects.allowed(actor, Permission.EXAM_SUPERVISE).filter(sitting=sitting)
    told = rows.filter(what=RoomEntry.What.INCIDENT).select_related("person", "by__person")
    return list(told.order_by("-at", "-pk"))


def _survivor(row: Any) -> int:
    return int(row.person.merged_into_id or row.person_id)


def _latest_attempts(sitting: Sitting) -> dict[int, Attempt]:
    rows = Attempt.objects.filter(sitting=sitting).select_related("person").order_by("started_at", "pk")
    return {_survivor(one): one for one in rows}


def _arrivals(sitting: Sitting) -> dict[int, datetime]:
    rows = RoomEntry.objects.filter(sitting=sitting, what=RoomEntry.What.ARRIVED)
    holders = rows.filter(person__isnull=False).values_list(Coalesce("person__merged_into", "person"), "at")
    return {int(holder): at for holder, at in holders.order_by("-at", "-pk")}


def _last_saved(attempts: list[int]) -> dict[int, datetime]:
    rows = AnswerEntry.objects.filter(paper_question__attempt__in=attempts)
    return dict(rows.values_list("paper_question__attempt").annotate(last=Max("saved_at")).order_by())


def _seat(
    candidate: Any,
    attempt: Attempt | None,
    arrived: dict[int, datetime],
    saved: dict[int, datetime],
    numbers: dict[int, str],
) -> Seat:
    now, person, holder = clock.now(), candidate.person_id, _survivor(candidate)
    last = saved.get(attempt.pk) if attempt else None
    since = last or (attempt.started_at if attempt else now)
    return Seat(
        person=person,
        number=candidate.seat,
        name=candidate.person.name,
        masked=numbers.get(person, ""),
        checked=candidate.checked,
        state=_state(attempt, holder in arrived, now),
        arrived_at=arrived.get(holder),
        attempt=attempt,
        last_saved=last,
        minutes=max(int((now - since).total_seconds() // 60), 0),
    )


def _state(attempt: Attempt | None, has_arrived: bool, now: datetime) -> str:
    if attempt is None:
        return ARRIVED if has_arrived else EXPECTED
    if attempt.state == AttemptState.MARKED:
        return HANDED_IN
    return TIME_OVER if attempt.is_over(now) else WRITING
