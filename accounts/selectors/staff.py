"""Who works where: on a day, as known at a moment. The one place that joins present wordings with earlier ones."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, Q, QuerySet

from accounts.models import Appointment, AppointmentVersion, Institution, Person, User
from accounts.models.positions import not_voided
from accounts.permissions import Permission
from accounts.selectors import surviving
from core.compiled import compiled
from core.errors import NotAllowed

# Where the appointment's own columns are, from its present wording and from an earlier one.
PRESENT, EARLIER = "", "appointment__"
TERMS = ("start_date", "end_date", "post", "professional", "employment_type", "full_time", "share", "department")


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One appointment in the wording believed: `person` is the one who stood for a merged record at that moment.

    Today's list brings along the name, whether the person works here in another post once the row has ended, and when
    and why a decision took it out.
    """

    appointment: int
    person: int
    start_date: date
    end_date: date | None
    post: str
    professional: bool
    employment_type: str
    full_time: bool | None
    share: int | None
    department: str
    name: str = ""
    still_here: bool = False
    voided_at: datetime | None = None
    why_voided: str | None = None

    def runs_on(self, day: date) -> bool:
        return self.start_date <= day and not is_over(self, day)

    @property
    def counted_until(self) -> date | None:
        """The last day that counts; a leaving date is the day after."""
        return self.end_date - timedelta(days=1) if self.end_date else None

    @property
    def pk(self) -> int:
        """That of the appointment, as a row of today's list has it."""
        return self.appointment


def wordings_of(institution: Institution, known_at: datetime | None = None) -> list[StaffRow]:
    """Every appointment believed at the moment (default now), of all times, by start; one row per appointment."""
    kinds = (EARLIER, PRESENT) if known_at else (PRESENT,)
    found = [_wordings(one, known_at is not None, institution=institution.pk, known_at=known_at) for one in kinds]
    rows = [StaffRow(*values) for values in chain.from_iterable(found)]
    return sorted(rows, key=lambda row: (row.start_date, row.appointment))


@compiled(institution=BigIntegerField(), known_at=DateTimeField())
def _wordings(path: str, then: bool, *, institution: Any, known_at: Any) -> QuerySet[Any]:
    moment = known_at if then else None
    return believed(institution, moment)[path].values_list(*columns(path, moment))


def running_on(day: date) -> Q:
    """A leaving date is the first day no longer counted."""
    return Q(start_date__lte=day) & (Q(end_date__isnull=True) | Q(end_date__gt=day))


def is_over(row: Appointment | StaffRow, day: date) -> bool:
    """Of a row in hand, what `running_on` says of rows in the database; one of a later day is not over."""
    return row.end_date is not None and row.end_date <= day


def primary_appointment(person: Person, on: date) -> Appointment | None:
    """The main place of work on a day: the one decided on if it runs, else the one that has run longest."""
    rows = Appointment.objects.holding().filter(running_on(on), Q(person=person) | Q(person__merged_into=person))
    return rows.select_related("institution").order_by("-is_primary", "start_date", "pk").first()


def main_ones_meeting(appointment: Appointment) -> QuerySet[Appointment]:
    """The person's other appointments decided on as the main one for some of the same days."""
    survivor = appointment.person.merged_into_id or appointment.person_id
    meets = Q(end_date__isnull=True) | Q(end_date__gt=appointment.start_date)
    if appointment.end_date:
        meets &= Q(start_date__lt=appointment.end_date)
    rows = Appointment.objects.holding().annotate(survivor=surviving("person__")).filter(meets, survivor=survivor)
    return rows.filter(is_primary=True).exclude(pk=appointment.pk).order_by("start_date", "pk")


def primary_ones_of(people: Collection[int]) -> QuerySet[Appointment]:
    """Whatever was decided to be the main place of work of these surviving people, at any time and anywhere."""
    rows = Appointment.objects.holding().filter(Q(person__in=people) | Q(person__merged_into__in=people))
    return rows.filter(is_primary=True).select_related("person").order_by("start_date", "pk")


def believed(institution: Any, known_at: Any) -> dict[str, QuerySet[Any]]:
    """Querysets of wordings by their paths to the appointment's own columns."""
    live = Appointment.objects.holding(known_at).filter(institution=institution)
    if known_at is None:
        return {PRESENT: live}
    versions = AppointmentVersion.objects.filter(appointment__institution=institution)
    earlier = versions.filter(not_voided(known_at, EARLIER), recorded_at__lte=known_at, superseded_at__gt=known_at)
    return {PRESENT: live.filter(recorded_at__lte=known_at), EARLIER: earlier}


def columns(path: str, known_at: datetime | None) -> tuple[Any, ...]:
    return (f"{path}pk" if path else "pk", surviving(f"{path}person__", known_at), *TERMS)


def people_by_id(people: Iterable[int]) -> dict[int, Person]:
    """Those of the lines of a list that the caller may already see."""
    return Person.objects.in_bulk(list(people))


def held_appointment(actor: User, permission: Permission, pk: int) -> Appointment:
    """One that was not voided. Raises NotAllowed, also when there is none."""
    rows = Appointment.objects.allowed(actor, permission).holding().filter(pk=pk)
    found = rows.select_related("person__merged_into", "institution__region").first()
    if found is None:
        raise NotAllowed(permission=permission.value)
    return found


def lines_by_hand(actor: User, institution: Institution, limit: int = 10) -> list[Appointment]:
    """What officers last wrote line by line, newest first."""
    rows = Appointment.objects.allowed(actor, Permission.ROSTER_VIEW).holding().filter(institution=institution)
    written = rows.filter(by_hand_at__isnull=False).select_related("person__merged_into")
    return list(written.order_by("-by_hand_at", "-pk")[:limit])
