"""What an office sees of its region: figures per division, the institutions behind them, one institution as a card."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet

from accounts.access import jurisdictions
from accounts.models import AssociationMember, Designation, Institution, Placement, Region, TrainingBase, User
from accounts.permissions import Permission
from accounts.selectors.associations import associations_on, members_on
from accounts.selectors.places import placements
from core import clock
from core.compiled import Many, compiled
from core.errors import NotAllowed
from core.text import compact, name_key
from staffing.models import RatioRule, RegionFigure
from staffing.ratio import Outcome, Ratio
from staffing.selectors import Member, RatioAnswer, institution_ratio, ratio_among, region_ratios, rule_on
from staffing.selectors.kept import KeptAnswers, LiveAnswers, kept_region

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
    answers: KeptAnswers | LiveAnswers


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
    region = next(iter(_regions(codes=[code])), None)
    if region is None or not any(region.path.startswith(path) for path in _jurisdictions(actor)):
        raise NotAllowed(permission=Permission.OVERSIGHT_VIEW.value)
    return region


def regions_above(actor: User, region: Region) -> list[Region]:
    """From the top of the jurisdiction down to the region's parent: the way back."""
    paths = _jurisdictions(actor)
    if region.path in paths:
        return []
    codes = ["000000", *region.path.split("/")[:-2]]
    return [one for one in _regions(codes=codes) if any(one.path.startswith(path) for path in paths)]


@compiled(codes=Many())
def _regions(*, codes: Any) -> QuerySet[Region]:
    return Region.objects.filter(code__among=codes).order_by("path")


@compiled(region=BigIntegerField())
def _divisions_of(*, region: Any) -> QuerySet[Region]:
    return Region.objects.filter(parent=region).order_by("code")


def region_overview(actor: User, region: Region, *, as_of: date | None = None) -> Overview:
    """Everything the region page shows. The number of statements does not depend on the number of rows.

    Today comes from the kept figures where it can; every other day from the records.
    """
    today = clock.today()
    as_of = as_of or today
    rule = rule_on(as_of)
    kept = kept_region(actor, region, rule, as_of) if as_of == today else None
    if kept is None:
        return _live_overview(actor, region, rule, as_of)
    parts = {part: _kept_division(numbers, rule) for part, numbers in kept.sums.items() if numbers[_INSTITUTIONS]}
    none = _kept_division([0] * len(RegionFigure.COUNTED), rule)
    return _overview(
        region,
        rule,
        as_of,
        kept.answers,
        total=replace(parts.get((region.path, False), none), region=region),
        below={path: line for (path, own), line in parts.items() if not own},
        own=parts.get((region.path, True)),
    )


def _live_overview(actor: User, region: Region, rule: RatioRule, as_of: date) -> Overview:
    figure, answers = region_ratios(actor, region.path, as_of=as_of)
    grouped: dict[str, list[RatioAnswer]] = defaultdict(list)
    for answer in answers.values():
        grouped[region.division_path(answer.institution.region.path)].append(answer)
    lines = {path: _division(inside, figure.people, rule) for path, inside in grouped.items()}
    total = replace(_division(answers.values(), figure.people, rule), region=region)
    own = lines.pop(region.path, None)
    return _overview(region, rule, as_of, LiveAnswers(answers.values()), total=total, below=lines, own=own)


def _overview(
    region: Region,
    rule: RatioRule,
    as_of: date,
    answers: KeptAnswers | LiveAnswers,
    *,
    total: Division,
    below: Mapping[str, Division],
    own: Division | None,
) -> Overview:
    """`below`: path of a division -> its line; `own`: the institutions at the region's own level."""
    children = _divisions_of(region=region.pk)
    lines = [replace(below[one.path], region=one) for one in children if one.path in below]
    return Overview(
        region=region,
        rule=rule,
        as_of=as_of,
        total=total,
        divisions=[*lines, *([own] if own and lines else [])],
        without_institutions=[one for one in children if one.path not in below and _is_current(one)],
        answers=answers,
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
    paths = jurisdictions(actor, Permission.OVERSIGHT_VIEW)
    if not paths:
        raise NotAllowed(permission=Permission.OVERSIGHT_VIEW.value)
    return paths


def _division(answers: Iterable[RatioAnswer], people: Mapping[int, list[Member]], rule: RatioRule) -> Division:
    """A part of the region, counted anew: sums of its institutions would count somebody twice."""
    answers = list(answers)
    outcomes = [(answer.binding, answer.ratio.outcome) for answer in answers]
    return Division(
        region=None,
        ratio=ratio_among((people.get(answer.institution.pk, []) for answer in answers), rule),
        institutions=len(answers),
        binding=sum(binding for binding, _ in outcomes),
        binding_met=outcomes.count((True, Outcome.MET)),
        not_applicable=sum(outcome == Outcome.NOT_APPLICABLE for _, outcome in outcomes),
    )


_INSTITUTIONS = RegionFigure.COUNTED.index("institutions")


def _kept_division(numbers: list[int], rule: RatioRule) -> Division:
    staff, trained, institutions, binding, binding_met, not_applicable = numbers
    ratio = Ratio(trained, staff, rule.value, rule.comparator)
    return Division(None, ratio, institutions, binding, binding_met, not_applicable)


def _is_current(region: Region) -> bool:
    return not (region.statistical or region.replaced_by or region.valid_to)
