"""Evidence from elsewhere in the actor's reach: one's own, what an office has to decide, its scans, agreements."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.access import can, worn_bodies
from accounts.models import Appointment, IdentityDocument, Institution, Person, Region, User
from accounts.models.bodies import Matter, holding_on
from accounts.models.places import Rank
from accounts.permissions import Permission
from accounts.selectors import same_person, surviving
from accounts.selectors.bodies import ENTERING_RANKS, competent_bodies
from accounts.selectors.own import own_legal_persons
from accounts.selectors.staff import primary_appointment, running_on
from core import clock
from core.errors import NotAllowed
from core.text import compact, name_key
from courses.models import EvidenceScan, ExternalEvidence, Level, MutualRecognition, TrainingRecord
from courses.workflow import COUNTED, BatchState, EvidenceState

# As long as the answer to a notice asks for.
TAIL = 4


def own_evidence(actor: User, *, state: str = "") -> QuerySet[ExternalEvidence]:
    """What the institution submitted, or concerns oneself; the newest first."""
    rows = ExternalEvidence.objects.allowed(actor, Permission.EVIDENCE_SUBMIT)
    return _listed(rows, state).order_by("-submitted_at", "-pk")


def evidence_desk(actor: User, *, state: str = "") -> QuerySet[ExternalEvidence]:
    """Of the regions for which the actor's body is competent today; the oldest first."""
    rows = ExternalEvidence.objects.allowed(actor, Permission.TRAINING_RECORD_CONFIRM)
    # A batch is decided as a whole, on a page of its own.
    rows = rows.exclude(batch__state__in=[BatchState.SUBMITTED, BatchState.DRAWN])
    rows = rows.annotate(where=Coalesce("institution__region", "region"))
    mine = rows.filter(where__in=competent_regions(actor, rows.values("where")))
    return _listed(mine, state).order_by("submitted_at", "pk")


def competent_regions(actor: User, rows: QuerySet[Any]) -> list[int]:
    """Of these regions those in which the actor's body recognises evidence today; two statements."""
    regions = list(Region.objects.filter(pk__in=rows.order_by()).order_by("pk"))
    own = {body.pk for body in worn_bodies(actor, Permission.TRAINING_RECORD_CONFIRM)}
    bodies = competent_bodies([(Matter.RECOGNISE_EVIDENCE, one) for one in regions], clock.today())
    return [one.pk for one, body in zip(regions, bodies, strict=True) if body is not None and body.pk in own]


def evidence_for(actor: User, pk: int, permission: Permission) -> ExternalEvidence:
    """With what its page shows. Raises NotAllowed, also when there is none."""
    rows = ExternalEvidence.objects.allowed(actor, permission).filter(pk=pk)
    related = (
        "person__merged_into", "institution__region", "region", "level", "agreement__region", "agreement__other",
        "submitted_by", "record", "claimed",
    )  # fmt: skip
    found = rows.select_related(*related).first()
    if found is None:
        raise NotAllowed(permission=permission.value)
    return found


def may_submit(actor: User, evidence: ExternalEvidence) -> bool:
    """Could it be the actor who submitted it? Then it can be taken back."""
    return can(actor, Permission.EVIDENCE_SUBMIT, evidence)


def scans_of(evidence: ExternalEvidence) -> QuerySet[EvidenceScan]:
    """Without what is sealed in them."""
    return evidence.scans.only("pk", "uuid", "evidence_id", "name", "media_type", "size", "sha256").order_by("pk")


def scan_for(actor: User, pk: int) -> EvidenceScan:
    """Raises NotAllowed, also when there is none."""
    rows = EvidenceScan.objects.allowed(actor, Permission.TRAINING_RECORD_VIEW).filter(pk=pk)
    found = rows.select_related("evidence__person__merged_into").first()
    if found is None:
        raise NotAllowed(permission=Permission.TRAINING_RECORD_VIEW.value)
    return found


@dataclass(frozen=True)
class Annulled:
    on: date
    reason: str


def annulled(evidence: ExternalEvidence) -> Annulled | None:
    """Whether the record that it led to was annulled: an annulment reaches every wording before it."""
    fact = getattr(evidence.record, "annulment", None) if evidence.record else None
    return Annulled(fact.annulled_on, fact.reason) if fact else None


def to_annul(evidence: ExternalEvidence) -> TrainingRecord | None:
    """What it led to, as it stands now, unless that is annulled."""
    return present_wording(evidence.record) if evidence.record and annulled(evidence) is None else None


def present_wording(record: TrainingRecord) -> TrainingRecord:
    """The last of those that replaced it."""
    while (later := TrainingRecord.objects.filter(replaces=record).first()) is not None:
        record = later
    return record


def wordings(record: TrainingRecord) -> list[TrainingRecord]:
    """The record and what it replaced, newest first."""
    found = [record]
    while found[-1].replaces is not None:
        found.append(found[-1].replaces)
    return found


# --- who it is about --------------------------------------------------------------------------------------------------
def staff_by_tail(institution: Institution, name: str, tail: str) -> Person | None:
    """The one of this name on the institution's roster today whose document ends so; None where it is not exactly
    one."""
    ending = compact(tail)
    if len(ending) < TAIL:
        return None
    working = Appointment.objects.holding().filter(running_on(clock.today()), institution=institution)
    keys = working.annotate(stands=surviving("person__")).values("stands")
    people = Person.objects.filter(pk__in=keys, name_key=name_key(name)).order_by("pk")
    found = [one for one in people[:50] if _ends(one, ending)]
    return found[0] if len(found) == 1 else None


def _ends(person: Person, ending: str) -> bool:
    documents = IdentityDocument.objects.filter(same_person(person.pk)).order_by("pk")
    numbers = [compact(document.number) for document in documents]
    return any(hmac.compare_digest(ending.encode(), one[-len(ending) :].encode()) for one in numbers)


def employers_of(person: Person) -> list[Institution]:
    """Where the person works today: whose ratio would rise, and who therefore does not decide."""
    survivor = person.merged_into_id or person.pk
    rows = Appointment.objects.holding().filter(running_on(clock.today()), same_person(survivor))
    return list(Institution.objects.filter(pk__in=rows.values("institution")).order_by("pk"))


def is_of_own_house(actor: User, evidence: ExternalEvidence) -> bool:
    """Does the actor work or act for an employer of the person, or for who submitted it?"""
    houses = employers_of(evidence.person) + ([evidence.institution] if evidence.institution else [])
    own = own_legal_persons(actor)
    return any(one.legal_person_id in own for one in houses)


def region_of(person: Person) -> Region | None:
    """Where one's own evidence is decided: the region of the main place of work."""
    main = primary_appointment(person.merged_into or person, clock.today())
    return main.institution.region if main else None


def counted_alike(person: Person, track: str, title: str, completed_on: date) -> bool:
    """Is this training of the person on record already, and counted?"""
    rows = _alike(person, track, title, completed_on)
    return rows.filter(standing__in=COUNTED).exists()


def claim_alike(person: Person, track: str, title: str, completed_on: date) -> TrainingRecord | None:
    """The claimed record that stands for this training."""
    rows = _alike(person, track, title, completed_on)
    return rows.exclude(standing__in=COUNTED).order_by("pk").first()


def _alike(person: Person, track: str, title: str, completed_on: date) -> QuerySet[TrainingRecord]:
    survivor = person.merged_into_id or person.pk
    rows = TrainingRecord.objects.filter(same_person(survivor), track=track, title=title, completed_on=completed_on)
    return rows.standing_facts()


# --- agreements -------------------------------------------------------------------------------------------------------
def recognitions() -> QuerySet[MutualRecognition]:
    """All of them, those that hold longest first: public facts."""
    return MutualRecognition.objects.select_related("region", "other").order_by("-valid_from", "-pk")


def recognitions_of(region: Region) -> QuerySet[MutualRecognition]:
    """Those in which the region, or one above it, takes part."""
    codes = region.path.split("/")[:-1]
    return recognitions().filter(Q(region__code__in=codes) | Q(other__code__in=codes))


def recognises(agreement: MutualRecognition, region: Region, on: date) -> bool:
    """Does it hold on the day of completion, between this region and the other one?"""
    here = any(region.path.startswith(one.path) for one in (agreement.region, agreement.other))
    return here and MutualRecognition.objects.filter(holding_on(on), pk=agreement.pk).exists()


def entering_paths(actor: User) -> list[str]:
    """Below which paths the actor may enter agreements: a province its own, the nation any."""
    bodies = worn_bodies(actor, Permission.TRAINING_RECORD_CONFIRM)
    return [body.jurisdiction for body in bodies if body.rank in ENTERING_RANKS]


def may_enter(actor: User, regions: Collection[Region]) -> bool:
    return any(one.path.startswith(path) for path in entering_paths(actor) for one in regions)


def may_end(actor: User, agreement: MutualRecognition) -> bool:
    return agreement.valid_to is None and may_enter(actor, [agreement.region, agreement.other])


def recognition_to_end(actor: User, pk: int) -> MutualRecognition:
    """Raises NotAllowed."""
    found = recognitions().filter(pk=pk).first()
    if found is None or not may_enter(actor, [found.region, found.other]):
        raise NotAllowed(permission=Permission.TRAINING_RECORD_CONFIRM.value)
    return found


def levels() -> QuerySet[Level]:
    return Level.objects.order_by("rank", "pk")


def provinces() -> QuerySet[Region]:
    """Between which agreements are made."""
    return Region.objects.filter(level=Rank.PROVINCIAL, statistical=False, valid_to=None).order_by("code")


def _listed(rows: QuerySet[ExternalEvidence], state: str) -> QuerySet[ExternalEvidence]:
    if state in EvidenceState.values:
        rows = rows.filter(state=state)
    return rows.select_related("person__merged_into", "institution__region", "region", "level", "record__annulment")
