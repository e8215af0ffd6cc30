"""What changes how somebody signs in: the number of a login, and the end of its sessions."""

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.models import SignIn, User
from accounts.selectors.sign_in import phone_index, user_by_phone
from accounts.services.letters import ways_to
from core import audit, clock, outbox
from core.errors import DomainError
from core.text import mask_phone

TELL = "accounts.tell_login_changed"
PASSWORD = "password"  # noqa: S105 - what the letter is about


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
def drop_unproven_password(*, actor: User, proven: str) -> User:
    """The first address of a login has just been proven by a code: a password from before may be of somebody else who
    typed that address. With a proven address or number before it, the password was its owner's and stays."""
    others = actor.emailaddress_set.filter(verified=True).exclude(email=proven)  # type: ignore[attr-defined]
    if actor.phone_verified or others.exists() or not actor.has_usable_password():
        return actor
    actor.set_unusable_password()
    actor.save(update_fields=["password"])
    audit.record(actor, "accounts.unproven_password_dropped", actor)
    return end_other_sessions(actor=actor, user=actor)


@transaction.atomic
def note_new_password(*, actor: User, way: str) -> User:
    """The own password was changed: put down by what (`password`, `code`, `link`), and told to every address and
    number the login has confirmed."""
    audit.record(actor, "accounts.password_changed", actor, way=way)
    for way in ways_to(actor):
        outbox.add(TELL, f"{actor.pk}:{PASSWORD}:{way}")
    return actor


@transaction.atomic
def end_other_sessions(*, actor: User, user: User) -> User:
    """Whatever session this login has is over at its next request; a page of the login itself renews its own.

    Called by every service that changes what a login may do: a key that leaked before must not carry new powers.
    """
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    audit.record(actor, "accounts.sessions_ended", user)
    return user


@transaction.atomic
def choose_language(*, actor: User, language: str) -> User:
    """In which letters and messages come from now on, and in which the next sign-in goes on. Raises
    `no_such_language`."""
    if language not in dict(settings.LANGUAGES):
        raise DomainError("no_such_language")
    user = User.objects.select_for_update().get(pk=actor.pk)
    if user.language == language:
        return user
    user.language = language
    user.save(update_fields=["language"])
    audit.record(actor, "accounts.language_chosen", user, language=language)
    return user


OTHER_LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)


@transaction.atomic
def note_sign_in(*, actor: User, browser: str, language: str = "") -> SignIn:
    """A session has begun. No audit entry: the row is the trail itself.

    A page in another language than the site's was chosen; one in the site's says nothing, every address begins so.
    """
    now = clock.now()
    if language in OTHER_LANGUAGES and not actor.language:
        User.objects.filter(pk=actor.pk, language="").update(language=language)
    return SignIn.objects.create(
        user=actor, device=device_name(browser), epoch=actor.session_epoch, started_at=now, seen_at=now
    )


def note_seen(sign_in_id: int) -> None:
    """The session was used; at most once a minute."""
    SignIn.objects.filter(pk=sign_in_id).update(seen_at=clock.now())


def note_sign_out(sign_in_id: int) -> None:
    SignIn.objects.filter(pk=sign_in_id, ended_at=None).update(ended_at=clock.now())


def keep_this_session(*, actor: User, sign_in_id: int) -> None:
    """After `end_other_sessions` by a page of the login itself: this one goes on under the new count."""
    SignIn.objects.filter(pk=sign_in_id, user=actor).update(epoch=actor.session_epoch)


DEVICES = {
    "MicroMessenger": "WeChat",
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {"HarmonyOS": "HarmonyOS", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows"}
SYSTEMS |= {"Mac OS": "macOS", "Linux": "Linux"}


def device_name(browser: str) -> str:
    """A browser's own description in two words, enough for its owner to know it again; the rest is not kept."""
    names = (next((name for sign, name in table.items() if sign in browser), "") for table in (DEVICES, SYSTEMS))
    return " · ".join(name for name in names if name)
