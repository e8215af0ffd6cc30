"""What the audit trail says about credit: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs(
    {
        "credit.recorded": _("Entered a credit record."),
        "credit.file_opened": _("Opened a person's credit file."),
        "credit.file_refused": _("Tried to open a credit file and was refused."),
        "credit.evaluationscheme.write": _("Wrote a version of an evaluation scheme."),
        "credit.evaluationscheme.propose": _("Proposed a version of an evaluation scheme."),
        "credit.evaluationscheme.adopt": _("Adopted a version of an evaluation scheme."),
        "credit.evaluationscheme.refuse": _("Refused a version of an evaluation scheme."),
        "credit.evaluationscheme.withdraw": _("Withdrew a version of an evaluation scheme."),
        "credit.evaluation_begun": _("Prepared an evaluation."),
        "credit.evaluation_subjects_added": _("Entered who is evaluated."),
        "credit.evaluator_assigned": _("Assigned an evaluator."),
        "credit.evaluationround.open": _("Opened an evaluation for self-evaluation."),
        "credit.evaluationround.score": _("Began the scoring of an evaluation."),
        "credit.evaluationround.propose": _("Proposed the result of an evaluation."),
        "credit.evaluationround.publicise": _("Opened the result of an evaluation to objections."),
        "credit.evaluationround.rework": _("Sent the result of an evaluation back to scoring."),
        "credit.evaluationround.finalise": _("Made the result of an evaluation final."),
        "credit.evaluationround.drop": _("Dropped an evaluation in preparation."),
        "credit.self_evaluated": _("Handed in a self-evaluation."),
        "credit.opted_out": _("Opted out of an evaluation."),
        "credit.conflict_declared": _("Declared whether there is a conflict of interest."),
        "credit.scored": _("Scored in an evaluation."),
        "credit.evaluationobjection.file": _("Objected to the result of an evaluation."),
        "credit.evaluationobjection.uphold": _("Upheld an objection to the result of an evaluation."),
        "credit.evaluationobjection.reject": _("Rejected an objection to the result of an evaluation."),
        "credit.consequence_decided": _("Decided what follows from an evaluation."),
        "credit.supervision_item_opened": _("Opened a supervision item."),
        "credit.supervisionitem.close": _("Closed a supervision item."),
    }
)
audit.name_subjects(
    {
        "credit.creditrecord": _("credit record"),
        "credit.evaluationscheme": _("evaluation scheme"),
        "credit.evaluationround": _("evaluation round"),
        "credit.evaluationsubject": _("evaluation of somebody"),
        "credit.evaluator": _("evaluator of a round"),
        "credit.conflictdeclaration": _("declaration about a conflict of interest"),
        "credit.evaluationobjection": _("objection to an evaluation"),
        "credit.evaluationconsequence": _("consequence of an evaluation"),
        "credit.supervisionitem": _("supervision item"),
    }
)
