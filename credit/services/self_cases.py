"""Self-regulation step by step: a report accepted, notice, answer, outcome, and the letter about it."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.access import require
from accounts.models import Institution, Person, TrainingBase, User
from accounts.permissions import Permission
from accounts.services import restrict
from core import audit, calendar, clock, outbox
from core.errors import DomainError, WrongState
from core.workflow import advance, took_part
from credit.models import CaseReport, SelfRegulatoryCase
from credit.rules.self_regulation import Result, goes_beyond, self_rule_of, self_rule_on, wrong_result
from credit.services.case_common import Paper, check_paper, filled, refuse
from credit.services.case_log import put_down_own
from credit.services.self_common import (
    SELF_LETTERS,
    Letter,
    check_letter,
    locked_for,
    refuse_code,
    require_place,
    require_unconcerned,
    settle_answer_day,
    stripped,
    take,
    working_days,
)
from credit.workflow.cases import Track
from credit.workflow.self_regulation import (
    FIRMNESS,
    MEASURES,
    RESTRICTS,
    SELF_REPORT_STEPS,
    RuleKind,
    SelfCaseState,
    SelfOutcome,
)

NOTICED = "credit.self_case_noticed"
DECIDED = "credit.self_case_decided"
S = SelfCaseState


@dataclass(frozen=True)
class Rule:
    """Which of the body's own rules is said to be breached: quoted, with its source and version."""

    kind: str
    text: str
    source: str
    version: str


@dataclass(frozen=True)
class Opening:
    """About whom, by which rule, under which number of the body's files."""

    number: str
    subject: Person | Institution
    rule: Rule
    unit: Institution | TrainingBase | None = None


@dataclass(frozen=True)
class Decision:
    """What is decided, what was made of each point of the answer, and why."""

    result: Result
    considered: str
    reasons: str


@transaction.atomic
def refuse_self_report(*, actor: User, report: CaseReport, reason: str) -> CaseReport:
    """Not a matter of the body's own rules, or nothing to it. Raises `reason_missing`, `own_report`, WrongState."""
    require(actor, Permission.SELF_CASE_HANDLE, report)
    require_place(report)
    require_unconcerned(actor, report)
    refuse(filled(reason=reason))
    return advance(
        report, "refuse", SELF_REPORT_STEPS, actor=actor, changes=_at_once(actor) | {"reason": reason.strip()}
    )


@transaction.atomic
def open_self_case(*, actor: User, report: CaseReport, opening: Opening) -> SelfRegulatoryCase:
    """Accept a report under the body's own rules; from here there is no way to an authority's procedure.

    Raises `<text>_missing`, `rule_kind_unknown`, `number_taken`, `about_the_body_itself`, `unit_without_entity`,
    `own_case`, `own_report`, NotAllowed, WrongState.
    """
    require(actor, Permission.SELF_CASE_HANDLE, report)
    require_place(report)
    require_unconcerned(actor, report, opening.subject, opening.unit)
    _check_opening(report, opening)
    changes = _at_once(actor) | {"track": Track.SELF_REGULATORY}
    accepted = advance(report, "accept", SELF_REPORT_STEPS, actor=actor, changes=changes)
    today = clock.today()
    rules = self_rule_on(today)
    due = calendar.working_day_deadline(today, rules.clocks["notice"])
    unit = {"unit_base" if isinstance(opening.unit, TrainingBase) else "unit_institution": opening.unit}
    case = SelfRegulatoryCase.objects.create(
        report=accepted,
        number=opening.number.strip(),
        at_institution=report.at_institution,
        at_base=report.at_base,
        rule_kind=opening.rule.kind,
        rule_text=opening.rule.text.strip(),
        rule_source=opening.rule.source.strip(),
        rule_version=opening.rule.version.strip(),
        clocks_version=rules.version,
        opened_on=today,
        opened_by=actor,
        due_on=due.day,
        is_provisional=due.provisional,
        **{"person" if isinstance(opening.subject, Person) else "institution": opening.subject},
        **(unit if opening.unit else {}),
    )
    audit.record(actor, "credit.selfregulatorycase.open", case, number=case.number)
    return case


@transaction.atomic
def give_self_notice(
    *, actor: User, case: SelfRegulatoryCase, facts: str, intended: str, letter: Letter
) -> SelfRegulatoryCase:
    """What is said and what may follow at most; the time to answer runs from the day the letter was handed over.

    Raises `facts_missing`, `intended_unknown`, those of `check_letter` and `locked_for`, WrongState.
    """
    found = locked_for(actor, case)
    refuse(filled(facts=facts) | {"intended_unknown": intended not in MEASURES})
    check_letter(letter, not_before=found.opened_on)
    days = self_rule_of(found.clocks_version).clocks["answer"]
    until = calendar.working_day_deadline(letter.on, days)
    noticed = take(
        actor,
        found,
        "notice",
        notice_facts=facts.strip(),
        intended=intended,
        intended_firmness=FIRMNESS[intended],
        noticed_by=actor,
        noticed_at=clock.now(),
        noticed_on=letter.on,
        notice_how=letter.how,
        notice_proof=letter.proof.strip(),
        answer_days=days,
        answer_until=until.day,
        answer_is_provisional=until.provisional,
    )
    outbox.add(NOTICED, noticed.pk)
    outbox.add(SELF_LETTERS, noticed.pk)
    return noticed


@transaction.atomic
def answer_self_notice(*, actor: User, case: SelfRegulatoryCase, answer: str) -> SelfRegulatoryCase:
    """Own words, once; also after the time, as long as nothing is decided. What somebody put down from paper stays
    above them. Raises `answer_missing`, WrongState."""
    require(actor, Permission.CASE_ANSWER, case)
    refuse(filled(answer=answer))
    found = SelfRegulatoryCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if found.spoke:
        raise WrongState(step="answer", state=found.state)
    said = f"{found.answer}\n\n{clock.today()}: {answer.strip()}" if found.answer else answer.strip()
    return take(actor, found, "answer", answer=said, answered_at=clock.now(), answer_recorded_by=None)


@transaction.atomic
def record_self_answer(*, actor: User, case: SelfRegulatoryCase, answer: str, paper: Paper) -> SelfRegulatoryCase:
    """An answer that came on paper, put down by somebody else than who gave the notice; the time to answer runs on, and
    own words can still follow. Raises `answer_missing`, those of `check_paper` and `locked_for`, WrongState."""
    found = locked_for(actor, case)
    refuse(filled(answer=answer))
    check_paper(paper, not_before=found.noticed_on or found.opened_on)
    return take(
        actor,
        found,
        "record",
        answer=answer.strip(),
        answered_at=clock.now(),
        answer_recorded_by=actor,
        answer_paper=paper.reference.strip(),
        answer_came_on=paper.came_on,
    )


@transaction.atomic
def dismiss_self_case(*, actor: User, case: SelfRegulatoryCase, reasons: str) -> SelfRegulatoryCase:
    """No ground: at any time before a decision. Raises `reasons_missing`, WrongState."""
    found = locked_for(actor, case)
    refuse(filled(reasons=reasons))
    ended = take(
        actor,
        found,
        "dismiss",
        outcome=SelfOutcome.NO_GROUND,
        reasons=reasons.strip(),
        decided_by=actor,
        decided_on=clock.today(),
    )
    if ended.noticed_at:
        outbox.add(DECIDED, ended.pk)
        outbox.add(SELF_LETTERS, ended.pk)
    return ended


@transaction.atomic
def decide_self_case(
    *, actor: User, case: SelfRegulatoryCase, decision: Decision, heard: str | None = None
) -> SelfRegulatoryCase:
    """By somebody else than who gave the notice, once the answer is there or the time for it is over; an exclusion
    restricts in the same transaction. `heard`: what the decision is taken on (`SelfRegulatoryCase.heard`).

    Raises `answered_meanwhile`, `considered_missing`, `reasons_missing`, `still_time_to_answer`, `beyond_the_notice`,
    those of `wrong_result` and `locked_for`, NotAllowed (`same_person_twice`), WrongState.
    """
    found = settle_answer_day(locked_for(actor, case))
    if heard is not None and found.heard != heard:
        raise DomainError("answered_meanwhile")
    _check_decision(found, decision)
    result = decision.result
    decided = take(
        actor,
        found,
        "decide",
        outcome=result.outcome,
        firmness=result.firmness,
        activity=result.activity,
        excluded_until=result.until,
        correct_by=result.correct_by,
        **stripped({"considered": decision.considered, "reasons": decision.reasons}),
        decided_by=actor,
        decided_on=clock.today(),
    )
    apply_exclusion(actor, decided, result, source=source_of(decided))
    put_down_own(decided)
    outbox.add(DECIDED, decided.pk)
    outbox.add(SELF_LETTERS, decided.pk)
    return decided


@transaction.atomic
def hand_over_decision(*, actor: User, case: SelfRegulatoryCase, letter: Letter) -> SelfRegulatoryCase:
    """With the right to a review and its last day. Raises those of `check_letter` and `locked_for`, WrongState."""
    found = locked_for(actor, case)
    check_letter(letter, not_before=found.decided_on or found.opened_on)
    until = working_days(found, letter.on, "review_asked")
    return take(
        actor,
        found,
        "tell",
        told_how=letter.how,
        told_proof=letter.proof.strip(),
        told_on=letter.on,
        review_until=until.day,
        review_is_provisional=until.provisional,
    )


@transaction.atomic
def fulfil_self_case(*, actor: User, case: SelfRegulatoryCase, how: str, on: date) -> SelfRegulatoryCase:
    """The talk was held, or the correction was shown. Raises `how_missing`, `fulfilled_in_future`, `nothing_to_fulfil`,
    WrongState."""
    found = locked_for(actor, case)
    refuse(filled(how=how))
    to_do = found.outcome in (SelfOutcome.TALK, SelfOutcome.CORRECTION)
    refuse({"fulfilled_in_future": on > clock.today(), "nothing_to_fulfil": not to_do})
    return take(actor, found, "fulfil", fulfilled_on=on, fulfilled_how=how.strip())


def source_of(record: object) -> str:
    """By which a restriction leads back to the decision it came from."""
    return f"{record._meta.label_lower}:{record.pk}"  # type: ignore[attr-defined]


def apply_exclusion(actor: User, case: SelfRegulatoryCase, result: Result, *, source: str) -> None:
    """Within the body's own activities; events are nothing that a room below would have to know."""
    kind = RESTRICTS.get(result.activity)
    if kind is None:
        return
    restrict(
        actor=actor,
        kind=kind,
        subject=case.person or case.unit_base or case.institution,  # type: ignore[arg-type]
        valid_from=clock.today(),
        valid_to=result.until,
        document=case.number,
        source=source,
        within=case.body,
    )


def _at_once(actor: User) -> dict[str, object]:
    return {"decided_at": clock.now(), "decided_by": actor}


def _check_opening(report: CaseReport, opening: Opening) -> None:
    rule, body = opening.rule, report.at_base or report.at_institution
    refuse(filled(number=opening.number, text=rule.text, source=rule.source, version=rule.version))
    here = SelfRegulatoryCase.objects.filter(at_base=report.at_base, at_institution=report.at_institution)
    refuse(
        {
            "rule_kind_unknown": rule.kind not in RuleKind.values,
            "number_taken": here.filter(number=opening.number.strip()).exists(),
            "about_the_body_itself": body in (opening.subject, opening.unit),
            "unit_without_entity": opening.unit is not None and not _stands_with(opening),
        }
    )


def _stands_with(opening: Opening) -> bool:
    """A department stands with its parent, a base with its host (practice 1.2)."""
    unit = opening.unit
    over = unit.host_id if isinstance(unit, TrainingBase) else unit.parent_id if unit else None
    return isinstance(opening.subject, Institution) and over == opening.subject.pk


def _check_decision(case: SelfRegulatoryCase, decision: Decision) -> None:
    result, today = decision.result, clock.today()
    if case.state not in (S.NOTICED, S.ANSWERED) or case.answer_until is None:
        raise WrongState(step="decide", state=case.state)
    refuse(filled(considered=decision.considered, reasons=decision.reasons))
    over = not case.answer_is_provisional and today > case.answer_until
    refuse({"still_time_to_answer": not case.spoke and not over})
    rules = self_rule_of(case.clocks_version)
    refuse_code(wrong_result(rules, result, of_person=case.person is not None, on=today))
    refuse({"beyond_the_notice": goes_beyond(result, case.intended)})


def took_part_before(actor: User, case: SelfRegulatoryCase) -> bool:
    """Gave the notice or decided."""
    return took_part(case, {"notice", "decide"}, actor)
