"""Seats that institutions hold: how many a class has left, for whom one is held, whose list an actor may see."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, Case, DateField, Exists, F, Min, OuterRef, Q, QuerySet, When

from accounts.models import Appointment, Institution, Person, User
from accounts.permissions import Permission
from accounts.selectors import same_person, surviving
from accounts.selectors.staff import running_on
from core import clock
from core.compiled import Many, compiled
from core.errors import NotAllowed
from courses.models import Cohort, Enrolment, SeatReservation
from courses.workflow import SEATED, STUDYING, CohortState, SeatState

# A seat is held for so many days, and never beyond the first day of the class.
LONGEST = timedelta(days=14)


def last_day(cohort: Cohort) -> date:
    """Until when a seat reserved today can be held."""
    return max(clock.today(), min(clock.today() + LONGEST, cohort.starts_on))


def most_held(cohort: Cohort) -> int:
    """No institution holds more than half of a class, rounded up."""
    return -(-cohort.capacity // 2)


def house(institution: Institution) -> Q:
    """Seats of a whole legal person: of the institution, of the one it belongs to, and of every department of that."""
    head = institution.legal_person_id
    return Q(institution=head) | Q(institution__parent=head)


def seats_of(cohort: Cohort) -> QuerySet[SeatReservation]:
    """Those that keep a seat of the class today: held, or taken by somebody who still has it."""
    rows = SeatReservation.objects.filter(cohort=cohort)
    return rows.live() | rows.filter(state=SeatState.TAKEN, enrolment__state__in=SEATED)


def unnamed_held(cohort: Cohort, institution: Institution) -> int:
    return SeatReservation.objects.live().filter(cohort=cohort, institution=institution, person=None).count()


def held_lately(cohort: Cohort, institution: Institution) -> set[int | None]:
    """For whom nothing is held again yet: persons whose seat lapsed or was given back, None where one without a name
    lapsed; to the end of two weeks after its last day, so that two weeks are two weeks."""
    rows = SeatReservation.objects.filter(house(institution), cohort=cohort)
    rows = rows.filter(held_until__gte=clock.today() - LONGEST)
    lapsed = rows.filter(state=SeatState.HELD, held_until__lt=clock.today())
    ended = lapsed | rows.filter(state=SeatState.RELEASED, person__isnull=False)
    return set(ended.annotate(stands=surviving("person__")).values_list("stands", flat=True))


def held_until(cohort: Cohort) -> date | None:
    """Where nothing but held seats is left: the day on which the first of them is free again at the latest."""
    if Enrolment.objects.filter(cohort=cohort, state__in=SEATED).count() >= cohort.capacity:
        return None
    return SeatReservation.objects.live().filter(cohort=cohort).aggregate(first=Min("held_until"))["first"]


def seats_free(cohort: Cohort, person: Person | None = None) -> int:
    """Seats that nobody has or holds; for somebody for whom one is held, that one too."""
    taken = Enrolment.objects.filter(cohort=cohort, state__in=SEATED).count()
    held = SeatReservation.objects.live().filter(cohort=cohort).count()
    own = person is not None and seat_held_for(cohort, person) is not None
    return cohort.capacity - taken - held + own


def would_wait(user: User, cohort: Cohort) -> bool:
    """Whether an application of today goes to the waiting list."""
    person = Person.objects.filter(user=user).select_related("merged_into").first()
    return seats_free(cohort, (person.merged_into or person) if person else None) < 1


def seat_held_for(cohort: Cohort, person: Person) -> SeatReservation | None:
    """The one in the person's name, or one without a name of an institution where the person works today."""
    held = SeatReservation.objects.live().filter(cohort=cohort).order_by("held_until", "pk")
    if named := held.filter(same_person(person.pk)).first():
        return named
    works = Appointment.objects.holding().filter(running_on(clock.today()), same_person(person.pk))
    return held.filter(person=None, institution__in=works.values("institution")).first()


def reservations(actor: User) -> QuerySet[SeatReservation]:
    """Of the own institution: what is held today by its last day, then what is over, the newest first."""
    rows = SeatReservation.objects.allowed(actor, Permission.SEAT_RESERVE)
    rows = rows.select_related("cohort__base", "cohort__programme__level", "person", "institution")
    live = When(state=SeatState.HELD, held_until__gte=clock.today(), then=F("held_until"))
    return rows.order_by(Case(live, output_field=DateField()).asc(nulls_last=True), "-held_until", "-pk")


def reservation_for(actor: User, pk: int, permission: Permission) -> SeatReservation:
    """Raises NotAllowed, also when there is none."""
    rows = SeatReservation.objects.allowed(actor, permission).select_related("cohort", "institution")
    if (found := rows.filter(pk=pk).first()) is None:
        raise NotAllowed(permission=str(permission))
    return found


def held_in(actor: User, cohort: Cohort) -> QuerySet[SeatReservation]:
    """For the base of a class; `has_applied`: only then does it read for whom a seat is held."""
    rows = SeatReservation.objects.allowed(actor, Permission.ENROLMENT_ADMIT).live().filter(cohort=cohort)
    applied = Enrolment.objects.annotate(stands=surviving("person__")).filter(cohort=cohort, stands=OuterRef("stands"))
    rows = rows.annotate(stands=surviving("person__")).annotate(has_applied=Exists(applied))
    return rows.select_related("institution", "person").order_by("institution__name", "pk")  # type: ignore[return-value]  # annotated


def held_by(institution: Institution) -> dict[int, SeatReservation]:
    """By person: the seat an institution holds in the person's name in a class that takes applications, or that was
    taken by it and in which the person is still trained."""
    found = _held_by(institution=institution.pk, today=clock.today())
    return {one.person.merged_into_id or one.person_id: one for one in found}


@compiled(institution=BigIntegerField(), today=DateField())
def _held_by(*, institution: Any, today: Any) -> QuerySet[SeatReservation]:
    rows = SeatReservation.objects.filter(institution=institution, person__isnull=False)
    held = rows.live(today).filter(cohort__state=CohortState.OPEN, cohort__ends_on__gte=today)
    wanted = held | rows.filter(state=SeatState.TAKEN, enrolment__state__in=STUDYING)
    return wanted.select_related("cohort__base__region", "cohort__programme__level", "person").order_by("pk")


def class_ends(people: Collection[int]) -> dict[int, date]:
    """Of these surviving people those in training: the last day of their class, of several the one that ends last. It
    may be over: to be in training ends with the decision whether somebody has completed it."""
    found = _studying(people=people) if people else ()
    return dict(sorted(found, key=lambda one: one[1]))


@compiled(people=Many())
def _studying(*, people: Any) -> QuerySet[Any]:
    """Under their own numbers and those of doubles."""
    rows = Enrolment.objects.filter(state__in=STUDYING).order_by()
    own = rows.filter(person__pk__among=people).values_list("person", "cohort__ends_on")
    merged = rows.filter(person__merged_into__pk__among=people)
    return own.union(merged.values_list("person__merged_into", "cohort__ends_on"), all=True)


def held_for(user: User) -> QuerySet[SeatReservation]:
    """Seats held in the name of somebody who has not applied yet."""
    applied = Enrolment.objects.filter(applicant=user).values("cohort")
    own = Q(person__user=user) | Q(person__merged_into__user=user)
    rows = SeatReservation.objects.live().filter(own).exclude(cohort__in=applied)
    return rows.select_related("cohort__base", "cohort__programme__level", "institution").order_by("held_until")


def people_of(keys: Iterable[int]) -> dict[int, Person]:
    """By the id asked for: the person who stands for it, also where records were joined."""
    rows = Person.objects.filter(pk__in=set(keys)).select_related("merged_into")
    return {one.pk: one.merged_into or one for one in rows}


def staff_among(institution: Institution, people: Iterable[int]) -> set[int]:
    """Of persons that stand for themselves those who work there today or have a first day to come."""
    ends = Q(end_date__isnull=True) | Q(end_date__gt=clock.today())
    rows = Appointment.objects.holding().filter(ends, institution=institution).annotate(stands=surviving("person__"))
    return set(rows.filter(stands__in=set(people)).values_list("stands", flat=True))
