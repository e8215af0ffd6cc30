"""Objections to entries and the statements beside them: what waits, until when, and one in full."""

from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import User
from accounts.permissions import Permission
from core import clock
from core.calendar import Deadline, working_day_deadlines
from core.errors import NotAllowed
from credit.models import CreditObjection, CreditRecord, SubjectStatement
from credit.models.records import FileQuerySet
from credit.workflow import UNDECIDED

DECIDE = Permission.CREDIT_OBJECTION_DECIDE


@dataclass(frozen=True)
class ObjectionLine:
    """`due` is provisional where the calendar of a year is not loaded: nothing is overdue by such a day."""

    objection: CreditObjection
    due: Deadline

    @property
    def is_overdue(self) -> bool:
        return self.objection.is_open and self.due.has_passed(clock.today())


def objections_to_decide(actor: User, state: str = "") -> FileQuerySet:
    """Oldest first; by default those that wait for a decision."""
    rows = CreditObjection.objects.allowed(actor, DECIDE).select_related(
        "record__person", "record__institution", "record__entered_by"
    )
    if state != "all":
        rows = rows.filter(state__in=[state] if state else UNDECIDED)
    return rows.order_by("opened_at", "pk")


def with_days(objections: Collection[CreditObjection]) -> list[ObjectionLine]:
    dues = working_day_deadlines([(one.opened_on, one.working_days) for one in objections])
    return [ObjectionLine(one, due) for one, due in zip(objections, dues, strict=True)]


def find_objection(actor: User, pk: int, permission: Permission = DECIDE) -> CreditObjection:
    """Raises NotAllowed, also when there is none."""
    rows = CreditObjection.objects.allowed(actor, permission).select_related(
        "record__person__merged_into", "record__institution__region", "decision__entry", "opened_by"
    )
    if (found := rows.filter(pk=pk).first()) is None:
        raise NotAllowed(permission=permission.value)
    return found


def objections_to(record: CreditRecord) -> list[ObjectionLine]:
    """Of one entry that the caller may see, newest first."""
    rows = record.objections.select_related("decision").order_by("-opened_at", "-pk")
    return with_days(list(rows))


def newest_of(actor: User, record: CreditRecord, permission: Permission) -> SubjectStatement | None:
    rows = SubjectStatement.objects.allowed(actor, permission).filter(record=record).select_related("hidden")
    return rows.order_by("-turn").first()


def statement_to_hide(actor: User, pk: int) -> SubjectStatement:
    """Raises NotAllowed, also when there is none."""
    rows = SubjectStatement.objects.allowed(actor, DECIDE).select_related(
        "record__person__merged_into", "record__institution"
    )
    if (found := rows.filter(pk=pk).first()) is None:
        raise NotAllowed(permission=DECIDE.value)
    return found
