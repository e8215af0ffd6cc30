"""Evidence from elsewhere: submitted with scans by an institution or the person, decided by the region's office."""

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from accounts.access import can, office_of, require, worn_bodies
from accounts.models import AccessEntry, Institution, Person, Region, User
from accounts.models.bodies import Matter
from accounts.permissions import Permission
from accounts.selectors import same_person
from accounts.selectors.bodies import competent_body
from accounts.services import note_access
from core import audit, clock, outbox
from core.errors import DomainError, NotAllowed, WrongState
from core.scans import Scan
from core.workflow import advance, took_part
from courses.models import (
    EvidenceBatch,
    EvidenceKind,
    EvidenceScan,
    ExternalEvidence,
    Level,
    MutualRecognition,
    TrainingRecord,
)
from courses.models.records import Track
from courses.selectors.evidence import (
    claim_alike,
    counted_alike,
    is_of_own_house,
    recognises,
    region_of,
)
from courses.services.telling import EVIDENCE_DECIDED
from courses.workflow import EXTERNAL_EVIDENCE_STEPS, BatchState, EvidenceState, RecordStanding

MOST_SCANS = 6


@dataclass(frozen=True)
class Training:
    """What the evidence is about, as whoever submits it says."""

    kind: str
    track: str
    title: str
    provider: str
    completed_on: date
    level: Level | None = None
    hours: Decimal | None = None
    agreement: MutualRecognition | None = None


@transaction.atomic
def submit_evidence(
    *,
    actor: User,
    person: Person,
    training: Training,
    scans: Sequence[Scan],
    institution: Institution | None = None,
    named: Region | None = None,
) -> ExternalEvidence:
    """By the institution for one of its staff, or (without one) by the person. It counts nothing yet.

    `named`: the region in which somebody whom nobody employs asks to have it decided; of others the work place says.

    Raises `scans_missing`, `scans_too_many`, `scan_twice`, `in_future`, `track_wrong`, `agreement_wrong`,
    `counted_already`, `evidence_waiting`, `region_missing`, `nobody_decides_there`, NotAllowed.
    """
    region = _region(actor, person, institution, named)
    _check_scans(scans)
    _check(training, region)
    # One at a time about the same person: the same training never waits twice.
    surviving = person.merged_into or person
    Person.objects.select_for_update().get(pk=surviving.pk)
    return write_evidence(actor, surviving, training, scans, institution=institution, region=region)


@transaction.atomic
def withdraw_evidence(*, actor: User, evidence: ExternalEvidence) -> ExternalEvidence:
    """By whoever could have submitted it; the claimed record stays, uncounted. Raises `in_batch`, WrongState."""
    require(actor, Permission.EVIDENCE_SUBMIT, evidence)
    _require_alone(evidence)
    return advance(evidence, "withdraw", EXTERNAL_EVIDENCE_STEPS, actor=actor, changes={"closed_at": clock.now()})


@transaction.atomic
def accept_evidence(*, actor: User, evidence: ExternalEvidence) -> ExternalEvidence:
    """The training counts from now on: a confirmed record replaces the claimed one.

    Raises `scans_missing`, `agreement_wrong`, `counted_already`, `annulled_already`, `changed_meanwhile`, WrongState,
    and as `require_may_decide` does.
    """
    locked = _to_decide(actor, evidence, "accept")
    if not locked.scans.exists():
        raise DomainError("scans_missing")
    check_agreement(locked.kind, locked.agreement, locked.competent_region, locked.completed_on)
    record = confirm_claim(actor, locked)
    decided = close_decided(actor, locked, "accept", record=record)
    audit.record(actor, "courses.training_record_added", record, evidence=locked.pk)
    outbox.add("courses.training_record_added", record.pk)
    return decided


@transaction.atomic
def refuse_evidence(*, actor: User, evidence: ExternalEvidence, reason: str) -> ExternalEvidence:
    """With a reason that the submitter and the person read. Raises `reason_missing`, WrongState, …"""
    if not reason.strip():
        raise DomainError("reason_missing")
    locked = _to_decide(actor, evidence, "refuse")
    return close_decided(actor, locked, "refuse", reason=reason.strip())


def open_scan(*, actor: User, scan: EvidenceScan) -> bytes:
    """The bytes; of any look but one's own the person reads."""
    require(actor, Permission.TRAINING_RECORD_VIEW, scan)
    person = scan.evidence.person.merged_into or scan.evidence.person
    if person.user_id != actor.pk:
        what = AccessEntry.What.EVIDENCE
        note_access(actor=actor, person=person, what=what, purpose=scan.evidence.title[:200])
    return scan.content


@transaction.atomic
def forget_scans(*, actor: User, person: Person) -> int:
    """Of an erased person; what was submitted and decided stays. How many."""
    require(actor, Permission.DATA_REQUEST_REVIEW, person)
    theirs = EvidenceScan.objects.filter(same_person(person.pk, "evidence__person"))
    return theirs.delete()[0]


def require_may_decide(actor: User, evidence: ExternalEvidence) -> None:
    """Nobody who submitted it, is the person, or belongs to the same house; only the body competent in its region.

    Raises NotAllowed (`same_person_twice`, `own_evidence`, `own_institution`), `nobody_competent`,
    `other_body_competent`.
    """
    if took_part(evidence, {"submit"}, actor):
        raise NotAllowed("same_person_twice")
    person = evidence.person
    if actor.pk in (person.user_id, person.merged_into and person.merged_into.user_id):
        raise NotAllowed("own_evidence")
    if is_of_own_house(actor, evidence):
        raise NotAllowed("own_institution")
    require_competent(actor, evidence.competent_region)


def require_competent(actor: User, region: Region) -> None:
    """Only the body that recognises evidence in the region. Raises `nobody_competent`, `other_body_competent`."""
    body = competent_body(Matter.RECOGNISE_EVIDENCE, region, clock.today())
    if body is None:
        raise DomainError("nobody_competent")
    if body.pk not in {one.pk for one in worn_bodies(actor, Permission.TRAINING_RECORD_CONFIRM)}:
        raise DomainError("other_body_competent", body=body.name)


RELATED = (
    "person__merged_into",
    "institution__region",
    "region",
    "agreement__region",
    "agreement__other",
    "claimed",
    "record",
)


# --- submitting -------------------------------------------------------------------------------------------------------
def _region(actor: User, person: Person, institution: Institution | None, named: Region | None) -> Region:
    if institution is not None:
        require(actor, Permission.EVIDENCE_SUBMIT, institution)
        if not Person.objects.filter(pk=person.pk).allowed(actor, Permission.TRAINING_RECORD_CLAIM).exists():
            raise NotAllowed(permission=Permission.TRAINING_RECORD_CLAIM.value)
        return institution.region
    if actor.pk not in (person.user_id, person.merged_into and person.merged_into.user_id) or not can(
        actor, Permission.EVIDENCE_SUBMIT, person
    ):
        raise NotAllowed(permission=Permission.EVIDENCE_SUBMIT.value)
    return region_of(person) or _named(named)


def _named(region: Region | None) -> Region:
    """Nobody employs the person: no body is competent by itself, so that one is asked that there is."""
    if region is None or region.valid_to is not None:
        raise DomainError("region_missing")
    if competent_body(Matter.RECOGNISE_EVIDENCE, region, clock.today()) is None:
        raise DomainError("nobody_decides_there")
    return region


def _check_scans(scans: Collection[Scan]) -> None:
    if not scans:
        raise DomainError("scans_missing")
    if len(scans) > MOST_SCANS:
        raise DomainError("scans_too_many", most=MOST_SCANS)
    if len({one.sha256 for one in scans}) < len(scans):
        raise DomainError("scan_twice")


def _check(training: Training, region: Region) -> None:
    if training.completed_on > clock.today():
        raise DomainError("in_future")
    if training.kind == EvidenceKind.DEGREE and training.track != Track.DEGREE:
        raise DomainError("track_wrong")
    check_agreement(training.kind, training.agreement, region, training.completed_on)


def check_agreement(kind: str, agreement: MutualRecognition | None, region: Region, on: date) -> None:
    """Asked when it is submitted and again when it is decided: an agreement may have ended since."""
    if (kind == EvidenceKind.MUTUAL) != (agreement is not None):
        raise DomainError("agreement_wrong")
    if agreement is not None and not recognises(agreement, region, on):
        raise DomainError("agreement_wrong")


def _claimed(actor: User, person: Person, training: Training) -> TrainingRecord:
    """The claimed record of this training: the one that stands, or a new one."""
    known = (training.track, training.title, training.completed_on)
    if counted_alike(person, *known):
        raise DomainError("counted_already")
    claim = claim_alike(person, *known)
    if claim is None:
        return _record(actor, person, training, RecordStanding.CLAIMED)
    if ExternalEvidence.objects.filter(claimed=claim, state=EvidenceState.SUBMITTED).exists():
        raise DomainError("evidence_waiting")
    return claim


def write_evidence(
    actor: User, person: Person, training: Training, scans: Collection[Scan], **places: Any
) -> ExternalEvidence:
    """The row, its claim and its scans; `places` are the institution, the region, and where it stands in a batch."""
    evidence = ExternalEvidence.objects.create(
        person=person,
        claimed=_claimed(actor, person, training),
        submitted_at=clock.now(),
        submitted_by=actor,
        **{name: getattr(training, name) for name in Training.__dataclass_fields__},
        **places,
    )
    for scan in scans:
        _keep(evidence, scan)
    house = evidence.institution_id
    hashes = [one.sha256 for one in scans]
    audit.record(actor, "courses.externalevidence.submit", evidence, institution=house, scans=hashes)
    return evidence


def _keep(evidence: ExternalEvidence, scan: Scan) -> EvidenceScan:
    return EvidenceScan.objects.create(
        evidence=evidence,
        name=scan.name,
        media_type=scan.media_type,
        size=len(scan.content),
        sha256=scan.sha256,
        scanned=base64.b64encode(scan.content).decode(),
    )


# --- deciding ---------------------------------------------------------------------------------------------------------
def _to_decide(actor: User, evidence: ExternalEvidence, step: str) -> ExternalEvidence:
    require(actor, Permission.TRAINING_RECORD_CONFIRM, evidence)
    _require_alone(evidence)
    locked = ExternalEvidence.objects.select_for_update(of=("self",)).select_related(*RELATED).get(pk=evidence.pk)
    if locked.state != EvidenceState.SUBMITTED:
        raise WrongState(step=step, state=locked.state)
    require_may_decide(actor, locked)
    return locked


def _require_alone(evidence: ExternalEvidence) -> None:
    """The batch first, as whoever decides the batch locks it. Raises `in_batch` while it is decided as a whole."""
    if evidence.batch_id is None:
        return
    batch = EvidenceBatch.objects.select_for_update(of=("self",)).get(pk=evidence.batch_id)
    if batch.state in (BatchState.SUBMITTED, BatchState.DRAWN):
        raise DomainError("in_batch")


def confirm_claim(actor: User, evidence: ExternalEvidence) -> TrainingRecord:
    """Raises `changed_meanwhile` when somebody else confirms the same claim at this moment."""
    if hasattr(evidence.claimed, "annulment"):
        raise DomainError("annulled_already")
    person = evidence.person.merged_into or evidence.person
    if TrainingRecord.objects.filter(replaces=evidence.claimed).exists() or counted_alike(
        person, evidence.track, evidence.title, evidence.completed_on
    ):
        raise DomainError("counted_already")
    try:
        with transaction.atomic():
            return _record(actor, person, evidence, RecordStanding.CONFIRMED_BY_REGULATOR, replaces=evidence.claimed)
    except IntegrityError as error:
        raise DomainError("changed_meanwhile") from error


def _record(
    actor: User,
    person: Person,
    training: Training | ExternalEvidence,
    standing: RecordStanding,
    replaces: TrainingRecord | None = None,
) -> TrainingRecord:
    names = ("track", "level", "title", "provider", "hours", "completed_on")
    return TrainingRecord.objects.create(
        person=person,
        standing=standing,
        replaces=replaces,
        recorded_at=clock.now(),
        recorded_by=actor,
        **{name: getattr(training, name) for name in names},
    )


def close_decided(
    actor: User, evidence: ExternalEvidence, step: str, *, reason: str = "", record: TrainingRecord | None = None
) -> ExternalEvidence:
    office = office_of(actor, Permission.TRAINING_RECORD_CONFIRM)
    changes = {"decided_by": actor, "closed_at": clock.now(), "body_name": office, "reason": reason, "record": record}
    decided = advance(evidence, step, EXTERNAL_EVIDENCE_STEPS, actor=actor, reason=reason, changes=changes)
    outbox.add(EVIDENCE_DECIDED, decided.pk)
    return decided
