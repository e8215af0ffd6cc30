"""Evaluation rounds from their beginning to the day on which the result stands; who takes part, who scores."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Max, OuterRef, Subquery

from accounts.access import require
from accounts.models import Institution, Person, Region, TrainingBase, User
from accounts.permissions import Permission
from accounts.services.places import require_region
from core import audit, clock
from core.errors import DomainError
from core.workflow import advance, took_part
from credit.models import (
    EvaluationObjection,
    EvaluationResult,
    EvaluationRound,
    EvaluationScheme,
    EvaluationSubject,
    Evaluator,
    IndicatorValue,
)
from credit.rules.evaluation import Outcome, Value, indicators_of, outcome_of
from credit.selectors.evaluations import (
    publicity_end,
    serious_in_force,
    subjects_of,
    unscored,
    values_by_kind,
    values_for,
)
from credit.selectors.indicators import Measured, measured, span_of
from credit.selectors.participants import Subject, scoring_hat
from credit.services.case_log import put_down_round
from credit.workflow import EVALUATION_ROUND_STEPS, ObjectionState, RoundState, SchemeState

MANAGES = Permission.EVALUATION_MANAGE
FIELD_OF: dict[type, str] = {Institution: "institution", TrainingBase: "base", Person: "person"}


@transaction.atomic
def begin_round(
    *, actor: User, scheme: EvaluationScheme, kind: str, region: Region, period_from: date, period_to: date
) -> EvaluationRound:
    """In preparation: nobody is told of it. Raises `scheme_not_adopted`, `scheme_of_another_region`,
    `period_cannot_be`."""
    require_region(actor, MANAGES, region)
    if scheme.state != SchemeState.ADOPTED:
        raise DomainError("scheme_not_adopted", scheme=str(scheme))
    if not region.path.startswith(scheme.region_path):
        raise DomainError("scheme_of_another_region", scheme=scheme.code)
    if period_to < period_from or period_to > clock.today():
        raise DomainError("period_cannot_be")
    made = EvaluationRound.objects.create(
        scheme=scheme,
        kind=kind,
        region=region,
        period_from=period_from,
        period_to=period_to,
        begun_by=actor,
        begun_at=clock.now(),
    )
    audit.record(actor, "credit.evaluation_begun", made, scheme=str(scheme), kind=kind)
    return made


@transaction.atomic
def add_subjects(
    *, actor: User, evaluation_round: EvaluationRound, subjects: Iterable[Subject]
) -> list[EvaluationSubject]:
    """Before it begins. Raises `round_has_begun`, `subject_of_another_kind`, `subject_elsewhere`."""
    require(actor, MANAGES, evaluation_round)
    locked = _locked(evaluation_round)
    if locked.state != RoundState.DRAFT:
        raise DomainError("round_has_begun")
    made = [_added(locked, one) for one in subjects]
    fresh = [one for one, is_new in made if is_new]
    if fresh:
        audit.record(actor, "credit.evaluation_subjects_added", locked, count=len(fresh))
    return [one for one, _is_new in made]


@transaction.atomic
def assign_evaluator(*, actor: User, evaluation_round: EvaluationRound, user: User) -> Evaluator:
    """Lets somebody score in this round, and in no other. Raises `cannot_score`, `round_is_over`."""
    require(actor, MANAGES, evaluation_round)
    locked = _locked(evaluation_round)
    if locked.state not in (RoundState.DRAFT, RoundState.SELF_EVALUATION, RoundState.SCORING):
        raise DomainError("round_is_over")
    if not (hat := scoring_hat(user, locked)):
        raise DomainError("cannot_score")
    made, is_new = Evaluator.objects.get_or_create(
        evaluation_round=locked,
        user=user,
        defaults={"office": str(hat.place)[:150], "assigned_by": actor, "assigned_at": clock.now()},
    )
    if is_new:
        audit.record(actor, "credit.evaluator_assigned", made, round=locked.pk)
    return made


@transaction.atomic
def open_round(*, actor: User, evaluation_round: EvaluationRound) -> EvaluationRound:
    """Those in it can evaluate themselves. Raises `nobody_in_it`."""
    require(actor, MANAGES, evaluation_round)
    if not evaluation_round.subjects.exists():
        raise DomainError("nobody_in_it")
    return advance(evaluation_round, "open", EVALUATION_ROUND_STEPS, actor=actor)


@transaction.atomic
def begin_scoring(*, actor: User, evaluation_round: EvaluationRound) -> EvaluationRound:
    """What the platform knows is computed and kept with what it was counted from."""
    moved = advance(evaluation_round, "score", EVALUATION_ROUND_STEPS, actor=actor)
    _compute(moved)
    return moved


@transaction.atomic
def propose_result(
    *, actor: User, evaluation_round: EvaluationRound, unrated: Mapping[int, str] | None = None
) -> EvaluationRound:
    """Every subject's points and grade are worked out, with a snapshot of each value. Computed ones anew: a record
    annulled since counts no more.

    `unrated`: of subjects that nobody scored by id why they are left without a grade. Of one that was scored in the
    meantime it says nothing. Raises `nobody_scores`, `not_scored` with the names of the others that nobody scored.
    """
    require(actor, MANAGES, evaluation_round)
    locked = _locked(evaluation_round)
    if not locked.evaluators.exists():
        raise DomainError("nobody_scores")
    reasons = _reasons(locked, unrated or {}) if locked.state == RoundState.SCORING else {}
    moved = advance(locked, "propose", EVALUATION_ROUND_STEPS, actor=actor, changes={"proposed_by": actor})
    _compute(moved)
    for subject in subjects_of(moved):
        work_out(moved, subject, reasons.get(subject.pk, ""))
    return moved


def _reasons(evaluation_round: EvaluationRound, unrated: Mapping[int, str]) -> dict[int, str]:
    missing = [one.subject for one in unscored(evaluation_round)]
    reasons = {one.pk: unrated.get(one.pk, "").strip()[:1000] for one in missing}
    if names := [one.name for one in missing if not reasons[one.pk]]:
        raise DomainError("not_scored", subjects=names)
    return reasons


@transaction.atomic
def publicise_result(*, actor: User, evaluation_round: EvaluationRound) -> EvaluationRound:
    """Open to objections for as many working days as the scheme says. Of entities and bases name and grade are public
    meanwhile; a person's result is read by that person alone."""
    require(actor, MANAGES, evaluation_round)
    days = {"publicity_from": clock.today(), "publicity_days": evaluation_round.scheme.publicity_days}
    return advance(evaluation_round, "publicise", EVALUATION_ROUND_STEPS, actor=actor, changes=days)


@transaction.atomic
def rework_result(*, actor: User, evaluation_round: EvaluationRound, reason: str) -> EvaluationRound:
    """Back to scoring; what was proposed stays on file. Raises `reason_missing`."""
    require(actor, MANAGES, evaluation_round)
    if not reason.strip():
        raise DomainError("reason_missing")
    nothing = {"publicity_from": None, "publicity_days": None}
    return advance(
        evaluation_round, "rework", EVALUATION_ROUND_STEPS, actor=actor, reason=reason.strip(), changes=nothing
    )


@transaction.atomic
def finalise_result(*, actor: User, evaluation_round: EvaluationRound) -> EvaluationRound:
    """It stands. Raises `publicity_running`, `objections_open`, `objection_upheld`, `same_person_twice`."""
    require(actor, MANAGES, evaluation_round)
    locked = _locked(evaluation_round)
    end = publicity_end(locked)
    if end and not end.has_passed(clock.today()):
        raise DomainError("publicity_running", until=end.day.isoformat(), provisional=end.provisional)
    _require_answered(locked)
    changes = {"finalised_by": actor, "finalised_at": clock.now()}
    final = advance(locked, "finalise", EVALUATION_ROUND_STEPS, actor=actor, changes=changes)
    put_down_round(final)
    return final


@transaction.atomic
def drop_round(*, actor: User, evaluation_round: EvaluationRound) -> EvaluationRound:
    return advance(evaluation_round, "drop", EVALUATION_ROUND_STEPS, actor=actor)


def proposed_it(actor: User, evaluation_round: EvaluationRound) -> bool:
    """Whoever proposed a result answers no objection to it."""
    return took_part(evaluation_round, {"propose"}, actor)


# --- working out ----------------------------------------------------------------------------------------------------
def _compute(evaluation_round: EvaluationRound) -> None:
    """The values that the platform knows, as of now; a value that is the same as the last one is not kept twice."""
    span = span_of(evaluation_round)
    indicators = [one for one in indicators_of(evaluation_round.scheme.tree) if one.source != "entered"]
    for subject in subjects_of(evaluation_round):
        held = values_by_kind(subject)[IndicatorValue.Kind.COMPUTED]
        for one in indicators:
            found = measured(one.source, subject.of, span)
            if one.code not in held or _differs(held[one.code][-1], found):
                _keep(subject, one.code, found)


def _differs(held: IndicatorValue, found: Measured) -> bool:
    return (held.value, held.drill) != (found.value, found.drill)


def _keep(subject: EvaluationSubject, code: str, found: Measured) -> None:
    IndicatorValue.objects.create(
        subject=subject,
        indicator=code,
        kind=IndicatorValue.Kind.COMPUTED,
        numerator=found.value.numerator,
        denominator=found.value.denominator,
        small=found.value.small,
        drill=found.drill,
        entered_at=clock.now(),
    )


def work_out(
    evaluation_round: EvaluationRound, subject: EvaluationSubject, unrated_reason: str = ""
) -> EvaluationResult:
    """The next turn of a subject's result, from the values that count now."""
    scheme = evaluation_round.scheme
    indicators = indicators_of(scheme.tree)
    serious = not evaluation_round.is_of_persons and serious_in_force(subject.of, evaluation_round.period_to)
    outcome = outcome_of(
        indicators,
        values_for(subject, indicators),
        scheme.grades,
        subject_kind=scheme.subject_kind,
        least_measured=scheme.least_measured,
        has_serious_determination=serious,
        opted_out=subject.opted_out_at is not None,
        unrated=bool(unrated_reason),
    )
    turn = (subject.results.aggregate(last=Max("turn"))["last"] or 0) + 1
    return EvaluationResult.objects.create(
        subject=subject,
        turn=turn,
        grade=outcome.grade,
        points=outcome.points,
        lines=_snapshot(subject, outcome),
        of_person=evaluation_round.is_of_persons,
        has_serious_determination=serious,
        opted_out=subject.opted_out_at is not None,
        unrated_reason=unrated_reason,
        worked_out_at=clock.now(),
    )


def _snapshot(subject: EvaluationSubject, outcome: Outcome) -> list[dict[str, object]]:
    """What the page of a grade reads and anybody can add up again; names nobody who scored."""
    by_kind = values_by_kind(subject)
    computed, own = by_kind[IndicatorValue.Kind.COMPUTED], by_kind[IndicatorValue.Kind.SELF]
    scored = by_kind[IndicatorValue.Kind.SCORED]
    return [
        {
            "code": line.code,
            "weight": line.weight,
            **_plain(line.value),
            "points": line.points,
            "own": _plain(own[line.code][-1].value) if line.code in own else None,
            "own_evidence": own[line.code][-1].evidence if line.code in own else "",
            "evidence": [one.evidence for one in scored.get(line.code, [])],
            "drill": computed[line.code][-1].drill if line.code in computed else {},
        }
        for line in outcome.lines
    ]


def _plain(value: Value) -> dict[str, object]:
    return {"numerator": value.numerator, "denominator": value.denominator, "small": value.small}


# --- what every step does -------------------------------------------------------------------------------------------
def _added(evaluation_round: EvaluationRound, subject: Subject) -> tuple[EvaluationSubject, bool]:
    field = FIELD_OF[type(subject)]
    if field != evaluation_round.scheme.subject_kind:
        raise DomainError("subject_of_another_kind", kind=field)
    path = evaluation_round.region.path
    if not isinstance(subject, Person) and not subject.region.path.startswith(path):
        raise DomainError("subject_elsewhere", subject=subject.pk)
    place: dict[str, Any] = {field: subject}
    return EvaluationSubject.objects.get_or_create(evaluation_round=evaluation_round, **place)


def _require_answered(evaluation_round: EvaluationRound) -> None:
    """An upheld objection is worked in first: its subject's last result is younger than the answer."""
    last = EvaluationResult.objects.filter(subject=OuterRef("subject")).order_by("-turn")
    objections = EvaluationObjection.objects.filter(subject__evaluation_round=evaluation_round)
    if objections.filter(state=ObjectionState.OPEN).exists():
        raise DomainError("objections_open")
    upheld = objections.filter(state=ObjectionState.UPHELD)
    worked_out = upheld.annotate(worked_out_at=Subquery(last.values("worked_out_at")[:1]))
    if worked_out.filter(answered_at__gt=F("worked_out_at")).exists():
        raise DomainError("objection_upheld")


def _locked(evaluation_round: EvaluationRound) -> EvaluationRound:
    rows = EvaluationRound.objects.select_for_update(of=("self",)).select_related("scheme", "region")
    return rows.get(pk=evaluation_round.pk)
