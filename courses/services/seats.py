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
from courses.selectors.seats import (
    held_lately,
    house,
    last_day,
    most_held,
    people_of,
    seats_free,
    seats_of,
    staff_among,
    unnamed_held,
)
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
    seen: int | None = None,
) -> list[SeatReservation]:
    """Hold a seat for each of these people, and so many without a name, to the end of a day (as long as possible).

    Somebody for whom the institution holds one already keeps that one. Whether somebody has applied is not told.
    `seen`: how many without a name were held when the number was chosen; sent twice, it is held once.
    Raises WrongState, `cohort_over`, `deadline_wrong`, `nobody_chosen`, `not_staff`, `held_changed`, `held_lately`,
    `seats_missing`, `too_many_held`.
    """
    require(actor, Permission.SEAT_RESERVE, institution)
    locked = _open(cohort)
    until = held_until or last_day(locked)
    if not clock.today() <= until <= last_day(locked):
        raise DomainError("deadline_wrong", last=last_day(locked).isoformat())
    if not people and unnamed < 1:
        raise DomainError("nobody_chosen")
    if seen is not None and seen != unnamed_held(locked, institution):
        raise DomainError("held_changed")
    chosen = list(dict.fromkeys(one.merged_into or one for one in people))
    there = _there(locked, institution)
    new = [one for one in chosen if one.pk not in there]
    _require_staff(institution, new)
    wanted: list[Person | None] = [*new, *[None] * unnamed]
    if {one.pk if one else None for one in wanted} & held_lately(locked, institution):
        raise DomainError("held_lately")
    _require_room(locked, institution, len(wanted))
    made = [_hold(actor, locked, institution, person, until) for person in wanted]
    return [*(there[one.pk] for one in chosen if one.pk in there), *made]


@transaction.atomic
def reserve_plan(*, actor: User, institution: Institution, places: Iterable[tuple[Cohort, int]]) -> int:
    """A plan's places, each a class and the id of a person, class by class, all or none.

    Raises as `reserve_seats` does; an id that nobody has is answered like that of a stranger.
    """
    require(actor, Permission.SEAT_RESERVE, institution)
    asked = list(places)
    people = people_of(person for _cohort, person in asked)
    if not asked:
        raise DomainError("nobody_chosen")
    if {person for _cohort, person in asked} - people.keys():
        raise DomainError("not_staff")
    # Before any class is looked at: a refusal of the class would tell a stranger's id from nobody's.
    _require_staff(institution, people.values())
    by_cohort: dict[Cohort, list[Person]] = defaultdict(list)
    for cohort, person in asked:
        by_cohort[cohort].append(people[person])
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


def _there(cohort: Cohort, institution: Institution) -> dict[int, SeatReservation]:
    """By person, joined records as one: the seat that the institution holds or that was taken by it."""
    rows = seats_of(cohort).filter(institution=institution, person__isnull=False).select_related("person")
    return {one.person.merged_into_id or one.person.pk: one for one in rows if one.person}


def _require_staff(institution: Institution, people: Iterable[Person]) -> None:
    keys = {one.pk for one in people}
    if keys - staff_among(institution, keys):
        raise DomainError("not_staff")


def _require_room(cohort: Cohort, institution: Institution, wanted: int) -> None:
    if wanted > (left := max(0, seats_free(cohort))):
        raise DomainError("seats_missing", left=left)
    held = seats_of(cohort).filter(house(institution)).count()
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
