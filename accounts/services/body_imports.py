"""Files of administrative bodies, carried out whole or not at all. What a file means: accounts.imports.bodies."""

from typing import Any

from accounts.access import worn_bodies
from accounts.imports.bodies import ZONES, BodyPlan, BodyRow, Powers, plan_bodies, read_bodies
from accounts.models import AdminBody, Duty, Region, User
from accounts.models.places import Rank
from accounts.permissions import Permission
from accounts.selectors.bodies import may_enter_duties
from accounts.services.bodies import change_fields
from accounts.services.imports import audit_facts, importing_body, one_transaction
from core import audit, clock
from core.columns import Table
from core.plans import Action

IMPORTING = (Permission.BODY_MANAGE, Permission.COMPETENCE_MANAGE)


def preview_bodies(*, actor: User, content: bytes) -> BodyPlan:
    """What the file would do for the worn hat. Raises TableUnreadable."""
    importing_body(actor, *IMPORTING)
    return _plan(actor, read_bodies(content))


def import_bodies(*, actor: User, content: bytes, file_name: str = "") -> BodyPlan:
    """A plan with errors is returned and nothing is written. Raises TableUnreadable and `changed_meanwhile`."""
    body = importing_body(actor, *IMPORTING)
    table = read_bodies(content)
    with one_transaction():
        plan = _plan(actor, table)
        if plan.has_errors or not plan.changes_something:
            return plan
        for rank in Rank:
            _write([row for row in plan.rows if row.values["rank"] == rank], actor)
        audit.record(actor, "accounts.bodies_imported", body, **audit_facts(plan, file_name))
    return plan


def _plan(actor: User, table: Table) -> BodyPlan:
    keeping, reaching = ([body.jurisdiction for body in worn_bodies(actor, one)] for one in IMPORTING)
    return plan_bodies(
        table,
        Powers(
            keeps=lambda path: any(path.startswith(one) for one in keeping),
            reaches=lambda path: any(path.startswith(one) for one in reaching),
            assigns=may_enter_duties(actor),
        ),
    )


def _write(rows: list[BodyRow], actor: User) -> None:
    """The bodies of one rank: those above stand already, because a body lies below its parent in rank."""
    created = [row for row in rows if row.action == Action.CREATE]
    for row in created:
        if row.zone_in is not None:
            _enter_zone(row)
    above = AdminBody.objects.in_bulk({row.parent for row in created}, field_name="code")
    made = AdminBody.objects.bulk_create([_body(row, above[row.parent]) for row in created], batch_size=500)
    for row, body in zip(created, made, strict=True):
        row.id, row.body = body.pk, body
    for row in rows:
        if row.corrected and row.body:
            change_fields(row.body, row.corrected)
    Duty.objects.bulk_create([duty for row in rows for duty in _duties(row)], batch_size=500)


def _enter_zone(row: BodyRow) -> None:
    values = row.values
    within = Region.objects.get(path=row.zone_in)
    Region.objects.get_or_create(
        code=values["region_code"],
        defaults={
            "name": values.get("region_name", values["name"])[:60],
            "name_en": values.get("region_name_en", ""),
            "name_ja": values.get("region_name_ja", ""),
            "level": values["rank"],
            "kind": ZONES[values["kind"]],
            "parent": within,
            "path": row.path,
            "demo": within.demo,
            "valid_from": clock.today(),
        },
    )


def _body(row: BodyRow, above: AdminBody) -> AdminBody:
    given: dict[str, Any] = {name: row.values[name] for name in ("kind", "name_en", "name_ja") if name in row.values}
    return AdminBody(
        code=row.code, name=row.values["name"], rank=row.values["rank"], jurisdiction=row.path, parent=above, **given
    )


def _duties(row: BodyRow) -> list[Duty]:
    values, now = row.values, clock.now()
    return [
        Duty(body=row.body, line=line, valid_from=values["valid_from"], document=values["document"], recorded_at=now)
        for line in row.duties
    ]
