"""What the audit trail says about credit: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs(
    {
        "credit.recorded": _("Entered a credit record."),
        "credit.file_opened": _("Opened a person's credit file."),
        "credit.file_refused": _("Tried to open a credit file and was refused."),
    }
)
audit.name_subjects(
    {
        "credit.creditrecord": _("credit record"),
    }
)
# Self-regulation: by a body's own rules.
audit.name_verbs(
    {
        "credit.selfregulatorycase.open": _("Accepted a report under the body's own rules."),
        "credit.selfregulatorycase.notice": _("Gave notice under the body's own rules."),
        "credit.selfregulatorycase.answer": _("Answered a notice under a body's own rules."),
        "credit.selfregulatorycase.record": _("Put down an answer on paper under the body's own rules."),
        "credit.selfregulatorycase.dismiss": _("Found no ground under the body's own rules."),
        "credit.selfregulatorycase.decide": _("Decided under the body's own rules."),
        "credit.selfregulatorycase.tell": _("Handed over a decision under the body's own rules."),
        "credit.selfregulatorycase.fulfil": _("Noted that a decision under the body's own rules is done with."),
        "credit.selfregulatorycase.change": _("A review made a decision under the body's own rules milder."),
        "credit.selfregulatorycase.set_aside": _("A review set a decision under the body's own rules aside."),
        "credit.self_day_settled": _("Counted a provisional day anew under a body's own rules."),
        "credit.selfreview.ask": _("Asked for a review of a decision under a body's own rules."),
        "credit.selfreview.maintain": _("Reviewed a decision under the body's own rules and maintained it."),
        "credit.selfreview.change": _("Reviewed a decision under the body's own rules and made it milder."),
        "credit.selfreview.set_aside": _("Reviewed a decision under the body's own rules and set it aside."),
        "credit.selfreview.withdraw": _("Withdrew a review of a decision under a body's own rules."),
    }
)
audit.name_subjects(
    {
        "credit.selfregulatorycase": _("case under a body's own rules"),
        "credit.selfreview": _("review under a body's own rules"),
    }
)
