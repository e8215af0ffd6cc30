"""Every notice, decision and end of a case stands in the tamper-evident log: a salted fingerprint, no words."""

import json

from certificates.tlog import services as tlog
from certificates.tlog.models import Kind
from credit.models import AdministrativeCase

LOG_POLICY = "credit-case-1"
# Which columns a later reader has to show, so that the fingerprint opens.
WORDS: dict[str, tuple[str, ...]] = {
    Kind.CREDIT_NOTICE: (
        "notice_number", "notice_facts", "notice_reasons", "notice_basis", "intended", "notice_served_on",
    ),
    Kind.CREDIT_DECISION: (
        "decision_number", "outcome", "decision_basis", "decision_reasons", "proportionality", "decided_on", "ends_on",
    ),
    Kind.CREDIT_SANCTION: ("decision_number", "served_by", "service_proof", "served_on", "begun_on"),
    Kind.CREDIT_EXPIRED: ("decision_number", "state", "ended_on"),
    Kind.CREDIT_CORRECTION: ("decision_number", "annulled_on", "annul_document"),
}  # fmt: skip


def put_down(case: AdministrativeCase, kind: str) -> None:
    """Inside the transaction of the step."""
    tlog.append(
        kind=kind,
        ref=str(case.uuid),
        commitment=tlog.commit(bytes.fromhex(case.salt), case_text(case, kind).encode()),
        issuer=case.body.code,
        policy=LOG_POLICY,
    )


def case_text(case: AdministrativeCase, kind: str) -> str:
    """Canonical JSON of what the entry speaks of: keys in order, no spaces, days as ISO 8601."""
    facts = {name: str(getattr(case, name) if getattr(case, name) is not None else "") for name in WORDS[kind]}
    facts |= {"case": str(case.uuid), "number": case.number}
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
