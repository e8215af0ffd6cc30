"""Letters to a login: in its owner's language, by mail, or by a text message where there is no address.

A letter says where to read and nothing of the matter: it may be read over a shoulder.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from core import sms

# Ways of a letter beside the keys of confirmed addresses: the number, and the address of a login that confirmed none.
BY_TEXT, BY_LOGIN = "text", "login"


def language_of(user: User | None) -> str:
    """The one kept with the login; for whoever has none, the language of the site."""
    return (user.language if user else "") or settings.LANGUAGE_CODE


@contextmanager
def in_language_of(user: User | None) -> Iterator[None]:
    with translation.override(language_of(user)):
        yield


def write_to(user: User, letter: str, page: str = "", *args: object, **words: object) -> bool:
    """`letter` names the two templates, `page` the address whose link is put in. Says whether there was a way."""
    if not user.is_active:
        return False
    return deliver(user, letter, page, *args, **words)


def deliver(user: User, letter: str, page: str = "", *args: object, **words: object) -> bool:
    """Also to a login that is closed: its owner must read that it is."""
    subject, text = _written(user, letter, page, *args, **words)
    if user.email:
        send_mail(subject, text, None, [user.email])
    elif user.phone and user.phone_verified and sms.can_send():
        sms.send(user.phone, text)
    else:
        return False
    return True


def ways_to(user: User) -> list[str]:
    """Every confirmed address and the confirmed number: whoever holds one of them alone cannot keep a letter quiet.

    Each is part of an event's key, and a letter by `deliver_by`: a way that fails holds up no other.
    """
    confirmed = user.emailaddress_set.filter(verified=True)  # type: ignore[attr-defined]
    ways = [str(pk) for pk in confirmed.order_by("pk").values_list("pk", flat=True)]
    if user.phone and user.phone_verified and sms.can_send():
        ways.append(BY_TEXT)
    return ways or [BY_LOGIN]


def ways_that_reach(users: Iterable[User]) -> list[tuple[User, str]]:
    """Each open login with each of its ways; whoever has neither address nor number is not among them."""
    asked = [(user, way) for user in users if user.is_active for way in ways_to(user)]
    return [(user, way) for user, way in asked if way != BY_LOGIN or user.email]


def deliver_by(user: User, way: str, letter: str, page: str = "", *args: object, **words: object) -> None:
    """One of `ways_to`; an address that was taken off meanwhile gets nothing."""
    subject, text = _written(user, letter, page, *args, **words)
    if way == BY_TEXT:
        if user.phone and user.phone_verified and sms.can_send():
            sms.send(user.phone, text)
    elif address := _address(user, way):
        send_mail(subject, text, None, [address])


def _address(user: User, way: str) -> str:
    if way == BY_LOGIN:
        return user.email or ""
    confirmed = user.emailaddress_set.filter(verified=True, pk=int(way))  # type: ignore[attr-defined]
    return str(confirmed.values_list("email", flat=True).first() or "")


def _written(user: User, letter: str, page: str, *args: object, **words: object) -> tuple[str, str]:
    """Subject and text, in the language of whoever reads."""
    with in_language_of(user):
        link = settings.SITE_URL + (reverse(page, args=args) if page else "")
        context = {**words, "link": link, "site_url": settings.SITE_URL}
        text = render_to_string(f"emails/{letter}.txt", context).strip()
        return render_to_string(f"emails/{letter}_subject.txt", context).strip(), text
