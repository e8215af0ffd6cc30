"""Who works where: on a day, as known at a moment. The one place that joins present wordings with earlier ones."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.access import NOTHING
from accounts.models import Appointment, AppointmentVersion, DisputeDecision, Institution, Person, User
from accounts.models.positions import not_voided
from accounts.permissions import Permission
from accounts.selectors import surviving
from core import paging
from core.errors import NotAllowed
from core.text import name_key

# What a roster can be asked for besides those who count.
VOIDED = "voided"
TERMS = ("start_date", "end_date", "post", "professional", "employment_type", "full_time", "share", "department")


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One appointment in the wording believed: `person` is the one who stood for a merged record at that moment.

    Today's list brings along the name, the record before any merge, and when and why a decision took the row out.
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
    record: int | None = None
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
    rows = [
        StaffRow(*values)
        for wordings, path in _believed(institution, known_at)
        for values in wordings.values_list(*_columns(path, known_at))
    ]
    return sorted(rows, key=lambda row: (row.start_date, row.appointment))


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


def _believed(institution: Institution, known_at: datetime | None) -> list[tuple[QuerySet[Any], str]]:
    """Querysets of wordings, each with its path to the appointment's own columns."""
    live = Appointment.objects.holding(known_at).filter(institution=institution)
    if known_at is None:
        return [(live, "")]
    versions = AppointmentVersion.objects.filter(appointment__institution=institution)
    earlier = versions.filter(
        not_voided(known_at, "appointment__"), recorded_at__lte=known_at, superseded_at__gt=known_at
    )
    return [(live.filter(recorded_at__lte=known_at), ""), (earlier, "appointment__")]


def _columns(path: str, known_at: datetime | None) -> tuple[Any, ...]:
    return (f"{path}pk" if path else "pk", surviving(f"{path}person__", known_at), *TERMS)


def roster(actor: User, institution: Institution, chosen: Mapping[str, str], *, on: date) -> QuerySet[Any]:
    """Values of StaffRow: the institution's appointments that pass the filters (accounts.forms.imports.RosterFilter),
    latest start first.

    What a decision took out stands here only for whoever asks for it: as known now it never was. In the order of an
    index: a page costs the same for a hundred and for a hundred thousand.
    """
    rows = Appointment.objects.allowed(actor, Permission.ROSTER_VIEW).filter(institution=institution)
    working = chosen.get("working")
    if working == VOIDED:
        taken_out = rows.filter(_passes({**chosen, "working": ""}, on), voided_at__isnull=False)
        return _listed(taken_out, "voided_at", _why_voided())
    rows = rows.holding()
    if working == "left":
        rows = rows.filter(~_runs_elsewhere_here(on))
    return _listed(rows.filter(_passes(chosen, on)))


def _listed(rows: QuerySet[Any], *more: Any) -> QuerySet[Any]:
    name = Coalesce(F("person__merged_into__name"), F("person__name"))
    return rows.order_by("-start_date", "-pk").values_list(*_columns("", None), name, "person_id", *more)


class _HowMany(Subquery):
    """How many rows a subquery has."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


class Believed:
    """Present and earlier wordings as one list, latest start first, for a paginator: counted and cut apart.

    Nothing that a page asks grows with the list: it is counted as far as anybody leafs, and each of the two is read in
    the order of an index as far as the page reaches. Only whoever takes the whole list along reads all of it.
    """

    def __init__(
        self, institution: Institution, parts: list[tuple[QuerySet[Any], str]], known_at: datetime | None
    ) -> None:
        counts = [_HowMany(rows.order_by().values("pk")[: paging.MOST_ROWS + 1]) for rows, _path in parts]
        place = Institution.objects.filter(pk=institution.pk).order_by()
        self.counts: tuple[int, ...] = place.values_list(*counts).get()
        self.parts = [(rows.order_by("-start_date", f"-{path}pk"), _columns(path, known_at)) for rows, path in parts]

    def __len__(self) -> int:
        return sum(self.counts)

    def __getitem__(self, place: Any) -> Any:
        return self._filled(place.stop)[place]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._filled())

    def _filled(self, stop: int | None = None) -> QuerySet[Any]:
        filled = [part for part, count in zip(self.parts, self.counts, strict=True) if count] or self.parts[:1]
        if len(filled) == 1:
            return filled[0][0].values_list(*filled[0][1])
        first = [_first_of(rows, stop).order_by().values_list(*columns) for rows, columns in filled]
        return first[0].union(*first[1:], all=True).order_by("-start_date", "-pk")


def _first_of(rows: QuerySet[Any], stop: int | None) -> QuerySet[Any]:
    """As many as can stand on the page: none of the others comes before them."""
    return rows if stop is None else rows.filter(pk__in=rows.values("pk")[:stop])


def _runs_elsewhere_here(on: date) -> Exists:
    """Has the person another appointment of the same institution on the day? Whoever changed post has not left."""
    same = Q(person=OuterRef("person")) | Q(person=OuterRef("person__merged_into"))
    others = Appointment.objects.holding().filter(running_on(on), same, institution=OuterRef("institution"))
    return Exists(others.exclude(pk=OuterRef("pk")))


def _why_voided() -> Subquery:
    """The reason that the officer gave for taking the row out."""
    decisions = DisputeDecision.objects.filter(dispute__appointment=OuterRef("pk"), upheld=True)
    return Subquery(decisions.order_by("-pk").values("reason")[:1])


def believed_roster(
    actor: User, institution: Institution, chosen: Mapping[str, str], *, on: date, known_at: datetime
) -> Believed:
    """The same list as it was believed at a moment: values of StaffRow, latest start first."""
    if not Institution.objects.allowed(actor, Permission.ROSTER_VIEW).filter(pk=institution.pk).exists():
        raise NotAllowed(permission=Permission.ROSTER_VIEW.value)
    parts = [(rows.filter(_passes(chosen, on, path)), path) for rows, path in _believed(institution, known_at)]
    return Believed(institution, parts, known_at)


def _passes(chosen: Mapping[str, str], on: date, path: str = "") -> Q:
    """The filters of the address on present or earlier wordings."""
    passes = Q()
    if text := chosen.get("q"):
        passes &= (
            Q(**{f"{path}person__name_key__contains": name_key(text)})
            | Q(post__icontains=text)
            | Q(department__icontains=text)
            | Q(staff_no__icontains=text)
        )
    if working := chosen.get("working"):
        passes &= {
            "now": running_on(on), "left": Q(end_date__lte=on), "later": Q(start_date__gt=on), VOIDED: NOTHING,
        }[working]  # fmt: skip
    if professional := chosen.get("professional"):
        passes &= Q(professional=professional == "yes")
    if employment_type := chosen.get("employment_type"):
        passes &= Q(employment_type=employment_type)
    return passes


def working_here(institution: Institution, rows: Iterable[StaffRow], on: date) -> set[int]:
    """Which of the people of these rows of today's list have a running appointment here, by the row itself or by the
    record it was merged into: whoever changed post has not left."""
    stands_for = {record: row.person for row in rows for record in (row.record or row.person, row.person)}
    posts = posts_of(institution, stands_for).values_list("person_id", "start_date", "end_date") if stands_for else ()
    # Which of them run is said here: a person has a few.
    return {stands_for[record] for record, start, end in posts if start <= on and (end is None or end > on)}


def posts_of(institution: Institution, people: Collection[int]) -> QuerySet[Appointment]:
    """By the person, which an index finds: the institution may have a hundred thousand."""
    return Appointment.objects.holding().filter(person__in=people, institution=institution)


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
