"""Word to somebody whose standing was decided on: a request to join, an own hat, a denied roster row.

The message says where to read and nothing of the reasons: it may be read over a shoulder.
"""

from accounts.models import DisputeDecision, JoinRequest, Membership
from accounts.permissions import Role
from accounts.services.letters import write_to

JOIN_ANSWERED = "accounts.join_answered"
HAT_ENDED = "accounts.hat_ended"
DISPUTE_DECIDED = "accounts.dispute_decided"


def tell_join_answer(*, request_id: int) -> None:
    asked = JoinRequest.objects.select_related("user").get(pk=request_id)
    write_to(asked.user, "join_answered", "accounts:my_hats", place=str(asked.place), role=Role(asked.role).label)


def tell_hat_ended(*, membership_id: int) -> None:
    hat = Membership.objects.select_related("user").get(pk=membership_id)
    write_to(hat.user, "hat_ended", "accounts:my_hats", place=str(hat.place), role=Role(hat.role).label)


def tell_dispute_decided(*, decision_id: int) -> None:
    """The person, if there is a login; others read it where the link of their notice leads."""
    rows = DisputeDecision.objects.select_related("dispute__appointment__institution")
    appointment = rows.get(pk=decision_id).dispute.appointment
    person = appointment.person.merged_into or appointment.person
    if person.user:
        place = appointment.institution.name
        write_to(person.user, "dispute_decided", "accounts:my_institutions", place=place)
