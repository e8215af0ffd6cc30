"""Reads of returns: which periods there are, how an institution stands in each, one return with all its versions.

"Not filed" is the absence of a version. It is never a figure: neither 0 nor that of another period.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Prefetch, Q, QuerySet, Subquery

from accounts.models import Institution, Membership, Region, User
from accounts.permissions import Permission, Role
from core import clock
from core.calendar import Deadline, working_day_deadlines, working_days_between
from core.errors import NotAllowed
from staffing.models import (
    FilingPeriod,
    RatioReturn,
    ReturnAnomaly,
    ReturnDecision,
    ReturnReminder,
    ReturnVersion,
)
from staffing.rules.calendar import Obliges
from staffing.selectors.known import Known
from staffing.selectors.ratios import answering_for
from staffing.selectors.versions import bound_by, rule_among, rule_on
from staffing.workflow import PREPARING, ReturnState


@dataclass(frozen=True)
class Period:
    """A filing period with its days as the calendar knows them now."""

    row: FilingPeriod
    due: Deadline
    correct_until: Deadline

    def days_left(self, today: date) -> int:
        """Calendar days to the last day to file; below zero after it."""
        return (self.due.day - today).days

    def working_days_late(self, today: date) -> int:
        """0 while a day on the way is provisional: nobody is late by a calendar that is not published."""
        return working_days_between(self.due.day, today) if self.due.has_passed(today) else 0

    def over(self, today: date) -> bool:
        """Is the day to be returned over? A day counts as it ended."""
        return today > self.row.as_of


@dataclass(frozen=True)
class Standing:
    """How an institution stands in a period. `version` is what was filed last, None: not filed."""

    institution: Institution
    period: Period
    found: RatioReturn | None
    version: ReturnVersion | None
    obliged: bool
    days_left: int
    days_late: int

    @property
    def filed(self) -> bool:
        return self.version is not None

    @property
    def filed_late(self) -> int:
        """Working days after the last day on which the first version was filed."""
        if self.version is None or self.found is None or not self.obliged:
            return 0
        first = min(self.found.versions.all(), key=lambda one: one.turn)
        return self.period.working_days_late(clock.day_of(first.filed_at))

    @property
    def to_do(self) -> bool:
        """Does it lie with the institution?"""
        return self.found.state in PREPARING if self.found else self.obliged


@dataclass(frozen=True)
class PublicReturn:
    """What may be shown to everybody: the version that the authority accepted or corrected last."""

    version: ReturnVersion
    # A later version was filed and is not decided, or the figure of the day is another by now.
    in_question: bool


# --- periods --------------------------------------------------------------------------------------------------------
def with_days(rows: Iterable[FilingPeriod]) -> list[Period]:
    """The calendar is read once for all."""
    rows = list(rows)
    asked = [(row.as_of, days) for row in rows for days in (row.due_working_days, row.correct_working_days)]
    ends = working_day_deadlines(asked)
    return [Period(row, ends[2 * place], ends[2 * place + 1]) for place, row in enumerate(rows)]


def opened(today: date) -> QuerySet[FilingPeriod]:
    """The newest day first."""
    return FilingPeriod.objects.filter(opens_on__lte=today).order_by("-as_of", "-pk")


def paths_over(path: str) -> list[str]:
    """The paths of the regions above, the nation's first, and its own."""
    codes = path.split("/")[:-1]
    return ["".join(f"{code}/" for code in codes[:length]) for length in range(len(codes) + 1)]


def period_of(pk: int) -> Period:
    """Public: when who has to file. Raises NotAllowed where there is none."""
    if not (row := FilingPeriod.objects.filter(pk=pk).first()):
        raise NotAllowed(permission=Permission.RETURN_FILE.value)
    return with_days([row])[0]


def is_about(period: FilingPeriod, institution: Institution) -> bool:
    """May it file there? By category and region."""
    if period.categories and institution.category not in period.categories:
        return False
    return not period.region_path or institution.region.path.startswith(period.region_path)


def in_scope(period: FilingPeriod, institutions: QuerySet[Institution]) -> QuerySet[Institution]:
    """The same of rows in the database."""
    rows = institutions.filter(region__path__startswith=period.region_path)
    return rows.filter(category__in=period.categories) if period.categories else rows


def obliged(period: FilingPeriod, institutions: Iterable[Institution]) -> frozenset[int]:
    """Of those in scope the ones that have to file."""
    found = [one for one in institutions if is_about(period, one)]
    if period.obliges == Obliges.SCOPE:
        return frozenset(one.pk for one in found)
    return bound_by(found, rule_on(period.as_of, code=period.rule_code), period.as_of)


# --- how an institution stands ----------------------------------------------------------------------------------------
def standings(institution: Institution, today: date | None = None, *, facts: Known | None = None) -> list[Standing]:
    """In every opened period that asks it or in which it has filed, the newest first; `facts`: of now, if in hand."""
    today = today or clock.today()
    own = {one.period_id: one for one in with_versions(RatioReturn.objects.filter(institution=institution))}
    # Nobody reads a staff list to find out that there is one.
    has_staff = bool(facts and facts.rows) or has_staff_list(institution)
    # Calls of other regions are none of its business, unless it filed there before it moved.
    path = Region.objects.filter(pk=institution.region_id).values("path")[:1]
    near = Q(here__startswith=F("region_path")) | Q(pk__in=own)
    found, all_periods = [], with_days(opened(today).annotate(here=Subquery(path)).filter(near)[:100])
    obliging = _obliging(facts or Known(institution), [one.row for one in all_periods]) if has_staff else set()
    for period in all_periods:
        asked = period.row.pk in obliging
        may = has_staff and is_about(period.row, institution) and not period.due.has_passed(today)
        if asked or may or period.row.pk in own:
            found.append(standing(institution, period, own.get(period.row.pk), asked=asked, today=today))
    return found


def _obliging(facts: Known, rows: Iterable[FilingPeriod]) -> set[int]:
    """The same as `obliged`, of one institution in many periods."""
    about = [row for row in rows if is_about(row, facts.institution)]
    return {row.pk for row in about if row.obliges == Obliges.SCOPE or _binds(facts, row)}


def _binds(facts: Known, row: FilingPeriod) -> bool:
    """A requirement that nobody has adopted binds nobody."""
    versions = facts.requirement(row.rule_code)
    return bool(versions) and facts.bound(rule_among(versions, row.as_of), row.as_of)


def standing(
    institution: Institution, period: Period, found: RatioReturn | None, *, asked: bool, today: date
) -> Standing:
    """`found` with its versions read along."""
    version = max(found.versions.all(), key=lambda one: one.turn, default=None) if found else None
    late = period.working_days_late(today) if version is None and asked else 0
    return Standing(institution, period, found, version, asked, period.days_left(today), late)


def current_standing(
    institution: Institution, today: date | None = None, *, facts: Known | None = None
) -> Standing | None:
    """What the ratio page and the first page tell: the newest period that asks for something, else the newest."""
    found = standings(institution, today, facts=facts)
    return next((one for one in found if one.to_do), found[0] if found else None)


def has_staff_list(institution: Institution) -> bool:
    """Legal persons that only stand behind a department or a base return nothing."""
    return answering_for(Institution.objects.filter(pk=institution.pk)).exists()


def history_before(institution: Institution, period: FilingPeriod) -> ReturnVersion | None:
    """What was filed for the period before: history, never a figure of this one."""
    rows = ReturnVersion.objects.filter(ratio_return__institution=institution, as_of__lt=period.as_of)
    return rows.select_related("ratio_return__period", "rule").order_by("-as_of", "-turn").first()


def officers_of(institutions: Collection[int]) -> dict[int, list[User]]:
    """Who is told of an institution's returns, by institution: its officers with an open login."""
    hats = Membership.objects.running(clock.today()).filter(role=Role.INSTITUTION_OFFICER, user__is_active=True)
    found: dict[int, list[User]] = defaultdict(list)
    for hat in hats.filter(institution__in=institutions).select_related("user").order_by("user", "pk"):
        found[hat.institution_id or 0].append(hat.user)
    return found


def reminders_of(institution: Institution, period: FilingPeriod) -> int:
    return ReturnReminder.objects.filter(institution=institution, period=period).count()


def public_return(institution: Institution, period: FilingPeriod, today: date | None = None) -> PublicReturn | None:
    """None where nothing may be shown: not filed, not decided, not published by its call, or the window still open.

    A caller that gets None says "not filed" or nothing, and shows no figure in its place.
    """
    today = today or clock.today()
    if not period.published or not with_days([period])[0].correct_until.has_passed(today):
        return None
    rows = ReturnVersion.objects.filter(ratio_return__institution=institution, ratio_return__period=period)
    decided = rows.filter(Q(decisions__step="accept") | Q(by_authority=True))
    version = decided.select_related("ratio_return", "rule").order_by("-turn").first()
    if version is None:
        return None
    return PublicReturn(version, version.ratio_return.state not in (ReturnState.ACCEPTED, ReturnState.CORRECTED))


# --- one return -------------------------------------------------------------------------------------------------------
def find_return(actor: User, pk: int) -> RatioReturn:
    """For its institution and its authorities. Raises NotAllowed, also when there is none."""
    rows = RatioReturn.objects.allowed(actor, Permission.RETURN_FILE)
    rows |= RatioReturn.objects.allowed(actor, Permission.RETURN_DECIDE)
    found = with_versions(rows.filter(pk=pk)).first()
    if found is None:
        raise NotAllowed(permission=Permission.RETURN_FILE.value)
    return found


def return_for(actor: User, pk: int, permission: Permission) -> RatioReturn:
    """For whoever may do this with it. Raises NotAllowed."""
    found = with_versions(RatioReturn.objects.allowed(actor, permission).filter(pk=pk)).first()
    if found is None:
        raise NotAllowed(permission=permission.value)
    return found


def versions_of(found: RatioReturn) -> list[ReturnVersion]:
    """Every one that was filed, the last first, with what was decided on it and its receipt's hash."""
    rows = found.versions.select_related("receipt", "rule", "check_of").prefetch_related("decisions")
    return list(rows.defer("receipt__body").order_by("-turn"))


def question_left(found: RatioReturn, versions: Sequence[ReturnVersion]) -> ReturnDecision | None:
    """What the authority asked when it sent the last version back, until the next one is filed."""
    if not versions or found.state in (ReturnState.FILED, ReturnState.ACCEPTED, ReturnState.CORRECTED):
        return None
    return next((one for one in versions[0].decisions.all() if one.step == "return"), None)


def anomalies_of(checks: Collection[int]) -> list[ReturnAnomaly]:
    return list(ReturnAnomaly.objects.filter(check_of__in=checks).order_by("pk"))


def anomaly_for(actor: User, pk: int, permission: Permission) -> ReturnAnomaly:
    """Raises NotAllowed, also when there is none."""
    rows = ReturnAnomaly.objects.allowed(actor, permission)
    found = rows.filter(pk=pk).select_related("check_of__ratio_return__institution__region").first()
    if found is None:
        raise NotAllowed(permission=permission.value)
    return found


def return_of(institution: Institution, period: FilingPeriod) -> RatioReturn | None:
    return with_versions(RatioReturn.objects.filter(institution=institution, period=period)).first()


def last_day_to_correct(found: RatioReturn) -> Deadline:
    return with_days([found.period])[0].correct_until


def with_versions(rows: QuerySet[RatioReturn]) -> QuerySet[RatioReturn]:
    versions = Prefetch("versions", ReturnVersion.objects.order_by("turn"))
    return rows.select_related("institution__region", "institution__parent", "period").prefetch_related(versions)
