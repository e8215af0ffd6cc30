"""Who signs in with what: the login of a number, and what the page of one's own sign-in shows."""

from accounts.models import User
from core.fields import blind_index
from core.text import phone_number


def phone_index(phone: str) -> str:
    """The blind index of a login's number, in E.164 form."""
    return blind_index("login_phone", phone)


def user_by_phone(raw: str) -> User | None:
    """The one login that has verified this number, however it is written. For signing in; never for pages."""
    phone = phone_number(raw)
    return User.objects.filter(phone_index=phone_index(phone), phone_verified=True).first() if phone else None
