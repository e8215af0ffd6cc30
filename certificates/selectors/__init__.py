"""Reads of the certificates room: lists for holders and bases, awards to issue for, stored bytes, verification."""

from certificates.selectors.awards import awards, cohort_to_issue, enrolments_to_judge
from certificates.selectors.batches import alone_up_to, batches_of, needs_second
from certificates.selectors.credentials import has_transcript, my_credential, my_transcript
from certificates.selectors.decisions import cases_of, deadline_figures, decision_steps
from certificates.selectors.files import given_out, newest_bytes, stored_bytes
from certificates.selectors.filing import own_awards_to_file
from certificates.selectors.lists import certificate_of, file_of, issued_certificates, my_certificates
from certificates.selectors.roster import public_roster, roster_lines
from certificates.selectors.status_log import unsure_among
from certificates.selectors.verification import (
    Answer,
    could_not_check,
    state_of,
    verify,
    verify_by_name,
    verify_file,
)
from certificates.selectors.wallet import open_links, seen

__all__ = [
    "Answer",
    "alone_up_to",
    "awards",
    "batches_of",
    "cases_of",
    "certificate_of",
    "cohort_to_issue",
    "could_not_check",
    "deadline_figures",
    "decision_steps",
    "enrolments_to_judge",
    "file_of",
    "given_out",
    "has_transcript",
    "issued_certificates",
    "my_certificates",
    "my_credential",
    "my_transcript",
    "needs_second",
    "newest_bytes",
    "open_links",
    "own_awards_to_file",
    "public_roster",
    "roster_lines",
    "seen",
    "state_of",
    "stored_bytes",
    "unsure_among",
    "verify",
    "verify_by_name",
    "verify_file",
]
