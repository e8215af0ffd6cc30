"""复核 of a decision under a body's own rules: asked once, decided by others of the body, never for the worse."""

from dataclasses import dataclass
from datetime import date

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
from credit.services.case_common import Paper, check_paper, filled, refuse
from credit.services.case_log import put_down_review
from credit.services.self_cases import apply_exclusion, source_of, took_part_before
from credit.services.self_common import (
    SELF_LETTERS,
    locked_for,
    refuse_code,
    review_deadline,
    take,
    working_days,
)
from credit.workflow.self_regulation import SELF_REVIEW_STEPS, SelfOutcome, SelfReviewState

REVIEWED = "credit.self_review_decided"


@dataclass(frozen=True)
class Finding:
    """What the review makes of the decision: `step` is maintain, change (to `result`) or set_aside."""

    step: str
    considered: str
    result: Result | None = None


@transaction.atomic
def ask_self_review(*, actor: User, case: SelfRegulatoryCase, grounds: str) -> SelfReview:
    """By whom it concerns, from the decision on until the last day after the letter; a provisional day ends nothing. To
    a request that somebody put down from paper own words are added, as long as it is not decided.

    Raises `grounds_missing`, `review_asked_already`, `too_late_for_review`, WrongState.
    """
    require(actor, Permission.CASE_ANSWER, case)
    refuse(filled(grounds=grounds))
    found = SelfRegulatoryCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    for waiting in found.reviews.filter(state=SelfReviewState.ASKED):
        if waiting.waits_for_own_words:
            return _add_words(actor, waiting, grounds)
    return _asked(actor, found, grounds, clock.today())


@transaction.atomic
def record_self_review(*, actor: User, case: SelfRegulatoryCase, grounds: str, paper: Paper) -> SelfReview:
    """A request that came on paper, put down by somebody of the body: in time if it came in time, due from that day on.

    Raises those of `ask_self_review`, `check_paper` and `locked_for`.
    """
    found = locked_for(actor, case)
    refuse(filled(grounds=grounds))
    check_paper(paper, not_before=found.decided_on or found.opened_on)
    words = {"recorded_by": actor, "paper": paper.reference.strip(), "came_on": paper.came_on}
    return _asked(actor, found, grounds, paper.came_on, **words)


def _asked(actor: User, found: SelfRegulatoryCase, grounds: str, on: date, **paper: object) -> SelfReview:
    if not found.can_be_reviewed:
        raise WrongState(step="review", state=found.state)
    refuse(
        {
            "review_asked_already": found.reviews.exclude(state=SelfReviewState.WITHDRAWN).exists(),
            "too_late_for_review": _is_over(found, on),
        }
    )
    due = working_days(found, on, "review")
    review: SelfReview = SelfReview.objects.create(
        **paper,
        case=found,
        grounds=grounds.strip(),
        asked_by=actor,
        asked_on=on,
        due_on=due.day,
        is_provisional=due.provisional,
        noticed_by=found.noticed_by,
        first_decided_by=found.decided_by,
        first_outcome=found.outcome,
        first_firmness=found.firmness,
        first_until=found.excluded_until,
    )
    if paper:
        audit.record(actor, "credit.selfreview.record", review, due=str(due.day), came=str(on))
    else:
        audit.record(actor, "credit.selfreview.ask", review, due=str(due.day))
    return review


def _add_words(actor: User, review: SelfReview, grounds: str) -> SelfReview:
    review.own_grounds, review.own_grounds_at = grounds.strip(), clock.now()
    review.save(update_fields=["own_grounds", "own_grounds_at"])
    audit.record(actor, "credit.selfreview.add", review)
    return review


@transaction.atomic
def withdraw_self_review(*, actor: User, review: SelfReview) -> SelfReview:
    require(actor, Permission.CASE_ANSWER, review)
    return advance(review, "withdraw", SELF_REVIEW_STEPS, actor=actor)


@transaction.atomic
def decide_self_review(*, actor: User, review: SelfReview, finding: Finding, heard: str | None = None) -> SelfReview:
    """By somebody who has neither given the notice nor decided, nor put the request down; what it makes milder or sets
    aside is lifted at once. Upon paper alone nothing is found before the time to ask is over. `heard`: the own words
    that the page showed.

    Raises `considered_missing`, `finding_unknown`, `answered_meanwhile`, `still_time_to_ask`, `not_milder`, those of
    `wrong_result`, NotAllowed (`same_person_twice`), WrongState.
    """
    require(actor, Permission.SELF_CASE_HANDLE, review)
    case = locked_for(actor, review.case)
    if took_part_before(actor, case) or actor.pk == review.recorded_by_id:
        raise NotAllowed("same_person_twice", steps=["decide", "notice"])
    refuse(filled(considered=finding.considered) | {"finding_unknown": finding.step not in FINDINGS})
    _check_heard(case, review, heard)
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


def _is_over(case: SelfRegulatoryCase, on: date) -> bool:
    last = review_deadline(case)
    return last is not None and last.has_passed(on)


def _check_heard(case: SelfRegulatoryCase, review: SelfReview, heard: str | None) -> None:
    """Whoever adds own words locks the case, too."""
    now = SelfReview.objects.get(pk=review.pk)
    refuse(
        {
            "answered_meanwhile": heard is not None and now.heard != heard,
            "still_time_to_ask": now.waits_for_own_words and not _is_over(case, clock.today()),
        }
    )


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
