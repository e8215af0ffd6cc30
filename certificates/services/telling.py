"""Word to the holder of a certificate. The message says where to read and nothing of the matter."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import Person, User
from certificates.models import RevocationCase
from core import sms


def tell_of_revocation(*, case_id: int) -> None:
    """A courtesy copy: the notice itself was served on paper, or as the holder agreed."""
    case = RevocationCase.objects.select_related("certificate__person__merged_into__user").get(pk=case_id)
    if user := login_of(case.certificate.person):
        write_to(user, "revocation", "certificates:answer_revocation", case.pk)


def login_of(person: Person) -> User | None:
    return (person.merged_into or person).user


def write_to(user: User, template: str, page: str, *parts: object, **words: str) -> None:
    """By mail; whoever has no address, by a text message to the verified number."""
    if not user.is_active:
        return
    with translation.override(settings.LANGUAGE_CODE):
        context = {**words, "link": settings.SITE_URL + reverse(page, args=parts)}
        text = render_to_string(f"emails/{template}.txt", context).strip()
        subject = render_to_string(f"emails/{template}_subject.txt", context).strip()
    if user.email:
        send_mail(subject, text, None, [user.email])
    elif user.phone and user.phone_verified and sms.can_send():
        sms.send(user.phone, text)
