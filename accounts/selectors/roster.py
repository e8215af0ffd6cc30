"""The staff roster of one institution as a list: of today, or as it was believed at a moment."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.access import NOTHING
from accounts.models import Appointment, DisputeDecision, Institution, Person, User
from accounts.permissions import Permission
from accounts.selectors.staff import PRESENT, StaffRow, believed, columns, running_on
from core import paging
from core.compiled import Many, compiled
from core.errors import NotAllowed
from core.text import name_key

# What a roster can be asked for besides those who count.
VOIDED = "voided"


def roster(actor: User, institution: Institution, chosen: Mapping[str, str], *, on: date) -> "Present":
    """The institution's appointments that pass the filters (accounts.forms.imports.RosterFilter).

    What a decision took out stands here only for whoever asks for it: as known now it never was.
    """
    rows = Appointment.objects.allowed(actor, Permission.ROSTER_VIEW).filter(institution=institution)
    working = chosen.get("working")
    if working == VOIDED:
        taken_out = rows.filter(_passes({**chosen, "working": ""}, on), voided_at__isnull=False)
        return Present(taken_out, on, with_reason=True)
    rows = rows.holding()
    if working == "left":
        rows = rows.filter(~_runs_elsewhere_here(on))
    return Present(rows.filter(_passes(chosen, on)), on)


class Present:
    """Today's list for a paginator, latest start first: values of StaffRow.

    A page is found in the order of an index, and costs the same for a hundred rows and for a hundred thousand; then
    its rows are read.
    """

    def __init__(self, rows: QuerySet[Appointment], on: date, *, with_reason: bool = False) -> None:
        self.found = rows.order_by("-start_date", "-pk").values_list("pk", flat=True)
        self.on = on
        self.with_reason = with_reason

    def __len__(self) -> int:
        return self.found.order_by()[: paging.MOST_ROWS + 1].count()

    def __getitem__(self, place: Any) -> list[Any]:
        """A slice of it, which is what a paginator asks for."""
        return self._read(self.found[place])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._read(self.found))

    def _read(self, found: QuerySet[Any]) -> list[Any]:
        rows = roster_rows(self.with_reason, appointments=numbers, on=self.on) if (numbers := list(found)) else []
        return sorted(rows, key=_start_and_number, reverse=True)


@compiled(appointments=Many(), on=DateField())
def roster_rows(with_reason: bool, *, appointments: Any, on: Any) -> QuerySet[Any]:
    name = Coalesce(F("person__merged_into__name"), F("person__name"))
    still_here = Case(When(Q(end_date__lte=on) & _runs_elsewhere_here(on), then=Value(True)), default=Value(False))
    more = ("voided_at", _why_voided()) if with_reason else ()
    rows = Appointment.objects.filter(pk__among=appointments)
    return rows.values_list(*columns(PRESENT, None), name, still_here, *more)


def _start_and_number(values: Sequence[Any]) -> tuple[date, int]:
    row = StaffRow(*values)
    return row.start_date, row.appointment


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
        self.parts = [(rows.order_by("-start_date", f"-{path}pk"), columns(path, known_at)) for rows, path in parts]

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


def _runs_elsewhere_here(on: date) -> Q:
    """Has the person, under the number of any double, another appointment of the same institution on the day? Whoever
    changed post has not left."""
    survivor = Coalesce(OuterRef("person__merged_into"), OuterRef("person"))
    others = Appointment.objects.holding().filter(running_on(on), institution=OuterRef("institution"))
    others = others.exclude(pk=OuterRef("pk"))
    doubles = Person.objects.filter(merged_into=OuterRef(OuterRef("person__merged_into"))).values("pk")
    doubles |= Person.objects.filter(merged_into=OuterRef(OuterRef("person"))).values("pk")
    # Each by the index of persons: for one condition with "or" the whole staff would be read.
    return Q(Exists(others.filter(person=survivor))) | Q(Exists(others.filter(person__in=doubles)))


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
    parts = [(rows.filter(_passes(chosen, on, path)), path) for path, rows in believed(institution, known_at).items()]
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
