"""Reads of designations: what is in force, what waits for whom, when a period ends, entries and exits by year."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q, QuerySet

from accounts.access import holds
from accounts.models import (
    AdminBody,
    Competence,
    Designation,
    DesignationEvent,
    Institution,
    PublicityPeriod,
    TrainingBase,
    User,
)
from accounts.models.bodies import holding_on
from accounts.permissions import GRANTS, Permission
from accounts.selectors.bodies import competent_bodies, competent_body, last_ended, may_enter_competence
from accounts.selectors.places import base_named
from accounts.workflow import ENDED, DesignationState
from core import clock
from core.calendar import Deadline, working_day_deadlines
from core.errors import DomainError, NotAllowed

# Filters for what waits for the actor, whichever its state.
WAITING = "waiting"
TO_DECIDE = (
    DesignationState.APPLIED, DesignationState.REVIEWING, DesignationState.PUBLICITY, DesignationState.RECTIFICATION,
)  # fmt: skip


@dataclass(frozen=True)
class DesignationCard:
    designation: Designation
    events: list[DesignationEvent]
    # Of the publicity or the rectification that runs.
    deadline: Deadline | None
    competent: AdminBody | None
    # Where none answers: the entry that did so last.
    ended: Competence | None


@dataclass(frozen=True)
class YearLine:
    """One kind in one year: granted in it, ended in it (by whom or by date), in force at the end of its last day."""

    kind: str
    granted: int = 0
    revoked: int = 0
    exited: int = 0
    expired: int = 0
    in_force: int = 0

    @property
    def ended(self) -> int:
        return self.revoked + self.exited + self.expired


@dataclass(frozen=True)
class Year:
    year: int
    lines: list[YearLine]

    @property
    def total(self) -> YearLine:
        names = ("granted", "revoked", "exited", "expired", "in_force")
        return YearLine("", **{name: sum(getattr(line, name) for line in self.lines) for name in names})


def publicity_days(on: date) -> int:
    """The number of working days that holds that day. Raises `no_publicity_period` where none does."""
    found = PublicityPeriod.objects.filter(valid_from__lte=on).order_by("-valid_from").first()
    if found is None:
        raise DomainError("no_publicity_period")
    return found.working_days


def period_end(designation: Designation) -> Deadline:
    """Raises `no_period`."""
    ends = period_ends([designation])
    if designation.pk not in ends:
        raise DomainError("no_period")
    return ends[designation.pk]


def period_ends(rows: Iterable[Designation]) -> dict[int, Deadline]:
    """Of those under a period, by id; the calendar is read once. Computed anew each time: a year that was provisional
    may be known by now."""
    running = {one.pk: (one.period_from, one.period_days) for one in rows if one.period_from and one.period_days}
    return dict(zip(running, working_day_deadlines(running.values()), strict=True))


def designations(actor: User, chosen: Mapping[str, str]) -> QuerySet[Designation]:
    """What reaches the actor and passes the filters, those that wait for a decision first."""
    rows = Designation.objects.allowed(actor, Permission.DESIGNATION_VIEW)
    if chosen.get("state") == WAITING:
        rows = rows.filter(pk__in=[one.pk for one, _end in waiting_designations(actor)])
    elif state := chosen.get("state"):
        rows = rows.filter(state=state)
    if kind := chosen.get("kind"):
        rows = rows.filter(kind=kind)
    if text := chosen.get("q", "").strip():
        rows = rows.filter(Q(institution__name__icontains=text) | base_named(text, "base__"))
    return _with_subject(rows).order_by("-pk")


def waiting_designations(actor: User) -> list[tuple[Designation, Deadline | None]]:
    """What somebody has to do something about: to decide on, or, under one's own rectification, to put right. With the
    end of the period that it is under, and `moved_on`, the day of its last step."""
    if holds(actor, Permission.DESIGNATION_DECIDE):
        # While a period runs, the authority is not waited for: publicity cannot be decided on, and a rectification,
        # which may be accepted any day, is the holder's turn until its last.
        today = clock.today()
        waits = _with_ends(_to_decide(actor, today))
        return [(one, end) for one, end in waits if end is None or end.has_passed(today)]
    rows = Designation.objects.allowed(actor, Permission.DESIGNATION_APPLY)
    return _with_ends(list(_moved(rows.filter(state=DesignationState.RECTIFICATION))))


def _to_decide(actor: User, today: date) -> list[Designation]:
    """Those for which the table names the actor's body. Where it names none, they wait for whoever may enter one: on
    nobody's desk an application would lie for ever."""
    rows = Designation.objects.allowed(actor, Permission.DESIGNATION_DECIDE).filter(state__in=TO_DECIDE)
    found = list(_moved(_with_subject(rows)))
    own = {hat.admin_body_id for hat in actor.worn_memberships() if Permission.DESIGNATION_DECIDE in GRANTS[hat.role]}
    bodies = competent_bodies([(one.matter, one.subject.region) for one in found], today)
    return [
        one
        for one, body in zip(found, bodies, strict=True)
        if (body.pk in own if body else may_enter_competence(actor, one.matter, one.subject.region))
    ]


def _moved(rows: QuerySet[Designation]) -> QuerySet[Designation]:
    return rows.annotate(moved_on=Max("events__on")).order_by("pk")


def _with_ends(rows: list[Designation]) -> list[tuple[Designation, Deadline | None]]:
    ends = period_ends(rows)
    return [(one, ends.get(one.pk)) for one in rows]


def state_counts(actor: User) -> dict[str, int]:
    """How many of each state reach the actor, in the order of the states."""
    rows = Designation.objects.allowed(actor, Permission.DESIGNATION_VIEW).values_list("state", flat=True)
    counts = Counter(rows.order_by())
    return {state.value: counts[state.value] for state in DesignationState if counts[state.value]}


def designation_for(actor: User, pk: int, permission: Permission = Permission.DESIGNATION_VIEW) -> Designation:
    """Raises NotAllowed, also when there is none."""
    found = _with_subject(Designation.objects.allowed(actor, permission)).filter(pk=pk).first()
    if found is None:
        raise NotAllowed(permission=permission.value)
    return found


def designation_card(actor: User, pk: int) -> DesignationCard:
    found = designation_for(actor, pk)
    events = DesignationEvent.objects.allowed(actor, Permission.DESIGNATION_VIEW).filter(designation=found)
    region, today = found.subject.region, clock.today()
    return DesignationCard(
        designation=found,
        events=list(events.order_by("recorded_at", "pk")),
        deadline=period_end(found) if found.period_days else None,
        competent=competent_body(found.matter, region, today),
        ended=last_ended(region, today).get(found.matter),
    )


def own_subject(actor: User) -> Institution | TrainingBase:
    """The institution or base that the actor applies for. Raises NotAllowed."""
    for hat in actor.worn_memberships():
        place = hat.base or hat.institution
        if place and type(place).objects.allowed(actor, Permission.DESIGNATION_APPLY).filter(pk=place.pk).exists():
            return place
    raise NotAllowed(permission=Permission.DESIGNATION_APPLY.value)


# --- public ---------------------------------------------------------------------------------------------------------
def in_force(on: date, *, kind: str = "", query: str = "") -> QuerySet[Designation]:
    """The public register: who holds what that day."""
    rows = Designation.objects.filter(holding_on(on))
    if kind:
        rows = rows.filter(kind=kind)
    if query:
        rows = rows.filter(Q(institution__name__icontains=query) | base_named(query, "base__"))
    return _with_subject(rows).order_by("kind", "-valid_from", "pk")


def in_publicity() -> QuerySet[Designation]:
    """What everybody may object to now; gone from here once it is decided."""
    return _with_subject(Designation.objects.filter(state=DesignationState.PUBLICITY)).order_by("period_from", "pk")


def years(*, today: date, region_path: str = "") -> list[Year]:
    """From the first grant to this year, the newest first; one statement. Only what was ever granted is counted."""
    rows = Designation.objects.filter(valid_from__lte=today)
    if region_path:
        inside = Q(institution__region__path__startswith=region_path) | Q(base__region__path__startswith=region_path)
        rows = rows.filter(inside)
    found = rows.order_by("pk").values_list("kind", "state", "valid_from", "valid_to")
    facts = [(kind, state, begun, ended) for kind, state, begun, ended in found if begun]
    if not facts:
        return []
    first = min(begun.year for _kind, _state, begun, _ended in facts)
    return [_year(year, facts, today) for year in range(today.year, first - 1, -1)]


Fact = tuple[str, str, date, date | None]


def _year(year: int, facts: list[Fact], today: date) -> Year:
    present = [kind for kind in Designation.Kind if any(fact[0] == kind for fact in facts)]
    last = min(date(year, 12, 31), today)
    return Year(year, [_line(kind, year, last, [fact for fact in facts if fact[0] == kind]) for kind in present])


def _line(kind: str, year: int, last: date, facts: list[Fact]) -> YearLine:
    ended = Counter(
        state if state in ENDED else "expired"
        for _kind, state, _begun, end in facts
        if end and end.year == year and end <= last
    )
    return YearLine(
        kind=kind,
        granted=sum(begun.year == year for _kind, _state, begun, _end in facts),
        revoked=ended[DesignationState.REVOKED],
        exited=ended[DesignationState.EXITED],
        expired=ended["expired"],
        in_force=sum(begun <= last and (end is None or end > last) for _kind, _state, begun, end in facts),
    )


def _with_subject(rows: QuerySet[Designation]) -> QuerySet[Designation]:
    return rows.select_related("institution__region", "base__region")
