"""Reads of self-regulation: what waits at an association or a base, one case, and what concerns oneself."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import (
    Appointment,
    AssociationMember,
    IdentityDocument,
    Institution,
    Membership,
    Person,
    TrainingBase,
    User,
)
from accounts.permissions import GRANTS, Permission
from core import clock
from core.errors import DomainError, NotAllowed
from core.text import name_key
from courses.models import Enrolment
from credit.models import CaseReport, OverdueStep, SelfRegulatoryCase, SelfReview
from credit.workflow.cases import ReportState
from credit.workflow.self_regulation import SELF_OPEN, SelfCaseState, SelfOutcome, SelfReviewState

S, P, W = SelfCaseState, Permission, OverdueStep.What
Row = TypeVar("Row", CaseReport, SelfRegulatoryCase, SelfReview)
ASKED = SelfReview.objects.filter(state=SelfReviewState.ASKED, case=OuterRef("pk"))
SUBJECT = (
    "person__merged_into",
    "institution",
    "unit_institution",
    "unit_base",
    "at_institution",
    "at_base",
    "report",
)


def own_body(actor: User) -> Institution | TrainingBase:
    """The association or base whose rules the actor handles. Raises NotAllowed, also for other institutions."""
    for hat in actor.worn_memberships():
        place = hat.base or hat.institution
        keeps = hat.base_id or (hat.institution and hat.institution.category == Institution.Category.ASSOCIATION)
        if place and keeps and P.SELF_CASE_VIEW in GRANTS[hat.role]:
            return place
    raise NotAllowed(permission=P.SELF_CASE_VIEW.value)


def next_number(report: CaseReport, year: int) -> str:
    """A suggestion for the body's own count of the year; any other number will do."""
    here = SelfRegulatoryCase.objects.filter(at_base=report.at_base, at_institution=report.at_institution)
    return f"自律〔{year}〕{here.filter(opened_on__year=year).count() + 1}号"


def case_after(actor: User, case: SelfRegulatoryCase) -> SelfRegulatoryCase | None:
    """The next one of the list, so that one goes from case to case."""
    rows = self_cases(actor).exclude(pk=case.pk)
    if case.due_on is None:
        return rows.first()
    return rows.filter(Q(due_on__gt=case.due_on) | Q(due_on=case.due_on, pk__gt=case.pk)).first() or rows.first()


def took_part_before(actor: User, case: SelfRegulatoryCase) -> bool:
    """Gave the notice or decided: somebody else reviews."""
    return actor.pk in (case.noticed_by_id, case.decided_by_id)


def may_ask_review(case: SelfRegulatoryCase, reviews: list[SelfReview], today: date) -> bool:
    """By what is shown: the service asks the calendar again."""
    over = case.review_until is not None and not case.review_is_provisional and today > case.review_until
    fresh = not over and all(one.state == SelfReviewState.WITHDRAWN for one in reviews)
    return case.can_be_reviewed and (fresh or any(one.waits_for_own_words for one in reviews))


def may_record_review(case: SelfRegulatoryCase, reviews: list[SelfReview]) -> bool:
    """Whether it came in time is asked by the service: the paper may have lain about."""
    return case.can_be_reviewed and all(one.state == SelfReviewState.WITHDRAWN for one in reviews)


# --- the body's own desk --------------------------------------------------------------------------------------------
def self_reports(actor: User, *, late: bool = False) -> QuerySet[CaseReport]:
    """Sent to the own association or base and not answered yet, by the day on which that is due."""
    rows = CaseReport.objects.allowed(actor, P.SELF_CASE_VIEW).filter(state=ReportState.RECEIVED, body__isnull=True)
    rows = rows.select_related("at_institution", "at_base").order_by("due_on", "pk")
    return _late(rows) if late else rows


def self_report(actor: User, uuid: UUID) -> CaseReport:
    """Raises NotAllowed, also when there is none."""
    rows = CaseReport.objects.allowed(actor, P.SELF_CASE_VIEW).filter(body__isnull=True, uuid=uuid)
    if (found := rows.select_related("at_institution", "at_base", "region").first()) is None:
        raise NotAllowed(permission=P.SELF_CASE_VIEW.value)
    return found


def self_cases(actor: User, *, closed: bool = False, late: bool = False) -> QuerySet[SelfRegulatoryCase]:
    """What still has to be done, by the day on which it is due; what is over, newest first."""
    rows = _disputed(SelfRegulatoryCase.objects.allowed(actor, P.SELF_CASE_VIEW)).select_related(*SUBJECT)
    open_now = waits() | Q(is_disputed=True)
    if closed:
        return rows.exclude(open_now).order_by("-decided_on", "-pk")
    rows = _late(rows) if late else rows
    return rows.filter(open_now).order_by(F("due_on").asc(nulls_last=True), "pk")


TO_FULFIL = (SelfOutcome.TALK, SelfOutcome.CORRECTION)


def waits() -> Q:
    """The body has something to do or to note in the case itself."""
    return Q(state__in=[str(one) for one in SELF_OPEN]) | Q(state=S.TOLD, outcome__in=TO_FULFIL)


def self_case(actor: User, uuid: UUID, permission: Permission = P.SELF_CASE_VIEW) -> SelfRegulatoryCase:
    """Raises NotAllowed, also when there is none."""
    rows = _disputed(SelfRegulatoryCase.objects.allowed(actor, permission)).select_related(*SUBJECT)
    if (found := rows.filter(uuid=uuid).first()) is None:
        raise NotAllowed(permission=permission.value)
    return found


def self_reviews(actor: User, *, late: bool = False) -> QuerySet[SelfReview]:
    rows = SelfReview.objects.allowed(actor, P.SELF_CASE_VIEW).filter(state=SelfReviewState.ASKED)
    names = ("case__person", "case__institution", "case__unit_institution", "case__unit_base")
    rows = rows.select_related(*names).order_by("due_on", "pk")
    return _late(rows) if late else rows


def self_review(actor: User, uuid: UUID, permission: Permission = P.SELF_CASE_VIEW) -> SelfReview:
    """Raises NotAllowed, also when there is none."""
    rows = SelfReview.objects.allowed(actor, permission).select_related(*(f"case__{name}" for name in SUBJECT))
    if (found := rows.filter(uuid=uuid).first()) is None:
        raise NotAllowed(permission=permission.value)
    return found


def reviews_of(actor: User, case: SelfRegulatoryCase, permission: Permission) -> list[SelfReview]:
    return list(SelfReview.objects.allowed(actor, permission).filter(case=case).order_by("-pk"))


def late_elsewhere(actor: User) -> QuerySet[OverdueStep]:
    """Steps of associations and bases of which the actor's bodies were told, and that are still late: where, which one,
    since when, and nothing of the matter."""
    due = OuterRef("due_on")
    # After the last day to answer it is the decision that is late, on a day of its own.
    as_late = Q(due_on=due) | Q(state=S.NOTICED, due_on__lt=due)
    cases = SelfRegulatoryCase.objects.filter(waits(), as_late, report=OuterRef("report"))
    reviews = SelfReview.objects.filter(state=SelfReviewState.ASKED, case__report=OuterRef("report"), due_on=due)
    still = Q(what=W.REPORT, report__state=ReportState.RECEIVED, report__due_on=F("due_on"))
    still |= Q(Exists(cases), what=W.CASE) | Q(Exists(reviews), what=W.REVIEW)
    told = OverdueStep.objects.allowed(actor, P.CASE_VIEW).filter(report__body__isnull=True, body__isnull=False)
    return (
        told.filter(still).select_related("report__at_institution", "report__at_base", "body").order_by("due_on", "pk")
    )


def self_figures(actor: User) -> dict[str, int]:
    """For the first page and above the list: reports, cases and reviews that wait, and what is past its day."""
    today = clock.today()
    overdue = Count("pk", filter=Q(due_on__lt=today, is_provisional=False))
    counted: Counter[str] = Counter()
    for name, rows in (
        ("reports", self_reports(actor)),
        ("cases", self_cases(actor)),
        ("reviews", self_reviews(actor)),
    ):
        found = rows.order_by().aggregate(all=Count("pk"), late=overdue)
        counted.update({f"self_{name}": found["all"], "self_late": found["late"]})
    return dict(counted)


def _late(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Whose day has passed; a provisional one passes for nobody."""
    return rows.filter(due_on__lt=clock.today(), is_provisional=False)


# --- what concerns oneself ------------------------------------------------------------------------------------------
def cases_about_me(actor: User) -> QuerySet[SelfRegulatoryCase]:
    """About the own person, the own institution or base, from the notice on; newest first."""
    rows = _disputed(SelfRegulatoryCase.objects.allowed(actor, P.CASE_ANSWER)).select_related(*SUBJECT)
    return rows.order_by("-noticed_on", "-pk")


def _disputed(rows: QuerySet[SelfRegulatoryCase]) -> QuerySet[SelfRegulatoryCase]:
    """`is_disputed`: a review waits, and until it is decided the decision is marked so."""
    return rows.annotate(is_disputed=Exists(ASKED))


# --- to whom a report goes, and about whom --------------------------------------------------------------------------
def body_named(name: str) -> Institution | TrainingBase | None:
    """An association or a training base by its name on the public register, or a base by its code."""
    wanted = name.strip()
    associations = Institution.objects.filter(category=Institution.Category.ASSOCIATION, name_key=name_key(wanted))
    bases = TrainingBase.objects.filter(Q(name=wanted) | Q(code=wanted)).select_related("region")
    return associations.select_related("region").order_by("pk").first() or bases.order_by("pk").first()


@dataclass(frozen=True)
class Places:
    """Entities and units about which a body may open a case."""

    institutions: list[Institution]
    bases: list[TrainingBase]


def places_of(report: CaseReport) -> Places:
    """Of an association its members, their departments and bases; a base has no rules for other places."""
    if report.at_institution_id is None:
        return Places([], [])
    rows = AssociationMember.objects.running(clock.today()).filter(association=report.at_institution_id)
    members = rows.values("institution")
    named = Q(pk__in=members) | Q(parent__in=members)
    found = Institution.objects.filter(named).exclude(pk=report.at_institution_id)
    bases = TrainingBase.objects.filter(host__in=members).select_related("host")
    return Places(list(found.select_related("parent").order_by("name", "pk")), list(bases.order_by("name", "pk")))


def person_of(report: CaseReport, name: str, tail: str) -> Person:
    """One of the body's people by full name and the last four characters of the document.

    Raises `person_not_found`, the same whether nobody or more than one fits.
    """
    people = Person.objects.filter(_people_of(report), name_key=name_key(name), merged_into__isnull=True)
    documents = IdentityDocument.objects.filter(person__in=people).select_related("person")
    fitting = {row.person_id: row.person for row in documents if row.number[-4:].upper() == tail.strip().upper()}
    if len(fitting) != 1:
        raise DomainError("person_not_found")
    return next(iter(fitting.values()))


def _people_of(report: CaseReport) -> Q:
    """Of a base: who acts for it, and who was trained there. Of an association: who works at it or at a member."""
    today = clock.today()
    if report.at_base_id:
        acting = Membership.objects.filter(base=report.at_base_id)
        trained = Enrolment.objects.filter(cohort__base=report.at_base_id, person__isnull=False)
        return Q(user__in=acting.values("user")) | Q(pk__in=trained.values("person"))
    members = AssociationMember.objects.running(today).filter(association=report.at_institution_id)
    at = Q(institution__in=members.values("institution")) | Q(institution=report.at_institution_id)
    working = Appointment.objects.holding().filter(at | Q(institution__parent__in=members.values("institution")))
    return Q(pk__in=working.values("person"))


# --- the one next step ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Next:
    """The step that comes next, and until when; no step once nothing is left to do."""

    step: str
    until: date | None
    provisional: bool = False
    overdue: bool = False


def next_step(case: SelfRegulatoryCase, today: date) -> Next:
    step = {S.OPENED: "notice", S.ANSWERED: "decide", S.DECIDED: "tell"}.get(case.state, "")  # type: ignore[call-overload]
    if case.state == S.NOTICED:
        # Until then it is the other side's turn.
        step = "decide" if may_decide(case, today) else "wait"
    elif case.state == S.ANSWERED and not may_decide(case, today):
        step = "wait"
    elif case.state == S.TOLD and case.outcome in TO_FULFIL:
        step = "fulfil"
    until, provisional = case.due_on, case.is_provisional
    if step == "wait":
        until, provisional = case.answer_until, case.answer_is_provisional
    overdue = bool(step) and until is not None and not provisional and until < today
    return Next(step, until, provisional, overdue)


def may_decide(case: SelfRegulatoryCase, today: date) -> bool:
    """The answer is there, or the time for it is over; a provisional day ends nothing."""
    over = case.answer_until is not None and not case.answer_is_provisional and today > case.answer_until
    return case.spoke or over
