"""Reads of the administration: bodies with their duties, and which body is competent for what, where and when."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Prefetch, Q, QuerySet

from accounts.models import AdminBody, Competence, Duty, Region, User
from accounts.models.bodies import Matter, holding_on
from accounts.models.places import Rank
from accounts.permissions import GRANTS, Permission
from core.errors import NotAllowed

NATION = "000000"
# A nearer body may not take what the nation decides, nor name itself: provinces organise their own subtree.
NATIONAL_MATTERS = frozenset({Matter.NATIONAL_INSTITUTIONS, Matter.NATIONAL_BASES})
RANKS = [str(rank) for rank in Rank]
# Of one character too many regions begin.
SHORTEST_NAME = 2
ENTERING_RANKS = frozenset({Rank.NATIONAL, Rank.PROVINCIAL})


@dataclass(frozen=True)
class BodyCard:
    body: AdminBody
    region: Region
    duties: list[Duty]
    competences: list[Competence]
    children: list[AdminBody]


@dataclass(frozen=True)
class CompetenceLine:
    """One matter in a region on a day: the entry that answers (of the region or of one above it), or none.

    `ended`: where none answers, the one that did so last.
    """

    matter: Matter
    entry: Competence | None
    ended: Competence | None
    may_change: bool
    may_end: bool


@dataclass(frozen=True)
class CompetencePage:
    region: Region
    above: list[Region]
    below: list[Region]
    lines: list[CompetenceLine]
    history: QuerySet[Competence]


def competent_body(matter: str, region: Region, on: date) -> AdminBody | None:
    """The body that the nearest entry on the way up from the region names; None where nobody has entered one."""
    entry = competences_over(region, on).get(matter)
    return entry.body if entry else None


def competences_over(region: Region, on: date) -> dict[str, Competence]:
    """Per matter the nearest entry that holds that day; one query."""
    rows = _entries_over(region).filter(holding_on(on))
    # The paths on the way up begin with one another: the later one in this order is the nearer one.
    return {entry.matter: entry for entry in rows.order_by("region__path")}


def competent_bodies(asked: Collection[tuple[str, Region]], on: date) -> list[AdminBody | None]:
    """What `competent_body` says of each, in their order; one query for all."""
    codes = {code for _matter, region in asked for code in _codes_over(region)}
    rows = Competence.objects.filter(holding_on(on), region__code__in=codes).select_related("body", "region")
    entered = {(entry.matter, entry.region.code): entry.body for entry in rows.order_by("pk")}
    return [_nearest(entered, matter, region) for matter, region in asked]


def _nearest(entered: Mapping[tuple[str, str], AdminBody], matter: str, region: Region) -> AdminBody | None:
    return next((body for code in reversed(_codes_over(region)) if (body := entered.get((matter, code)))), None)


def last_ended(region: Region, on: date) -> dict[str, Competence]:
    """Per matter the entry, of the region or of one above, that ended last by that day; one query."""
    rows = _entries_over(region).filter(valid_to__lte=on, valid_to__gt=F("valid_from"))
    return {entry.matter: entry for entry in rows.order_by("valid_to", "pk")}


def answers_after(entry: Competence, day: date) -> AdminBody | None:
    """Which body is competent from the day on if the entry ends with it."""
    others = _entries_over(entry.region).filter(holding_on(day), matter=entry.matter).exclude(pk=entry.pk)
    nearest = others.order_by("-region__path").first()
    return nearest.body if nearest else None


def _entries_over(region: Region) -> QuerySet[Competence]:
    """What was entered for the region and for those above it."""
    return Competence.objects.filter(region__code__in=_codes_over(region)).select_related("body", "region")


def _codes_over(region: Region) -> list[str]:
    """The nation first, the region itself last."""
    return [NATION, *region.path.split("/")[:-1]]


def bodies(actor: User, chosen: Mapping[str, str], *, on: date) -> QuerySet[AdminBody]:
    """The bodies of the actor's subtree that pass the filters, with today's duties (`duties_now`)."""
    rows = AdminBody.objects.allowed(actor, Permission.BODY_VIEW).select_related("parent")
    if text := chosen.get("q", "").strip():
        rows = rows.filter(Q(name__icontains=text) | Q(name_en__icontains=text) | Q(code__iexact=text))
    for name in ("rank", "kind"):
        if value := chosen.get(name):
            rows = rows.filter(**{name: value})
    if line := chosen.get("line"):
        rows = rows.filter(pk__in=Duty.objects.filter(holding_on(on), line=line).values("body"))
    duties = Prefetch("duties", Duty.objects.filter(holding_on(on)).order_by("line", "pk"), to_attr="duties_now")
    return rows.prefetch_related(duties).order_by("jurisdiction", "rank", "name", "pk")


def body_for(actor: User, pk: int, permission: Permission = Permission.BODY_VIEW) -> AdminBody:
    """Raises NotAllowed, also when there is none."""
    found = AdminBody.objects.allowed(actor, permission).select_related("parent").filter(pk=pk).first()
    if found is None:
        raise NotAllowed(permission=permission.value)
    return found


def body_card(actor: User, pk: int) -> BodyCard:
    """A body with everything entered about it, the newest first. Raises NotAllowed."""
    body = body_for(actor, pk)
    reach = AdminBody.objects.allowed(actor, Permission.BODY_VIEW)
    return BodyCard(
        body=body,
        region=Region.objects.get(path=body.jurisdiction),
        duties=list(body.duties.order_by("-valid_from", "line", "pk")),
        competences=list(body.competences.select_related("region").order_by("-valid_from", "matter", "pk")),
        children=list(reach.filter(parent=body).order_by("name", "pk")[:200]),
    )


def duty_for(actor: User, pk: int) -> Duty:
    found = Duty.objects.allowed(actor, Permission.COMPETENCE_MANAGE).select_related("body").filter(pk=pk).first()
    if found is None or not may_enter_duty(actor, found.body):
        raise NotAllowed(permission=Permission.COMPETENCE_MANAGE.value)
    return found


def competence_for(actor: User, pk: int) -> Competence:
    """One that the actor may end. Raises NotAllowed."""
    rows = Competence.objects.allowed(actor, Permission.COMPETENCE_MANAGE).select_related("body", "region")
    found = rows.filter(pk=pk).first()
    if found is None or not may_enter_competence(actor, found.matter, found.region):
        raise NotAllowed(permission=Permission.COMPETENCE_MANAGE.value)
    return found


def jurisdictions(actor: User, permission: Permission) -> list[str]:
    """The paths of the worn hats that grant this. Raises NotAllowed when there is none."""
    hats = [hat for hat in actor.worn_memberships() if permission in GRANTS[hat.role]]
    paths = [hat.admin_body.jurisdiction for hat in hats if hat.admin_body]
    if not paths:
        raise NotAllowed(permission=permission.value)
    return paths


def region_within(actor: User, permission: Permission, code: str = "") -> Region:
    """The region of this code or name inside the jurisdiction; without one, the worn hat's own. Raises NotAllowed.

    A name in another language counts where only one region bears it (there are two called Suzhou); one may lack its
    ending (望海 for 望海市) where only one begins so.
    """
    paths = jurisdictions(actor, permission)
    if not code:
        return Region.objects.get(path=paths[0])
    inside = Q(pk__in=[])
    for path in paths:
        inside |= Q(path__startswith=path)
    typed = code.strip()
    found = Region.objects.filter(inside, Q(code=typed) | Q(name=typed)).order_by("path").first()
    if found is None:
        found = _only(inside, Q(name_en__iexact=typed) | Q(name_ja=typed))
    if found is None and len(typed) >= SHORTEST_NAME:
        begins = Q(name__startswith=typed) | Q(name_en__istartswith=typed) | Q(name_ja__startswith=typed)
        found = _only(inside, begins)
    if found is None:
        raise NotAllowed(permission=permission.value, region=code)
    return found


def _only(inside: Q, named: Q) -> Region | None:
    found = list(Region.objects.filter(inside, named).order_by("path")[:2])
    return found[0] if len(found) == 1 else None


def competence_page(actor: User, region: Region, *, on: date) -> CompetencePage:
    """The table of a region and a day, and what was ever entered for this region itself."""
    found, ended = competences_over(region, on), last_ended(region, on)
    paths = jurisdictions(actor, Permission.BODY_VIEW)
    above = Region.objects.filter(code__in=[NATION, *region.path.split("/")[:-2]]).exclude(pk=region.pk)
    entered = Competence.objects.allowed(actor, Permission.BODY_VIEW).filter(region=region)
    return CompetencePage(
        region=region,
        above=[one for one in above.order_by("path") if any(one.path.startswith(path) for path in paths)],
        below=list(Region.objects.filter(parent=region, statistical=False, valid_to=None).order_by("code")),
        lines=[_line(actor, region, matter, found.get(matter), ended.get(matter)) for matter in Matter],
        history=entered.select_related("body").order_by("-valid_from", "matter", "pk"),
    )


def _line(
    actor: User, region: Region, matter: Matter, entry: Competence | None, ended: Competence | None
) -> CompetenceLine:
    may = may_enter_competence(actor, matter, region)
    may_end = may and entry is not None and entry.region_id == region.pk and entry.valid_to is None
    return CompetenceLine(matter, entry, None if entry else ended, may, may_end)


def may_enter_competence(actor: User, matter: str, region: Region) -> bool:
    """The nation enters everything; a province what is not the nation's, in its own subtree."""
    for hat in actor.worn_memberships():
        body = hat.admin_body
        if body is None or Permission.COMPETENCE_MANAGE not in GRANTS[hat.role] or body.rank not in ENTERING_RANKS:
            continue
        if body.rank == Rank.NATIONAL or (matter not in NATIONAL_MATTERS and region.path.startswith(body.jurisdiction)):
            return True
    return False


def may_enter_duty(actor: User, body: AdminBody) -> bool:
    return may_enter_duties(actor)(body.rank, body.jurisdiction)


def may_enter_duties(actor: User) -> Callable[[str, str], bool]:
    """May a line of duty be entered for a body of this rank and jurisdiction, one that a file is about to enter too?

    The nation for everybody, a province for the bodies below it in its subtree; nobody else, and no province for
    itself or for another body of its own rank.
    """
    hats = [hat for hat in actor.worn_memberships() if Permission.COMPETENCE_MANAGE in GRANTS[hat.role]]
    entering = [hat.admin_body for hat in hats if hat.admin_body and hat.admin_body.rank in ENTERING_RANKS]

    def may(rank: str, path: str) -> bool:
        return any(
            own.rank == Rank.NATIONAL
            or (RANKS.index(own.rank) < RANKS.index(rank) and path.startswith(own.jurisdiction))
            for own in entering
        )

    return may


def bodies_over(region: Region) -> QuerySet[AdminBody]:
    """Whose jurisdiction holds the region: who can be named competent there."""
    parts = region.path.split("/")[:-1]
    paths = ["", *("/".join(parts[:n]) + "/" for n in range(1, len(parts) + 1))]
    return AdminBody.objects.filter(jurisdiction__in=paths).order_by("-jurisdiction", "name", "pk")
