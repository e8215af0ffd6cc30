"""What every step of self-regulation shares: is it the actor's to do, and by when the next step is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.access import require
from accounts.models import Institution, Membership, Person, User
from accounts.permissions import Permission
from core import calendar, clock
from core.errors import DomainError, NotAllowed
from core.workflow import advance, took_part
from credit.models import CaseReport, SelfRegulatoryCase
from credit.rules.self_regulation import self_rule_of
from credit.services.case_common import refuse
from credit.workflow.self_regulation import SELF_REGULATORY_CASE_STEPS, HandedOver, SelfCaseState

# What a step leaves behind that fixes the words of a letter: the case whose letters are to be made.
SELF_LETTERS = "credit.self_letters"
S = SelfCaseState


@dataclass(frozen=True)
class Letter:
    """How a letter was handed over, what shows it, and the day."""

    how: str
    proof: str
    on: date


def locked_for(actor: User, case: SelfRegulatoryCase) -> SelfRegulatoryCase:
    """The case as it stands, for somebody of the body that handles it who is neither concerned nor has reported it.

    Raises NotAllowed, `own_case`, `own_report`.
    """
    require(actor, Permission.SELF_CASE_HANDLE, case)
    found = SelfRegulatoryCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    require_unconcerned(actor, found.report, found.person, found.institution, found.unit_institution, found.unit_base)
    return found


def require_unconcerned(actor: User, report: CaseReport, *concerned: Any) -> None:
    """Nobody handles what is about oneself or the own place, or what one has reported."""
    own = any(_is_of(actor, one) for one in concerned if one is not None)
    refuse({"own_case": own, "own_report": took_part(report, {"make"}, actor)})


def _is_of(actor: User, one: Any) -> bool:
    if isinstance(one, Person):
        return actor.pk in {one.user_id, one.merged_into.user_id if one.merged_into else None}
    return Membership.objects.at(one).running(clock.today()).filter(user=actor).exists()


def take(actor: User, case: SelfRegulatoryCase, name: str, **changes: Any) -> SelfRegulatoryCase:
    """One step of the table, with the day by which the next one is due."""
    for field, value in changes.items():
        setattr(case, field, value)
    due = due_after(case, SELF_REGULATORY_CASE_STEPS[name].target)
    changes |= {"due_on": due.day if due else None, "is_provisional": bool(due and due.provisional)}
    return advance(case, name, SELF_REGULATORY_CASE_STEPS, actor=actor, changes=changes)


def due_after(case: SelfRegulatoryCase, state: str) -> calendar.Deadline | None:
    """By when somebody has to act in a state; None where nobody has to."""
    if state == S.OPENED:
        return working_days(case, case.opened_on, "notice")
    if state == S.NOTICED and case.answer_until:
        return calendar.Deadline(case.answer_until, case.answer_is_provisional)
    if state == S.ANSWERED and case.answered_at:
        return working_days(case, clock.day_of(case.answered_at), "decision")
    if state == S.DECIDED and case.decided_on:
        return working_days(case, case.decided_on, "telling")
    if state == S.TOLD and case.correct_by:
        return calendar.Deadline(case.correct_by, provisional=False)
    return None


def working_days(case: SelfRegulatoryCase, start: date, name: str) -> calendar.Deadline:
    return calendar.working_day_deadline(start, self_rule_of(case.clocks_version).clocks[name])


def settle_answer_day(case: SelfRegulatoryCase) -> SelfRegulatoryCase:
    """A last day of the time to answer that was provisional is counted anew once its year is loaded."""
    deadline = answer_deadline(case) if case.answer_is_provisional else None
    if deadline and not deadline.provisional:
        case.answer_until, case.answer_is_provisional = deadline.day, deadline.provisional
        fields = ["answer_until", "answer_is_provisional"]
        if case.state == S.NOTICED:
            case.due_on, case.is_provisional = deadline.day, deadline.provisional
            fields += ["due_on", "is_provisional"]
        case.save(update_fields=fields)
    return case


def answer_deadline(case: SelfRegulatoryCase) -> calendar.Deadline | None:
    if case.noticed_on is None or case.answer_days is None:
        return None
    return _never_sooner(calendar.working_day_deadline(case.noticed_on, case.answer_days), case.answer_until)


def review_deadline(case: SelfRegulatoryCase) -> calendar.Deadline | None:
    if case.told_on is None:
        return None
    return _never_sooner(working_days(case, case.told_on, "review_asked"), case.review_until)


def _never_sooner(counted: calendar.Deadline, told: date | None) -> calendar.Deadline:
    """The later of both days: nobody loses a day that a letter had named."""
    return calendar.Deadline(max(counted.day, told or counted.day), counted.provisional)


def check_letter(letter: Letter, *, not_before: date) -> None:
    """Raises `how_unknown`, `proof_missing`, `letter_in_future`, `letter_too_early`."""
    refuse(
        {
            "how_unknown": letter.how not in HandedOver.values,
            "proof_missing": not letter.proof.strip(),
            "letter_in_future": letter.on > clock.today(),
            "letter_too_early": letter.on < not_before,
        }
    )


def refuse_code(code: str) -> None:
    if code:
        raise DomainError(code)


def require_place(report: CaseReport) -> None:
    """Only what was sent to an association or a base goes this way; what an authority received has its own."""
    association = report.at_institution and report.at_institution.category == Institution.Category.ASSOCIATION
    if report.body_id or not (association or report.at_base_id):
        raise NotAllowed(permission=Permission.SELF_CASE_HANDLE.value)


def stripped(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text.strip() for name, text in texts.items()}
