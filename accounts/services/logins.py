"""What the security administrator does with somebody else's login: close, reopen, end sessions, reset what was lost.

Always with a reason, never to oneself, and the owner is told. See docs/decisions/0013 for what stays closed to one
administrator alone.
"""

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.access import require_everywhere
from accounts.models import Membership, User
from accounts.permissions import ADMINISTRATORS, Permission
from accounts.selectors.logins import is_erased
from accounts.services.letters import deliver, deliver_by, ways_to
from accounts.services.sign_in import PASSWORD, TELL, end_other_sessions
from core import audit, clock, outbox
from core.errors import DomainError

CLOSED, REOPENED, RESET = "closed", "reopened", "reset"


@transaction.atomic
def close_login(*, actor: User, user: User, reason: str) -> User:
    """Nobody gets in with it any more, and whoever is in is out at the next request.

    Raises `reason_missing`, `own_login`, `login_erased`, `closed_already`, `last_administrator`.
    """
    require_everywhere(actor, Permission.LOGIN_MANAGE)
    locked = _locked(actor, user, reason)
    if not locked.is_active:
        raise DomainError("closed_already")
    _require_another_administrator(locked)
    return _opened(actor, locked, False, "accounts.login_closed", reason, CLOSED)


@transaction.atomic
def reopen_login(*, actor: User, user: User, reason: str) -> User:
    """Sessions of before stay over. Raises `reason_missing`, `own_login`, `login_erased`, `open_already`."""
    require_everywhere(actor, Permission.LOGIN_MANAGE)
    locked = _locked(actor, user, reason)
    if locked.is_active:
        raise DomainError("open_already")
    return _opened(actor, locked, True, "accounts.login_reopened", reason, REOPENED)


@transaction.atomic
def end_login_sessions(*, actor: User, user: User, reason: str) -> User:
    """Everybody who is in with it has to sign in again. Raises `reason_missing`, `own_login`, `login_erased`."""
    require_everywhere(actor, Permission.LOGIN_MANAGE)
    locked = _locked(actor, user, reason)
    audit.record(actor, "accounts.login_sessions_ended", locked, reason=reason.strip())
    return end_other_sessions(actor=actor, user=locked)


@transaction.atomic
def reset_second_factor(*, actor: User, user: User, reason: str) -> User:
    """Take every second factor off, recovery codes too: the next sign-in of staff sets up a new one.

    Raises `reason_missing`, `own_login`, `login_erased`, `no_second_factor`, `administrator_login`.
    """
    require_everywhere(actor, Permission.LOGIN_MANAGE)
    locked = _locked(actor, user, reason)
    if _administers(locked):
        # Whoever could take it off would be half way to doing another administrator's work.
        raise DomainError("administrator_login")
    factors = Authenticator.objects.filter(user=locked)
    kinds = sorted(factors.values_list("type", flat=True))
    if not kinds:
        raise DomainError("no_second_factor")
    factors.delete()
    audit.record(actor, "accounts.second_factor_reset", locked, reason=reason.strip(), kinds=kinds)
    outbox.add(TELL, f"{locked.pk}:{RESET}")
    return end_other_sessions(actor=actor, user=locked)


def tell_owner(*, user_id: int, what: str, way: str = "") -> None:
    """By mail, or to the verified number of a login without an address. Says what was done and where to ask.

    Of a new password every confirmed address and number hears, each by a letter of its own `way`: one of them may be in
    wrong hands.
    """
    user = User.objects.get(pk=user_id)
    if is_erased(user):
        return
    if what == PASSWORD:
        # Events from before there were ways name none.
        for one in [way] if way else ways_to(user):
            deliver_by(user, one, "password_changed")
    else:
        deliver(user, "login_changed", what=what)


def _locked(actor: User, user: User, reason: str) -> User:
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not reason.strip():
        raise DomainError("reason_missing")
    if locked.pk == actor.pk:
        raise DomainError("own_login")
    if is_erased(locked):
        raise DomainError("login_erased")
    return locked


def _opened(actor: User, user: User, is_active: bool, verb: str, reason: str, what: str) -> User:
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    audit.record(actor, verb, user, reason=reason.strip())
    outbox.add(TELL, f"{user.pk}:{what}")
    return end_other_sessions(actor=actor, user=user)


def _administers(user: User) -> set[str]:
    return {hat.role for hat in user.valid_memberships()} & ADMINISTRATORS


def _require_another_administrator(user: User) -> None:
    """The platform always has somebody who may read the trail, keep logins and keep the machinery."""
    for role in _administers(user):
        others = Membership.objects.running(clock.today()).filter(role=role, user__is_active=True).exclude(user=user)
        if not others.exists():
            raise DomainError("last_administrator")
