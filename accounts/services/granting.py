"""Who may give which hat where: the table of permissions, asked for one actor, role and place."""

from accounts.models import AdminBody, Institution, Membership, User
from accounts.models.places import Rank
from accounts.permissions import GRANTINGS, PLACE_OF, Granting, Reach, Role
from accounts.services.memberships import Place
from core import clock
from core.errors import NotAllowed

RANKS = [str(rank) for rank in Rank]


def roles_to_give(actor: User, place: Place, *, also_later: bool = False) -> list[Role]:
    """What the actor may give at this place now; `also_later`: as if nobody held it yet (for ending hats)."""
    return [role for role in Role if may_give(actor, role, place, also_later=also_later)]


def may_give(actor: User, role: str, place: Place, *, also_later: bool = False) -> bool:
    if role == Role.SYSTEM or PLACE_OF[role] != place_kind(place):
        return False
    worn = actor.worn_memberships()
    if any(hat.role == Role.SYSTEM for hat in worn):
        return True
    return any(
        _reaches(hat, granting, role, place, also_later)
        for hat in worn
        for granting in GRANTINGS
        if granting.giver == hat.role and role in granting.roles
    )


def require_giving(actor: User, role: str, place: Place, *, also_later: bool = False) -> None:
    if not may_give(actor, role, place, also_later=also_later):
        raise NotAllowed(role=str(role))


def place_kind(place: Place) -> str:
    if isinstance(place, AdminBody):
        return "admin_body"
    return "institution" if isinstance(place, Institution) else "base"


def bodies_over(place: Place) -> list[AdminBody]:
    """The bodies whose jurisdiction holds the place, the nearest first: who answers when nobody is left there."""
    path = place.jurisdiction if isinstance(place, AdminBody) else place.region.path
    parts = path.split("/")[:-1]
    paths = ["", *("/".join(parts[: n + 1]) + "/" for n in range(len(parts)))]
    found = AdminBody.objects.filter(jurisdiction__in=paths).order_by("pk")
    return sorted((body for body in found if body != place), key=lambda body: -len(body.jurisdiction))


def _reaches(hat: Membership, granting: Granting, role: str, place: Place, also_later: bool) -> bool:
    if granting.reach == Reach.SAME_PLACE:
        return hat.place == place
    body = hat.admin_body
    if body is None:
        return False
    if granting.reach == Reach.EVERYWHERE:
        return body.jurisdiction == ""
    return _is_below(body, place) and (also_later or not _is_held(role, place))


def _is_below(body: AdminBody, place: Place) -> bool:
    """Inside the jurisdiction, and of the body's own rank or a lower one."""
    if isinstance(place, AdminBody):
        return False
    rank = place.level if isinstance(place, Institution) else place.region.level
    return place.region.path.startswith(body.jurisdiction) and RANKS.index(rank) >= RANKS.index(body.rank)


def _is_held(role: str, place: Place) -> bool:
    return Membership.objects.at(place).running(clock.today()).filter(role=role).exists()
