"""What anyone is told who has a proof of a ratio in hand: whether it stands, whether the figure was corrected since.

Nothing here takes the stored row at its word: the statement is compared with its signature, its lines and the log, and
the ratio is computed anew.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import Q
from django.db.models.query import QuerySet

from certificates.credentials import jose
from certificates.credentials.library import NotGenuine
from certificates.credentials.ring import key_of
from certificates.selectors.papers import COULD_NOT_CHECK, NEVER_MADE, STANDS, PaperAnswer
from certificates.selectors.sealed_files import stands_as_stored
from certificates.tlog import selectors as tlog
from certificates.tlog import services as log
from certificates.tlog.models import Kind
from core import clock
from staffing.identifiers import normal_reference
from staffing.models import RatioProof, ReturnReceipt
from staffing.proofs import canonical, root_over
from staffing.ratio import Ratio
from staffing.selectors.proofs import answer_again, answer_now, csv_bytes, json_bytes, lines_of

PASSED, FAILED, ABSENT = "passed", "failed", "absent"
SAME, FIGURE, VERDICT, UNTOLD = "same", "figure", "verdict", "untold"
# With fewer lines whoever knows the people would read from a change whose training was annulled.
FEWEST_TOLD = 10
# What reading a damaged statement raises.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)
IN_LOG = {tlog.FINAL: PASSED, tlog.PROVISIONAL: None, tlog.PENDING: None}


@dataclass(frozen=True)
class ProofAnswer(PaperAnswer):
    """`checks`: statement, signature, lines, register, log, file; None for what is not known yet.

    `later`: what is known now of that day: the same, another figure, even another verdict. Never whose; and of few
    people strangers are told nothing.
    """

    proof: RatioProof | None = None
    said: dict[str, Any] = field(default_factory=dict)
    logged: str = ""
    later: str = ""


def verify_proof(reference: str) -> ProofAnswer:
    """By its reference as typed."""
    return _answered(Q(reference=normal_reference(reference) or "-"))


def verify_in_hand(proof: RatioProof) -> ProofAnswer:
    """For whoever may read the ratio of today anyway: they are told what changed since, of few people too."""
    now = clock.now()
    try:
        return _about(proof, now, by_file=False, insider=True)
    except (OperationalError, InterfaceError, OSError):
        return ProofAnswer(COULD_NOT_CHECK, now)


def verify_proof_file(body: bytes) -> ProofAnswer | None:
    """By the PDF, the JSON or the table itself; None where no proof has these bytes."""
    sha256 = hashlib.sha256(body).hexdigest()
    try:
        known = Q(file__sha256=sha256) | Q(json_sha256=sha256) | Q(csv_sha256=sha256)
        return _answered(known, by_file=True) if RatioProof.objects.filter(known).exists() else None
    except (OperationalError, InterfaceError):
        return None


def _answered(wanted: Q, *, by_file: bool = False) -> ProofAnswer:
    now = clock.now()
    try:
        proof = _with_facts(RatioProof.objects.filter(wanted)).first()
        return _about(proof, now, by_file=by_file, insider=False) if proof else ProofAnswer(NEVER_MADE, now)
    except (OperationalError, InterfaceError, OSError):
        return ProofAnswer(COULD_NOT_CHECK, now)


def _with_facts(rows: "QuerySet[RatioProof]") -> "QuerySet[RatioProof]":
    return rows.select_related("institution__region", "rule", "key", "file__seal").order_by("pk")


def _about(proof: RatioProof, now: datetime, *, by_file: bool, insider: bool) -> ProofAnswer:
    logged = logged_as(proof)
    checks = proof_checks(proof) | {"log": IN_LOG.get(logged, FAILED), "file": _file(proof)}
    stands = FAILED not in checks.values()
    return ProofAnswer(
        outcome=STANDS if stands else COULD_NOT_CHECK,
        checked_at=now,
        proof=proof,
        said=json.loads(proof.document)["credentialSubject"] if checks["signature"] == PASSED else {},
        checks=checks,
        logged=logged,
        later=_later(proof, insider=insider) if stands else "",
        by_file=by_file,
    )


def proof_checks(proof: RatioProof) -> dict[str, str | None]:
    """What needs neither log nor storage; the daily round asks the same."""
    return {
        "statement": _word(_says_what_the_row_says, proof),
        "signature": _word(_is_signed, proof),
        "lines": _word(_lines_fit, proof),
        "register": _word(_same_for_ever, proof),
    }


def _word(holds: Callable[[RatioProof], bool], proof: RatioProof) -> str:
    """What is so damaged that it cannot be read does not hold."""
    try:
        return PASSED if holds(proof) else FAILED
    except UNREADABLE:
        return FAILED


def _says_what_the_row_says(proof: RatioProof) -> bool:
    try:
        said = json.loads(proof.document)
    except ValueError:
        return False
    told = said.get("credentialSubject", {})
    row = {
        "reference": proof.reference,
        "asOf": proof.as_of.isoformat(),
        "knownAt": proof.known_at.astimezone(clock.SHANGHAI).isoformat(),
        "staff": proof.staff,
        "trained": proof.trained,
        "sealed": {"staff": proof.sealed_staff, "trained": proof.sealed_trained},
        "outcome": proof.outcome,
        "binding": proof.binding,
        "lines": proof.lines_count,
        "root": proof.root,
    }
    ratio = proof.ratio
    return (
        canonical(said).decode() == proof.document
        and said.get("id") == f"urn:uuid:{proof.uuid}"
        and {name: told.get(name) for name in row} == row
        and (told["rule"]["value"], told["rule"]["comparator"]) == (proof.value, proof.comparator)
        and (ratio.outcome, ratio.percent_floor) == (proof.outcome, told["percent"])
    )


def _is_signed(proof: RatioProof) -> bool:
    try:
        method = jose.method_of(proof.token)
        key = key_of(method)
        if key is None or key.pk != proof.key_id:
            return False
        document, created = jose.opened(proof.token, key.public_key)
        return document == json.loads(proof.document) and key_of(method, at=created) is not None
    except (NotGenuine, ValueError):
        return False


def _lines_fit(proof: RatioProof) -> bool:
    lines = lines_of(proof)
    return (
        [line["n"] for line in lines] == list(range(1, proof.lines_count + 1))
        and sum(line["trained"] for line in lines) == proof.trained - proof.sealed_trained
        and root_over(lines) == proof.root
        and hashlib.sha256(json_bytes(proof, lines)).hexdigest() == proof.json_sha256
        and hashlib.sha256(csv_bytes(proof, lines)).hexdigest() == proof.csv_sha256
    )


def _same_for_ever(proof: RatioProof) -> bool:
    again = answer_again(proof)
    return (again.ratio, again.sealed.staff, again.sealed.trained) == (
        proof.ratio, proof.sealed_staff, proof.sealed_trained,
    )  # fmt: skip


def logged_as(paper: RatioProof | ReturnReceipt) -> str:
    """What the log says of the paper's document; "" where its salt cannot be read."""
    if tlog.in_question():
        return tlog.IN_QUESTION
    entries = tlog.entries_about(paper.uuid) if paper.uuid else []
    entry = next((one for one in entries if one.kind == Kind.RATIO_SNAPSHOT), None)
    try:
        salt = bytes.fromhex(paper.salt)
    except ValueError:
        return ""
    return tlog.seen(entry, commitment=log.commit(salt, paper.document.encode()))


def _file(proof: RatioProof) -> str | None:
    """None while it is being drawn."""
    kept = getattr(proof, "file", None)
    return None if kept is None else PASSED if stands_as_stored(kept) else FAILED


def _later(proof: RatioProof, *, insider: bool) -> str:
    if proof.lines_count < FEWEST_TOLD and not insider:
        return UNTOLD
    now: Ratio = answer_now(proof).ratio
    if now == proof.ratio:
        return SAME
    return FIGURE if now.outcome == proof.outcome else VERDICT
