"""What the audit trail says about examinations: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs(
    {
        "exams.questions_loaded": _("Loaded questions into the bank."),
        "exams.blueprint_created": _("Made a blueprint of papers."),
        "exams.sitting_created": _("Set a sitting."),
        "exams.sitting_moved": _("Changed the times of a sitting."),
        "exams.candidates_admitted": _("Admitted candidates to a sitting."),
        "exams.seats_given": _("Gave seats by lot in a sitting."),
        "exams.candidates_dismissed": _("Took candidates off a sitting."),
        "exams.arrival_recorded": _("Recorded that a candidate came and the document was seen."),
        "exams.incident_recorded": _("Wrote down an incident in an exam room."),
        "exams.attempt_started": _("Began an examination."),
        "exams.attempt.submit": _("Handed in an examination."),
        "exams.attempt.collect": _("A paper was collected when its time was over."),
    }
)
audit.name_subjects(
    {
        "exams.attempt": _("attempt"),
        "exams.blueprint": _("blueprint of papers"),
        "exams.roomentry": _("entry of an exam room"),
        "exams.sitting": _("sitting"),
    }
)
