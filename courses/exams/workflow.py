"""States of an attempt."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core.workflow import Step


class AttemptState(TextChoices):
    RUNNING = "running", _("running")
    MARKED = "marked", _("marked")


# fmt: off
ATTEMPT_STEPS = {
    #               from                                to                   who
    "submit":  Step(frozenset({AttemptState.RUNNING}),  AttemptState.MARKED, Permission.EXAM_SIT),
    "collect": Step(frozenset({AttemptState.RUNNING}),  AttemptState.MARKED, Permission.EXAM_MANAGE),
}
# fmt: on
