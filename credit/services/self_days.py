"""Once a day: last days that were provisional are counted anew, for the calendar may know more by now."""

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from core import audit
from credit.models import SelfRegulatoryCase
from credit.services.self_common import due_after, settle_answer_day


def settle_self_days(*, actor: User) -> int:
    """How many cases have a day now that holds. Nothing ends by it: whoever decides is asked by the service."""
    rows = SelfRegulatoryCase.objects.filter(Q(is_provisional=True) | Q(answer_is_provisional=True))
    return sum(_settle(actor, pk) for pk in rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _settle(actor: User, pk: int) -> bool:
    case = settle_answer_day(SelfRegulatoryCase.objects.select_for_update(of=("self",)).get(pk=pk))
    due = due_after(case, case.state)
    if due is None or due.provisional:
        return False
    case.due_on, case.is_provisional = due.day, False
    case.save(update_fields=["due_on", "is_provisional"])
    audit.record(actor, "credit.self_day_settled", case, due=str(due.day))
    return True
