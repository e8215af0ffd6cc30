"""Reads of the certificates room: lists for holders and bases, awards to issue for, stored bytes, verification."""

from certificates.selectors.awards import awards, cohort_to_issue, enrolments_to_judge
from certificates.selectors.credentials import has_transcript, my_credential, my_transcript
from certificates.selectors.files import newest_bytes, stored_bytes
from certificates.selectors.lists import certificate_of, issued_certificates, my_certificates
from certificates.selectors.roster import public_roster, roster_lines
from certificates.selectors.verification import (
    Answer,
    could_not_check,
    state_of,
    verify,
    verify_by_name,
    verify_file,
)

__all__ = [
    "Answer",
    "awards",
    "certificate_of",
    "cohort_to_issue",
    "could_not_check",
    "enrolments_to_judge",
    "has_transcript",
    "issued_certificates",
    "my_certificates",
    "my_credential",
    "my_transcript",
    "newest_bytes",
    "public_roster",
    "roster_lines",
    "state_of",
    "stored_bytes",
    "verify",
    "verify_by_name",
    "verify_file",
]
