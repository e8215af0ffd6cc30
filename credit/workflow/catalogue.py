"""States of what is proposed for the catalogues: one officer proposes, another one adopts or refuses."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.permissions import Permission
from core.workflow import Step


class ProposalState(TextChoices):
    PROPOSED = "proposed", _("proposed, waits for a second person")
    ADOPTED = "adopted", pgettext_lazy("a catalogue proposal", "adopted")
    REFUSED = "refused", pgettext_lazy("a catalogue proposal", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("a catalogue proposal", "withdrawn")


S, P = ProposalState, Permission
PROPOSING: frozenset[str] = frozenset({"propose"})

# fmt: off
CATALOGUE_PROPOSAL_STEPS = {
    #             from                      to           who            apart from
    "adopt":    Step(frozenset({S.PROPOSED}), S.ADOPTED,   P.RULE_MANAGE, PROPOSING),
    "refuse":   Step(frozenset({S.PROPOSED}), S.REFUSED,   P.RULE_MANAGE, PROPOSING),
    # Only whoever proposed: services.
    "withdraw": Step(frozenset({S.PROPOSED}), S.WITHDRAWN, P.RULE_MANAGE),
}
# fmt: on
