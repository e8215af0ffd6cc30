"""States of the staffing room: versions of a ratio rule, and counts of people in secret posts (practice 1.19)."""

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


class RuleState(TextChoices):
    DRAFT = "draft", _("draft")
    PROPOSED = "proposed", _("proposed, waits for a second person")
    ADOPTED = "adopted", _("adopted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


S, R, P = SealedState, RuleState, Permission
# Whoever entered a number does not decide on it.
ENTERING: frozenset[str] = frozenset({"enter"})

# Whoever wrote or proposed a version does not adopt it.
WRITING: frozenset[str] = frozenset({"write", "propose"})

# fmt: off
SEALED_COUNT_STEPS = {
    #                 from                                 to           who
    "confirm": Step(frozenset({S.ENTERED}),                S.CONFIRMED, P.SEALED_COUNT_DECIDE, ENTERING),
    "refuse":  Step(frozenset({S.ENTERED}),                S.REFUSED,   P.SEALED_COUNT_DECIDE, ENTERING),
    "end":     Step(frozenset({S.CONFIRMED}),              S.ENDED,     P.SEALED_COUNT_DECIDE),
    "annul":   Step(frozenset({S.CONFIRMED, S.ENDED}),     S.ANNULLED,  P.SEALED_COUNT_DECIDE),
}
RATIO_RULE_STEPS = {
    #                  from                                  to            who
    "propose":  Step(frozenset({R.DRAFT}),                 R.PROPOSED,   P.RULE_MANAGE),
    "adopt":    Step(frozenset({R.PROPOSED}),              R.ADOPTED,    P.RULE_MANAGE, WRITING),
    "refuse":   Step(frozenset({R.PROPOSED}),              R.REFUSED,    P.RULE_MANAGE, WRITING),
    "withdraw": Step(frozenset({R.DRAFT, R.PROPOSED}),     R.WITHDRAWN,  P.RULE_MANAGE),
}
# fmt: on
