"""What the audit trail says about credit: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs(
    {
        "credit.recorded": _("Entered a credit record."),
        "credit.file_opened": _("Opened a person's credit file."),
        "credit.file_refused": _("Tried to open a credit file and was refused."),
        "credit.casereport.make": _("Reported misconduct."),
        "credit.casereport.accept": _("Accepted a report."),
        "credit.casereport.refuse": _("Did not accept a report."),
        "credit.reporter_revealed": _("Saw how to reach a reporter."),
        "credit.administrativecase.file": _("Filed a case."),
        "credit.administrativecase.assign": _("Named the investigators of a case."),
        "credit.administrativecase.find": _("Wrote the findings of a case."),
        "credit.administrativecase.review": _("Reviewed the law of a case."),
        "credit.administrativecase.notice": _("Served the prior notice of a case."),
        "credit.administrativecase.answer": _("Answered in a case."),
        "credit.administrativecase.record": _("Put down an answer from paper."),
        "credit.administrativecase.waive": _("Gave up the answer in a case."),
        "credit.administrativecase.lapse": _("Noted that the time to answer is over."),
        "credit.administrativecase.consider": _("Considered the defence in a case."),
        "credit.administrativecase.discuss": _("Recorded the discussion of a case."),
        "credit.administrativecase.decide": _("Decided a case."),
        "credit.administrativecase.serve": _("Served the decision of a case."),
        "credit.administrativecase.begin": _("Noted that a decision is in force."),
        "credit.administrativecase.close": _("Closed a case without an entry."),
        "credit.administrativecase.drop": _("Dropped a case."),
        "credit.administrativecase.repair": _("Ended an entry by repair."),
        "credit.administrativecase.expire": _("Ended an entry by time."),
        "credit.administrativecase.annul": _("Recorded that a decision was set aside."),
        "credit.answer_day_settled": _("Counted the time to answer anew."),
        "credit.hearing_asked": _("Asked for a hearing."),
        "credit.hearing_announced": _("Announced a hearing."),
        "credit.hearing_held": _("Wrote the record of a hearing."),
        "credit.waived": _("Gave up the answer after one from paper."),
        "credit.recusal.ask": _("Asked that an officer step aside."),
        "credit.recusal.uphold": _("Let an officer step aside."),
        "credit.recusal.reject": _("Did not let an officer step aside."),
        "credit.creditrepair.ask": _("Applied for repair."),
        "credit.creditrepair.grant": _("Granted a repair."),
        "credit.creditrepair.refuse": _("Refused a repair."),
        "credit.creditrepair.withdraw": _("Withdrew an application for repair."),
        "credit.end_acknowledged": _("A partner acknowledged the end of an entry."),
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
        "credit.casereport": _("report"),
        "credit.administrativecase": _("case"),
        "credit.recusal": _("request to step aside"),
        "credit.creditrepair": _("application for repair"),
        "credit.endnotice": _("notice of an end"),
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
