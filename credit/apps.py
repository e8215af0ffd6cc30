"""Credit files: basic and positive records, who looked; evaluations by published schemes."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from core.triggers import Draft
from credit.rules.evaluation import WORDS


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = _("Credit")
    append_only: ClassVar[list[str]] = [
        "credit_creditrecord",
        "credit_evaluator",
        "credit_conflictdeclaration",
        "credit_indicatorvalue",
        "credit_evaluationresult",
        "credit_evaluationconsequence",
    ]
    # A scheme is published once it is adopted; of a round and what follows it only the steps write.
    frozen: ClassVar[dict[str, list[str]]] = {
        "credit_evaluationscheme": ["state", "adopted_at", "adopted_by_id"],
        "credit_evaluationround": [
            "state", "proposed_by_id", "publicity_from", "publicity_days", "finalised_by_id", "finalised_at",
        ],
        "credit_evaluationsubject": ["self_submitted_at", "self_submitted_by_id", "opted_out_at"],
        "credit_evaluationobjection": ["state", "answer", "answered_by_id", "answered_at"],
        "credit_supervisionitem": ["state", "closing_evidence", "closed_by_id", "closed_at"],
    }  # fmt: skip
    drafts: ClassVar[dict[str, Draft]] = {"credit_evaluationscheme": Draft("draft", [*WORDS, "written_by_id"])}

    def ready(self) -> None:
        import credit.tasks  # noqa: F401, PLC0415 - registers the outbox handlers once the apps are loaded
        from credit.selectors.desks import put_up_desks  # noqa: PLC0415 - models are loaded by now

        put_up_desks()
