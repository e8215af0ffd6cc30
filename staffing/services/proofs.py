"""Proofs of a ratio: asked for once, signed, put down in the log; the sealed file follows by itself."""

import hashlib
import json
import secrets
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from accounts.access import office_of, require
from accounts.identifiers import USCC_ALPHABET
from accounts.models import Institution, Person, User
from accounts.permissions import Permission
from certificates.credentials import jose
from certificates.credentials.documents import issuer
from certificates.services.credential import signing_key
from certificates.tlog import services as tlog
from certificates.tlog.models import Kind
from core import audit, clock, outbox
from core.errors import DomainError
from staffing.identifiers import PREFIX, RANDOM_LENGTH, proof_reference
from staffing.models import RatioProof, RatioProofEntry, RatioRule, ReturnReceipt
from staffing.proofs import EVIDENCE, PERSON, canonical, commitment, root_over, salt_of
from staffing.selectors.proofs import csv_bytes, json_bytes, openings, public_line, statement
from staffing.selectors.ratios import RatioAnswer, institution_ratio
from staffing.selectors.versions import rule_on

DRAW = "staffing.draw_proof"
# The rules under which a proof comes into the log: docs/decisions/0038.
LOG_POLICY = "ratio-proof-1"
# With more lines its parts would be larger than a stand-alone verifier reads.
MOST_LINES = 5000
SECOND_CLICK = timedelta(minutes=1)


@transaction.atomic
def make_proof(
    *,
    actor: User,
    institution: Institution,
    as_of: date | None = None,
    known_at: datetime | None = None,
    rule: RatioRule | None = None,
) -> RatioProof:
    """Of the end of a day (default today) as known at a moment (default now), by the rule in force or another one.

    Asked again for the same, the proof that there is; within a minute also for "now" again. Raises
    `proof_day_to_come`, `proof_moment_to_come`, `proof_known_before_day`, `proof_too_large`.
    """
    require(actor, Permission.RATIO_PROVE, institution)
    # Whoever writes a new line of this roster has ended, or begins after this.
    institution = Institution.objects.select_for_update().select_related(None).get(pk=institution.pk)
    now = clock.now()
    day, moment = as_of or clock.today(), known_at or now
    _check(day, moment, now)
    rule = rule or rule_on(day, moment)
    if made := RatioProof.objects.filter(institution=institution, rule=rule, as_of=day, known_at=moment).first():
        return made
    answer = institution_ratio(institution, as_of=day, known_at=moment, rule=rule)
    if known_at is None and (same := _made_just_now(actor, answer, now)):
        return same
    proof = _made(actor, answer, now)
    audit.record(
        actor, "staffing.proof_made", proof, reference=proof.reference, as_of=day.isoformat(),
        known_at=moment.isoformat(), staff=proof.staff, trained=proof.trained,
    )  # fmt: skip
    outbox.add(DRAW, proof.pk)
    return proof


def _made_just_now(actor: User, answer: RatioAnswer, now: datetime) -> RatioProof | None:
    """A second click: its moment is another one, its answer the same."""
    rows = RatioProof.objects.filter(institution=answer.institution, rule=answer.rule, as_of=answer.as_of)
    last = rows.filter(asked_by=actor, made_at__gt=now - SECOND_CLICK).order_by("-made_at").first()
    same = last and last.ratio == answer.ratio and last.known_at == last.made_at
    return last if same else None


def _check(day: date, moment: datetime, now: datetime) -> None:
    if day > clock.day_of(now):
        raise DomainError("proof_day_to_come")
    if moment > now:
        raise DomainError("proof_moment_to_come")
    if moment < datetime.combine(day, time.min, tzinfo=clock.SHANGHAI):
        raise DomainError("proof_known_before_day")


def _made(actor: User, answer: RatioAnswer, now: datetime) -> RatioProof:
    proof = _unsigned(actor, answer, now)
    secret = bytes.fromhex(proof.secret)
    found = openings(answer)
    if len(found) > MOST_LINES:
        raise DomainError("proof_too_large", lines=len(found), most=MOST_LINES)
    # In no order that anybody could know.
    secrets.SystemRandom().shuffle(found)
    entries = [_entry(secret, place, *facts) for place, facts in enumerate(found, 1)]
    _check_sum(proof, entries)
    lines = [public_line(entry) for entry in entries]
    proof.root = root_over(lines)
    _sign(proof, answer)
    proof.json_sha256 = hashlib.sha256(json_bytes(proof, lines)).hexdigest()
    proof.csv_sha256 = hashlib.sha256(csv_bytes(proof, lines)).hexdigest()
    proof.save(force_insert=True)
    for entry in entries:
        entry.proof = proof
    RatioProofEntry.objects.bulk_create(entries)
    put_down(proof, proof.institution, LOG_POLICY)
    return proof


def new_reference(now: datetime, prefix: str = PREFIX) -> str:
    random = "".join(secrets.choice(USCC_ALPHABET) for _character in range(RANDOM_LENGTH))
    return proof_reference(year=now.astimezone(clock.SHANGHAI).year, random=random, prefix=prefix)


def _unsigned(actor: User, answer: RatioAnswer, now: datetime) -> RatioProof:
    return RatioProof(
        reference=new_reference(now),
        institution=answer.institution,
        rule=answer.rule,
        as_of=answer.as_of,
        known_at=answer.known_at,
        staff=answer.ratio.staff,
        trained=answer.ratio.trained,
        sealed_staff=answer.sealed.staff,
        sealed_trained=answer.sealed.trained,
        value=answer.rule.value,
        comparator=answer.rule.comparator,
        outcome=answer.ratio.outcome,
        binding=answer.binding,
        salt=secrets.token_hex(tlog.SALT_SIZE),
        secret=secrets.token_hex(tlog.SALT_SIZE),
        asked_by=actor,
        made_for=office_of(actor, Permission.RATIO_PROVE),
        made_at=now,
    )


def _entry(
    secret: bytes, place: int, person: int, about: dict[str, Any], evidence: dict[str, Any] | None
) -> RatioProofEntry:
    entry = RatioProofEntry(place=place, person_id=person, trained=evidence is not None)
    entry.person_commitment = commitment(salt_of(secret, PERSON, place), about)
    if evidence is not None:
        entry.evidence_commitment = commitment(salt_of(secret, EVIDENCE, place), evidence)
    entry.opening = canonical({PERSON: about, EVIDENCE: evidence}).decode()
    return entry


def _check_sum(proof: RatioProof, entries: list[RatioProofEntry]) -> None:
    """The lines are read after the figure: what was written between the two shows here."""
    counted = (len(entries) + proof.sealed_staff, sum(one.trained for one in entries) + proof.sealed_trained)
    if counted != (proof.staff, proof.trained):
        raise DomainError("proof_moved_meanwhile", institution=proof.institution_id)


def _sign(proof: RatioProof, answer: RatioAnswer) -> None:
    proof.key = signing_key()
    document = statement(proof, answer, issuer(proof.key.controller))
    proof.document = canonical(document).decode()
    signed_at = proof.made_at.replace(microsecond=0)
    # A key that is used for the first time is as old as this transaction.
    signed_at = max(signed_at, proof.key.active_from.replace(microsecond=0))
    proof.token = jose.sign(
        json.loads(proof.document), version=proof.key.version, method=proof.key.method, created=signed_at
    )


def put_down(paper: RatioProof | ReturnReceipt, institution: Institution, policy: str) -> None:
    """The salted hash of the paper's document, in the transaction of its row."""
    tlog.append(
        kind=Kind.RATIO_SNAPSHOT,
        ref=str(paper.uuid),
        commitment=tlog.commit(bytes.fromhex(paper.salt), paper.document.encode()),
        issuer=institution.region.code,
        policy=policy,
    )


@transaction.atomic
def close_entries(*, actor: User, person: Person) -> int:
    """Of somebody who is erased: what an audit would open goes; hashes, figures and the log stay. How many lines."""
    require(actor, Permission.DATA_REQUEST_REVIEW, person)
    rows = RatioProofEntry.objects.filter(person__in=[person.pk, *person.merged.values_list("pk", flat=True)])
    closed = 0
    for row in rows.select_for_update().order_by("pk"):
        row.opening = ""
        row.save(update_fields=["opening"])
        closed += 1
    if closed:
        audit.record(actor, "staffing.entries_closed", person, lines=closed)
    return closed
