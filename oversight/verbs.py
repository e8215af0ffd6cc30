"""What the audit trail says about supervision: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs(
    {
        "oversight.data_requested": _("Asked about the own data."),
        "oversight.expired_deleted": _("Deleted what was past its period."),
        "oversight.datarequest.deliver": _("Delivered a copy of the own data."),
        "oversight.datarequest.take": _("Took a request about personal data into review."),
        "oversight.datarequest.carry_out": _("Carried out a request about personal data."),
        "oversight.datarequest.refuse": _("Refused a request about personal data."),
        "oversight.datarequest.withdraw": _("Withdrew a request about personal data."),
        "oversight.datarequest.lapse": _("Let a request about personal data lapse with an erasure."),
    }
)
audit.name_subjects(
    {
        "oversight.datarequest": _("request about personal data"),
    }
)
