"""States of evaluations: schemes, rounds, objections to a proposed grade, supervision items."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.permissions import Permission
from core.workflow import Step


class SchemeState(TextChoices):
    DRAFT = "draft", _("draft")
    PROPOSED = "proposed", _("proposed, waits for a second person")
    ADOPTED = "adopted", _("adopted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class RoundState(TextChoices):
    DRAFT = "draft", _("in preparation")
    SELF_EVALUATION = "self", _("in self-evaluation")
    SCORING = "scoring", _("in scoring")
    PROPOSED = "proposed", _("result proposed")
    PUBLICITY = "publicity", pgettext_lazy("an evaluation", "open to objections")
    FINAL = "final", pgettext_lazy("an evaluation", "final")
    DROPPED = "dropped", _("dropped before it began")


class ObjectionState(TextChoices):
    OPEN = "open", _("waits for an answer")
    UPHELD = "upheld", _("upheld: the result is worked out again")
    REJECTED = "rejected", pgettext_lazy("an objection", "rejected with reasons")


class ItemState(TextChoices):
    OPEN = "open", pgettext_lazy("a supervision item", "open")
    CLOSED = "closed", pgettext_lazy("a supervision item", "closed")


S, R, P = SchemeState, RoundState, Permission
# Whoever wrote or proposed a scheme does not adopt it; whoever proposed a result does not make it final.
WRITING: frozenset[str] = frozenset({"write", "propose"})
PROPOSING: frozenset[str] = frozenset({"propose"})
FILING: frozenset[str] = frozenset({"file"})
# The grades stand on paper and can be read by the subject; before, they are work in progress.
SHOWN: frozenset[str] = frozenset({R.PUBLICITY, R.FINAL})

# fmt: off
EVALUATION_SCHEME_STEPS = {
    #                   from                                    to                 who
    "propose":   Step(frozenset({S.DRAFT}),                   S.PROPOSED,        P.SCHEME_MANAGE),
    "adopt":     Step(frozenset({S.PROPOSED}),                S.ADOPTED,         P.SCHEME_MANAGE, WRITING),
    "refuse":    Step(frozenset({S.PROPOSED}),                S.REFUSED,         P.SCHEME_MANAGE, WRITING),
    "withdraw":  Step(frozenset({S.DRAFT, S.PROPOSED}),       S.WITHDRAWN,       P.SCHEME_MANAGE),
}
EVALUATION_ROUND_STEPS = {
    "open":      Step(frozenset({R.DRAFT}),                   R.SELF_EVALUATION, P.EVALUATION_MANAGE),
    "score":     Step(frozenset({R.SELF_EVALUATION}),         R.SCORING,         P.EVALUATION_MANAGE),
    "propose":   Step(frozenset({R.SCORING}),                 R.PROPOSED,        P.EVALUATION_MANAGE),
    "publicise": Step(frozenset({R.PROPOSED}),                R.PUBLICITY,       P.EVALUATION_MANAGE),
    "rework":    Step(frozenset({R.PROPOSED, R.PUBLICITY}),   R.SCORING,         P.EVALUATION_MANAGE),
    "finalise":  Step(frozenset({R.PUBLICITY}),               R.FINAL,           P.EVALUATION_MANAGE, PROPOSING),
    "drop":      Step(frozenset({R.DRAFT}),                   R.DROPPED,         P.EVALUATION_MANAGE),
}
EVALUATION_OBJECTION_STEPS = {
    "uphold": Step(frozenset({ObjectionState.OPEN}), ObjectionState.UPHELD,   P.EVALUATION_MANAGE, FILING),
    "reject": Step(frozenset({ObjectionState.OPEN}), ObjectionState.REJECTED, P.EVALUATION_MANAGE, FILING),
}
SUPERVISION_ITEM_STEPS = {
    "close": Step(frozenset({ItemState.OPEN}), ItemState.CLOSED, P.EVALUATION_MANAGE),
}
# fmt: on
