"""What the audit trail says about the ratio: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs(
    {
        "staffing.sealedcount.enter": _("Entered a sealed count."),
        "staffing.sealedcount.confirm": _("Confirmed a sealed count."),
        "staffing.sealedcount.refuse": _("Refused a sealed count."),
        "staffing.sealedcount.end": _("Ended a sealed count."),
        "staffing.sealedcount.annul": _("Annulled a sealed count."),
        "staffing.sealed_count_resumed": _("A sealed count goes on, because what had ended it was annulled."),
    }
)
audit.name_subjects(
    {
        "staffing.sealedcount": _("sealed count"),
    }
)
