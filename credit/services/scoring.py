"""Values that people enter: the subject's own word, the conflict declared by each evaluator, and the scores."""

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.models.people import Person
from accounts.permissions import Permission, Role
from core import audit, clock
from core.errors import DomainError, NotAllowed
from credit.models import ConflictDeclaration, EvaluationRound, EvaluationSubject, Evaluator, IndicatorValue
from credit.rules.evaluation import Source, Value, leaves_of
from credit.selectors.evaluations import declared
from credit.services.rounds import work_out
from credit.workflow import RoundState

ANSWERS, SCORES = Permission.EVALUATION_ANSWER, Permission.EVALUATION_SCORE
OPEN_TO_OPT_OUT = frozenset({RoundState.SELF_EVALUATION, RoundState.SCORING, RoundState.PROPOSED, RoundState.PUBLICITY})


@transaction.atomic
def evaluate_oneself(
    *, actor: User, subject: EvaluationSubject, values: dict[str, tuple[Value, str]]
) -> EvaluationSubject:
    """The subject's own values with their evidence: they stand beside what is scored and never count.

    Handed in again the last word holds. Raises `not_in_self_evaluation`, `no_such_indicator`.
    """
    require(actor, ANSWERS, subject)
    locked = _locked(subject, actor, ANSWERS)
    if locked.evaluation_round.state != RoundState.SELF_EVALUATION:
        raise DomainError("not_in_self_evaluation")
    _enter(locked, IndicatorValue.Kind.SELF, values, actor)
    locked.self_submitted_at, locked.self_submitted_by = clock.now(), actor
    locked.save(update_fields=["self_submitted_at", "self_submitted_by"])
    audit.record(actor, "credit.self_evaluated", locked)
    return locked


@transaction.atomic
def opt_out(*, actor: User, subject: EvaluationSubject) -> EvaluationSubject:
    """A person leaves an evaluation at any time before it is final, without a reason and without any effect."""
    require(actor, ANSWERS, subject)
    locked = _locked(subject, actor, ANSWERS)
    if not isinstance(locked.of, Person):
        raise DomainError("only_persons_opt_out")
    if locked.evaluation_round.state not in OPEN_TO_OPT_OUT:
        raise DomainError("round_is_over")
    if locked.opted_out_at is None:
        locked.opted_out_at = clock.now()
        locked.save(update_fields=["opted_out_at"])
        if locked.results.exists():
            # What was proposed is a grade no more.
            work_out(locked.evaluation_round, locked)
        audit.record(actor, "credit.opted_out", locked)
    return locked


@transaction.atomic
def declare_conflict(
    *, actor: User, subject: EvaluationSubject, has_conflict: bool, conflict: str = ""
) -> ConflictDeclaration:
    """Said before anything is scored. Whoever works for the subject has one, whatever is said. Raises `not_assigned`,
    `conflict_missing`, `own_place`."""
    require(actor, SCORES, subject)
    evaluator = _evaluator(actor, subject)
    if has_conflict and not conflict.strip():
        raise DomainError("conflict_missing")
    if not has_conflict and _belongs_to(actor, subject):
        raise DomainError("own_place")
    made = ConflictDeclaration.objects.create(
        subject=subject,
        evaluator=evaluator,
        has_conflict=has_conflict,
        conflict=conflict.strip() if has_conflict else "",
        declared_at=clock.now(),
    )
    audit.record(actor, "credit.conflict_declared", made, has_conflict=has_conflict)
    return made


@transaction.atomic
def score(*, actor: User, subject: EvaluationSubject, values: dict[str, tuple[Value, str]]) -> EvaluationSubject:
    """Values with their evidence by one evaluator; entered again the last ones hold. Raises `not_in_scoring`,
    `not_assigned`, `conflict_not_declared`, `conflict_declared`, `evidence_missing`, `no_such_indicator`."""
    require(actor, SCORES, subject)
    locked = _locked(subject, actor, SCORES)
    if locked.evaluation_round.state != RoundState.SCORING:
        raise DomainError("not_in_scoring")
    said = declared(_evaluator(actor, locked), locked)
    if said is None:
        raise DomainError("conflict_not_declared")
    if said.has_conflict:
        raise DomainError("conflict_declared")
    if any(not evidence.strip() for _value, evidence in values.values()):
        raise DomainError("evidence_missing")
    _enter(locked, IndicatorValue.Kind.SCORED, values, actor)
    audit.record(actor, "credit.scored", locked, indicators=sorted(values))
    return locked


def _enter(
    subject: EvaluationSubject, kind: IndicatorValue.Kind, values: dict[str, tuple[Value, str]], actor: User
) -> None:
    """What the platform computes is entered by nobody."""
    entered = {
        leaf["code"] for leaf in leaves_of(subject.evaluation_round.scheme.tree) if leaf["source"] == Source.ENTERED
    }
    if unknown := sorted(set(values) - entered):
        raise DomainError("no_such_indicator", indicators=unknown)
    IndicatorValue.objects.bulk_create(
        IndicatorValue(
            subject=subject,
            indicator=code,
            kind=kind,
            numerator=value.numerator,
            denominator=value.denominator,
            evidence=evidence.strip(),
            entered_by=actor,
            entered_at=clock.now(),
        )
        for code, (value, evidence) in values.items()
    )


def _evaluator(actor: User, subject: EvaluationSubject) -> Evaluator:
    found = subject.evaluation_round.evaluators.filter(user=actor).first()
    if found is None:
        raise DomainError("not_assigned")
    return found


def _belongs_to(actor: User, subject: EvaluationSubject) -> bool:
    """By any hat, worn or not, or as the person."""
    if isinstance(subject.of, Person):
        return subject.of.user_id == actor.pk
    hats = actor.valid_memberships()
    places = {(hat.institution_id, hat.base_id) for hat in hats if hat.role != Role.SYSTEM}
    if subject.base_id:
        host = subject.base.host_id if subject.base else None
        return any(base == subject.base_id or (place and place == host) for place, base in places)
    own = {subject.institution_id, subject.institution.parent_id if subject.institution else None} - {None}
    return any(place in own for place, _base in places)


def _locked(subject: EvaluationSubject, actor: User, permission: Permission) -> EvaluationSubject:
    """With the round's state as it is now: it moves on for all its subjects at once."""
    EvaluationRound.objects.select_for_update().get(pk=subject.evaluation_round_id)
    rows = EvaluationSubject.objects.allowed(actor, permission).select_for_update(of=("self",))
    found = rows.select_related("evaluation_round__scheme", "institution", "base", "person").filter(pk=subject.pk)
    if (locked := found.first()) is None:
        raise NotAllowed(permission=permission.value)
    return locked
