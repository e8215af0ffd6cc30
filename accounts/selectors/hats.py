"""Reads about hats: who acts for a place, who is invited and who asks there; and one's own."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from accounts.models import AdminBody, Institution, Invitation, JoinRequest, Membership, TrainingBase, User
from accounts.models.positions import FIELD_OF
from accounts.permissions import ADMINISTRATORS, GRANTS, PLACE_OF, Permission, Role, kinds_of_places, roles_given_by
from accounts.selectors.places import base_named
from accounts.workflow import InvitationState, JoinState
from core import clock
from core.errors import NotAllowed
from core.text import mask_email, mask_phone, name_key

Place = AdminBody | Institution | TrainingBase
Row = TypeVar("Row", bound=Model)
KINDS: dict[str, Any] = {field: model for model, field in FIELD_OF.items()}
SHORTEST = 2
FOUND = 20


@dataclass(frozen=True)
class PlaceMembers:
    members: list[Membership]
    invitations: list[Invitation]
    requests: list[JoinRequest]


def managed_place(actor: User, kind: str = "", pk: int = 0) -> Place:
    """The place named, or that of the worn hat, if its members reach the actor. Raises NotAllowed."""
    own = next((hat.place for hat in actor.worn_memberships()), None)
    place = own if not kind else KINDS[kind].objects.filter(pk=pk).first() if kind in KINDS else None
    if place is None or not _reaches(actor, place):
        raise NotAllowed(permission=Permission.MEMBER_VIEW.value)
    return place


def place_members(actor: User, place: Place) -> PlaceMembers:
    """Who acts for the place today, and what waits for an answer."""
    members = Membership.objects.allowed(actor, Permission.MEMBER_VIEW).at(place).running(clock.today())
    # What commands act as: no person, and nobody's to end.
    members = members.exclude(role=Role.SYSTEM)
    waiting = Invitation.objects.allowed(actor, Permission.MEMBER_VIEW).at(place).filter(state=InvitationState.OPEN)
    asking = JoinRequest.objects.allowed(actor, Permission.MEMBER_VIEW).at(place).filter(state=JoinState.OPEN)
    return PlaceMembers(
        members=list(members.select_related("user__person").order_by("role", "valid_from", "pk")),
        invitations=list(waiting.filter(expires_at__gt=clock.now()).order_by("created_at", "pk")),
        requests=list(asking.select_related("user__person").order_by("created_at", "pk")),
    )


def managed_membership(actor: User, pk: int) -> Membership:
    rows = Membership.objects.allowed(actor, Permission.MEMBER_MANAGE).running(clock.today())
    return _found(rows.select_related("user__person", "admin_body", "institution", "base").filter(pk=pk).first())


def managed_invitation(actor: User, pk: int) -> Invitation:
    return _found(Invitation.objects.allowed(actor, Permission.MEMBER_MANAGE).filter(pk=pk).first())


def managed_request(actor: User, pk: int) -> JoinRequest:
    return _found(JoinRequest.objects.allowed(actor, Permission.MEMBER_MANAGE).filter(pk=pk).first())


def requests_to_answer(actor: User) -> QuerySet[JoinRequest]:
    """Everything that the actor may answer, oldest first: a body above only where nobody holds the role yet.

    Raises NotAllowed for whoever answers none.
    """
    roles = {role for hat in actor.worn_memberships() for role in roles_given_by(hat.role)}
    if not {"institution", "base"} & {PLACE_OF[role] for role in roles}:
        raise NotAllowed(permission=Permission.MEMBER_MANAGE.value)
    rows = JoinRequest.objects.allowed(actor, Permission.MEMBER_MANAGE).filter(state=JoinState.OPEN, role__in=roles)
    if all(hat.admin_body_id for hat in actor.worn_memberships()):
        held = Membership.objects.running(clock.today()).filter(role=OuterRef("role"))
        at = Q(institution=OuterRef("institution")) | Q(base=OuterRef("base"))
        rows = rows.exclude(Exists(held.filter(at)))
    return rows.select_related("user__person", "institution__region", "base__region").order_by("created_at", "pk")


def waiting_for_a_second(actor: User) -> QuerySet[Invitation]:
    """To administrators' offices, by others: the actor's yes makes them count."""
    rows = Invitation.objects.allowed(actor, Permission.MEMBER_MANAGE).filter(
        role__in=ADMINISTRATORS & roles_given_by(Role.SECURITY_ADMIN), seconded_by__isnull=True
    )
    return rows.filter(state=InvitationState.OPEN, expires_at__gt=clock.now()).exclude(invited_by=actor.pk)


# --- one's own ------------------------------------------------------------------------------------------------------
def own_hat(actor: User, pk: int) -> Membership:
    rows = actor.memberships.running(clock.today()).select_related("admin_body", "institution__region", "base__region")
    return _found(rows.filter(pk=pk).first(), Permission.MEMBERSHIP_OWN)


def own_invitations(actor: User) -> list[Invitation]:
    """Open ones to an address that the actor has confirmed."""
    rows = _to_own_address(actor).filter(state=InvitationState.OPEN, expires_at__gt=clock.now())
    return list(rows.order_by("created_at", "pk"))


def own_invitation(actor: User, uuid: str) -> Invitation:
    return _found(_to_own_address(actor).filter(uuid=uuid).first(), Permission.MEMBERSHIP_OWN)


def own_requests(actor: User) -> list[JoinRequest]:
    rows = JoinRequest.objects.filter(user=actor.pk).select_related("institution", "base")
    return list(rows.order_by("-created_at", "-pk")[:50])


def own_request(actor: User, pk: int) -> JoinRequest:
    return _found(JoinRequest.objects.filter(user=actor.pk, pk=pk).first(), Permission.MEMBERSHIP_OWN)


def invitation_by_token(digest: str) -> Invitation | None:
    """Whoever holds the letter's word may learn that there is an invitation, and to which masked address."""
    return Invitation.objects.filter(token_hash=digest, state=InvitationState.OPEN, expires_at__gt=clock.now()).first()


def places_to_join(text: str) -> list[Place]:
    """Institutions and bases by a part of the name: what stands on the public lists too."""
    text = text.strip()
    if len(text) < SHORTEST:
        return []
    institutions = Institution.objects.filter(name_key__contains=name_key(text)).order_by("name", "pk")[:FOUND]
    bases = TrainingBase.objects.filter(base_named(text)).order_by("name", "pk")[:FOUND]
    return [*institutions, *bases]


def place_to_join(kind: str, pk: int) -> Institution | TrainingBase:
    if kind == "base":
        return _found(TrainingBase.objects.filter(pk=pk).first())
    return _found(Institution.objects.filter(pk=pk).first() if kind == "institution" else None)


def officers_at(place: Place, permission: Permission) -> dict[int, User]:
    """Logins that may do this for a place today, by their key."""
    roles = [role for role, granted in GRANTS.items() if permission in granted]
    hats = Membership.objects.running(clock.today()).at(place).filter(role__in=roles).select_related("user")
    return {hat.user_id: hat.user for hat in hats}


def shown_name(user: User) -> str:
    """How members see one another: the name of the person, or the masked contact of a login without one."""
    person = getattr(user, "person", None)
    return person.name if person else _contact(user)


def contact_beside(user: User) -> str:
    """By which two of one name are told apart; empty where the contact stands in the name's place already."""
    return _contact(user) if getattr(user, "person", None) else ""


def _contact(user: User) -> str:
    if user.email:
        return mask_email(user.email)
    return mask_phone(user.phone) if user.phone and user.phone_verified else mask_email("")


def _to_own_address(actor: User) -> QuerySet[Invitation]:
    related = ("invited_by__person", "admin_body", "institution", "base")
    # Asked as oneself: the hat on one's head has no say in what comes to one's own address.
    return Invitation.objects.to_addresses_of(actor).select_related(*related)


def _reaches(actor: User, place: Place) -> bool:
    """Also by kind: who appoints in bodies reads nothing of institutions and their people."""
    rows: Any = type(place).objects
    kind = FIELD_OF[type(place)]
    return any(kind in kinds_of_places(hat.role) for hat in actor.worn_memberships()) and bool(
        rows.allowed(actor, Permission.MEMBER_VIEW).filter(pk=place.pk).exists()
    )


def _found(row: Row | None, permission: Permission = Permission.MEMBER_MANAGE) -> Row:
    if row is None:
        raise NotAllowed(permission=permission.value)
    return row
