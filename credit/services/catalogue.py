"""What cases may rest on: items of catalogues and measures of the list.

National items and measures are entered by a nationwide body, items of a local catalogue by a body of the region.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from accounts.access import require_everywhere, worn_bodies
from accounts.models import Region, User
from accounts.permissions import Permission
from core import audit, clock
from core.errors import DomainError, NotAllowed
from credit.models import CatalogueItem, Measure
from credit.services.case_common import filled, refuse
from credit.workflow.cases import SEVERITIES

Listing = TypeVar("Listing", CatalogueItem, Measure)


@dataclass(frozen=True)
class Listed:
    """An item as its catalogue has it. `region`: of a local catalogue; None: of the national one."""

    catalogue: str
    edition: str
    number: str
    conduct: str
    basis: str
    highest: str
    valid_from: date
    region: Region | None = None


@transaction.atomic
def list_item(*, actor: User, listed: Listed) -> CatalogueItem:
    """Raises `<text>_missing`, `severity_unknown`, `item_listed`, NotAllowed."""
    _require(actor, listed.region.path if listed.region else "")
    refuse(filled(catalogue=listed.catalogue, edition=listed.edition, number=listed.number))
    refuse(filled(conduct=listed.conduct, basis=listed.basis) | {"severity_unknown": listed.highest not in SEVERITIES})
    words = {name: value for name, value in vars(listed).items() if name != "region"}
    of_place = {"scope": CatalogueItem.Scope.NATIONAL, "region_path": ""}
    if listed.region is not None:
        of_place = {"scope": CatalogueItem.Scope.LOCAL, "region_path": listed.region.path}
    try:
        with transaction.atomic():
            made = CatalogueItem.objects.create(recorded_at=clock.now(), **words, **of_place)
    except IntegrityError as error:
        raise DomainError("item_listed") from error
    audit.record(actor, "credit.item_listed", made)
    return made


@transaction.atomic
def end_item(*, actor: User, item: CatalogueItem, last_day: date) -> CatalogueItem:
    """Cases filed until then keep it. Raises `ends_in_past`, `ended_already`, NotAllowed."""
    _require(actor, item.region_path)
    return _ended(actor, CatalogueItem.objects.select_for_update().get(pk=item.pk), last_day, "credit.item_ended")


@transaction.atomic
def list_measure(*, actor: User, code: str, title: dict[str, str], **words: Any) -> Measure:
    """`words`: listed_in, basis, severities, restricts, valid_from. A list of dishonest subjects is none (2020 No. 49).

    Raises `title_missing`, `basis_missing`, `is_a_list`, `measure_listed`, NotAllowed.
    """
    require_everywhere(actor, Permission.RULE_MANAGE)
    refuse(filled(title=title.get("zh", ""), basis=words["basis"], listed_in=words["listed_in"]))
    refuse({"is_a_list": "名单" in title["zh"], "measure_listed": Measure.objects.filter(code=code).exists()})
    made = Measure.objects.create(code=code, title=title, title_zh=title["zh"], **words)
    audit.record(actor, "credit.measure_listed", made)
    return made


@transaction.atomic
def end_measure(*, actor: User, measure: Measure, last_day: date) -> Measure:
    """Decisions until then keep it. Raises `ends_in_past`, `ended_already`, NotAllowed."""
    require_everywhere(actor, Permission.RULE_MANAGE)
    return _ended(actor, Measure.objects.select_for_update().get(pk=measure.pk), last_day, "credit.measure_ended")


def may_write(actor: User, region_path: str) -> bool:
    """Of the national catalogue ("") or of a local one."""
    bodies = worn_bodies(actor, Permission.RULE_MANAGE)
    return any(region_path.startswith(body.jurisdiction) and (region_path or not body.jurisdiction) for body in bodies)


def _require(actor: User, region_path: str) -> None:
    if not may_write(actor, region_path):
        raise NotAllowed(permission=Permission.RULE_MANAGE.value)


def _ended(actor: User, row: Listing, last_day: date, verb: str) -> Listing:
    """`valid_to` is the first day on which it no longer holds."""
    refuse({"ended_already": row.valid_to is not None, "ends_in_past": last_day < clock.today()})
    row.valid_to = max(last_day + timedelta(days=1), row.valid_from)
    row.save(update_fields=["valid_to"])
    audit.record(actor, verb, row, last_day=str(last_day))
    return row
