"""Steps that are late: whoever has to act is told on the first day, whoever is above some working days later.

Of what an association or a base handles by its own rules, the body that oversees such places is told that a step is
late, and nothing of the matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import AdminBody, Institution, TrainingBase, User
from accounts.models.bodies import Matter
from accounts.permissions import Permission
from accounts.selectors.bodies import competent_body
from accounts.selectors.hats import officers_at
from accounts.services.letters import deliver_by, ways_that_reach
from accounts.services.places import require_system
from core import audit, calendar, clock, outbox
from credit.models import AdministrativeCase, CaseReport, CreditRepair, OverdueStep, SelfRegulatoryCase, SelfReview
from credit.rules.cases import rule_on
from credit.selectors.self_cases import waits
from credit.services import self_common
from credit.workflow.cases import OPEN_STATES, RepairState, ReportState
from credit.workflow.self_regulation import SelfCaseState, SelfReviewState

OVERDUE = "credit.step_overdue"
PLACES = ("report__at_base__region", "report__at_institution__region")
W = OverdueStep.What


@dataclass(frozen=True)
class _Late:
    report: CaseReport
    what: OverdueStep.What
    due_on: date


def escalate(*, actor: User) -> int:
    """Once a day, and twice is as good; a provisional day makes nothing late. How many were told."""
    require_system(actor)
    today, told = clock.today(), 0
    patience = rule_on(today).clocks["escalation_working_days"]
    for late in (*_late_on(today), *_late_under_own_rules(today)):
        told += _tell(actor, late, late.report.body)
        if calendar.working_days_between(late.due_on, today) >= patience and (above := _above(late.report, today)):
            told += _tell(actor, late, above)
    return told


def tell_of_overdue(*, overdue_id: int, user_id: int, way: str) -> None:
    """Whoever acts there no more gets nothing."""
    related = ("body", "report__at_base", "report__at_institution")
    found = OverdueStep.objects.select_related(*related).get(pk=overdue_id)
    user = _people(found.report, found.body).get(user_id)
    if user is None:
        return
    words: dict[str, object] = {"day": found.due_on, "what": found.get_what_display()}
    if found.report.body_id:
        deliver_by(user, way, "case_overdue", "credit:cases", **words)
    elif found.body is None:
        deliver_by(user, way, "rules_of/overdue", "credit:self_desk", **words)
    else:
        deliver_by(user, way, "rules_of/overdue_there", "credit:self_late", body=_place(found.report).name, **words)


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


def _late_under_own_rules(today: date) -> Iterator[_Late]:
    """What the place has to do. The last day to answer is the other side's: late is who does not decide after it; nor
    is a place late with what somebody else has to put right."""
    late = {"due_on__lt": today, "is_provisional": False}
    reports = CaseReport.objects.filter(**late, state=ReportState.RECEIVED, body__isnull=True)
    for report in reports.select_related("at_base__region", "at_institution__region").order_by("pk"):
        yield _Late(report, W.REPORT, report.due_on)
    cases = SelfRegulatoryCase.objects.filter(waits(), **late).exclude(state=SelfCaseState.TOLD).select_related(*PLACES)
    for case in cases.order_by("pk"):
        if (due := _of_the_place(case)) and due.has_passed(today):
            yield _Late(case.report, W.CASE, due.day)
    reviews = SelfReview.objects.filter(**late, state=SelfReviewState.ASKED)
    for review in reviews.select_related(*(f"case__{place}" for place in PLACES)).order_by("pk"):
        yield _Late(review.case.report, W.REVIEW, review.due_on)


def _of_the_place(case: SelfRegulatoryCase) -> calendar.Deadline | None:
    if case.state == SelfCaseState.NOTICED and case.answer_until:
        return self_common.working_days(case, case.answer_until, "decision")
    return calendar.Deadline(case.due_on, case.is_provisional) if case.due_on else None


def _above(report: CaseReport, today: date) -> AdminBody | None:
    """The nearest body above in which somebody reads cases; above a place, from the body that oversees it on."""
    above = report.body.parent if report.body else _overseer(report, today)
    while above is not None and not officers_at(above, Permission.CASE_VIEW):
        above = above.parent
    return above


def _overseer(report: CaseReport, today: date) -> AdminBody | None:
    """The body competent for such places in the region, or else the one that decides cases there."""
    place = _place(report)
    matter = Matter.BASES if isinstance(place, TrainingBase) else Matter.INSTITUTIONS
    return competent_body(matter, place.region, today) or competent_body(Matter.DECIDE, place.region, today)


def _place(report: CaseReport) -> Institution | TrainingBase:
    return report.at_base or report.at_institution  # type: ignore[return-value]


def _people(report: CaseReport, body: AdminBody | None) -> dict[int, User]:
    """Logins that are told: who has to act at the body or the place itself, and who reads at a body above."""
    if body is None:
        return officers_at(_place(report), Permission.SELF_CASE_HANDLE)
    return officers_at(body, Permission.CASE_HANDLE if body.pk == report.body_id else Permission.CASE_VIEW)


@transaction.atomic
def _tell(actor: User, late: _Late, body: AdminBody | None) -> bool:
    made, new = OverdueStep.objects.get_or_create(report=late.report, what=late.what, due_on=late.due_on, body=body)
    if new:
        told = body.code if body else "itself"
        audit.record(actor, "credit.overdue", late.report, what=str(late.what), due=str(late.due_on), body=told)
        for user, way in ways_that_reach(_people(late.report, body).values()):
            outbox.add(OVERDUE, f"{made.pk}:{user.pk}:{way}")
    return new
