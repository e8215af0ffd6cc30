"""The desk of the authority: of one period who filed, who did not, what is to be decided; it counts its own rows."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.access import holds
from accounts.models import AdminBody, Institution, Region, User
from accounts.models.bodies import Matter
from accounts.permissions import GRANTS, Permission
from accounts.selectors.bodies import competent_bodies
from accounts.selectors.own import is_own, own_legal_persons
from core import clock
from staffing.models import RatioReturn, RatioRule, ReturnAnomaly, ReturnDecision, ReturnVersion
from staffing.ratio import Ratio
from staffing.rules.anomalies import Judgement
from staffing.selectors.ratios import answering_for, members_of, ratio_among
from staffing.selectors.returns import (
    Period,
    Standing,
    in_scope,
    obliged,
    officers_of,
    opened,
    standing,
    with_days,
    with_versions,
)
from staffing.workflow import ReturnState

NOT_FILED, TO_DECIDE, LATE = "not_filed", "to_decide", "late"


@dataclass(frozen=True)
class DeskLine:
    standing: Standing
    body: AdminBody | None
    # May the actor decide? The own body receives it, and the institution is not the actor's own.
    own: bool
    # Anomalies of the version filed last: how many, how many of them without a judgement or with a question left.
    anomalies: int = 0
    open_anomalies: int = 0
    # As known now, where the version was to be compared.
    now: Ratio | None = None
    # The body sent an earlier version back: whoever accepts reads what was asked and answered.
    asked: bool = False
    # Nobody there has an open login: neither reminders nor decisions reach anybody.
    no_officer: bool = False

    @property
    def groups(self) -> set[str]:
        """The counts it is part of."""
        found = {NOT_FILED} if not self.standing.filed else {self.standing.found.state}  # type: ignore[union-attr]
        if self.standing.days_late:
            found.add(LATE)
        if self.standing.found and self.standing.found.state == ReturnState.FILED:
            found.add(TO_DECIDE)
        return found

    @property
    def moved(self) -> bool:
        version = self.standing.version
        return bool(version and self.now and (self.now.trained, self.now.staff) != (version.trained, version.staff))

    @property
    def clean(self) -> bool:
        """Filed, the actor's to decide, never sent back, nothing odd left, and the figure is still what was filed."""
        left = self.open_anomalies or self.moved or self.asked
        return TO_DECIDE in self.groups and self.own and not left


@dataclass(frozen=True)
class ReturnsDesk:
    period: Period | None
    periods: list[Period]
    lines: list[DeskLine]
    counts: dict[str, int] = field(default_factory=dict)

    def only(self, group: str) -> list[DeskLine]:
        return [line for line in self.lines if not group or group in line.groups]

    def within(self, region: Region) -> "ReturnsDesk":
        lines = [line for line in self.lines if line.standing.institution.region.path.startswith(region.path)]
        return replace(self, lines=lines, counts=_counts(lines))

    @property
    def clean(self) -> list[DeskLine]:
        return [line for line in self.lines if line.clean]


def returns_desk(actor: User, pk: int | None = None) -> ReturnsDesk:
    """The period asked for, or the newest opened one. A fixed number of statements for any number of institutions."""
    today = clock.today()
    reach = Institution.objects.allowed(actor, Permission.RETURN_DECIDE)
    filed = RatioReturn.objects.allowed(actor, Permission.RETURN_DECIDE)
    periods = with_days(opened(today).filter(_near(reach, filed))[:100])
    period = next((one for one in periods if one.row.pk == pk), periods[0] if periods else None)
    if period is None:
        return ReturnsDesk(None, [], [])
    lines = _lines(actor, period, today, reach, filed)
    return ReturnsDesk(period, periods, lines, _counts(lines))


def _counts(lines: list[DeskLine]) -> dict[str, int]:
    counts = Counter(group for line in lines for group in line.groups)
    return {"all": len(lines), **counts, "clean": sum(one.clean for one in lines)}


def _near(reach: QuerySet[Institution], filed: QuerySet[RatioReturn]) -> Q:
    """Calls of other regions are none of its business, unless somebody of its own filed there."""
    asked = reach.filter(region__path__startswith=OuterRef("region_path"))
    return Q(region_path="") | Q(Exists(asked)) | Q(pk__in=filed.values("period"))


def waiting_returns(actor: User) -> tuple[int, date | None]:
    """How many filed returns the actor's own body has to decide, in any period, and since when the oldest waits."""
    rows = RatioReturn.objects.allowed(actor, Permission.RETURN_DECIDE).filter(state=ReturnState.FILED)
    waiting = list(with_versions(rows).order_by("pk"))
    own = own_bodies(actor)
    bodies = _receiving([one.institution.region for one in waiting])
    mine = [one for one, body in zip(waiting, bodies, strict=True) if body and body.pk in own]
    since = min((max(one.versions.all(), key=lambda row: row.turn).filed_at for one in mine), default=None)
    return len(mine), clock.day_of(since) if since else None


def own_bodies(actor: User) -> frozenset[int]:
    """The bodies for which the actor decides on returns."""
    hats = (hat for hat in actor.worn_memberships() if Permission.RETURN_DECIDE in GRANTS[hat.role])
    return frozenset(hat.admin_body_id for hat in hats if hat.admin_body_id)


def decides_on(actor: User, institution: Institution) -> bool:
    """Does the actor's body receive its returns, and is it not the actor's own? For buttons; services ask again."""
    body = _receiving([institution.region])[0]
    return body is not None and body.pk in own_bodies(actor) and not is_own(actor, institution)


def sees_desk(actor: User) -> bool:
    return holds(actor, Permission.RETURN_DECIDE)


def unjudged(version: ReturnVersion) -> int:
    """Anomalies of a version that nobody judged, or of which a question is left."""
    return ReturnAnomaly.objects.filter(_open(), check_of=version.check_of_id).count()


def _open() -> Q:
    return Q(judgement__in=["", Judgement.QUESTION])


def _lines(
    actor: User, period: Period, today: date, reach: QuerySet[Institution], filed: QuerySet[RatioReturn]
) -> list[DeskLine]:
    scope = in_scope(period.row, answering_for(reach))
    institutions = {one.pk: one for one in scope.select_related("region", "parent").order_by("name", "pk")}
    asked = obliged(period.row, institutions.values())
    found = {one.institution_id: one for one in with_versions(filed.filter(period=period.row))}
    for one in found.values():
        institutions.setdefault(one.institution_id, one.institution)
    listed = [one for one in institutions.values() if one.pk in asked or one.pk in found]
    standings = [standing(one, period, found.get(one.pk), asked=one.pk in asked, today=today) for one in listed]
    return _told(actor, standings)


def _told(actor: User, standings: list[Standing]) -> list[DeskLine]:
    versions = [one.version for one in standings if one.version]
    odd, now, own, at_home = _anomalies(versions), _now(versions), own_bodies(actor), own_legal_persons(actor)
    officers = officers_of([one.institution.pk for one in standings])
    bodies, asked = _receiving([one.institution.region for one in standings]), _asked(versions)
    lines = []
    for one, body in zip(standings, bodies, strict=True):
        check = one.version.check_of_id if one.version else 0
        total, left = odd.get(check, (0, 0))
        ratio = now.get(one.version.pk) if one.version else None
        decides = bool(body and body.pk in own) and one.institution.legal_person_id not in at_home
        was_asked, nobody = bool(one.found and one.found.pk in asked), one.institution.pk not in officers
        lines.append(DeskLine(one, body, decides, total, left, ratio, was_asked, nobody))
    return lines


def _asked(versions: Collection[ReturnVersion]) -> frozenset[int]:
    """Returns of which a version was sent back with questions."""
    wanted = [one.ratio_return_id for one in versions]
    rows = ReturnDecision.objects.filter(step="return", version__ratio_return__in=wanted)
    return frozenset(rows.values_list("version__ratio_return", flat=True))


def _receiving(regions: Collection[Region]) -> list[AdminBody | None]:
    return competent_bodies([(Matter.RECEIVE_RETURNS, region) for region in regions], clock.today())


def _anomalies(versions: Collection[ReturnVersion]) -> dict[int, tuple[int, int]]:
    rows = ReturnAnomaly.objects.filter(check_of__in=[one.check_of_id for one in versions]).values("check_of")
    counts = rows.annotate(total=Count("pk"), left=Count("pk", filter=_open())).order_by("check_of")
    return {row["check_of"]: (row["total"], row["left"]) for row in counts}


def _now(versions: Collection[ReturnVersion]) -> dict[int, Ratio]:
    """What each figure is as known now: a few statements for all versions of a rule and day, which those of a period
    share."""
    found: dict[int, Ratio] = {}
    groups = {(one.rule_id, one.as_of) for one in versions}
    rules = RatioRule.objects.in_bulk([rule for rule, _day in groups])
    for rule_id, day in sorted(groups):
        of_group = [one for one in versions if (one.rule_id, one.as_of) == (rule_id, day)]
        places = [one.ratio_return.institution_id for one in of_group]
        people, _sealed = members_of(places, rules[rule_id], day)
        for one in of_group:
            found[one.pk] = ratio_among([people[one.ratio_return.institution_id]], rules[rule_id])
    return found
