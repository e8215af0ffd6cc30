"""Training records in the actor's reach, with their standing: counted, claimed, annulled."""

from collections.abc import Collection
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors import numbers_of, surviving
from accounts.workflow import OPEN_HEARING
from core.compiled import Many, compiled
from core.text import name_key
from courses.models import AnnulmentCase, ExternalEvidence, TrainingRecord
from courses.workflow import COUNTED, EvidenceState, RecordStanding

# What the list can be narrowed to.
COUNTED_ONLY, CLAIMED_ONLY, REFUSED_ONLY = "counted", "claimed", "refused"


def training_records(actor: User, *, standing: str = "", name: str = "") -> QuerySet[TrainingRecord]:
    """Present wordings only, newest first; annulled ones stay visible as such, and so do claims that were refused:
    `claim_state` is that of the evidence that was submitted last."""
    reached = TrainingRecord.objects.allowed(actor, Permission.TRAINING_RECORD_VIEW)
    rows = _with_evidence(reached.latest_wordings(), actor)
    if standing == COUNTED_ONLY:
        rows = rows.filter(standing__in=COUNTED, annulment__record__isnull=True)
    elif standing == CLAIMED_ONLY:
        rows = rows.filter(standing=RecordStanding.CLAIMED, annulment__record__isnull=True)
        rows = rows.exclude(claim_state=EvidenceState.REFUSED)
    elif standing == REFUSED_ONLY:
        rows = rows.filter(
            standing=RecordStanding.CLAIMED, annulment__record__isnull=True, claim_state=EvidenceState.REFUSED
        )
    if name:
        rows = rows.filter(person__name_key__contains=name_key(name))
    rows = _with_annulments(rows, actor)
    return rows.select_related("person", "level", "base", "annulment").order_by("-completed_on", "-pk")


def open_claims(people: Collection[int]) -> dict[int, TrainingRecord]:
    """Of surviving people the latest training that was claimed and neither verified nor refused; for whoever may read
    their records."""
    found = _open_claims(people=people) if people else ()
    return {record.survivor: record for record in found if record.survivor in people}


@compiled(people=Many())
def _open_claims(*, people: Any) -> QuerySet[TrainingRecord]:
    """Whoever's number they stand under; the latest last."""
    refused = ExternalEvidence.objects.filter(claimed=OuterRef("pk")).order_by("-pk").values("state")[:1]
    rows = TrainingRecord.objects.filter(standing=RecordStanding.CLAIMED, person__in=numbers_of(people))
    rows = rows.standing_facts().annotate(survivor=surviving("person__"), last=Coalesce(Subquery(refused), Value("")))
    return rows.exclude(last=EvidenceState.REFUSED).order_by("completed_on", "pk")


def _with_annulments(rows: QuerySet[Any], actor: User) -> QuerySet[Any]:
    """`annulment_running` for the office, `annulment_own`, also a decided one, for the person."""
    cases = AnnulmentCase.objects.filter(record=OuterRef("pk")).order_by("-pk")
    office = cases.allowed(actor, Permission.TRAINING_RECORD_ANNUL).filter(state__in=OPEN_HEARING)
    own = cases.allowed(actor, Permission.TRAINING_RECORD_OWN)
    return rows.annotate(
        annulment_running=Subquery(office.values("pk")[:1]), annulment_own=Subquery(own.values("pk")[:1])
    )


def _with_evidence(rows: QuerySet[TrainingRecord], actor: User) -> QuerySet[Any]:
    """`claim_evidence` and `claim_reason` for whoever reads the evidence itself; others read that it was refused."""
    last = ExternalEvidence.objects.filter(claimed=OuterRef("pk")).order_by("-pk")
    state = Coalesce(Subquery(last.values("state")[:1]), Value(""))
    rows = rows.annotate(claim_last=Subquery(last.values("pk")[:1]), claim_state=state)
    reach = ExternalEvidence.objects.allowed(actor, Permission.TRAINING_RECORD_VIEW)
    read = reach.filter(pk=OuterRef("claim_last")).order_by("pk")
    return rows.annotate(
        claim_evidence=Subquery(read.values("pk")[:1]), claim_reason=Subquery(read.values("reason")[:1])
    )
