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
        "credit.waived": _("Gave up the answer in a case."),
        "credit.recusal.ask": _("Asked that an officer step aside."),
        "credit.recusal.uphold": _("Let an officer step aside."),
        "credit.recusal.reject": _("Did not let an officer step aside."),
        "credit.creditrepair.ask": _("Applied for repair."),
        "credit.creditrepair.grant": _("Granted a repair."),
        "credit.creditrepair.refuse": _("Refused a repair."),
        "credit.creditrepair.withdraw": _("Withdrew an application for repair."),
        "credit.end_acknowledged": _("A partner acknowledged the end of an entry."),
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
