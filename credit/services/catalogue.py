"""What cases may rest on: items of catalogues and measures of the list, entered by a nationwide body."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from accounts.access import require_everywhere
from accounts.models import User
from accounts.permissions import Permission
from core import audit, clock
from core.errors import DomainError
from credit.models import CatalogueItem, Measure
from credit.services.case_common import filled, refuse
from credit.workflow.cases import SEVERITIES


@dataclass(frozen=True)
class Listed:
    """An item as its catalogue has it. `region_path`: of a local catalogue; "" of the national one."""

    catalogue: str
    edition: str
    number: str
    conduct: str
    basis: str
    highest: str
    valid_from: date
    region_path: str = ""


@transaction.atomic
def list_item(*, actor: User, listed: Listed) -> CatalogueItem:
    """Raises `<text>_missing`, `severity_unknown`, `item_listed`, NotAllowed."""
    require_everywhere(actor, Permission.RULE_MANAGE)
    refuse(filled(catalogue=listed.catalogue, edition=listed.edition, number=listed.number))
    refuse(filled(conduct=listed.conduct, basis=listed.basis) | {"severity_unknown": listed.highest not in SEVERITIES})
    scope = CatalogueItem.Scope.LOCAL if listed.region_path else CatalogueItem.Scope.NATIONAL
    try:
        with transaction.atomic():
            made = CatalogueItem.objects.create(scope=scope, recorded_at=clock.now(), **vars(listed))
    except IntegrityError as error:
        raise DomainError("item_listed") from error
    audit.record(actor, "credit.item_listed", made)
    return made


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
