"""What may not be done at present, and because of which case: for the bodies that read the cases."""

from dataclasses import dataclass

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat

from accounts.models import Institution, Person, Restriction, TrainingBase, User
from accounts.permissions import Permission
from core import clock
from credit.identifiers import SOURCE_OF_CASES
from credit.models import AdministrativeCase


@dataclass(frozen=True)
class HeldBack:
    restriction: Restriction
    subject: Person | Institution | TrainingBase
    case_id: int


def restrictions(actor: User, *, over: bool = False) -> QuerySet[Restriction]:
    """From cases within reach; in force today, the longest first, or those that are over, the last lifted first."""
    cases = AdministrativeCase.objects.allowed(actor, Permission.CASE_VIEW)
    sources = cases.annotate(source=Concat(Value(SOURCE_OF_CASES), Cast("pk", CharField()))).values("source")
    rows = Restriction.objects.filter(source__in=sources).select_related("person", "institution", "base")
    holding = Restriction.objects.holding(clock.today()).values("pk")
    if over:
        return rows.exclude(pk__in=holding).order_by("-lifted_on", "-valid_to", "pk")
    return rows.filter(pk__in=holding).order_by("valid_from", "pk")


def with_cases(rows: list[Restriction]) -> list[HeldBack]:
    return [HeldBack(row, _subject(row), int(row.source.removeprefix(SOURCE_OF_CASES))) for row in rows]


def _subject(row: Restriction) -> Person | Institution | TrainingBase:
    return row.person or row.institution or row.base  # type: ignore[return-value]
