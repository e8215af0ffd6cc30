"""Calls of regions for returns: which the actor sees, which may still be taken back, what a new one would ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from accounts.access import worn_bodies
from accounts.models import AdminBody, Institution, Region, User
from accounts.models.bodies import Matter
from accounts.permissions import Permission
from accounts.selectors.bodies import competent_body
from core import clock
from core.errors import NotAllowed
from staffing.models import FilingCall, FilingPeriod
from staffing.rules.calendar import calls
from staffing.selectors.ratios import answering_for
from staffing.selectors.returns import Period, in_scope, obliged, paths_over
from staffing.workflow import CallState

ASKS = Permission.RETURN_DECIDE


@dataclass(frozen=True)
class Asked:
    """What a call does once it opens."""

    period: Period
    institutions: int
    obliged: int


def filing_calls(actor: User) -> QuerySet[FilingCall]:
    """The latest day first."""
    rows = FilingCall.objects.allowed(actor, ASKS).select_related("region", "entered_by__person")
    return rows.order_by("-as_of", "-pk")


def call_for(actor: User, pk: int) -> FilingCall:
    """Raises NotAllowed, also when there is none."""
    found = filing_calls(actor).filter(pk=pk).first()
    if found is None:
        raise NotAllowed(permission=ASKS.value)
    return found


def may_withdraw(actor: User, call: FilingCall) -> bool:
    """Of the own region, before it opens; the service asks again."""
    waiting = call.state == CallState.ENTERED and call.opens_on > clock.today()
    return waiting and any(body.jurisdiction == call.region.path for body in worn_bodies(actor, ASKS))


def calling_regions(actor: User) -> QuerySet[Region]:
    """The regions of the bodies for which the actor decides on returns."""
    paths = [body.jurisdiction for body in worn_bodies(actor, ASKS)]
    return Region.objects.filter(path__in=paths, valid_to=None).order_by("path", "pk")


def receiving_body(region: Region) -> AdminBody | None:
    return competent_body(Matter.RECEIVE_RETURNS, region, clock.today())


def what_it_asks(actor: User, period: Period) -> Asked:
    """Of how many institutions, and how many of them have to file; counted as of today."""
    scope = in_scope(period.row, answering_for(Institution.objects.allowed(actor, ASKS))).select_related("region")
    institutions = list(scope.order_by("pk"))
    return Asked(period, len(institutions), len(obliged(period.row, institutions)))


def asked_already(region: Region, day: date) -> str:
    """What asks for this day in a part of the region already, or in one above it; "" where nothing does."""
    touching = Q(region__path__startswith=region.path) | Q(region__path__in=paths_over(region.path))
    rows = FilingCall.objects.filter(touching, state=CallState.ENTERED, as_of=day).order_by("pk")
    titles: Sequence[str] = [one.title for one in rows[:1]]
    opened = FilingPeriod.objects.filter(as_of=day).order_by("pk")
    titles = [*titles, *(one.title for one in opened if _touch(one.region_path, region.path))]
    calendar = [one for one in calls() if _touch(one.region_path, region.path)]
    titles = [*titles, *(one.texts["zh-hans"]["title"] for one in calendar if day in one.days_near(day))]
    return titles[0] if titles else ""


def calls_to_open(today: date) -> list[FilingCall]:
    """Those whose first day has come and whose period is not open yet."""
    rows = FilingCall.objects.filter(state=CallState.ENTERED, opens_on__lte=today, as_of__gte=_long_over(today))
    opened = set(FilingPeriod.objects.filter(code__startswith="CALL-").values_list("code", flat=True))
    return [one for one in rows.select_related("region").order_by("pk") if one.call.code not in opened]


def _touch(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _long_over(today: date) -> date:
    return today.replace(year=today.year - 1, day=1)
