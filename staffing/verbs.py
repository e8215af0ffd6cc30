"""What the audit trail says about the ratio: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs(
    {
        "staffing.ratiorule.write": _("Wrote a draft of a ratio rule."),
        "staffing.ratiorule.propose": _("Proposed a version of a ratio rule."),
        "staffing.ratiorule.adopt": _("Adopted a version of a ratio rule."),
        "staffing.ratiorule.refuse": _("Refused a version of a ratio rule."),
        "staffing.ratiorule.withdraw": _("Withdrew a version of a ratio rule."),
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
        "staffing.ratiorule": _("ratio rule"),
        "staffing.sealedcount": _("sealed count"),
    }
)
