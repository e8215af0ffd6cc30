"""What an office sees of its region: figures per division, the institutions behind them, one institution as a card."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import AssociationMember, Designation, Institution, Placement, Region, TrainingBase, User
from accounts.permissions import GRANTS, Permission
from accounts.selectors.associations import associations_on, members_on
from accounts.selectors.places import placements
from core import clock
from core.errors import NotAllowed
from core.text import compact, name_key
from staffing.models import RatioRule
from staffing.ratio import Outcome, Ratio
from staffing.selectors import Member, RatioAnswer, institution_ratio, ratio_among, region_ratios, rule_on

# Shorter pieces of a credit code say nothing: the first characters are the same everywhere.
LEAST_OF_A_CODE = 8
# Of an association; the whole list is a page of the public register.
MEMBERS_SHOWN = 10


@dataclass(frozen=True)
class Division:
    """A line of the region table. `region` None: the institutions that stand at the region's own level."""

    region: Region | None
    ratio: Ratio
    institutions: int
    binding: int
    binding_met: int
    not_applicable: int


@dataclass(frozen=True)
class Overview:
    """A region on a day: its own figure (people counted once), its divisions, every institution the actor may see."""

    region: Region
    rule: RatioRule
    as_of: date
    total: Division
    divisions: list[Division]
    without_institutions: list[Region]
    answers: list[RatioAnswer]


@dataclass(frozen=True)
class InstitutionCard:
    institution: Institution
    answer: RatioAnswer
    designations: list[Designation]
    departments: list[Institution]
    bases: list[TrainingBase]
    placements: list[Placement]
    # Where it is a member today, and, of an association, who its members are.
    associations: list[AssociationMember]
    members: list[AssociationMember]
    members_count: int


def home_region(actor: User) -> Region:
    """The jurisdiction of the worn hat. Raises NotAllowed for hats that oversee nothing."""
    return Region.objects.get(path=_jurisdictions(actor)[0])


def find_region(actor: User, code: str) -> Region:
    """A region inside the jurisdiction. Raises NotAllowed, also when there is none of that code."""
    region = Region.objects.filter(code=code).first()
    if region is None or not any(region.path.startswith(path) for path in _jurisdictions(actor)):
        raise NotAllowed(permission=Permission.OVERSIGHT_VIEW.value)
    return region


def regions_above(actor: User, region: Region) -> list[Region]:
    """From the top of the jurisdiction down to the region's parent: the way back."""
    codes = ["000000", *region.path.split("/")[:-2]] if region.path else []
    above = Region.objects.filter(code__in=codes).order_by("path")
    paths = _jurisdictions(actor)
    return [one for one in above if any(one.path.startswith(path) for path in paths)]


def region_overview(actor: User, region: Region, *, as_of: date | None = None) -> Overview:
    """Everything the region page shows. The number of statements does not depend on the number of rows."""
    as_of = as_of or clock.today()
    rule = rule_on(as_of)
    figure, answers = region_ratios(actor, region.path, as_of=as_of)
    grouped: dict[str, list[RatioAnswer]] = defaultdict(list)
    for answer in answers.values():
        grouped[_division_code(answer.institution, region)].append(answer)
    children = list(Region.objects.filter(parent=region).order_by("code"))
    lines = [(one, grouped[one.code]) for one in children if one.code in grouped]
    own = [(None, grouped[""])] if "" in grouped and lines else []
    return Overview(
        region=region,
        rule=rule,
        as_of=as_of,
        total=_division(region, answers.values(), figure.people, rule),
        divisions=[_division(one, inside, figure.people, rule) for one, inside in [*lines, *own]],
        without_institutions=[one for one in children if one.code not in grouped and _is_current(one)],
        answers=list(answers.values()),
    )


def institution_card(actor: User, pk: int, *, as_of: date | None = None) -> InstitutionCard:
    """One institution with its ratio and what belongs to it. Raises NotAllowed."""
    reach = Institution.objects.allowed(actor, Permission.OVERSIGHT_VIEW)
    institution = reach.select_related("region", "parent").filter(pk=pk).first()
    if institution is None:
        raise NotAllowed(permission=Permission.OVERSIGHT_VIEW.value)
    granted = Designation.objects.allowed(actor, Permission.INSTITUTION_VIEW).filter(institution=institution)
    hosted = TrainingBase.objects.allowed(actor, Permission.BASE_VIEW).filter(host=institution)
    day = as_of or clock.today()
    has_members = institution.category == Institution.Category.ASSOCIATION
    members = members_on(institution, day) if has_members else AssociationMember.objects.none()
    return InstitutionCard(
        institution=institution,
        answer=institution_ratio(institution, as_of=as_of),
        designations=list(granted.order_by("-valid_from", "pk")),
        departments=list(reach.filter(parent=institution).order_by("name", "pk")),
        bases=list(hosted.order_by("code")),
        placements=placements(actor, institution),
        associations=associations_on(institution, day),
        members=list(members[:MEMBERS_SHOWN]),
        members_count=members.count(),
    )


def find_institutions(actor: User, text: str) -> QuerySet[Institution]:
    """By a part of the name, or by a credit code or its beginning; for search boxes. Nothing for no text."""
    name, code = name_key(text), compact(text)
    if not name:
        return Institution.objects.none()
    wanted = Q(name_key__contains=name)
    if len(code) >= LEAST_OF_A_CODE:
        wanted |= Q(uscc__startswith=code)
    reach = Institution.objects.allowed(actor, Permission.INSTITUTION_VIEW).filter(wanted)
    return reach.select_related("region", "parent").order_by("name", "pk")


def _jurisdictions(actor: User) -> list[str]:
    hats = [hat for hat in actor.worn_memberships() if Permission.OVERSIGHT_VIEW in GRANTS[hat.role]]
    paths = [hat.admin_body.jurisdiction for hat in hats if hat.admin_body]
    if not paths:
        raise NotAllowed(permission=Permission.OVERSIGHT_VIEW.value)
    return paths


def _division_code(institution: Institution, region: Region) -> str:
    """The code of the region's child in which the institution stands; empty: at the region's own level."""
    return institution.region.path[len(region.path) :].partition("/")[0]


def _division(
    region: Region | None,
    answers: Iterable[RatioAnswer],
    people: Mapping[int, list[Member]],
    rule: RatioRule,
) -> Division:
    """A part of the region, counted anew: sums of its institutions would count somebody twice."""
    answers = list(answers)
    outcomes = [(answer.binding, answer.ratio.outcome) for answer in answers]
    return Division(
        region=region,
        ratio=ratio_among((people.get(answer.institution.pk, []) for answer in answers), rule),
        institutions=len(answers),
        binding=sum(binding for binding, _ in outcomes),
        binding_met=outcomes.count((True, Outcome.MET)),
        not_applicable=sum(outcome == Outcome.NOT_APPLICABLE for _, outcome in outcomes),
    )


def _is_current(region: Region) -> bool:
    return not (region.statistical or region.replaced_by or region.valid_to)
