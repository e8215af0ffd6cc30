"""Reads of cases: the work list of a body, one case with what may be done next, one's own cases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet

from accounts.access import worn_bodies
from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors.hats import shown_name
from accounts.selectors.places import base_named
from core import clock
from core.errors import NotAllowed
from core.text import name_key
from core.workflow import steps_for
from credit.models import (
    AdministrativeCase,
    CaseMeasure,
    CaseReopening,
    CaseReport,
    CatalogueItem,
    CreditRepair,
    Measure,
    OverdueStep,
    Recusal,
)
from credit.rules.cases import CaseRule, rule_of
from credit.workflow.cases import (
    ADMINISTRATIVE_CASE_STEPS,
    HEARING,
    OPEN_STATES,
    OVER,
    CaseState,
    RepairState,
    ReportState,
)

C = CaseState


@dataclass(frozen=True)
class CasePage:
    """A case as somebody who handles it finds it. `steps`: those that this officer may take now, the next one first."""

    case: AdministrativeCase
    rule: CaseRule
    steps: Sequence[str]
    intended: Sequence[Measure]
    ordered: Sequence[CaseMeasure]
    recusals: Sequence[tuple[Recusal, str]]
    # Names and certificates of the investigators; who reviewed the law; who decided.
    investigators: Sequence[tuple[str, str]]
    reviewer: str
    decider: str
    repairs: Sequence[CreditRepair]


def reports_to_accept(actor: User) -> QuerySet[CaseReport]:
    """Of the own body, the first due first."""
    rows = CaseReport.objects.allowed(actor, Permission.CASE_HANDLE).filter(state=ReportState.RECEIVED)
    rows = rows.filter(body__in=worn_bodies(actor, Permission.CASE_HANDLE))
    return rows.only("said_of", "said_at", "ground", "due_on").order_by("due_on", "pk")


def report_for(actor: User, pk: int) -> CaseReport:
    rows = CaseReport.objects.allowed(actor, Permission.CASE_HANDLE).select_related("region", "body")
    own = rows.filter(pk=pk, body__in=worn_bodies(actor, Permission.CASE_HANDLE))
    if (found := own.first()) is None:
        raise NotAllowed(permission=Permission.CASE_HANDLE.value)
    return found


def report_by_receipt(receipt: UUID) -> CaseReport:
    """For whoever keeps the address of the receipt: the state and the reason, and nothing of a case."""
    rows = CaseReport.objects.select_related("body", "at_institution", "at_base")
    if (found := rows.filter(uuid=receipt).first()) is None:
        raise NotAllowed(permission="report")
    return found


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One row of a list of cases: of some eighty columns what it shows, and names."""

    pk: int
    number: str
    state: str
    due_on: date | None
    is_provisional: bool
    person: str | None
    institution: str | None
    department: str | None
    base: str | None

    @property
    def unit(self) -> str:
        """What the case names beside its subject."""
        return self.department or self.base or ""


LINE = (
    "pk", "number", "state", "due_on", "is_provisional", "person__name", "institution__name", "unit_institution__name",
    "unit_base__name",
)  # fmt: skip


def cases_of_body(
    actor: User, *, over: bool = False, late: bool = False, text: str = ""
) -> QuerySet[AdministrativeCase]:
    """Open ones, or the late ones of them, by the day on which the next step is due; those over, newest first.

    `text`: part of the number, of the subject's name or of that of the unit.
    """
    rows = AdministrativeCase.objects.allowed(actor, Permission.CASE_VIEW).only("number")
    rows = rows.filter(_speaks_of(text)) if text else rows
    if over:
        return rows.exclude(state__in=OPEN_STATES).order_by("-filed_on", "-pk")
    if late:
        rows = rows.filter(due_on__lt=clock.today(), is_provisional=False)
    return rows.filter(state__in=OPEN_STATES).order_by(F("due_on").asc(nulls_last=True), "pk")


BRACKETS = str.maketrans("[]()", "〔〕（）")


def _speaks_of(text: str) -> Q:
    key = name_key(text)
    names = Q(person__name_key__contains=key) | Q(institution__name_key__contains=key)
    units = Q(unit_institution__name_key__contains=key) | base_named(text, "unit_base__")
    # Numbers stand with the brackets of official documents, which few keyboards have.
    return Q(number__icontains=text) | Q(number__icontains=text.translate(BRACKETS)) | names | units


def listed_cases(keys: Sequence[int]) -> list[CaseLine]:
    """The rows of one page, in its order: names are joined to these alone, and not to all that had to be sorted."""
    rows = AdministrativeCase.objects.filter(pk__in=keys).values_list(*LINE)
    found = {values[0]: CaseLine(*values) for values in rows}
    return [found[key] for key in keys]


def case_page(actor: User, pk: int) -> CasePage:
    case = _one(AdministrativeCase.objects.allowed(actor, Permission.CASE_VIEW), pk)
    measures = list(case.measures.all())
    return CasePage(
        case=case,
        rule=rule_of(case.rule_version),
        steps=steps_now(actor, case),
        intended=_intended(case, measures),
        ordered=[one for one in measures if one.ordered],
        recusals=[(one, shown_name(one.officer)) for one in case.recusals.all()],
        investigators=_investigators(case),
        reviewer=shown_name(case.reviewed_by) if case.reviewed_by else "",
        decider=shown_name(case.decided_by) if case.decided_by else "",
        repairs=list(case.repairs.all()),
    )


def _intended(case: AdministrativeCase, measures: Iterable[CaseMeasure]) -> list[Measure]:
    """Those that the notice names; of one that was not served yet, those it is to name."""
    if case.noticed_at is None:
        return list(Measure.objects.filter(pk__in=case.notice_measures).order_by("pk")) if case.notice_measures else []
    return [one.measure for one in measures if not one.ordered]


def measures_of(case: AdministrativeCase, *, ordered: bool) -> list[Measure]:
    """Those that the decision orders, or those that the notice names."""
    rows = list(case.measures.select_related("measure").order_by("pk"))
    return [one.measure for one in rows if one.ordered] if ordered else _intended(case, rows)


def _investigators(case: AdministrativeCase) -> list[tuple[str, str]]:
    pairs = [(case.officer_one, case.officer_one_certificate), (case.officer_two, case.officer_two_certificate)]
    return [(shown_name(officer), certificate) for officer, certificate in pairs if officer]


def own_cases(actor: User) -> QuerySet[AdministrativeCase]:
    """Of which the actor was told: as a person, for an institution, or for the unit that a case names."""
    rows = AdministrativeCase.objects.allowed(actor, Permission.OWN_CASE_VIEW)
    places = ("body", "item", "person", "institution", "unit_institution", "unit_base")
    return rows.select_related(*places).order_by("-noticed_at")


def own_case(actor: User, pk: int) -> AdministrativeCase:
    return _one(AdministrativeCase.objects.allowed(actor, Permission.OWN_CASE_VIEW), pk)


def _one(rows: QuerySet[AdministrativeCase], pk: int) -> AdministrativeCase:
    people = (
        "officer_one",
        "officer_two",
        "noticed_by",
        "found_by",
        "reviewed_by",
        "decided_by",
        "hearing_chair",
        "considered_by",
    )
    places = ("body", "item", "report", "person__merged_into", "institution", "unit_institution", "unit_base")
    measures = Prefetch("measures", CaseMeasure.objects.select_related("measure").order_by("pk"))
    recusals = Prefetch("recusals", Recusal.objects.select_related("officer").order_by("pk"))
    repairs = Prefetch("repairs", CreditRepair.objects.order_by("-pk"))
    papers = Prefetch("reopenings", CaseReopening.objects.order_by("pk"))
    overdue = Prefetch("report__overdue_steps", OverdueStep.objects.select_related("body").order_by("pk"))
    parts = (measures, recusals, repairs, papers, overdue)
    found = rows.select_related(*people, *places).prefetch_related(*parts).filter(pk=pk).first()
    if found is None:
        raise NotAllowed(permission=Permission.CASE_VIEW.value)
    return found


def acting_page(actor: User, pk: int) -> CasePage:
    """For whoever acts: of the own body alone."""
    found = case_page(actor, pk)
    if found.case.body not in worn_bodies(actor, Permission.CASE_HANDLE):
        raise NotAllowed(permission=Permission.CASE_HANDLE.value)
    return found


def steps_now(actor: User, case: AdministrativeCase) -> list[str]:
    """Of the own body; by table, by who investigates, and by what the rule asks before a step."""
    if case.body not in worn_bodies(actor, Permission.CASE_HANDLE):
        return []
    rule = rule_of(case.rule_version)
    open_now = steps_for(actor, case, ADMINISTRATIVE_CASE_STEPS)
    open_now = [*_hearing_steps(case), *open_now, *_paper_steps(case, rule)]
    return [name for name in open_now if name in OFFERED and _may_now(actor, case, rule, name)]


def _hearing_steps(case: AdministrativeCase) -> list[str]:
    if case.state not in HEARING or not case.hearing_asked_on or case.hearing_record:
        return []
    if case.hearing_on is None:
        return ["announce"]
    if case.hearing_time is not None and case.hearing_served_on is None:
        return ["serve-hearing", "announce"]
    return ["postpone"] if case.hearing_on > clock.today() else ["hearing", "postpone"]


def _paper_steps(case: AdministrativeCase, rule: CaseRule) -> list[str]:
    """What whoever is concerned may have asked for on paper."""
    repairable = case.state == C.IN_FORCE and case.repair_from is not None and case.repair_from <= clock.today()
    possible = {
        "hearing-request": case.state in HEARING and not case.hearing_asked_on and case.intended in rule.hearing,
        "repair-request": repairable and not any(one.state == RepairState.ASKED for one in case.repairs.all()),
        "recusal": case.decided_on is None and case.state not in OVER,
    }
    return [name for name, holds in possible.items() if holds]


# Of the table those that an officer takes by hand.
OFFERED = frozenset(
    {"assign", "find", "review", "write", "notice", "record", "announce", "serve-hearing", "postpone", "hearing",
     "consider", "reopen", "discuss", "decide", "serve", "drop", "annul", "hearing-request", "repair-request",
     "recusal"}
)  # fmt: skip


def _may_now(actor: User, case: AdministrativeCase, rule: CaseRule, name: str) -> bool:
    asks = {
        "find": lambda: actor.pk in case.officers,
        "review": lambda: actor.pk not in case.officers and case.reviewed_on is None,
        "discuss": lambda: case.intended in rule.discussion,
        "decide": lambda: (
            actor.pk not in {*case.officers, case.reviewed_by_id}
            and (case.intended not in rule.discussion or case.state == C.DISCUSSED)
        ),
        "consider": lambda: (
            case.said_all
            or (not case.answer_is_provisional and case.answer_until is not None and clock.today() > case.answer_until)
        ),
        "annul": lambda: actor.pk not in {*case.officers, case.reviewed_by_id, case.decided_by_id},
        "hearing": lambda: actor.pk == case.hearing_chair_id,
    }
    return asks.get(name, lambda: True)()


def to_consider(case: AdministrativeCase) -> str:
    """What nobody has answered yet: the answer, or once papers reopened the case what they say and what was added."""
    papers = list(case.reopenings.all())
    if not papers:
        return case.answer
    last = max((place for place, one in enumerate(papers, 1) if one.considered), default=0)
    waiting = papers[last:]
    added = case.answered_at and any(case.answered_at > one.reopened_at for one in waiting)
    return "\n".join([*(one.words for one in waiting), case.answer if added else ""])


def measures_for(case: AdministrativeCase) -> list[Measure]:
    """Those of the list that are in force today."""
    today = clock.today()
    running = Q(valid_to__isnull=True) | Q(valid_to__gt=today)
    return list(Measure.objects.filter(running, valid_from__lte=today).order_by("pk"))


def items_in(region_path: str, day: date) -> QuerySet[CatalogueItem]:
    """National items, and those of the regions above a place, in force that day."""
    running = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    above = ["", *(region_path[: place + 1] for place, letter in enumerate(region_path) if letter == "/")]
    rows = CatalogueItem.objects.filter(running, valid_from__lte=day, region_path__in=above)
    return rows.order_by("scope", "catalogue", "number")


def next_case(actor: User, case: AdministrativeCase) -> AdministrativeCase | None:
    """下一件: the open case of the body that is due first, but this one."""
    return cases_of_body(actor).exclude(pk=case.pk).first()
