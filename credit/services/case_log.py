"""Every notice, decision and end of a case, every decision under own rules and every final evaluation stands in the
tamper-evident log: a salted fingerprint, no words."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from certificates.tlog import services as tlog
from certificates.tlog.models import Kind
from credit.models import AdministrativeCase, EvaluationResult, EvaluationRound, SelfRegulatoryCase, SelfReview

LOG_POLICY, OWN_POLICY, ROUND_POLICY = "credit-case-1", "own-rules-1", "evaluation-1"
# Of a decision under own rules the log does not say whose rules: nothing of that track is public.
NO_ISSUER = "own-rules"
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
    Kind.OWN_DECISION: (
        "notice_facts", "intended", "outcome", "activity", "excluded_until", "correct_by", "considered", "reasons",
        "decided_on",
    ),
    Kind.OWN_REVIEW: ("state", "outcome", "activity", "excluded_until", "correct_by", "considered", "decided_on"),
}  # fmt: skip


def put_down(case: AdministrativeCase, kind: str) -> None:
    """Inside the transaction of the step."""
    _append(kind, case.uuid, case.salt, case_text(case, kind), issuer=case.body.code, policy=LOG_POLICY)


def put_down_own(case: SelfRegulatoryCase) -> None:
    text = own_text(case, Kind.OWN_DECISION)
    _append(Kind.OWN_DECISION, case.uuid, case.salt, text, issuer=NO_ISSUER, policy=OWN_POLICY)


def put_down_review(review: SelfReview) -> None:
    text = own_text(review, Kind.OWN_REVIEW)
    _append(Kind.OWN_REVIEW, review.uuid, review.case.salt, text, issuer=NO_ISSUER, policy=OWN_POLICY)


def put_down_round(found: EvaluationRound) -> None:
    issuer = found.region.code
    _append(Kind.EVALUATION_FINAL, found.uuid, found.salt, round_text(found), issuer=issuer, policy=ROUND_POLICY)


def case_text(case: AdministrativeCase, kind: str) -> str:
    """Canonical JSON of what the entry speaks of: keys in order, no spaces, days as ISO 8601."""
    return _canonical(_facts(case, kind) | {"case": str(case.uuid), "number": case.number})


def own_text(found: SelfRegulatoryCase | SelfReview, kind: str) -> str:
    case = found if isinstance(found, SelfRegulatoryCase) else found.case
    return _canonical(_facts(found, kind) | {"case": str(case.uuid), "number": case.number})


def round_text(found: EvaluationRound) -> str:
    """`results`: SHA-256 over the lines "subject grade points", by number of the subject."""
    rows = EvaluationResult.objects.filter(subject__evaluation_round=found).order_by("subject_id", "turn")
    last = {row.subject_id: f"{row.subject_id} {row.grade} {row.points}" for row in rows}
    results = hashlib.sha256("\n".join(last.values()).encode()).hexdigest()
    facts = {"round": str(found.uuid), "scheme": str(found.scheme), "until": str(found.period_to), "results": results}
    return _canonical(facts)


def _facts(row: Any, kind: str) -> dict[str, str]:
    return {name: str(getattr(row, name) if getattr(row, name) is not None else "") for name in WORDS[kind]}


def _canonical(facts: Mapping[str, str]) -> str:
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _append(kind: str, ref: Any, salt: str, text: str, *, issuer: str, policy: str) -> None:
    commitment = tlog.commit(bytes.fromhex(salt), text.encode())
    tlog.append(kind=kind, ref=str(ref), commitment=commitment, issuer=issuer, policy=policy)
