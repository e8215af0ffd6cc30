"""The desk of the credit room: objections that wait for the authority."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Role
from accounts.selectors.waiting import Desk, Waiting, put_up
from credit.selectors.statements import objections_to_decide, with_days

# So many are looked through for the next deadline; they are the oldest ones.
LOOKED_AT = 50


def put_up_objections() -> None:
    put_up(
        Desk(
            "credit_objections", frozenset({Role.REGULATOR.value}), _("Objections to credit records"),
            _("Entries that whom they are about calls wrong"), "credit:objections", _objections,
        )
    )  # fmt: skip


def _objections(actor: User) -> Waiting:
    rows = objections_to_decide(actor)
    dues = [line.due.day for line in with_days(list(rows[:LOOKED_AT]))]
    return Waiting(rows.count(), due=min(dues, default=None))
