"""States of an objection about the accuracy of an entry: marked at once, decided by somebody else, within its days."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core.workflow import Step


class ObjectionState(TextChoices):
    OPEN = "open", _("objection being checked")
    CHECKING = "checking", _("objection being checked with others")
    UPHELD = "upheld", _("objection upheld")
    REJECTED = "rejected", _("objection rejected")
    WITHDRAWN = "withdrawn", _("objection taken back")


_S, _DECIDE, _OBJECT = ObjectionState, Permission.CREDIT_OBJECTION_DECIDE, Permission.CREDIT_OBJECT
# As long as one of these holds the entry stands as disputed.
UNDECIDED: frozenset[str] = frozenset({_S.OPEN, _S.CHECKING})

# fmt: off
CREDIT_OBJECTION_STEPS = {
    #                   from                  to            who
    "ask":      Step(frozenset({_S.OPEN}),    _S.CHECKING,  _DECIDE),
    "uphold":   Step(UNDECIDED,               _S.UPHELD,    _DECIDE),
    "reject":   Step(UNDECIDED,               _S.REJECTED,  _DECIDE),
    "withdraw": Step(UNDECIDED,               _S.WITHDRAWN, _OBJECT),
}
# fmt: on
