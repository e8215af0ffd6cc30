"""What the audit trail says about training: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs(
    {
        "courses.content_loaded": _("Loaded course content."),
        "courses.programme_created": _("Entered a programme."),
        "courses.cohort_created": _("Planned a cohort."),
        "courses.session_moved": _("Moved a session."),
        "courses.exam_scheduled": _("Set the examination of a cohort."),
        "courses.applied": _("Applied for a cohort."),
        "courses.attendance_marked": _("Marked attendance."),
        "courses.lesson_credited": _("Hours of a lesson were credited."),
        "courses.training_records_imported": _("Imported training records."),
        "courses.training_record_added": _("Recorded that somebody has been trained."),
        "courses.externalevidence.submit": _("Submitted evidence of training elsewhere."),
        "courses.externalevidence.accept": _("Accepted evidence of training elsewhere."),
        "courses.externalevidence.refuse": _("Refused evidence of training elsewhere."),
        "courses.externalevidence.withdraw": _("Withdrew evidence of training elsewhere."),
        "courses.drawn_evidence_marked": _("Compared drawn evidence with its scans."),
        "courses.evidencebatch.submit": _("Submitted many evidences at once."),
        "courses.evidencebatch.draw": _("Drew a sample of many evidences."),
        "courses.evidencebatch.accept": _("Accepted many evidences at once."),
        "courses.evidencebatch.refuse": _("Refused many evidences at once."),
        "courses.evidencebatch.part": _("Left many evidences to be decided one by one."),
        "courses.evidencebatch.withdraw": _("Withdrew many evidences at once."),
        "courses.recognition_entered": _("Entered an agreement of mutual recognition."),
        "courses.recognition_ended": _("Ended an agreement of mutual recognition."),
        "courses.annulmentcase.notice": _("Gave notice before a training record is annulled."),
        "courses.annulmentcase.answer": _("Answered before a training record is annulled."),
        "courses.annulmentcase.record": _("Put down an answer on paper before a training record is annulled."),
        "courses.annulmentcase.lapse": _("The time to answer before a training record is annulled passed."),
        "courses.annulmentcase.annul": _("Decided that a training record is annulled."),
        "courses.annulmentcase.drop": _("Dropped the annulment of a training record."),
        "courses.annulment_day_settled": _("Counted the time to answer before an annulment anew."),
        "courses.training_record_annulled": _("Annulled a training record."),
        "courses.cohort.file": _("Filed a cohort."),
        "courses.cohort.open": _("Opened a cohort for applications."),
        "courses.cohort.begin": _("Began a cohort."),
        "courses.cohort.assess": _("Put a cohort under assessment."),
        "courses.cohort.close": _("Closed a cohort."),
        "courses.cohort.cancel": _("Cancelled a cohort."),
        "courses.seatreservation.reserve": _("Reserved a seat of a class."),
        "courses.seatreservation.take": _("A reserved seat was taken."),
        "courses.seatreservation.release": _("Gave a reserved seat back."),
        "courses.seatreservation.withdraw": _("Took a reserved seat back."),
        "courses.enrolment.waitlist": _("Put an applicant on the waiting list."),
        "courses.enrolment.admit": _("Admitted an applicant."),
        "courses.enrolment.refuse": _("Refused an applicant."),
        "courses.enrolment.attend": _("A trainee began to attend."),
        "courses.enrolment.complete": _("Decided that a trainee completed the course."),
        "courses.enrolment.fail": _("Decided that a trainee did not complete the course."),
        "courses.enrolment.withdraw": _("Withdrew an enrolment."),
    }
)
audit.name_subjects(
    {
        "courses.annulmentcase": _("annulment of a training record"),
        "courses.cohort": _("cohort"),
        "courses.enrolment": _("enrolment"),
        "courses.evidencebatch": _("many evidences at once"),
        "courses.externalevidence": _("evidence of training elsewhere"),
        "courses.mutualrecognition": _("agreement of mutual recognition"),
        "courses.programme": _("programme"),
        "courses.seatreservation": _("reserved seat"),
        "courses.session": _("session"),
        "courses.trainingrecord": _("training record"),
    }
)
