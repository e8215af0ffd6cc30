"""Importing training before the platform: one call, one transaction, one audit entry per file, whole or not at all."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import models

from accounts.access import holds
from accounts.imports.people import batches
from accounts.models import Appointment, IdentityDocument, Person, User
from accounts.permissions import GRANTS, Permission
from accounts.services.imports import one_transaction
from core import audit, clock, outbox
from core.errors import NotAllowed
from core.plans import Action
from core.text import name_key
from courses.imports.training_records import (
    Reach,
    TrainingPlan,
    TrainingRow,
    plan_training_records,
    read_training_records,
)
from courses.models import TrainingRecord
from courses.workflow import RecordStanding

BATCH = 500
# What a file may bring, and who brings it (practice 1.4): an institution's own upload never counts.
NEEDS = {
    RecordStanding.CONFIRMED_BY_REGULATOR: Permission.TRAINING_RECORD_CONFIRM,
    RecordStanding.CLAIMED: Permission.TRAINING_RECORD_CLAIM,
}


def standing_brought_by(actor: User) -> RecordStanding:
    """Records that a regulator uploads are confirmed facts; anybody else's are claims. Raises NotAllowed."""
    for standing, permission in NEEDS.items():
        if holds(actor, permission):
            return standing
    raise NotAllowed(permission=str(Permission.TRAINING_RECORD_CLAIM))


def preview_training_records(*, actor: User, content: bytes, standing: RecordStanding) -> TrainingPlan:
    """What the file would do. Raises TableUnreadable."""
    permission = _require(actor, standing)
    table = read_training_records(content)
    return plan_training_records(table, standing=standing, on=clock.today(), reach=reach_of(actor, permission))


def import_training_records(
    *, actor: User, content: bytes, standing: RecordStanding, file_name: str = ""
) -> TrainingPlan:
    """Carry a file out: a plan with errors is returned and nothing is written.

    Raises TableUnreadable, and `changed_meanwhile` when another import got in between.
    """
    permission = _require(actor, standing)
    table = read_training_records(content)
    with one_transaction():
        plan = plan_training_records(table, standing=standing, on=clock.today(), reach=reach_of(actor, permission))
        if plan.has_errors or not plan.changes_something:
            return plan
        changing = [row for row in plan.rows if row.action in (Action.CREATE, Action.UPDATE)]
        _write(actor, changing, standing, clock.now())
        facts = _audit_facts(plan, standing, file_name)
        entry = audit.record(actor, "courses.training_records_imported", _place(actor, permission), **facts)
        if standing != RecordStanding.CLAIMED:
            outbox.add("courses.training_records_imported", entry.pk)
    return plan


def _audit_facts(plan: TrainingPlan, standing: RecordStanding, file_name: str) -> dict[str, Any]:
    told = {"sha256": plan.sha256, "file": file_name, "standing": str(standing)}
    return {**told, "counts": plan.counts, "rows": plan.as_audit_lines()}


def _require(actor: User, standing: RecordStanding) -> Permission:
    permission = NEEDS[standing]
    if not holds(actor, permission):
        raise NotAllowed(permission=str(permission))
    return permission


def _place(actor: User, permission: Permission) -> models.Model:
    hats = (hat for hat in actor.worn_memberships() if permission in GRANTS[hat.role])
    return next(hats).place


def reach_of(actor: User, permission: Permission) -> Reach:
    """An institution's officer reaches those on its roster; a regulator also whoever works nowhere yet."""
    creates = holds(actor, Permission.TRAINING_RECORD_CONFIRM)

    def known(people: Collection[int]) -> frozenset[int]:
        found: set[int] = set()
        for batch in batches(sorted(people)):
            rows = Person.objects.filter(pk__in=batch)
            found |= set(rows.allowed(actor, permission).values_list("pk", flat=True))
            if creates:
                employed = Appointment.objects.holding().filter(person=models.OuterRef("pk"))
                found |= set(rows.exclude(models.Exists(employed)).values_list("pk", flat=True))
        return frozenset(found)

    return Reach(known=known, creates=creates)


def _write(actor: User, rows: list[TrainingRow], standing: RecordStanding, now: datetime) -> None:
    people = _create_people([row for row in rows if row.person_id is None])
    records = [
        TrainingRecord(
            person_id=row.person_id or people[row.document],
            track=row.values["track"],
            title=row.values["title"],
            provider=row.values["provider"],
            completed_on=row.values["completed_on"],
            standing=standing,
            replaces=row.record,
            recorded_at=now,
            recorded_by=actor,
        )
        for row in rows
    ]
    for row, record in zip(rows, TrainingRecord.objects.bulk_create(records, batch_size=BATCH), strict=True):
        row.id = record.pk


def _create_people(rows: list[TrainingRow]) -> dict[str, int]:
    """People whom the file names first, each once, with the document; nobody has checked their identity yet."""
    firsts = {row.document: row for row in reversed(rows)}
    people = [Person(name=row.values["name"], name_key=name_key(row.values["name"])) for row in firsts.values()]
    made = dict(zip(firsts, Person.objects.bulk_create(people, batch_size=BATCH), strict=True))
    documents = [
        IdentityDocument(
            person=made[index], type=row.values["id_type"], number=row.values["id_number"], number_index=index
        )
        for index, row in firsts.items()
    ]
    IdentityDocument.objects.bulk_create(documents, batch_size=BATCH)
    return {index: person.pk for index, person in made.items()}
