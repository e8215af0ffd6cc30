"""How an entry ends: by repair, by time, or because what it rests on fell. Its effects end in the same transaction."""

import logging
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from accounts.services import lift
from certificates.tlog.models import Kind
from core import audit, calendar, clock, outbox
from core.errors import DomainError, NotAllowed, WrongState
from core.workflow import advance
from credit.models import AdministrativeCase, CreditRepair, EndNotice
from credit.rules.cases import Missing, rule_of, stands_in_the_way
from credit.services.case_common import (
    CASE_LETTERS,
    Paper,
    check_paper,
    filled,
    had_a_part,
    locked_for,
    refuse,
    require_body,
    take,
)
from credit.services.case_decision import begin_if_served, source_of_case
from credit.services.case_hearing import settle_time
from credit.services.case_log import put_down
from credit.services.partners import tell_partners
from credit.workflow.cases import REPAIR_STEPS, CaseState

ENDED = "credit.case_ended"
logger = logging.getLogger(__name__)
C = CaseState


@dataclass(frozen=True)
class Fallen:
    """Why a decision falls: the judgment or decision that set it aside, and its number."""

    reason: str
    document: str


@transaction.atomic
def ask_repair(
    *, actor: User, case: AdministrativeCase, corrected: str, commitment: str, committed: bool
) -> CreditRepair:
    """A right of the subject once the conditions are met; free of charge. Raises `repair_runs`, `not_yet` (with what is
    missing)."""
    require(actor, Permission.CASE_ANSWER, case)
    found = AdministrativeCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    return _asked(actor, found, corrected, commitment, committed=committed)


@transaction.atomic
def record_repair_request(
    *, actor: User, case: AdministrativeCase, corrected: str, commitment: str, paper: Paper
) -> CreditRepair:
    """Of somebody who applied on paper; its period counts from the day it came. Raises those of `ask_repair` and
    `check_paper`."""
    found = locked_for(actor, case)
    check_paper(paper, not_before=found.repair_from or found.filed_on)
    return _asked(actor, found, corrected, commitment, committed=True, paper=paper)


def _asked(
    actor: User,
    case: AdministrativeCase,
    corrected: str,
    commitment: str,
    *,
    committed: bool,
    paper: Paper | None = None,
) -> CreditRepair:
    if case.repairs.filter(state="asked").exists():
        raise DomainError("repair_runs")
    missing = missing_for_repair(case, corrected=corrected, committed=committed and bool(commitment.strip()))
    if missing:
        raise DomainError("not_yet", missing=[str(one) for one in missing])
    rule = rule_of(case.decision_rule)
    begun = paper.came_on if paper else clock.today()
    due = calendar.working_day_deadline(begun, rule.clocks["repair_working_days"])
    repair = CreditRepair.objects.create(
        case=case,
        corrected=corrected.strip(),
        commitment=commitment.strip(),
        asked_by=actor,
        came_on=paper.came_on if paper else None,
        document=paper.reference.strip() if paper else "",
        due_on=due.day,
        is_provisional=due.provisional,
    )
    audit.record(actor, "credit.creditrepair.ask", repair, due=str(due.day))
    return repair


def missing_for_repair(case: AdministrativeCase, *, corrected: str, committed: bool) -> list[Missing]:
    """What stands in the way today."""
    return stands_in_the_way(
        in_force=case.state == C.IN_FORCE,
        severity=case.outcome,
        earliest=case.repair_from,
        on=clock.today(),
        corrected=corrected,
        committed=committed,
    )


@transaction.atomic
def grant_repair(*, actor: User, repair: CreditRepair, answer: str = "") -> CreditRepair:
    """Whoever determined it repairs it: the entry, its publication and its measures end in this transaction."""
    require(actor, Permission.CASE_HANDLE, repair)
    found = locked_for(actor, repair.case)
    granted = advance(repair, "grant", REPAIR_STEPS, actor=actor, changes=_answered(actor, answer))
    _end(actor, found, "repair", reason=granted.corrected)
    outbox.add(CASE_LETTERS, found.pk)
    return granted


@transaction.atomic
def refuse_repair(*, actor: User, repair: CreditRepair, answer: str) -> CreditRepair:
    """With reasons; it can be asked for again. Raises `answer_missing`."""
    require(actor, Permission.CASE_HANDLE, repair)
    found = locked_for(actor, repair.case)
    refuse(filled(answer=answer))
    outbox.add(CASE_LETTERS, found.pk)
    return advance(repair, "refuse", REPAIR_STEPS, actor=actor, changes=_answered(actor, answer))


@transaction.atomic
def withdraw_repair(*, actor: User, repair: CreditRepair) -> CreditRepair:
    require(actor, Permission.CASE_ANSWER, repair)
    return advance(repair, "withdraw", REPAIR_STEPS, actor=actor)


@transaction.atomic
def annul_case(*, actor: User, case: AdministrativeCase, fallen: Fallen) -> AdministrativeCase:
    """The decision was set aside: it never held. By nobody who had a part in it.

    Raises `reason_missing`, `document_missing`, NotAllowed (`same_person_twice`).
    """
    found = locked_for(actor, case)
    if had_a_part(actor, found):
        raise NotAllowed("same_person_twice", steps=["find", "review"])
    refuse(filled(reason=fallen.reason, document=fallen.document))
    words = {"annul_reason": fallen.reason.strip(), "annul_document": fallen.document.strip()}
    outbox.add(CASE_LETTERS, found.pk)
    return _settled(actor, found, "annul", {"annulled_on": clock.today(), "annulled_by": actor, **words})


@transaction.atomic
def acknowledge_end(*, actor: User, notice: EndNotice, how: str) -> EndNotice:
    """A partner says that the entry is gone there too. Raises `how_missing`, WrongState."""
    require(actor, Permission.CASE_HANDLE, notice)
    require_body(actor, notice.told.kept_by_id if notice.told else notice.case.body_id)
    refuse(filled(how=how))
    locked = EndNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if locked.acknowledged_at is not None:
        raise WrongState(step="acknowledge", state="acknowledged")
    locked.acknowledged_at, locked.acknowledged_how, locked.acknowledged_by = clock.now(), how.strip(), actor
    locked.save(update_fields=["acknowledged_at", "acknowledged_how", "acknowledged_by"])
    audit.record(actor, "credit.end_acknowledged", locked)
    return locked


def close_days(*, actor: User) -> int:
    """Once a day: time to speak that is over, service by notice that has taken effect, entries at their maximum."""
    changed = 0
    rows = AdministrativeCase.objects.allowed(actor, Permission.CASE_HANDLE)
    waiting = rows.filter(state__in=[C.NOTICED, C.ANSWERED, C.UNANSWERED, C.REOPENED, C.SERVED, C.IN_FORCE])
    for case in waiting.order_by("pk"):
        try:
            with transaction.atomic():
                changed += _moved_on(actor, AdministrativeCase.objects.select_for_update(of=("self",)).get(pk=case.pk))
        except (DatabaseError, DomainError):
            # One case that cannot move on keeps no other from its day; the next round tries again.
            logger.exception("the day of case %s could not be closed", case.pk)
    return changed


def _moved_on(actor: User, case: AdministrativeCase) -> bool:
    before = case.state
    if case.state == C.IN_FORCE and case.ends_on and clock.today() > case.ends_on:
        case = _end(actor, case, "expire", reason=str(C.EXPIRED))
    else:
        case = begin_if_served(actor, settle_time(actor, case), clock.today())
    return case.state != before


def _end(actor: User, case: AdministrativeCase, step: str, *, reason: str) -> AdministrativeCase:
    words = {"ended_on": clock.today(), "ended_by": actor, "end_reason": reason}
    return _settled(actor, case, step, words)


def _settled(actor: User, case: AdministrativeCase, step: str, words: dict[str, Any]) -> AdministrativeCase:
    """The step, and in the same transaction the end of everything that followed from the decision."""
    stood = case.state == C.IN_FORCE
    ended = take(actor, case, step, **words)
    put_down(ended, Kind.CREDIT_CORRECTION if step == "annul" else Kind.CREDIT_EXPIRED)
    lift(actor=actor, source=source_of_case(ended), why=f"{ended.decision_number}: {step}")
    tell_partners(actor, ended)
    if stood:
        outbox.add(ENDED, ended.pk)
    return ended


def _answered(actor: User, answer: str) -> dict[str, object]:
    return {"decided_by": actor, "decided_at": clock.now(), "answer": answer.strip()}
