"""How a system begins: hats given from the machine itself, until two security administrators can give the others."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import AdminBody, Institution, Membership, TrainingBase, User
from accounts.models.positions import MembershipQuerySet
from accounts.permissions import PLACE_OF, Role
from accounts.services.memberships import Place, give_hat, lock_place
from accounts.services.places import create_login, require_system
from core import audit, clock
from core.errors import DomainError

# One invites to an administrator's office, another one agrees.
SECURITY_ADMINS = 2
BY_CODE: dict[str, tuple[Any, str]] = {
    "admin_body": (AdminBody, "code"),
    "institution": (Institution, "uscc"),
    "base": (TrainingBase, "code"),
}


@transaction.atomic
def appoint(*, actor: User, email: str, role: str, code: str = "NATIONAL") -> Membership:
    """Give a hat to whoever owns the address; its login is made when there is none yet. `code`: of the body or base,
    the credit code of the institution.

    Raises `enough_security_admins`, `address_not_confirmed` (somebody typed it and never proved it), `no_such_place`,
    and what giving a hat raises.
    """
    require_system(actor)
    # Two who appoint at once are counted one after the other.
    lock_place(AdminBody.objects.get(code="NATIONAL"))
    if security_admins().count() >= SECURITY_ADMINS:
        raise DomainError("enough_security_admins")
    user = _login(actor, email.strip().lower())
    hat = give_hat(actor=actor, user=user, role=role, place=_place(role, code))
    audit.record(actor, "accounts.appointed_first", hat, role=role)
    return hat


def security_admins() -> MembershipQuerySet:
    rows = Membership.objects.running(clock.today())
    return rows.filter(role=Role.SECURITY_ADMIN, user__is_active=True)


def _login(actor: User, email: str) -> User:
    known = User.objects.filter(email=email).first()
    if known is None:
        return create_login(actor=actor, email=email, password=None)
    if not EmailAddress.objects.filter(user=known, email=email, verified=True).exists():
        raise DomainError("address_not_confirmed")
    return known


def _place(role: str, code: str) -> Place:
    model, field = BY_CODE[PLACE_OF[role]]
    found: Place | None = model.objects.filter(**{field: code}).first()
    if found is None:
        raise DomainError("no_such_place", asked=code)
    return found
