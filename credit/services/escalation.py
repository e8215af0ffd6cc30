"""Steps that are late: the body itself is told on the first day, the body above some working days later."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import AdminBody, User
from accounts.permissions import Permission
from accounts.selectors.hats import officers_at
from accounts.services.letters import deliver_by, ways_that_reach
from accounts.services.places import require_system
from core import audit, calendar, clock, outbox
from credit.models import AdministrativeCase, CaseReport, CreditRepair, OverdueStep
from credit.rules.cases import rule_on
from credit.workflow.cases import OPEN_STATES, RepairState, ReportState

OVERDUE = "credit.step_overdue"
W = OverdueStep.What


@dataclass(frozen=True)
class _Late:
    report: CaseReport
    what: OverdueStep.What
    due_on: date


def escalate(*, actor: User) -> int:
    """Once a day, and twice is as good; a provisional day makes nothing late. How many bodies were told."""
    require_system(actor)
    today, told = clock.today(), 0
    patience = rule_on(today).clocks["escalation_working_days"]
    for late in _late_on(today):
        own = late.report.body
        if own is None:
            continue
        told += _tell(actor, late, own, Permission.CASE_HANDLE)
        if calendar.working_days_between(late.due_on, today) >= patience and (above := _above(own)):
            told += _tell(actor, late, above, Permission.CASE_VIEW)
    return told


def tell_of_overdue(*, overdue_id: int, user_id: int, way: str) -> None:
    """Whoever is no officer there any more gets nothing."""
    found = OverdueStep.objects.select_related("body").get(pk=overdue_id)
    if user := officers_at(found.body, Permission.CASE_VIEW).get(user_id):
        deliver_by(user, way, "case_overdue", "credit:cases", day=found.due_on, what=found.get_what_display())


def _late_on(today: date) -> Iterator[_Late]:
    late = {"due_on__lt": today, "is_provisional": False}
    for report in CaseReport.objects.filter(**late, state=ReportState.RECEIVED, body__isnull=False):
        yield _Late(report, W.REPORT, report.due_on)
    cases = AdministrativeCase.objects.filter(**late, state__in=OPEN_STATES).select_related("report__body")
    for case in cases.order_by("pk"):
        if case.due_on:
            yield _Late(case.report, W.CASE, case.due_on)
    repairs = CreditRepair.objects.filter(**late, state=RepairState.ASKED).select_related("case__report__body")
    for repair in repairs.order_by("pk"):
        yield _Late(repair.case.report, W.REPAIR, repair.due_on)


def _above(body: AdminBody) -> AdminBody | None:
    """The nearest body above in which somebody reads cases."""
    above = body.parent
    while above is not None and not officers_at(above, Permission.CASE_VIEW):
        above = above.parent
    return above


@transaction.atomic
def _tell(actor: User, late: _Late, body: AdminBody, permission: Permission) -> bool:
    made, new = OverdueStep.objects.get_or_create(report=late.report, what=late.what, due_on=late.due_on, body=body)
    if new:
        audit.record(actor, "credit.overdue", late.report, what=str(late.what), due=str(late.due_on), body=body.code)
        for user, way in ways_that_reach(officers_at(body, permission).values()):
            outbox.add(OVERDUE, f"{made.pk}:{user.pk}:{way}")
    return new
