"""The desk of the staffing room: numbers of secret posts that wait for the authority's yes on paper."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Role
from accounts.selectors.waiting import Desk, Waiting, counted, put_up
from staffing.selectors.sealed import counts_to_decide


def put_up_desks() -> None:
    put_up(
        Desk(
            "sealed_counts", frozenset({Role.REGULATOR.value}), _("Sealed counts"),
            _("Numbers of secret posts that wait for your confirmation on paper"), "staffing:sealed_counts", _to_decide,
        )
    )  # fmt: skip


def _to_decide(actor: User) -> Waiting:
    return counted(counts_to_decide(actor), since="entered_at")
