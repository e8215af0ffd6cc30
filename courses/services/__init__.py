"""Writes of the courses room: delivery, enrolments, the ledger of hours, completion, training records."""

from accounts.services.hearings import Notice, PaperAnswer
from courses.services.annulments import (
    Decision,
    answer_annulment,
    decide_annulment,
    forget_annulment_words,
    notice_annulment,
    record_annulment_answer,
)
from courses.services.cohorts import (
    assess_cohort,
    begin_cohort,
    cancel_cohort,
    close_cohort,
    file_cohort,
    open_cohort,
)
from courses.services.completion import complete_enrolments
from courses.services.delivery import (
    SessionPlan,
    create_cohort,
    create_programme,
    move_session,
    schedule_exam,
)
from courses.services.enrolments import (
    admit,
    admit_many,
    apply_for_cohort,
    check_identity,
    put_on_waiting_list,
    refuse,
    release_number_at_desk,
    withdraw,
)
from courses.services.evidence import (
    Training,
    accept_evidence,
    forget_scans,
    open_scan,
    refuse_evidence,
    submit_evidence,
    withdraw_evidence,
)
from courses.services.evidence_batches import (
    accept_batch,
    draw_batch,
    mark_drawn,
    part_batch,
    preview_batch,
    refuse_batch,
    submit_batch,
    withdraw_batch,
)
from courses.services.hours import credit_lesson, mark_attendance
from courses.services.imports import import_training_records, preview_training_records, standing_brought_by
from courses.services.recognitions import end_recognition, enter_recognition
from courses.services.seats import release_seat, reserve_plan, reserve_seats, withdraw_seat

__all__ = [
    "Decision",
    "Notice",
    "PaperAnswer",
    "SessionPlan",
    "Training",
    "accept_batch",
    "accept_evidence",
    "admit",
    "admit_many",
    "answer_annulment",
    "apply_for_cohort",
    "assess_cohort",
    "begin_cohort",
    "cancel_cohort",
    "check_identity",
    "close_cohort",
    "complete_enrolments",
    "create_cohort",
    "create_programme",
    "credit_lesson",
    "decide_annulment",
    "draw_batch",
    "end_recognition",
    "enter_recognition",
    "file_cohort",
    "forget_annulment_words",
    "forget_scans",
    "import_training_records",
    "mark_attendance",
    "mark_drawn",
    "move_session",
    "notice_annulment",
    "open_cohort",
    "open_scan",
    "part_batch",
    "preview_batch",
    "preview_training_records",
    "put_on_waiting_list",
    "record_annulment_answer",
    "refuse",
    "refuse_batch",
    "refuse_evidence",
    "release_number_at_desk",
    "release_seat",
    "reserve_plan",
    "reserve_seats",
    "schedule_exam",
    "standing_brought_by",
    "submit_batch",
    "submit_evidence",
    "withdraw",
    "withdraw_batch",
    "withdraw_evidence",
    "withdraw_seat",
]
