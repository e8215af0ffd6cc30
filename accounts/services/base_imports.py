"""Files of training bases, carried out whole or not at all. What a file means: accounts.imports.bases."""

from collections.abc import Collection

from accounts.access import worn_bodies
from accounts.imports.bases import BasePlan, BaseRow, Powers, plan_bases, read_bases
from accounts.imports.people import batches
from accounts.models import TrainingBase, User
from accounts.permissions import Permission
from accounts.services.imports import audit_facts, importing_body, one_transaction
from core import audit
from core.columns import Table
from core.plans import Action

# Whoever enters a base, and whoever puts one right: as line by line (create_base, correct_base).
BASE_IMPORTING = (Permission.BASE_REGISTER, Permission.PLACE_MANAGE)


def preview_bases(*, actor: User, content: bytes) -> BasePlan:
    """What the file would do for the worn hat. Raises TableUnreadable."""
    importing_body(actor, *BASE_IMPORTING)
    return _plan(actor, read_bases(content))


def import_bases(*, actor: User, content: bytes, file_name: str = "") -> BasePlan:
    """A plan with errors is returned and nothing is written. Raises TableUnreadable and `changed_meanwhile`."""
    body = importing_body(actor, *BASE_IMPORTING)
    table = read_bases(content)
    with one_transaction():
        plan = _plan(actor, table, lock=True)
        if plan.has_errors or not plan.changes_something:
            return plan
        _write(plan.rows)
        audit.record(actor, "accounts.bases_imported", body, **audit_facts(plan, file_name))
    return plan


def _write(rows: list[BaseRow]) -> None:
    created = [row for row in rows if row.action == Action.CREATE]
    made = TrainingBase.objects.bulk_create([_base(row) for row in created], batch_size=500)
    for row, base in zip(created, made, strict=True):
        row.id, row.base = base.pk, base
    changed = [(row, row.base) for row in rows if row.action == Action.UPDATE and row.base]
    for row, base in changed:
        for name, value in row.corrected.items():
            setattr(base, name, value)
    names = sorted({name for row, _base in changed for name in row.corrected})
    if names:
        TrainingBase.objects.bulk_update([base for _row, base in changed], names, batch_size=500)


def _base(row: BaseRow) -> TrainingBase:
    given = {name: value for name, value in row.values.items() if name not in ("region_code", "host")}
    return TrainingBase(region=row.region, host=row.host, demo=bool(row.region and row.region.demo), **given)


def _plan(actor: User, table: Table, *, lock: bool = False) -> BasePlan:
    reached = [body.jurisdiction for body in worn_bodies(actor, Permission.BASE_REGISTER)]

    def corrects(codes: Collection[str]) -> frozenset[int]:
        mine = TrainingBase.objects.allowed(actor, Permission.PLACE_MANAGE)
        found = (mine.filter(code__in=batch).values_list("pk", flat=True) for batch in batches(sorted(codes)))
        return frozenset(pk for pks in found for pk in pks)

    powers = Powers(registers=lambda path: any(path.startswith(one) for one in reached), corrects=corrects)
    return plan_bases(table, powers, lock=lock)
