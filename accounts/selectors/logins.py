"""What the security administrator sees of one login, found by its whole address or number; there is no list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from accounts.access import require_everywhere
from accounts.models import Membership, User
from accounts.permissions import Permission, Role
from accounts.selectors.audit import TrailLine, shown_login, trail_lines
from accounts.selectors.sign_in import open_sign_ins, user_by_phone
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from core.text import phone_number

ERASED = "@erased.invalid"
# What this office did to the login; the whole trail is the audit administrator's.
OWN_VERBS = (
    "accounts.login_closed",
    "accounts.login_reopened",
    "accounts.login_sessions_ended",
    "accounts.second_factor_reset",
)
MOST_SHOWN = 20


@dataclass(frozen=True)
class LoginCard:
    user: User
    shown: str
    erased: bool
    own: bool
    factors: Sequence[Authenticator]
    sessions: int
    hats: Sequence[Membership]
    changes: Sequence[TrailLine]


def login_meant(actor: User, words: str) -> User | None:
    """The one login of a whole mail address or number. Raises `not_an_address` for what can be neither."""
    require_everywhere(actor, Permission.LOGIN_VIEW)
    words = words.strip()
    if "@" not in words:
        if not phone_number(words):
            raise DomainError("not_an_address")
        return user_by_phone(words)
    verified = Q(emailaddress__email__iexact=words, emailaddress__verified=True)
    return _people().filter(Q(email=words.lower()) | verified).distinct().first()


def login_card(actor: User, uuid: str) -> LoginCard:
    user = login_for(actor, uuid)
    since = clock.now() - timedelta(seconds=settings.OTHER_SESSION[0])
    entries = AuditEntry.objects.filter(subject_type="accounts.user", subject_id=str(user.pk), verb__in=OWN_VERBS)
    return LoginCard(
        user=user,
        shown=shown_login(user),
        erased=is_erased(user),
        own=user.pk == actor.pk,
        factors=list(Authenticator.objects.filter(user=user).order_by("type", "pk")),
        sessions=open_sign_ins(user, since=since).count(),
        hats=user.valid_memberships(),
        changes=trail_lines(entries.select_related("actor__person").order_by("-at", "-pk")[:MOST_SHOWN]),
    )


def login_for(actor: User, uuid: str, permission: Permission = Permission.LOGIN_VIEW) -> User:
    """Raises NotAllowed; the login that commands act as is none of people's."""
    require_everywhere(actor, permission)
    if (found := _people().select_related("person").filter(uuid=uuid).first()) is None:
        raise NotAllowed(permission=permission.value)
    return found


def is_erased(user: User) -> bool:
    return bool(user.email) and str(user.email).endswith(ERASED)


def login_figures(actor: User) -> dict[str, int]:
    """Counts for the first page: closed logins, and staff who have no second factor yet."""
    require_everywhere(actor, Permission.LOGIN_VIEW)
    staff = Membership.objects.running(clock.today()).filter(user=OuterRef("pk"))
    factor = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    bare = _people().filter(Exists(staff), ~Exists(factor), is_active=True)
    closed = _people().filter(is_active=False).exclude(email__endswith=ERASED)
    return {"closed": closed.count(), "bare": bare.count()}


def _people() -> Any:
    system = Membership.objects.filter(user=OuterRef("pk"), role=Role.SYSTEM)
    return User.objects.filter(~Exists(system)).order_by("pk")
