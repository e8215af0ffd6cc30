"""Writes of the certificates room: issue, replacement, decisions about issued certificates, counting of tries."""

from accounts.services.hearings import Notice, PaperAnswer
from certificates.services.batches import (
    approve_batch,
    ask_for_cohort,
    ask_for_records,
    confirm_batch,
    pause_batch,
    refuse_batch,
    restart_batch,
    resume_batch,
    retry_item,
    start_issue,
    withdraw_batch,
)
from certificates.services.checks import export_check, preview_check, start_check
from certificates.services.corrections import NameCorrection, correct_name_on_certificate, take_back
from certificates.services.credential import make_credential, make_transcript, rotate_issuer_key
from certificates.services.filing import close_list, draw_up_lists, drop_list, export_list, send_list, set_line_aside
from certificates.services.filing_answers import import_answer, preview_answer
from certificates.services.handouts import tick_handouts
from certificates.services.issue import issue_certificate, store_certificate, supersede_certificate
from certificates.services.jobs import Candidate, plan_issue
from certificates.services.joint import NameProblem, name_co_issuers
from certificates.services.revocations import (
    answer_revocation,
    drop_case,
    give_notice,
    record_answer,
    revoke_by_case,
)
from certificates.services.snapshot import facts_today
from certificates.services.status import (
    deregister_certificate,
    resume_certificate,
    revoke_certificate,
    suspend_certificate,
)
from certificates.services.throttle import NotCounted, wait_by_code, wait_by_file, wait_by_name
from certificates.services.wallet import count_verification, share_certificate, withdraw_link

__all__ = [
    "Candidate",
    "NameCorrection",
    "NameProblem",
    "NotCounted",
    "Notice",
    "PaperAnswer",
    "answer_revocation",
    "approve_batch",
    "ask_for_cohort",
    "ask_for_records",
    "close_list",
    "confirm_batch",
    "correct_name_on_certificate",
    "count_verification",
    "deregister_certificate",
    "draw_up_lists",
    "drop_case",
    "drop_list",
    "export_check",
    "export_list",
    "facts_today",
    "give_notice",
    "import_answer",
    "issue_certificate",
    "make_credential",
    "make_transcript",
    "name_co_issuers",
    "pause_batch",
    "plan_issue",
    "preview_answer",
    "preview_check",
    "record_answer",
    "refuse_batch",
    "restart_batch",
    "resume_batch",
    "resume_certificate",
    "retry_item",
    "revoke_by_case",
    "revoke_certificate",
    "rotate_issuer_key",
    "send_list",
    "set_line_aside",
    "share_certificate",
    "start_check",
    "start_issue",
    "store_certificate",
    "supersede_certificate",
    "suspend_certificate",
    "take_back",
    "tick_handouts",
    "wait_by_code",
    "wait_by_file",
    "wait_by_name",
    "withdraw_batch",
    "withdraw_link",
]
