"""Seats of a class held by an institution: reserved until a day, given back, taken by whoever they are held for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction

from accounts.access import require
from accounts.models import Institution, Person, User
from accounts.permissions import Permission
from core import audit, clock
from core.errors import DomainError, WrongState
from core.workflow import advance
from courses.models import Cohort, Enrolment, SeatReservation
from courses.selectors.seats import last_day, most_held, seats_free, staff_among
from courses.workflow import SEAT_RESERVATION_STEPS, CohortState


@transaction.atomic
def reserve_seats(
    *,
    actor: User,
    cohort: Cohort,
    institution: Institution,
    people: Sequence[Person] = (),
    unnamed: int = 0,
    held_until: date | None = None,
) -> list[SeatReservation]:
    """Hold a seat for each of these people, and so many without a name, to the end of a day (as long as possible).

    Somebody for whom the institution holds one already keeps that one. Whether somebody has applied is not told.
    Raises WrongState, `cohort_over`, `deadline_wrong`, `nobody_chosen`, `not_staff`, `seats_missing`, `too_many_held`.
    """
    require(actor, Permission.SEAT_RESERVE, institution)
    locked = _open(cohort)
    until = held_until or last_day(locked)
    if not clock.today() <= until <= last_day(locked):
        raise DomainError("deadline_wrong", last=last_day(locked).isoformat())
    held = SeatReservation.objects.live().filter(cohort=locked, institution=institution)
    there = {one.person_id: one for one in held if one.person_id}
    new = [one for one in dict.fromkeys(people) if one.pk not in there]
    if not people and unnamed < 1:
        raise DomainError("nobody_chosen")
    if {one.pk for one in new} - staff_among(institution, [one.pk for one in new]):
        raise DomainError("not_staff")
    _require_room(locked, len(new) + unnamed, held.count())
    made = [_hold(actor, locked, institution, person, until) for person in [*new, *[None] * unnamed]]
    return [*(there[one.pk] for one in people if one.pk in there), *made]


@transaction.atomic
def reserve_plan(*, actor: User, institution: Institution, places: Iterable[tuple[Cohort, Person]]) -> int:
    """A plan's places, class by class, all or none. Raises as `reserve_seats` does."""
    by_cohort: dict[Cohort, list[Person]] = defaultdict(list)
    for cohort, person in places:
        by_cohort[cohort].append(person)
    # Always in the same order: two plans wait for one another and not in a circle.
    return sum(
        len(reserve_seats(actor=actor, cohort=cohort, institution=institution, people=by_cohort[cohort]))
        for cohort in sorted(by_cohort, key=lambda one: one.pk)
    )


def release_seat(*, actor: User, reservation: SeatReservation) -> SeatReservation:
    """By the institution. Raises WrongState."""
    return advance(reservation, "release", SEAT_RESERVATION_STEPS, actor=actor)


def withdraw_seat(*, actor: User, reservation: SeatReservation, reason: str) -> SeatReservation:
    """By the base, with a reason that the institution reads. Raises `reason_missing`, WrongState."""
    if not reason.strip():
        raise DomainError("reason_missing")
    return advance(reservation, "withdraw", SEAT_RESERVATION_STEPS, actor=actor, reason=reason.strip()[:300])


def take_seat(actor: User, held: SeatReservation, enrolment: Enrolment) -> None:
    """In the transaction that admits."""
    advance(held, "take", SEAT_RESERVATION_STEPS, actor=actor, changes={"enrolment": enrolment})


def _open(cohort: Cohort) -> Cohort:
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if locked.state != CohortState.OPEN:
        raise WrongState(step="reserve", state=locked.state)
    if locked.ends_on < clock.today():
        raise DomainError("cohort_over")
    return locked


def _require_room(cohort: Cohort, wanted: int, held: int) -> None:
    if wanted > (left := max(0, seats_free(cohort))):
        raise DomainError("seats_missing", left=left)
    if wanted and held + wanted > (most := most_held(cohort)):
        raise DomainError("too_many_held", most=most, held=held)


def _hold(actor: User, cohort: Cohort, institution: Institution, person: Person | None, until: date) -> SeatReservation:
    made = SeatReservation.objects.create(
        cohort=cohort, institution=institution, person=person, held_until=until, reserved_by=actor
    )
    audit.record(
        actor, "courses.seatreservation.reserve", made,
        cohort=cohort.pk, institution=institution.pk, until=until.isoformat(),
    )  # fmt: skip
    return made
