"""Days counted before their year was known are counted anew once it is: from the row's own day, by its own rules.

The day of whoever has to act is what the calendar says. A time that runs against a subject ends on the later of both
days: nobody loses a day that a letter had named.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Model, Q

from accounts.models import User
from accounts.services.places import require_system
from core import audit, calendar, clock
from core.calendar import Deadline
from core.errors import DomainError
from credit.models import AdministrativeCase, CaseReport, CreditRepair, EndNotice, SelfRegulatoryCase, SelfReview
from credit.rules.cases import rule_of, rule_on
from credit.services import case_common, self_common
from credit.workflow.cases import RepairState, ReportState
from credit.workflow.self_regulation import SelfReviewState

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Day:
    """A day of some rows, as long as it is waited for, and how it is counted."""

    model: type[Model]
    count: Callable[[Any], Deadline | None]
    waits: Q = field(default_factory=Q)
    under_own_rules: bool = False
    name: str = "due_on"
    flag: str = "is_provisional"


def recount_days(*, actor: User) -> int:
    """Once a day, and twice is as good. How many days hold now."""
    require_system(actor)
    return sum(_tried(actor, day, pk) for day in DAYS for pk in _provisional(day))


def _provisional(day: _Day) -> list[int]:
    rows: Any = day.model._default_manager.filter(day.waits, **{day.flag: True})
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _tried(actor: User, day: _Day, pk: int) -> bool:
    try:
        return _settle(actor, day, pk)
    except (DatabaseError, DomainError, LookupError, StopIteration):
        # One row that cannot be counted keeps no other from its day; the next round tries again.
        logger.exception("%s of %s %s could not be counted anew", day.name, day.model.__name__, pk)
        return False


@transaction.atomic
def _settle(actor: User, day: _Day, pk: int) -> bool:
    row: Any = day.model._default_manager.select_for_update(of=("self",)).get(pk=pk)
    counted = day.count(row) if getattr(row, day.flag) else None
    if counted is None or counted.provisional:
        return False
    was = getattr(row, day.name)
    setattr(row, day.name, counted.day)
    setattr(row, day.flag, False)
    row.save(update_fields=[day.name, day.flag])
    told = {"day": day.name, "due": str(counted.day), "was": str(was)}
    if day.under_own_rules:
        audit.record(actor, "credit.self_day_settled", row, **told)
    else:
        audit.record(actor, "credit.day_settled", row, **told)
    return True


def _of_report(report: CaseReport) -> Deadline:
    start = clock.day_of(report.reported_at)
    return calendar.working_day_deadline(start, rule_on(start).clocks["acceptance_working_days"])


def _of_repair(repair: CreditRepair) -> Deadline:
    days = rule_of(repair.case.decision_rule).clocks["repair_working_days"]
    return calendar.working_day_deadline(repair.begun_on, days)


def _of_end(notice: EndNotice) -> Deadline:
    start = clock.day_of(notice.told_at)
    return calendar.working_day_deadline(start, rule_on(start).clocks["withdrawal_working_days"])


def _of_review(review: SelfReview) -> Deadline:
    return self_common.working_days(review.case, review.asked_on, "review")


# A step whose day is the end of a time to answer comes after that time. The time to answer of an administrative case is
# settled with the case itself (case_hearing).
DAYS = (
    _Day(CaseReport, _of_report, Q(state=ReportState.RECEIVED)),
    _Day(AdministrativeCase, lambda case: case_common.due_after(case, case.state)),
    _Day(CreditRepair, _of_repair, Q(state=RepairState.ASKED)),
    _Day(EndNotice, _of_end, Q(acknowledged_at=None)),
    _Day(
        SelfRegulatoryCase, self_common.answer_deadline, under_own_rules=True,
        name="answer_until", flag="answer_is_provisional",
    ),
    _Day(
        SelfRegulatoryCase, self_common.review_deadline, under_own_rules=True,
        name="review_until", flag="review_is_provisional",
    ),
    _Day(SelfRegulatoryCase, lambda case: self_common.due_after(case, case.state), under_own_rules=True),
    _Day(SelfReview, _of_review, Q(state=SelfReviewState.ASKED), under_own_rules=True),
)  # fmt: skip
