"""Hats: giving one, and taking it off."""

from datetime import date

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import AdminBody, Institution, Membership, RestrictionKind, TrainingBase, User
from accounts.models.places import Rank
from accounts.models.positions import FIELD_OF
from accounts.permissions import ADMINISTRATORS, PLACE_OF, Role
from accounts.selectors.restrictions import restricted_login
from accounts.services.places import require_system
from accounts.services.sign_in import end_other_sessions
from core import audit, clock
from core.errors import DomainError, NotAllowed

Place = AdminBody | Institution | TrainingBase
EDITORS = "Editors"
# The restriction that keeps somebody from a role at a base.
KEPT_FROM: dict[str, str] = {Role.INSTRUCTOR: RestrictionKind.NO_TEACHING, Role.INVIGILATOR: RestrictionKind.NO_MARKING}


@transaction.atomic
def grant_membership(*, actor: User, user: User, role: str, place: Place) -> Membership:
    """Give a hat; never that of the system, which commands alone act under.

    Raises `wrong_place`, `national_body_only`, `another_administrator`, `already_member`, `restricted`. A content
    editor also enters Wagtail's editor group, and nobody else does.
    """
    require_system(actor)
    if role == Role.SYSTEM:
        raise NotAllowed(role=role)
    return give_hat(actor=actor, user=user, role=role, place=place)


@transaction.atomic
def end_membership(*, actor: User, membership: Membership, reason: str = "") -> Membership:
    """Take a hat off from today on; the last hat of an editor takes Wagtail's editor group along."""
    require_system(actor)
    return take_hat_off(actor=actor, membership=membership, reason=reason)


def lock_place(place: Place) -> None:
    """Whoever gives or leaves a hat at the place waits here: what is asked of its members then holds at the write."""
    type(place).objects.select_for_update().get(pk=place.pk)


def give_hat(*, actor: User, user: User, role: str, place: Place) -> Membership:
    """The write itself, for services that have asked who may."""
    lock_place(place)
    _check_place(role, place)
    _check_separation(user, role)
    _check_restrictions(user, role, place)
    if Membership.objects.at(place).running(clock.today()).filter(user=user, role=role).exists():
        raise DomainError("already_member", role=role)
    membership = Membership.objects.create(
        user=user, role=role, valid_from=clock.today(), **{FIELD_OF[type(place)]: place}
    )
    if role == Role.EDITOR:
        user.groups.add(Group.objects.get(name=EDITORS))
    audit.record(actor, "accounts.membership_granted", membership, role=role)
    end_other_sessions(actor=actor, user=user)
    return membership


def take_hat_off(*, actor: User, membership: Membership, reason: str) -> Membership:
    """The write itself, for services that have asked who may. Twice is the same as once."""
    ended = Membership.objects.select_for_update().get(pk=membership.pk)
    today = clock.today()
    if ended.valid_to is None or ended.valid_to > today:
        ended.valid_to = max(today, ended.valid_from)
        ended.save(update_fields=["valid_to"])
        audit.record(actor, "accounts.membership_ended", ended, reason=reason, role=ended.role)
        end_other_sessions(actor=actor, user=ended.user)
    if ended.role == Role.EDITOR and not _edits(ended.user, today):
        ended.user.groups.remove(Group.objects.get(name=EDITORS))
    return ended


def _check_place(role: str, place: Place) -> None:
    if PLACE_OF[role] != FIELD_OF[type(place)]:
        raise DomainError("wrong_place", role=role)
    if role in ADMINISTRATORS and isinstance(place, AdminBody) and place.rank != Rank.NATIONAL:
        raise DomainError("national_body_only", role=role)


def _check_separation(user: User, role: str) -> None:
    """The database refuses as well (accounts.apps: `no_overlap`); here it is said in words."""
    if role not in ADMINISTRATORS:
        return
    others = user.memberships.filter(role__in=ADMINISTRATORS)
    if any(other.valid_to is None or other.valid_to > clock.today() for other in others):
        raise DomainError("another_administrator", role=role)


def _check_restrictions(user: User, role: str, place: Place) -> None:
    kind = KEPT_FROM.get(role)
    if kind and isinstance(place, TrainingBase) and restricted_login(kind, user=user, at=place):
        raise DomainError("restricted", role=role)


def _edits(user: User, on: date) -> bool:
    """Now or later."""
    rows = user.memberships.filter(role=Role.EDITOR)
    return any(row.valid_to is None or row.valid_to > on for row in rows)
