"""Requests of people about their own data: copy, correction, erasure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core.workflow import Step


class RequestKind(TextChoices):
    """PIPL articles 45, 46, 47."""

    COPY = "copy", _("copy of my data")
    CORRECTION = "correction", _("correction")
    DELETION = "deletion", _("erasure")


class RequestState(TextChoices):
    ASKED = "asked", _("asked")
    IN_REVIEW = "in_review", _("in review")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


P, S = Permission, RequestState
OPEN = frozenset({S.ASKED, S.IN_REVIEW})

DATA_REQUEST_STEPS = {
    #                     from                       to             who
    "deliver":  Step(frozenset({S.ASKED}),     S.DONE,      P.DATA_REQUEST_REVIEW),
    "take":     Step(frozenset({S.ASKED}),     S.IN_REVIEW, P.DATA_REQUEST_REVIEW),
    # A second person agrees: whoever took the request into review does not also carry it out.
    "carry_out": Step(frozenset({S.IN_REVIEW}), S.DONE,     P.DATA_REQUEST_REVIEW, apart_from=frozenset({"take"})),
    "refuse":   Step(frozenset({S.IN_REVIEW}), S.REFUSED,   P.DATA_REQUEST_REVIEW),
    "withdraw": Step(OPEN,                     S.WITHDRAWN, P.DATA_REQUEST_ASK),
    # Whoever asked has been erased at their own wish.
    "lapse":    Step(OPEN,                     S.WITHDRAWN, P.DATA_REQUEST_REVIEW),
}  # fmt: skip
