"""Writes of the certificates room: issue, replacement, decisions about issued certificates, counting of tries."""

from certificates.services.credential import make_credential, make_transcript, rotate_issuer_key
from certificates.services.issue import issue_certificate, store_certificate, supersede_certificate
from certificates.services.jobs import Candidate, plan_issue, start_issue
from certificates.services.status import (
    deregister_certificate,
    resume_certificate,
    revoke_certificate,
    suspend_certificate,
)
from certificates.services.throttle import NotCounted, wait_by_code, wait_by_file, wait_by_name

__all__ = [
    "Candidate",
    "NotCounted",
    "deregister_certificate",
    "issue_certificate",
    "make_credential",
    "make_transcript",
    "plan_issue",
    "resume_certificate",
    "revoke_certificate",
    "rotate_issuer_key",
    "start_issue",
    "store_certificate",
    "supersede_certificate",
    "suspend_certificate",
    "wait_by_code",
    "wait_by_file",
    "wait_by_name",
]
