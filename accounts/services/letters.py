"""Letters to a login: in its owner's language, by mail, or by a text message where there is no address.

A letter says where to read and nothing of the matter: it may be read over a shoulder.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from core import sms


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


def deliver_everywhere(user: User, letter: str, **words: object) -> None:
    """To every confirmed address and the confirmed number: whoever holds one of them alone cannot keep it quiet."""
    subject, text = _written(user, letter, "", **words)
    number = user.phone if user.phone_verified and sms.can_send() else ""
    confirmed = user.emailaddress_set.filter(verified=True)  # type: ignore[attr-defined]
    addresses = list(confirmed.order_by("pk").values_list("email", flat=True))
    if not (addresses or number) and user.email:
        addresses = [user.email]
    for address in addresses:
        send_mail(subject, text, None, [address])
    if number:
        sms.send(number, text)


def _written(user: User, letter: str, page: str, *args: object, **words: object) -> tuple[str, str]:
    """Subject and text, in the language of whoever reads."""
    with in_language_of(user):
        link = settings.SITE_URL + (reverse(page, args=args) if page else "")
        context = {**words, "link": link, "site_url": settings.SITE_URL}
        text = render_to_string(f"emails/{letter}.txt", context).strip()
        return render_to_string(f"emails/{letter}_subject.txt", context).strip(), text
