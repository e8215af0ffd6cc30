"""Who signs in with what: the login of a number, and what the page of one's own sign-in shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import BigIntegerField, QuerySet

from accounts.models import SignIn, User
from core.compiled import compiled
from core.fields import blind_index
from core.text import phone_number


@dataclass(frozen=True)
class SecondFactors:
    """What somebody can answer with."""

    app: bool
    passkeys: int
    codes_left: int

    @property
    def ready(self) -> bool:
        return self.app or self.passkeys > 0


def phone_index(phone: str) -> str:
    """The blind index of a login's number, in E.164 form."""
    return blind_index("login_phone", phone)


def user_by_phone(raw: str) -> User | None:
    """The one login that has verified this number, however it is written. For signing in; never for pages."""
    phone = phone_number(raw)
    return User.objects.filter(phone_index=phone_index(phone), phone_verified=True).first() if phone else None


def second_factors(user: User) -> SecondFactors:
    found = list(Authenticator.objects.filter(user=user).order_by("pk"))
    kinds = [one.type for one in found]
    codes = [one for one in found if one.type == Authenticator.Type.RECOVERY_CODES]
    return SecondFactors(
        app=Authenticator.Type.TOTP in kinds,
        passkeys=kinds.count(Authenticator.Type.WEBAUTHN),
        codes_left=len(codes[0].wrap().get_unused_codes()) if codes else 0,
    )


def open_sign_ins(user: User, *, since: datetime) -> QuerySet[SignIn]:
    """Sessions that still hold: not ended, under the present count, used since then."""
    rows = SignIn.objects.filter(user=user, ended_at=None, epoch=user.session_epoch, seen_at__gt=since)
    return rows.order_by("-seen_at", "-pk")


def user_of_session(pk: int) -> User | None:
    """A login by its number, one that is switched off too."""
    return next(iter(_users(pk=pk)), None)


@compiled(pk=BigIntegerField())
def _users(*, pk: Any) -> QuerySet[User]:
    return User.objects.filter(pk=pk)
