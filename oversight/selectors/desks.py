"""The desk of the oversight room: requests about personal data, with their deadlines."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Role
from accounts.selectors.waiting import Desk, Waiting, counted, put_up
from oversight.selectors.requests import requests_to_answer


def put_up_desks() -> None:
    put_up(
        Desk(
            "requests", frozenset({Role.REGULATOR.value}), _("Requests about personal data"),
            _("Corrections and erasures with their deadlines"), "oversight:requests", _open,
        )
    )  # fmt: skip


def _open(actor: User) -> Waiting:
    return counted(requests_to_answer(actor), due="due_at")
