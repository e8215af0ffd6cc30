"""Many evidences at once: a table with scans, all or nothing, accepted as a whole only if every drawn one agrees."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import transaction

from accounts.access import office_of, require
from accounts.models import Institution, Person, User
from accounts.permissions import Permission
from accounts.selectors.own import is_own
from accounts.services.imports import one_transaction
from core import audit, clock, outbox
from core.draws import drawn, head_after, seed_from
from core.errors import DomainError, NotAllowed
from core.scans import Scan, scans_in
from core.workflow import advance, took_part
from courses.imports.evidence_tables import EvidencePlan, plan_evidence, read_evidence
from courses.imports.training_records import TrainingRow
from courses.models import EvidenceBatch, EvidenceKind, ExternalEvidence, MutualRecognition
from courses.models.records import Track
from courses.selectors.evidence import recognitions_of
from courses.selectors.evidence_batches import least_sample
from courses.services.evidence import (
    RELATED,
    Training,
    check_agreement,
    close_decided,
    confirm_claim,
    require_competent,
    require_may_decide,
    write_evidence,
)
from courses.services.imports import reach_of
from courses.services.telling import EVIDENCE_BATCH_DECIDED
from courses.workflow import EVIDENCE_BATCH_STEPS, EXTERNAL_EVIDENCE_STEPS, BatchState

DRAW = "evidence-batch-draw-1"


# --- submitting -------------------------------------------------------------------------------------------------------
def preview_batch(*, actor: User, institution: Institution, table: bytes, scans: bytes) -> EvidencePlan:
    """What the files would submit. Raises TableUnreadable, `zip_too_large`, `zip_unreadable`."""
    require(actor, Permission.EVIDENCE_SUBMIT, institution)
    read = read_evidence(table)
    reach, agreements = reach_of(actor, Permission.TRAINING_RECORD_CLAIM), list(recognitions_of(institution.region))
    return plan_evidence(read, scans_in(scans), on=clock.today(), reach=reach, agreements=agreements)


def submit_batch(*, actor: User, institution: Institution, table: bytes, scans: bytes) -> EvidencePlan:
    """All or nothing: a plan with errors is returned and nothing is written. Raises also `changed_meanwhile`."""
    with one_transaction():
        plan = preview_batch(actor=actor, institution=institution, table=table, scans=scans)
        if plan.has_errors or not plan.rows:
            return plan
        batch = EvidenceBatch.objects.create(
            institution=institution,
            rows=len(plan.rows),
            file_sha256=plan.sha256,
            root=_root(plan),
            submitted_at=clock.now(),
            submitted_by=actor,
        )
        people = _locked_people(plan)
        for place, row in enumerate(plan.rows, start=1):
            training = _training(row, plan.agreements.get(row.row))
            _write(actor, batch, place, row, people, training, plan.scans[row.row])
        audit.record(
            actor, "courses.evidencebatch.submit", batch,
            institution=institution.pk, rows=batch.rows, sha256=batch.file_sha256, root=batch.root,
        )  # fmt: skip
    return plan


@transaction.atomic
def withdraw_batch(*, actor: User, batch: EvidenceBatch) -> EvidenceBatch:
    """With all its rows, before a sample was drawn: afterwards another draw could be tried. Raises WrongState."""
    taken = advance(batch, "withdraw", EVIDENCE_BATCH_STEPS, actor=actor, changes={"closed_at": clock.now()})
    for evidence in taken.evidence.order_by("pk"):
        changes = {"closed_at": taken.closed_at}
        advance(evidence, "withdraw", EXTERNAL_EVIDENCE_STEPS, actor=actor, changes=changes)
    return taken


# --- deciding ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def draw_batch(*, actor: User, batch: EvidenceBatch, size: int) -> EvidenceBatch:
    """Once: who is looked at follows from the rows and a head that was signed after they were submitted.

    Raises `sample_too_small`, `sample_too_large`, WrongState, and as `require_may_decide_batch` does.
    """
    locked = _locked(actor, batch)
    if size < (least := least_sample(locked.rows)):
        raise DomainError("sample_too_small", least=least)
    if size > locked.rows:
        raise DomainError("sample_too_large", most=locked.rows)
    head_size, head = head_after(locked.submitted_at)
    seed = seed_from(DRAW, locked.root, head)
    changes = {
        "head_size": head_size, "head": head, "seed": seed, "places": drawn(seed, locked.rows, size),
        "drawn_by": actor, "drawn_at": clock.now(),
    }  # fmt: skip
    return advance(locked, "draw", EVIDENCE_BATCH_STEPS, actor=actor, changes=changes, places=changes["places"])


@transaction.atomic
def mark_drawn(*, actor: User, evidence: ExternalEvidence, agrees: bool) -> ExternalEvidence:
    """What an officer found who looked at the scans of a drawn one. Raises `not_drawn`, …"""
    require(actor, Permission.TRAINING_RECORD_CONFIRM, evidence)
    batch = _locked(actor, evidence.batch) if evidence.batch else None
    if batch is None or batch.state != BatchState.DRAWN or evidence.place not in batch.places:
        raise DomainError("not_drawn")
    found = ExternalEvidence.objects.select_for_update(of=("self",)).select_related(*RELATED).get(pk=evidence.pk)
    require_may_decide(actor, found)
    found.agrees = agrees
    found.save(update_fields=["agrees"])
    audit.record(actor, "courses.drawn_evidence_marked", found, batch=batch.pk, agrees=agrees)
    return found


@transaction.atomic
def accept_batch(*, actor: User, batch: EvidenceBatch) -> EvidenceBatch:
    """Every row at once, each with a record of its own; only if every drawn one agrees with its scans.

    Raises `sample_disagrees`, `row_in_the_way` (with its place and what is wrong), WrongState, …
    """
    locked = _locked(actor, batch)
    sample = locked.evidence.filter(place__in=locked.places)
    if not locked.places or sample.filter(agrees=True).count() != len(locked.places):
        raise DomainError("sample_disagrees")
    taken = _close(actor, locked, "accept")
    for evidence in _rows(locked):
        with _row_named(evidence):
            require_may_decide(actor, evidence)
            _accept(actor, evidence)
    return taken


@transaction.atomic
def refuse_batch(*, actor: User, batch: EvidenceBatch, reason: str) -> EvidenceBatch:
    """Every row, with one reason. Raises `reason_missing`, WrongState, …"""
    if not reason.strip():
        raise DomainError("reason_missing")
    locked = _locked(actor, batch)
    taken = _close(actor, locked, "refuse", reason.strip())
    for evidence in _rows(locked):
        close_decided(actor, evidence, "refuse", reason=reason.strip())
    return taken


@transaction.atomic
def part_batch(*, actor: User, batch: EvidenceBatch, reason: str) -> EvidenceBatch:
    """From now on each row is decided by itself. Raises `reason_missing`, WrongState, …"""
    if not reason.strip():
        raise DomainError("reason_missing")
    return _close(actor, _locked(actor, batch), "part", reason.strip())


def require_may_decide_batch(actor: User, batch: EvidenceBatch) -> None:
    """Raises NotAllowed (`same_person_twice`, `own_institution`), `nobody_competent`, `other_body_competent`."""
    if took_part(batch, {"submit"}, actor):
        raise NotAllowed("same_person_twice")
    if is_own(actor, batch.institution):
        raise NotAllowed("own_institution")
    require_competent(actor, batch.institution.region)


@contextmanager
def _row_named(evidence: ExternalEvidence) -> Iterator[None]:
    """Which of the rows is in the way of all."""
    try:
        yield
    except DomainError as refusal:
        raise DomainError("row_in_the_way", place=evidence.place, why=refusal.code) from refusal


def _locked_people(plan: EvidencePlan) -> dict[int | None, Person]:
    """Always in the same order: two tables that name the same people wait for one another and not in a circle."""
    keys = [row.person_id for row in plan.rows if row.person_id]
    return {one.pk: one for one in Person.objects.select_for_update().filter(pk__in=keys).order_by("pk")}


def _write(
    actor: User,
    batch: EvidenceBatch,
    place: int,
    row: TrainingRow,
    people: Mapping[int | None, Person],
    training: Training,
    scans: Sequence[Scan],
) -> None:
    places = {"batch": batch, "place": place, "institution": batch.institution, "region": batch.institution.region}
    row.id = write_evidence(actor, people[row.person_id], training, scans, **places).pk


def _training(row: TrainingRow, agreement: MutualRecognition | None) -> Training:
    facts = {name: row.values[name] for name in ("track", "title", "provider", "completed_on")}
    kind = EvidenceKind.DEGREE if facts["track"] == Track.DEGREE else EvidenceKind.EARLIER
    return Training(kind=EvidenceKind.MUTUAL if agreement else kind, agreement=agreement, **facts)


def _root(plan: EvidencePlan) -> str:
    lines = [[row.person_id, _plain(row, plan), [one.sha256 for one in plan.scans[row.row]]] for row in plan.rows]
    return hashlib.sha256(json.dumps(lines, ensure_ascii=False).encode()).hexdigest()


def _plain(row: TrainingRow, plan: EvidencePlan) -> list[str]:
    """A row without an agreement has the words that it had before there were any."""
    agreement = plan.agreements.get(row.row)
    words = [str(row.values[name]) for name in ("track", "title", "provider", "completed_on")]
    return [*words, f"agreement {agreement.pk}"] if agreement else words


def _locked(actor: User, batch: EvidenceBatch) -> EvidenceBatch:
    require(actor, Permission.TRAINING_RECORD_CONFIRM, batch)
    rows = EvidenceBatch.objects.select_for_update(of=("self",)).select_related("institution__region")
    locked = rows.get(pk=batch.pk)
    require_may_decide_batch(actor, locked)
    return locked


def _rows(batch: EvidenceBatch) -> list[ExternalEvidence]:
    rows = batch.evidence.select_for_update(of=("self",)).select_related(*RELATED)
    return list(rows.order_by("place"))


def _accept(actor: User, evidence: ExternalEvidence) -> None:
    if not evidence.scans.exists():
        raise DomainError("scans_missing")
    check_agreement(evidence.kind, evidence.agreement, evidence.competent_region, evidence.completed_on)
    record = confirm_claim(actor, evidence)
    close_decided(actor, evidence, "accept", record=record)
    audit.record(actor, "courses.training_record_added", record, evidence=evidence.pk)
    outbox.add("courses.training_record_added", record.pk)


def _close(actor: User, batch: EvidenceBatch, step: str, reason: str = "") -> EvidenceBatch:
    office = office_of(actor, Permission.TRAINING_RECORD_CONFIRM)
    changes = {"decided_by": actor, "closed_at": clock.now(), "body_name": office, "reason": reason}
    taken = advance(batch, step, EVIDENCE_BATCH_STEPS, actor=actor, reason=reason, changes=changes)
    outbox.add(EVIDENCE_BATCH_DECIDED, taken.pk)
    return taken
