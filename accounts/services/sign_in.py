"""What changes how somebody signs in: the number of a login, and the end of its sessions."""

from django.db import transaction
from django.db.models import F

from accounts.models import User
from accounts.selectors.sign_in import phone_index, user_by_phone
from core import audit
from core.errors import DomainError
from core.text import mask_phone


def put_phone(user: User, phone: str) -> None:
    """The number of a login that is about to be made; it counts for nothing before it is verified."""
    user.phone, user.phone_index, user.phone_verified = phone, phone_index(phone), False


@transaction.atomic
def set_login_phone(*, actor: User, phone: str, verified: bool) -> User:
    """One's own number, in E.164 form. Raises `phone_taken` when another login has verified it meanwhile."""
    user = User.objects.select_for_update().get(pk=actor.pk)
    other = user_by_phone(phone)
    if verified and other and other.pk != user.pk:
        raise DomainError("phone_taken")
    put_phone(user, phone)
    user.phone_verified = verified
    user.save(update_fields=["phone", "phone_index", "phone_verified"])
    if verified:
        audit.record(actor, "accounts.phone_verified", user, phone=mask_phone(phone))
    return user


@transaction.atomic
def end_other_sessions(*, actor: User, user: User) -> User:
    """Whatever session this login has is over at its next request; a page of the login itself renews its own.

    Called by every service that changes what a login may do: a key that leaked before must not carry new powers.
    """
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    audit.record(actor, "accounts.sessions_ended", user)
    return user
