"""States of the staffing room: counts of people in secret posts, which no row may name (practice 1.19)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core.workflow import Step


class SealedState(TextChoices):
    ENTERED = "entered", _("waiting for confirmation")
    CONFIRMED = "confirmed", _("confirmed, counted")
    REFUSED = "refused", _("refused")
    ENDED = "ended", _("ended")
    ANNULLED = "annulled", _("annulled: never counted")


S, P = SealedState, Permission
# Whoever entered a number does not decide on it.
ENTERING: frozenset[str] = frozenset({"enter"})

# fmt: off
SEALED_COUNT_STEPS = {
    #                 from                                 to           who
    "confirm": Step(frozenset({S.ENTERED}),                S.CONFIRMED, P.SEALED_COUNT_DECIDE, ENTERING),
    "refuse":  Step(frozenset({S.ENTERED}),                S.REFUSED,   P.SEALED_COUNT_DECIDE, ENTERING),
    "end":     Step(frozenset({S.CONFIRMED}),              S.ENDED,     P.SEALED_COUNT_DECIDE),
    "annul":   Step(frozenset({S.CONFIRMED, S.ENDED}),     S.ANNULLED,  P.SEALED_COUNT_DECIDE),
}
# fmt: on
