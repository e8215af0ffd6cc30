"""Writes of the certificates room: issue, replacement, decisions about issued certificates, counting of tries."""

from certificates.services.issue import issue_certificate, store_certificate, supersede_certificate
from certificates.services.jobs import Candidate, plan_issue, start_issue
from certificates.services.status import (
    deregister_certificate,
    resume_certificate,
    revoke_certificate,
    suspend_certificate,
)
from certificates.services.throttle import CODE_LIMIT, NAME_LIMIT, NUMBER_LIMIT, seconds_to_wait

__all__ = [
    "CODE_LIMIT",
    "NAME_LIMIT",
    "NUMBER_LIMIT",
    "Candidate",
    "deregister_certificate",
    "issue_certificate",
    "plan_issue",
    "resume_certificate",
    "revoke_certificate",
    "seconds_to_wait",
    "start_issue",
    "store_certificate",
    "supersede_certificate",
    "suspend_certificate",
]
