"""复核 of a decision under a body's own rules: asked once, decided by others of the body, never for the worse."""

from dataclasses import dataclass

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from accounts.services import lift
from core import audit, clock, outbox
from core.errors import NotAllowed, WrongState
from core.workflow import advance
from credit.models import SelfRegulatoryCase, SelfReview
from credit.rules.self_regulation import Result, is_milder, self_rule_of, wrong_result
from credit.services.case_common import filled, refuse
from credit.services.case_log import put_down_review
from credit.services.self_cases import apply_exclusion, source_of, took_part_before
from credit.services.self_common import SELF_LETTERS, locked_for, refuse_code, review_deadline, take, working_days
from credit.workflow.self_regulation import SELF_REVIEW_STEPS, SelfOutcome

REVIEWED = "credit.self_review_decided"


@dataclass(frozen=True)
class Finding:
    """What the review makes of the decision: `step` is maintain, change (to `result`) or set_aside."""

    step: str
    considered: str
    result: Result | None = None


@transaction.atomic
def ask_self_review(*, actor: User, case: SelfRegulatoryCase, grounds: str) -> SelfReview:
    """By whom it concerns, from the decision on until the last day after the letter; a provisional day ends nothing.

    Raises `grounds_missing`, `review_asked_already`, `too_late_for_review`, WrongState.
    """
    require(actor, Permission.CASE_ANSWER, case)
    refuse(filled(grounds=grounds))
    found = SelfRegulatoryCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not found.can_be_reviewed:
        raise WrongState(step="review", state=found.state)
    today = clock.today()
    refuse(
        {
            "review_asked_already": found.reviews.exclude(state="withdrawn").exists(),
            "too_late_for_review": _too_late(found),
        }
    )
    due = working_days(found, today, "review")
    review = SelfReview.objects.create(
        case=found,
        grounds=grounds.strip(),
        asked_by=actor,
        asked_on=today,
        due_on=due.day,
        is_provisional=due.provisional,
        noticed_by=found.noticed_by,
        first_decided_by=found.decided_by,
        first_outcome=found.outcome,
        first_firmness=found.firmness,
        first_until=found.excluded_until,
    )
    audit.record(actor, "credit.selfreview.ask", review, due=str(due.day))
    return review


@transaction.atomic
def withdraw_self_review(*, actor: User, review: SelfReview) -> SelfReview:
    require(actor, Permission.CASE_ANSWER, review)
    return advance(review, "withdraw", SELF_REVIEW_STEPS, actor=actor)


@transaction.atomic
def decide_self_review(*, actor: User, review: SelfReview, finding: Finding) -> SelfReview:
    """By somebody who has neither given the notice nor decided; what it makes milder or sets aside is lifted at once.

    Raises `considered_missing`, `finding_unknown`, `not_milder`, those of `wrong_result`, NotAllowed
    (`same_person_twice`), WrongState.
    """
    require(actor, Permission.SELF_CASE_HANDLE, review)
    case = locked_for(actor, review.case)
    if took_part_before(actor, case):
        raise NotAllowed("same_person_twice", steps=["decide", "notice"])
    refuse(filled(considered=finding.considered) | {"finding_unknown": finding.step not in FINDINGS})
    result = finding.result if finding.step == "change" else None
    if finding.step == "change":
        _check_milder(case, result)
    decided = advance(review, finding.step, SELF_REVIEW_STEPS, actor=actor, changes=_changes(actor, finding, result))
    if finding.step != "maintain":
        _carry_out(actor, case, decided, finding, result)
    put_down_review(decided)
    outbox.add(REVIEWED, decided.pk)
    outbox.add(SELF_LETTERS, case.pk)
    return decided


FINDINGS = ("maintain", "change", "set_aside")


def _too_late(case: SelfRegulatoryCase) -> bool:
    last = review_deadline(case)
    return last is not None and last.has_passed(clock.today())


def _check_milder(case: SelfRegulatoryCase, result: Result | None) -> None:
    if result is None:
        refuse_code("finding_unknown")
        return
    rules = self_rule_of(case.clocks_version)
    refuse_code(wrong_result(rules, result, of_person=case.person is not None, on=clock.today()))
    refuse({"not_milder": not is_milder(result, case.result)})


def _changes(actor: User, finding: Finding, result: Result | None) -> dict[str, object]:
    changes: dict[str, object] = {
        "considered": finding.considered.strip(),
        "decided_by": actor,
        "decided_at": clock.now(),
        "decided_on": clock.today(),
    }
    if result:
        changes |= {"outcome": result.outcome, "firmness": result.firmness, "activity": result.activity}
        changes |= {"excluded_until": result.until, "correct_by": result.correct_by}
    return changes


def _carry_out(
    actor: User, case: SelfRegulatoryCase, review: SelfReview, finding: Finding, result: Result | None
) -> None:
    """The case moves on, and what the decision restricted ends with it; a shorter exclusion begins in its place."""
    moved = take(actor, case, finding.step)
    if case.outcome == SelfOutcome.EXCLUSION:
        lift(actor=actor, source=source_of(moved), why=review.considered)
    if result:
        apply_exclusion(actor, moved, result, source=source_of(review))
