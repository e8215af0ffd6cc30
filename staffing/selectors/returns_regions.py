"""The desk of returns region by region: who filed in a division, who did not, what is to be decided there."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.access import jurisdictions
from accounts.models import Region, User
from accounts.permissions import Permission
from core.errors import NotAllowed
from staffing.selectors.returns_desk import DeskLine


@dataclass(frozen=True)
class DeskDivision:
    """A division of a region with what its institutions make up; the region itself: those that stand at its level."""

    region: Region
    counts: Counter[str]
    institutions: int


def desk_region(actor: User, code: str = "") -> Region:
    """A region inside the jurisdiction of the body that receives, without a code all of it. Raises NotAllowed."""
    paths = jurisdictions(actor, Permission.RETURN_DECIDE)
    wanted = {"code": code} if code else {"path": paths[0] if paths else None}
    found = Region.objects.filter(**wanted).first()
    if found is None or not any(found.path.startswith(path) for path in paths):
        raise NotAllowed(permission=Permission.RETURN_DECIDE.value)
    return found


def desk_regions_above(actor: User, region: Region) -> list[Region]:
    """Those between the jurisdiction and a region of it, the widest first."""
    top = next(path for path in jurisdictions(actor, Permission.RETURN_DECIDE) if region.path.startswith(path))
    codes = region.path[len(top) :].split("/")[:-2]
    return sorted(Region.objects.filter(code__in=codes), key=lambda one: one.path) if codes else []


def desk_divisions(lines: Iterable[DeskLine], region: Region) -> list[DeskDivision]:
    """By code, the region's own level last; only those in which an institution stands on the desk."""
    grouped: dict[str, list[DeskLine]] = defaultdict(list)
    for line in lines:
        grouped[region.division_path(line.standing.institution.region.path)].append(line)
    regions = sorted(Region.objects.filter(path__in=grouped), key=lambda one: (one.pk == region.pk, one.code))
    return [
        DeskDivision(one, Counter(group for line in grouped[one.path] for group in line.groups), len(grouped[one.path]))
        for one in regions
    ]
