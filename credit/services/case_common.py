"""What every step of a case shares: is it the actor's, may the actor still act, and by when the next step is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accounts.access import require, worn_bodies
from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors.own import is_own
from core import audit, calendar, clock
from core.errors import DomainError, NotAllowed
from core.workflow import advance
from credit.models import AdministrativeCase, Recusal
from credit.rules.cases import CaseRule, rule_of
from credit.workflow.cases import ADMINISTRATIVE_CASE_STEPS, CONSIDERING, CaseState, RecusalState, ServedBy

# What a step leaves behind that fixes the words of a letter: the case whose letters are to be made.
CASE_LETTERS = "credit.case_letters"
C = CaseState


@dataclass(frozen=True)
class Served:
    """How a document was served, the proof of it, and the day. A public notice has served after its days only."""

    by: str
    proof: str
    on: date
    consent: str = ""


@dataclass(frozen=True)
class Paper:
    """What came on paper: under which reference it is kept, and the day it came. Periods count from that day."""

    reference: str
    came_on: date


def refuse(wrong: Mapping[str, bool]) -> None:
    """Raises the first code that holds."""
    for code, holds in wrong.items():
        if holds:
            raise DomainError(code)


def filled(**texts: str) -> dict[str, bool]:
    """`<name>_missing` for each text without words."""
    return {f"{name}_missing": not text.strip() for name, text in texts.items()}


def locked_for(actor: User, case: AdministrativeCase) -> AdministrativeCase:
    """The case as it stands, for somebody who handles it and was not asked to step aside with success.

    Raises NotAllowed (out of reach; `stepped_aside`), `own_case`.
    """
    require(actor, Permission.CASE_HANDLE, case)
    require_body(actor, case.body_id)
    found = AdministrativeCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if stepped_aside(actor, found):
        raise NotAllowed("stepped_aside", case=case.pk)
    refuse({"own_case": is_concerned(actor, found)})
    return found


def require_body(actor: User, body_id: int | None) -> None:
    """Bodies above read; whoever acts wears a hat of the body itself. Raises NotAllowed."""
    if body_id not in {body.pk for body in worn_bodies(actor, Permission.CASE_HANDLE)}:
        raise NotAllowed(permission=Permission.CASE_HANDLE.value)


def stepped_aside(actor: User, case: AdministrativeCase) -> bool:
    """Was a request that the actor step aside granted?"""
    return Recusal.objects.filter(case=case, officer=actor, state=RecusalState.UPHELD).exists()


def had_a_part(actor: User, case: AdministrativeCase) -> bool:
    """Did the actor investigate, or review the law? Whoever did does not decide."""
    return actor.pk in {*case.officers, case.reviewed_by_id}


def is_concerned(actor: User, case: AdministrativeCase) -> bool:
    """Nobody handles what is about himself, or about a house one belongs to."""
    if case.institution is not None and is_own(actor, case.institution):
        return True
    return case.person is not None and actor.pk in {
        case.person.user_id,
        case.person.merged_into.user_id if case.person.merged_into else None,
    }


def take(actor: User, case: AdministrativeCase, name: str, *, reason: str = "", **changes: Any) -> AdministrativeCase:
    """One step of the table, with the day by which the next one is due."""
    step = ADMINISTRATIVE_CASE_STEPS[name]
    for field, value in changes.items():
        setattr(case, field, value)
    due = due_after(case, step.target)
    changes |= {"due_on": due.day if due else None, "is_provisional": bool(due and due.provisional)}
    return advance(case, name, ADMINISTRATIVE_CASE_STEPS, actor=actor, reason=reason, changes=changes)


def time_begun(case: AdministrativeCase) -> date:
    """From which the time to speak and to ask for a hearing counts: service, and never before it was entered here."""
    days = [case.notice_served_on, clock.day_of(case.noticed_at) if case.noticed_at else None]
    return max(filter(None, days), default=case.filed_on)


def noted(actor: User, case: AdministrativeCase, verb: str, **changes: object) -> AdministrativeCase:
    """What happens within a state: saved and written down."""
    for field, value in changes.items():
        setattr(case, field, value)
    case.save(update_fields=list(changes))
    audit.record(actor, f"credit.{verb}", case)
    return case


def due_after(case: AdministrativeCase, state: str) -> calendar.Deadline | None:
    """By when somebody has to act in a state; None where time itself does, or nobody has to."""
    rule = rule_of(case.rule_version)
    if state in (C.FILED, C.INVESTIGATING):
        return _working(case.filed_on, rule, "investigation_working_days")
    if state == C.NOTICED and case.answer_until:
        return calendar.Deadline(case.answer_until, case.answer_is_provisional)
    if state == C.DECIDED and case.decided_on:
        return _working(case.decided_on, rule, "service_working_days")
    if state == C.SERVED and case.served_on:
        return calendar.Deadline(case.served_on, provisional=False)
    if state in (C.FOUND, C.REVIEWED, C.WRITTEN, C.ANSWERED, C.UNANSWERED, C.REOPENED, *CONSIDERING):
        return calendar.Deadline(case.decide_by, provisional=False)
    return None


def check_served(served: Served, *, not_before: date) -> None:
    """Raises `served_how_unknown`, `proof_missing`, `served_in_future`, `served_too_early`, `consent_missing`."""
    refuse(
        {
            "served_how_unknown": served.by not in ServedBy.values,
            "proof_missing": not served.proof.strip(),
            "served_in_future": served.on > clock.today(),
            "served_too_early": served.on < not_before,
            "consent_missing": served.by == ServedBy.ELECTRONIC and not served.consent.strip(),
        }
    )


def check_paper(paper: Paper, *, not_before: date) -> None:
    """Raises `paper_missing`, `came_in_future`, `came_too_early`."""
    refuse(
        {
            "paper_missing": not paper.reference.strip(),
            "came_in_future": paper.came_on > clock.today(),
            "came_too_early": paper.came_on < not_before,
        }
    )


def service_day(served: Served, rule: CaseRule) -> date:
    """The day from which periods count: of a public notice the last of its days (Civil Procedure Law art. 95)."""
    if served.by == ServedBy.NOTICE:
        return served.on + timedelta(days=rule.clocks["notice_service_days"])
    return served.on


def _working(start: date, rule: CaseRule, clock_name: str) -> calendar.Deadline:
    return calendar.working_day_deadline(start, rule.clocks[clock_name])
