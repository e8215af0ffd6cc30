"""Asking to act for a place, the answer, leaving, and ending somebody's hat."""

from django.db import IntegrityError, transaction

from accounts.access import require
from accounts.models import JoinRequest, Membership, User
from accounts.models.positions import FIELD_OF, MembershipQuerySet
from accounts.permissions import Permission, Role
from accounts.services.first_hats import security_admins
from accounts.services.granting import require_giving
from accounts.services.memberships import Place, give_hat, lock_place, take_hat_off
from accounts.workflow import JOIN_STEPS
from core import audit, clock
from core.errors import DomainError, NotAllowed
from core.workflow import advance

# What people may ask for; every other role is given on the giver's own motion.
ASKED_FOR: dict[str, tuple[Role, ...]] = {
    "institution": (Role.INSTITUTION_OFFICER,),
    "base": (Role.INSTRUCTOR, Role.INVIGILATOR, Role.BASE_MANAGER),
}


@transaction.atomic
def ask_to_join(*, actor: User, role: str, place: Place, message: str = "") -> JoinRequest:
    """Raises `not_asked_for`, `already_member` and `asked_already`."""
    field = FIELD_OF[type(place)]
    if role not in ASKED_FOR.get(field, ()):
        raise DomainError("not_asked_for", role=role)
    if _members(place).filter(user=actor, role=role).exists():
        raise DomainError("already_member")
    try:
        with transaction.atomic():
            asked = JoinRequest.objects.create(user=actor, role=role, message=message, **{field: place})
    except IntegrityError as error:
        raise DomainError("asked_already") from error
    audit.record(actor, "accounts.asked_to_join", asked, role=role)
    return asked


@transaction.atomic
def accept_request(*, actor: User, request: JoinRequest) -> Membership:
    """By whoever may give the role there, never for oneself."""
    _require_answering(actor, request)
    lock_place(request.place)
    # Asked again: while this one waited, somebody else may have become the first.
    _require_answering(actor, request)
    accepted = advance(request, "accept", JOIN_STEPS, actor=actor)
    return give_hat(actor=actor, user=accepted.user, role=accepted.role, place=accepted.place)


@transaction.atomic
def refuse_request(*, actor: User, request: JoinRequest, reason: str) -> JoinRequest:
    """With a reason that the one who asked reads."""
    _require_answering(actor, request)
    refused = advance(request, "refuse", JOIN_STEPS, actor=actor, reason=reason)
    refused.answer = reason
    refused.save(update_fields=["answer"])
    return refused


def withdraw_request(*, actor: User, request: JoinRequest) -> JoinRequest:
    require(actor, Permission.MEMBERSHIP_OWN, request)
    if request.user_id != actor.pk:
        raise NotAllowed(permission=Permission.MEMBERSHIP_OWN.value)
    return advance(request, "withdraw", JOIN_STEPS, actor=actor)


@transaction.atomic
def leave(*, actor: User, membership: Membership, knows_it_is_the_last: bool = False) -> Membership:
    """Take an own hat off, at once. Raises `last_member` until it is said that this is known, and
    `last_security_admin`: after that one nobody could give a hat any more."""
    require(actor, Permission.MEMBERSHIP_OWN, membership)
    if membership.user_id != actor.pk:
        raise NotAllowed(permission=Permission.MEMBERSHIP_OWN.value)
    lock_place(membership.place)
    if is_last_security_admin(membership):
        raise DomainError("last_security_admin")
    if is_last(membership) and not knows_it_is_the_last:
        raise DomainError("last_member", place=str(membership.place))
    return take_hat_off(actor=actor, membership=membership, reason="left")


@transaction.atomic
def end_hat(*, actor: User, membership: Membership, reason: str) -> Membership:
    """By whoever may give the role there; the own hat is left, not ended."""
    require(actor, Permission.MEMBER_MANAGE, membership)
    require_giving(actor, membership.role, membership.place, also_later=True)
    if membership.user_id == actor.pk:
        raise DomainError("own_hat")
    return take_hat_off(actor=actor, membership=membership, reason=reason)


def is_last(membership: Membership) -> bool:
    """Would nobody hold this role at the place any more? Asked for those who answer for a place."""
    if membership.role not in (Role.INSTITUTION_OFFICER, Role.BASE_MANAGER):
        return False
    return not _members(membership.place).filter(role=membership.role).exclude(pk=membership.pk).exists()


def is_last_security_admin(membership: Membership) -> bool:
    return membership.role == Role.SECURITY_ADMIN and not security_admins().exclude(user=membership.user_id).exists()


def _members(place: Place) -> MembershipQuerySet:
    return Membership.objects.at(place).running(clock.today())


def _require_answering(actor: User, request: JoinRequest) -> None:
    """The place itself, once somebody acts there: a body above answers for the first one alone."""
    require_giving(actor, request.role, request.place)
    if request.user_id == actor.pk:
        raise NotAllowed("own_request")
