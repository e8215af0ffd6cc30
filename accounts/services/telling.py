"""Word to somebody whose standing was decided on: a request to join, an own hat, a denied roster row.

The message says where to read and nothing of the reasons: it may be read over a shoulder.
"""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import DisputeDecision, JoinRequest, Membership, User
from core import sms

JOIN_ANSWERED = "accounts.join_answered"
HAT_ENDED = "accounts.hat_ended"
DISPUTE_DECIDED = "accounts.dispute_decided"


def tell_join_answer(*, request_id: int) -> None:
    asked = JoinRequest.objects.select_related("user").get(pk=request_id)
    _tell(asked.user, "join_answered", "accounts:my_hats", place=str(asked.place), role=asked.get_role_display())


def tell_hat_ended(*, membership_id: int) -> None:
    hat = Membership.objects.select_related("user").get(pk=membership_id)
    _tell(hat.user, "hat_ended", "accounts:my_hats", place=str(hat.place), role=hat.get_role_display())


def tell_dispute_decided(*, decision_id: int) -> None:
    """The person, if there is a login; others read it where the link of their notice leads."""
    rows = DisputeDecision.objects.select_related("dispute__appointment__institution")
    appointment = rows.get(pk=decision_id).dispute.appointment
    person = appointment.person.merged_into or appointment.person
    if person.user:
        place = appointment.institution.name
        _tell(person.user, "dispute_decided", "accounts:my_institutions", place=place)


def _tell(user: User, template: str, page: str, **words: str) -> None:
    """By mail; whoever has no address, by a text message to the verified number."""
    if not user.is_active:
        return
    with translation.override(settings.LANGUAGE_CODE):
        context = {**words, "link": settings.SITE_URL + reverse(page)}
        text = render_to_string(f"emails/{template}.txt", context).strip()
        subject = render_to_string(f"emails/{template}_subject.txt", context).strip()
    if user.email:
        send_mail(subject, text, None, [user.email])
    elif user.phone and user.phone_verified and sms.can_send():
        sms.send(user.phone, text)
