"""The audit of a proof: lines drawn by a seed that nobody chooses, opened for a purpose that everybody named reads."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.access import require
from accounts.models import AccessEntry, User
from accounts.permissions import Permission
from accounts.selectors.own import is_own
from accounts.services import note_accesses
from certificates.tlog import selectors as tlog
from certificates.tlog.models import Kind
from core import audit, clock
from core.errors import DomainError, NotAllowed
from staffing.models import RatioProof, RatioProofEntry, RatioProofSample
from staffing.proofs import EVIDENCE, PERSON, SAMPLE_FORMAT, canonical, commitment, drawn, path_of, salt_of, seed_of
from staffing.selectors.proofs import public_line

# More at once is the version with names.
MOST_DRAWN = 50


@dataclass(frozen=True)
class Opened:
    """One line with what its hashes are over. Erased since: neither, and it does not fit."""

    line: dict[str, Any]
    path: list[str]
    about: dict[str, Any] | None
    evidence: dict[str, Any] | None
    salts: dict[str, str]
    fits: bool


@transaction.atomic
def draw_sample(*, actor: User, proof: RatioProof, size: int, purpose: str) -> RatioProofSample:
    """So many lines; nobody is shown yet. Raises `sample_of_nobody`, `sample_too_large`, `purpose_missing`,
    NotAllowed (`own_institution`)."""
    _require_auditor(actor, proof)
    if not purpose.strip():
        raise DomainError("purpose_missing")
    locked = RatioProof.objects.select_for_update(of=("self",)).select_related("institution").get(pk=proof.pk)
    if not 1 <= size <= min(MOST_DRAWN, locked.lines_count):
        raise DomainError("sample_of_nobody" if locked.lines_count < max(size, 1) else "sample_too_large")
    turn = locked.samples.count() + 1
    head_size, head = _head(locked)
    seed = seed_of(locked.root, head, turn)
    sample = RatioProofSample.objects.create(
        proof=locked,
        turn=turn,
        size=size,
        head_size=head_size,
        head=head,
        seed=seed,
        places=drawn(seed, locked.lines_count, size),
        purpose=purpose.strip(),
        drawn_by=actor,
        drawn_at=clock.now(),
    )
    audit.record(
        actor, "staffing.sample_drawn", locked, reference=locked.reference, turn=turn, places=sample.places,
        purpose=sample.purpose,
    )  # fmt: skip
    return sample


def _require_auditor(actor: User, proof: RatioProof) -> None:
    require(actor, Permission.RATIO_AUDIT, proof)
    if is_own(actor, proof.institution):
        raise NotAllowed("own_institution")


def _head(proof: RatioProof) -> tuple[int | None, str]:
    """The newest head that was signed over the proof's entry; while there is none, a random number."""
    leaf = tlog.leaf_of(kind=Kind.RATIO_SNAPSHOT, ref=str(proof.uuid))
    head = tlog.latest_head() if leaf else None
    if leaf is None or head is None or head.size <= leaf.idx:
        return None, secrets.token_hex(32)
    return head.size, bytes(head.root).hex()


@transaction.atomic
def open_sample(*, actor: User, sample: RatioProofSample) -> list[Opened]:
    """For whoever drew it, for the purpose it was drawn for; each person reads of it. Raises NotAllowed."""
    _require_auditor(actor, sample.proof)
    if sample.drawn_by_id != actor.pk:
        raise NotAllowed(permission=Permission.RATIO_AUDIT.value)
    return _opened(actor, sample.proof, sample.places, sample.purpose)


@transaction.atomic
def open_all(*, actor: User, proof: RatioProof, purpose: str) -> list[Opened]:
    """The version with names, of all lines. Raises `purpose_missing`, NotAllowed (`own_institution`)."""
    _require_auditor(actor, proof)
    if not purpose.strip():
        raise DomainError("purpose_missing")
    audit.record(actor, "staffing.proof_named", proof, reference=proof.reference, purpose=purpose.strip())
    return _opened(actor, proof, None, purpose.strip())


def _opened(actor: User, proof: RatioProof, places: list[int] | None, purpose: str) -> list[Opened]:
    rows = list(proof.entries.select_related("person__merged_into").order_by("place"))
    chosen = rows if places is None else [row for row in rows if row.place in places]
    people = [one.person.merged_into or one.person for one in chosen if one.opening]
    note_accesses(actor=actor, people=people, what=AccessEntry.What.RATIO_PROOF, purpose=purpose)
    lines = [public_line(row) for row in rows] if places is not None else []
    secret = bytes.fromhex(proof.secret)
    return [_one(entry, secret, path_of(lines, entry.place) if lines else []) for entry in chosen]


def _one(entry: RatioProofEntry, secret: bytes, path: list[str]) -> Opened:
    line = public_line(entry)
    if not entry.opening:
        return Opened(line, path, None, None, {}, fits=False)
    facts = json.loads(entry.opening)
    salts = {what: salt_of(secret, what, entry.place) for what in (PERSON, EVIDENCE)}
    fits = all((facts[what] and commitment(salts[what], facts[what])) == line[what] for what in (PERSON, EVIDENCE))
    return Opened(line, path, facts[PERSON], facts[EVIDENCE], {name: salt.hex() for name, salt in salts.items()}, fits)


def sample_json(sample: RatioProofSample, opened: list[Opened]) -> bytes:
    """What an auditor checks without this site: statement, signature, draw, and what was opened."""
    proof = sample.proof
    draw = {name: getattr(sample, name) for name in ("turn", "size", "head", "head_size", "seed")}
    parts = {"document": json.loads(proof.document), "token": proof.token, "salt": proof.salt}
    return canonical({"format": SAMPLE_FORMAT, **parts, "draw": draw, "opened": [_as_json(one) for one in opened]})


def _as_json(one: Opened) -> dict[str, Any]:
    shown = {PERSON: one.about, EVIDENCE: one.evidence}
    parts = {what: {"salt": one.salts[what], "facts": facts} if facts else None for what, facts in shown.items()}
    return {"line": one.line, "path": one.path, **parts}
