"""The decision, its service together with the repair notice, and the moment from which it stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.services import restrict
from certificates.tlog.models import Kind
from core import audit, clock, outbox
from core.errors import DomainError, NotAllowed
from credit.identifiers import SOURCE_OF_CASES
from credit.models import AdministrativeCase, CaseMeasure, CreditRecord, Measure
from credit.rules.cases import CaseRule, publicity, rule_on, worse_than
from credit.services.case_common import (
    CASE_LETTERS,
    Served,
    check_served,
    filled,
    had_a_part,
    locked_for,
    refuse,
    service_day,
    take,
)
from credit.services.case_log import put_down
from credit.workflow.cases import ADVERSE, RANK, CaseOutcome, CaseState, RecusalState

DECIDED = "credit.case_decided"
C = CaseState


@dataclass(frozen=True)
class Ruling:
    """What is decided. `published` with its `reference`: where the competent department published it itself."""

    number: str
    outcome: str
    basis: str
    reasons: str
    remedy_body: str
    remedy_court: str
    proportionality: str = ""
    measures: Collection[Measure] = ()
    published: bool = False
    reference: str = ""


@transaction.atomic
def decide_case(
    *, actor: User, case: AdministrativeCase, ruling: Ruling, heard: str | None = None
) -> AdministrativeCase:
    """By nobody who investigated or reviewed the law; never above what the notice said. `heard`: what of the defence
    the page showed.

    Raises `answered_meanwhile`, `outcome_unknown`, `<text>_missing`, `worse_than_noticed`, `measure_not_announced`,
    `measure_without_ground`, `not_discussed`, `recusal_open`, `persons_not_published`, `reference_missing`, NotAllowed
    (`same_person_twice`).
    """
    found = locked_for(actor, case)
    if had_a_part(actor, found):
        raise NotAllowed("same_person_twice", steps=["find", "review"])
    refuse({"answered_meanwhile": heard is not None and found.heard != heard})
    rule = rule_on(clock.today())
    _check_ruling(found, ruling, rule)
    period = publicity(rule, ruling.outcome, clock.today()) if ruling.outcome in ADVERSE else None
    decided = take(
        actor,
        found,
        "decide",
        outcome=ruling.outcome,
        outcome_rank=RANK[ruling.outcome],
        decision_rule=rule.version,
        decision_number=ruling.number.strip(),
        decision_basis=ruling.basis.strip(),
        decision_reasons=ruling.reasons.strip(),
        proportionality=ruling.proportionality.strip(),
        remedy_body=ruling.remedy_body.strip(),
        remedy_court=ruling.remedy_court.strip(),
        decided_by=actor,
        decided_on=clock.today(),
        published=ruling.published,
        reference=ruling.reference.strip(),
        repair_from=period.earliest if period else None,
        ends_on=period.until if period else None,
    )
    CaseMeasure.objects.bulk_create(CaseMeasure(case=decided, measure=one, ordered=True) for one in ruling.measures)
    put_down(decided, Kind.CREDIT_DECISION)
    outbox.add(DECIDED, decided.pk)
    outbox.add(CASE_LETTERS, decided.pk)
    return decided


def _check_ruling(case: AdministrativeCase, ruling: Ruling, rule: CaseRule) -> None:
    if ruling.outcome not in CaseOutcome.values:
        raise DomainError("outcome_unknown")
    adverse = ruling.outcome in ADVERSE
    refuse(filled(number=ruling.number, basis=ruling.basis, reasons=ruling.reasons))
    refuse(filled(remedy_body=ruling.remedy_body, remedy_court=ruling.remedy_court))
    announced = set(case.measures.filter(ordered=False).values_list("measure_id", flat=True))
    refuse(
        {
            "proportionality_missing": adverse and not ruling.proportionality.strip(),
            "worse_than_noticed": worse_than(ruling.outcome, case.intended) if case.intended else False,
            "measure_without_ground": bool(ruling.measures) and not adverse,
            "measure_not_announced": not {one.pk for one in ruling.measures} <= announced,
            "measure_not_for_this": any(ruling.outcome not in one.severities for one in ruling.measures),
            "not_discussed": ruling.outcome in rule.discussion and case.state != C.DISCUSSED,
            "recusal_open": case.recusals.filter(state=RecusalState.ASKED).exists(),
            "persons_not_published": ruling.published and case.person_id is not None,
            "slight_not_published": ruling.published
            and ruling.outcome not in (CaseOutcome.GENERAL, CaseOutcome.SERIOUS),
            "reference_missing": ruling.published and not ruling.reference.strip(),
        }
    )


@transaction.atomic
def serve_decision(*, actor: User, case: AdministrativeCase, served: Served) -> AdministrativeCase:
    """Decision and repair notice together (两书同达). It stands from the day of service on.

    Raises those of `check_served`.
    """
    found = locked_for(actor, case)
    check_served(served, not_before=found.decided_on or found.filed_on)
    day = service_day(served, rule_on(clock.today()))
    changes: dict[str, Any] = {
        "served_by": served.by,
        "service_proof": served.proof.strip(),
        "served_on": day,
        "repair_notice": found.is_adverse,
    }
    if served.consent.strip() and not found.consent_document:
        changes["consent_document"] = served.consent.strip()
    settled = take(actor, found, "serve", **changes)
    outbox.add(CASE_LETTERS, settled.pk)
    return begin_if_served(actor, settled, clock.today())


def begin_if_served(actor: User, case: AdministrativeCase, today: date) -> AdministrativeCase:
    """Once served the decision stands, with its entry and its restrictions; or the case is over without an entry."""
    if case.state != C.SERVED or case.served_on is None or case.served_on > today:
        return case
    if not case.is_adverse:
        words: dict[str, Any] = {"ended_on": today, "ended_by": actor, "end_reason": str(case.get_outcome_display())}
        return take(actor, case, "close", **words)
    begun = take(actor, case, "begin", begun_on=today)
    _enter(actor, begun)
    for one in begun.measures.filter(ordered=True).select_related("measure"):
        if one.measure.restricts:
            _restrict(actor, begun, one.measure)
    put_down(begun, Kind.CREDIT_SANCTION)
    return begun


def source_of_case(case: AdministrativeCase) -> str:
    return f"{SOURCE_OF_CASES}{case.pk}"


def _enter(actor: User, case: AdministrativeCase) -> CreditRecord:
    """The adverse entry: as it was decided, under the version of that day."""
    record = CreditRecord.objects.create(
        person=case.person,
        institution=case.institution,
        department=case.unit_institution,
        base=case.unit_base,
        document=case.decision_number,
        category=CreditRecord.Category.ADVERSE,
        kind=CreditRecord.Kind.DECISION,
        occurred_on=case.decided_on or clock.today(),
        publisher=case.body.name,
        source=source_of_case(case),
        case=case,
        facts={
            "title": {"zh": case.item.conduct},
            "item": str(case.item),
            "outcome": case.outcome,
            "basis": case.decision_basis,
            "rule": case.decision_rule,
            "ends_on": str(case.ends_on),
        },
    )
    audit.record(actor, "credit.recorded", record, kind=str(record.kind), source=record.source)
    return record


def _restrict(actor: User, case: AdministrativeCase, measure: Measure) -> None:
    """A dated fact that the rooms below read; it ends with the entry."""
    restrict(
        actor=actor,
        kind=measure.restricts,
        subject=case.unit_base or case.subject,
        valid_from=case.begun_on or clock.today(),
        valid_to=None,
        document=f"{case.body.name} {case.decision_number}",
        source=source_of_case(case),
    )
