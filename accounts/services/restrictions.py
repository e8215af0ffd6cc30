"""Writes of restrictions: a decision of a room above begins and lifts them, in its own transaction."""

from datetime import date

from django.db import transaction

from accounts.models import Institution, Person, Restriction, TrainingBase, User
from core import audit, clock


@transaction.atomic
def restrict(
    *,
    actor: User,
    kind: str,
    subject: Person | Institution | TrainingBase,
    valid_from: date,
    valid_to: date | None,
    document: str,
    source: str,
    within: Institution | TrainingBase | None = None,
) -> Restriction:
    """What somebody may not do from a day on; everywhere, or `within` the activities of one place. The service of the
    decision has asked whether the actor may decide."""
    places = {Person: "person", Institution: "institution", TrainingBase: "base"}
    made = Restriction.objects.create(
        kind=kind,
        valid_from=valid_from,
        valid_to=valid_to,
        document=document,
        source=source,
        recorded_at=clock.now(),
        within_institution=within if isinstance(within, Institution) else None,
        within_base=within if isinstance(within, TrainingBase) else None,
        **{places[type(subject)]: subject},
    )
    audit.record(actor, "accounts.restricted", made, kind=str(kind), source=source)
    return made


@transaction.atomic
def lift(*, actor: User, source: str, why: str) -> int:
    """Everything that came from one decision, from today on; returns how many were lifted."""
    rows = list(Restriction.objects.select_for_update().filter(source=source, lifted_on__isnull=True))
    for row in rows:
        row.lifted_on, row.lifted_why = clock.today(), why[:200]
        row.save(update_fields=["lifted_on", "lifted_why"])
        audit.record(actor, "accounts.restriction_lifted", row, source=source)
    return len(rows)
