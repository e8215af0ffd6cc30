"""Credit files: basic and positive records, who looked."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = _("Credit")
    append_only: ClassVar[list[str]] = [
        "credit_creditrecord",
        "credit_subjectstatement",
        "credit_statementhidden",
        "credit_objectiondecision",
        "credit_entitylook",
        "credit_creditreportfile",
    ]
    # An objection is what was said; only where it stands moves on.
    frozen: ClassVar[dict[str, list[str]]] = {
        "credit_creditobjection": ["state", "asked", "working_days"],
        "credit_publicationlink": ["ended_on"],
        # Sealed: written anew under a later key, and emptied when somebody is erased.
        "credit_creditreport": ["sealed_content"],
    }
    # What the subject wrote goes when the subject is erased.
    erasable: ClassVar[dict[str, list[str]]] = {
        "credit_subjectstatement": ["text"],
        "credit_creditobjection": ["words"],
    }

    def ready(self) -> None:
        import credit.tasks  # noqa: F401, PLC0415 - registers the outbox handlers once the apps are loaded
        from credit.selectors.objection_desk import put_up_objections  # noqa: PLC0415 - models are loaded by now

        put_up_objections()
