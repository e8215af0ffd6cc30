"""Who is away without having left: leaves as known at a moment, and rows of staff without the days of a leave."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Appointment, Institution, LeaveOfAbsence, User
from accounts.permissions import Permission
from accounts.selectors.staff import StaffRow, running_on
from core.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Away:
    """From the first day of a leave to the day before the one of coming back."""

    kind: str
    start: date
    end: date | None


# By appointment, in order of their first days.
Leaves = Mapping[int, list[Away]]


def leaves_at(
    places: Collection[Institution | int], kinds: Collection[str], known_at: datetime | None = None
) -> Leaves:
    """Of institutions; asks nothing where no kind is named."""
    found: defaultdict[int, list[Away]] = defaultdict(list)
    if kinds:
        rows = LeaveOfAbsence.objects.believed(known_at).filter(appointment__institution__in=places, kind__in=kinds)
        facts = rows.order_by("start_date", "pk").values_list("appointment", "kind", "start_date", "end_date")
        for appointment, kind, start, end in facts:
            found[appointment].append(Away(kind, start, end))
    return found


def leaves_of(appointment: Appointment, *, without: LeaveOfAbsence | None = None) -> list[Away]:
    """Of any kind, as known now."""
    rows = LeaveOfAbsence.objects.believed().filter(appointment=appointment).order_by("start_date", "pk")
    return [Away(row.kind, row.start_date, row.end_date) for row in rows if row != without]


def on_leave(day: date, kinds: Collection[str]) -> Q:
    """Which appointments somebody is away from that day, as known now."""
    leaves = LeaveOfAbsence.objects.believed().filter(running_on(day), kind__in=kinds, appointment=OuterRef("pk"))
    return Q(Exists(leaves))


def stretches(start: date, end: date | None, leaves: Iterable[Away]) -> list[tuple[date, date | None]]:
    """What is left of some days without those of leaves, which are in order and do not meet."""
    found: list[tuple[date, date | None]] = []
    since = start
    for away in leaves:
        if away.start > since and (end is None or since < end):
            found.append((since, away.start if end is None else min(away.start, end)))
        if away.end is None:
            return found
        since = max(since, away.end)
    return [*found, (since, end)] if end is None or since < end else found


def without_leaves(rows: Iterable[StaffRow], leaves: Leaves, kinds: Collection[str]) -> list[StaffRow]:
    """Each row for the days on which its person is there: one row for each stretch of them."""
    return [
        replace(row, start_date=start, end_date=end)
        for row in rows
        for start, end in stretches(
            row.start_date, row.end_date, [one for one in leaves.get(row.appointment, ()) if one.kind in kinds]
        )
    ]


def there_on(day: date, rows: Iterable[StaffRow], leaves: Leaves, kinds: Collection[str]) -> list[StaffRow]:
    """Of rows that run that day those whose person is not away, with their own days."""
    return [row for row in rows if not leaves or away_on(day, row.appointment, leaves, kinds) is None]


def away_on(day: date, appointment: int, leaves: Leaves, kinds: Collection[str]) -> Away | None:
    """The leave of one of these kinds on which somebody is away from an appointment that day."""
    found = (one for one in leaves.get(appointment, ()) if one.kind in kinds)
    return next((one for one in found if one.start <= day and (one.end is None or one.end > day)), None)


def recorded_leaves(actor: User, institution: Institution) -> QuerySet[LeaveOfAbsence]:
    """As known now, the one begun last first."""
    rows = LeaveOfAbsence.objects.allowed(actor, Permission.ROSTER_VIEW).believed()
    rows = rows.filter(appointment__institution=institution).select_related("appointment__person__merged_into")
    return rows.order_by("-start_date", "-pk")


def stands_instead(actor: User, pk: int) -> LeaveOfAbsence | None:
    """The row that replaced this one, and whatever replaced that; None where it stands itself or there is none."""
    rows = LeaveOfAbsence.objects.allowed(actor, Permission.ROSTER_IMPORT).select_related("appointment__institution")
    found = last = rows.filter(pk=pk).first()
    while found is not None:
        last, found = found, rows.filter(replaces=found).first()
    return last if last is not None and last.pk != pk else None


def held_leave(actor: User, pk: int) -> LeaveOfAbsence:
    """One that was neither replaced nor withdrawn. Raises NotAllowed, also when there is none."""
    rows = LeaveOfAbsence.objects.allowed(actor, Permission.ROSTER_IMPORT).believed().filter(pk=pk)
    found = rows.select_related("appointment__person__merged_into", "appointment__institution__region").first()
    if found is None:
        raise NotAllowed(permission=Permission.ROSTER_IMPORT.value)
    return found
