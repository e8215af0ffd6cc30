"""States of the staffing room: ratio rules, counts of people in secret posts (practice 1.19), calls
for returns of the ratio, and the returns."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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


class ReturnState(TextChoices):
    """Where nobody has declared anything there is no row: that is "not filed", and never a figure."""

    DECLARED = "declared", _("in declaration")
    CHECKED = "checked", _("checked, not yet attested")
    FILED = "filed", _("filed, waits for the authority")
    RETURNED = "returned", _("returned with questions")
    CORRECTING = "correcting", _("taken back to be corrected")
    ACCEPTED = "accepted", pgettext_lazy("a return", "accepted")
    CORRECTED = "corrected", _("corrected by the authority")


class CallState(TextChoices):
    ENTERED = "entered", pgettext_lazy("a call for returns", "entered")
    WITHDRAWN = "withdrawn", pgettext_lazy("a call for returns", "withdrawn before it opened")


C = CallState
S, R, T, P = SealedState, RuleState, ReturnState, Permission
# Whoever entered a number does not decide on it.
ENTERING: frozenset[str] = frozenset({"enter"})

# Whoever wrote or proposed a version does not adopt it.
WRITING: frozenset[str] = frozenset({"write", "propose"})

# Whoever had a hand in a return does not decide on it.
FILING: frozenset[str] = frozenset({"declare", "check", "answer", "attest", "reopen"})
# What lies with the institution; what stands as its word, decided or not.
PREPARING: frozenset[str] = frozenset({T.DECLARED, T.CHECKED, T.RETURNED, T.CORRECTING})
STANDING: frozenset[str] = frozenset({T.FILED, T.ACCEPTED, T.CORRECTED})

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
FILING_CALL_STEPS = {
    #                  from                     to           who
    "withdraw": Step(frozenset({C.ENTERED}), C.WITHDRAWN, P.RETURN_DECIDE),
}
RATIO_RETURN_STEPS = {
    #                 from                     to            who
    "check":   Step(PREPARING,                 T.CHECKED,    P.RETURN_FILE),
    "attest":  Step(frozenset({T.CHECKED}),    T.FILED,      P.RETURN_FILE),
    "reopen":  Step(STANDING,                  T.CORRECTING, P.RETURN_FILE),
    "accept":  Step(frozenset({T.FILED}),      T.ACCEPTED,   P.RETURN_DECIDE, FILING),
    "return":  Step(STANDING,                  T.RETURNED,   P.RETURN_DECIDE, FILING),
    "correct": Step(STANDING,                  T.CORRECTED,  P.RETURN_DECIDE, FILING),
}
# fmt: on
