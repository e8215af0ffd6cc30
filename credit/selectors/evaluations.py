"""Reads of evaluations: schemes, rounds, how a grade came about, what is public, and what a new scheme would change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from accounts.models import Institution, Person, TrainingBase, User
from accounts.permissions import Permission
from core import clock
from core.calendar import Deadline, working_day_deadline
from core.errors import NotAllowed
from core.models import AuditEntry
from credit.models import (
    AdministrativeCase,
    ConflictDeclaration,
    EvaluationObjection,
    EvaluationResult,
    EvaluationRound,
    EvaluationScheme,
    EvaluationSubject,
    Evaluator,
    IndicatorValue,
    SupervisionItem,
)
from credit.models.rounds import snapshot_value
from credit.rules.evaluation import (
    NOT_MEASURED,
    Grade,
    Indicator,
    Outcome,
    Source,
    Value,
    indicators_of,
    leaves_of,
    mean_of,
    outcome_of,
)
from credit.workflow import SHOWN, ItemState, ObjectionState, RoundState, SchemeState
from credit.workflow.cases import CaseOutcome

P = Permission
_UNTOLD = [RoundState.DRAFT, RoundState.DROPPED]


def serious_in_force(subject: Institution | TrainingBase | Person, on: date) -> bool:
    """Is a serious determination of a competent body about this entity in force that day?

    THE one place that asks. What is undecided, repaired or annulled is not in force and never reaches a grade.
    """
    if isinstance(subject, Institution):
        about = Q(institution=subject, unit_institution=None, unit_base=None) | Q(unit_institution=subject)
    else:
        about = Q(unit_base=subject) if isinstance(subject, TrainingBase) else Q(person=subject)
    rows = AdministrativeCase.objects.filter(about, outcome=CaseOutcome.SERIOUS, annulled_on__isnull=True)
    rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), begun_on__lte=on, ends_on__gte=on)
    return rows.exists()


# --- schemes --------------------------------------------------------------------------------------------------------
def adopted_schemes() -> QuerySet[EvaluationScheme]:
    """What is published, newest first within a kind."""
    rows = EvaluationScheme.objects.filter(state=SchemeState.ADOPTED)
    return rows.order_by("subject_kind", "code", "-valid_from", "-pk")


def adopted_scheme(pk: int) -> EvaluationScheme:
    return _found(adopted_schemes(), pk, P.SCHEME_MANAGE)


def open_schemes(actor: User) -> QuerySet[EvaluationScheme]:
    """Proposals before drafts."""
    rows = EvaluationScheme.objects.allowed(actor, P.SCHEME_MANAGE)
    return rows.filter(state__in=[SchemeState.DRAFT, SchemeState.PROPOSED]).order_by("-state", "code", "-pk")


def managed_scheme(actor: User, pk: int) -> EvaluationScheme:
    return _found(EvaluationScheme.objects.allowed(actor, P.SCHEME_MANAGE).select_related("drafted_from"), pk)


def schemes_for(actor: User) -> list[EvaluationScheme]:
    """Those by which somebody may begin a round: published, of the nation or a region above or within the own."""
    paths = [hat.admin_body.jurisdiction for hat in actor.worn_memberships() if hat.admin_body]
    found = adopted_schemes()
    return [one for one in found if any(_meet(path, one.region_path) for path in paths)]


def _meet(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


# --- rounds ---------------------------------------------------------------------------------------------------------
def rounds(actor: User, permission: Permission = P.EVALUATION_VIEW) -> QuerySet[EvaluationRound]:
    found = EvaluationRound.objects.allowed(actor, permission).select_related("scheme", "region")
    return found.order_by("-period_to", "-pk")


def find_round(actor: User, pk: int, permission: Permission = P.EVALUATION_VIEW) -> EvaluationRound:
    return _found(rounds(actor, permission), pk, permission)


def publicity_end(found: EvaluationRound) -> Deadline | None:
    """The last day for objections; provisional while the year is not in the calendar."""
    if found.publicity_from is None or found.publicity_days is None:
        return None
    return working_day_deadline(found.publicity_from, found.publicity_days)


def subjects_of(found: EvaluationRound) -> QuerySet[EvaluationSubject]:
    """With the result that holds, in the order in which they were entered."""
    rows = found.subjects.select_related("institution", "base", "person", "evaluation_round__scheme")
    return rows.prefetch_related(_results()).order_by("pk")


def find_subject(actor: User, pk: int, permission: Permission = P.EVALUATION_VIEW) -> EvaluationSubject:
    """Of a round in preparation nobody is told but those who prepare it."""
    working = EvaluationSubject.objects.allowed(actor, P.EVALUATION_SCORE).values("pk")
    told = ~Q(evaluation_round__state__in=_UNTOLD) | Q(pk__in=working)
    rows = EvaluationSubject.objects.allowed(actor, permission).filter(told)
    rows = rows.select_related("institution", "base", "person__user", "evaluation_round__scheme")
    return _found(rows.prefetch_related(_results()), pk, permission)


def is_told(subject: EvaluationSubject) -> bool:
    """Of a round in preparation nobody learns that it is about him."""
    return subject.evaluation_round.state not in _UNTOLD


def own_subjects(actor: User) -> QuerySet[EvaluationSubject]:
    """Evaluations that the actor answers in: of the own place, or of oneself. Rounds in preparation are not told."""
    rows = EvaluationSubject.objects.allowed(actor, P.EVALUATION_ANSWER)
    rows = rows.exclude(evaluation_round__state__in=_UNTOLD)
    rows = rows.select_related("institution", "base", "person", "evaluation_round__scheme")
    return rows.prefetch_related(_results()).order_by("-evaluation_round__period_to", "-pk")


def _results() -> Prefetch:
    return Prefetch("results", EvaluationResult.objects.order_by("-turn"))


def result_of(subject: EvaluationSubject) -> EvaluationResult | None:
    """The one that holds; of rows read with their results, none is asked for again."""
    found = list(subject.results.all())
    return max(found, key=lambda one: one.turn) if found else None


def seen_result(subject: EvaluationSubject, *, works_on_it: bool) -> EvaluationResult | None:
    """A proposal is work in progress: whom it is about reads it from the day on which objections can be made."""
    if works_on_it or subject.evaluation_round.state in SHOWN:
        return result_of(subject)
    return None


def evaluators_of(found: EvaluationRound) -> QuerySet[Evaluator]:
    return found.evaluators.select_related("user__person").order_by("pk")


@dataclass(frozen=True)
class Unscored:
    """Who takes part, and of what nobody has given a score."""

    subject: EvaluationSubject
    leaves: list[Mapping[str, Any]]


def unscored(found: EvaluationRound) -> list[Unscored]:
    """Of those that take part whom nobody has scored in an indicator that is scored by evaluators; two statements."""
    leaves = [leaf for leaf in leaves_of(found.scheme.tree) if leaf["source"] == Source.ENTERED]
    if not leaves:
        return []
    values = IndicatorValue.objects.filter(subject__evaluation_round=found, kind=IndicatorValue.Kind.SCORED)
    scored = set(values.values_list("subject", "indicator"))
    rows = found.subjects.filter(opted_out_at=None).select_related("institution", "base", "person").order_by("pk")
    missing = [(one, [leaf for leaf in leaves if (one.pk, leaf["code"]) not in scored]) for one in rows]
    return [Unscored(subject, left) for subject, left in missing if left]


def own_place_as_evaluator(actor: User, found: EvaluationRound) -> Evaluator | None:
    return found.evaluators.filter(user=actor).first()


def declared(evaluator: Evaluator, subject: EvaluationSubject) -> ConflictDeclaration | None:
    """What holds: the last word about this subject."""
    return subject.declarations.filter(evaluator=evaluator).order_by("-pk").first()


# --- values ---------------------------------------------------------------------------------------------------------
def values_by_kind(subject: EvaluationSubject) -> dict[str, dict[str, list[IndicatorValue]]]:
    """{kind: {indicator: values}}; of one hand the last one alone, in the order in which they were entered."""
    held: dict[tuple[str, str, int | None], IndicatorValue] = {}
    for one in subject.values.order_by("pk"):
        held[(one.kind, one.indicator, one.entered_by_id)] = one
    found: dict[str, dict[str, list[IndicatorValue]]] = {kind: {} for kind in IndicatorValue.Kind.values}
    for one in sorted(held.values(), key=lambda value: value.pk):
        found[one.kind].setdefault(one.indicator, []).append(one)
    return found


def values_for(subject: EvaluationSubject, indicators: Iterable[Indicator]) -> dict[str, Value]:
    """What counts of each: computed where the platform knows it, otherwise the mean of the evaluators.

    The subject's own word stands beside and never counts.
    """
    by_kind = values_by_kind(subject)
    computed, scored = by_kind[IndicatorValue.Kind.COMPUTED], by_kind[IndicatorValue.Kind.SCORED]
    found = {}
    for one in indicators:
        if one.source == "entered":
            found[one.code] = mean_of(value.value for value in scored.get(one.code, []))
        else:
            found[one.code] = computed[one.code][-1].value if one.code in computed else NOT_MEASURED
    return found


# --- a grade explains itself ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ExplainedLine:
    """One line of a result beside the indicator's own words."""

    leaf: Mapping[str, Any]
    group: Mapping[str, Any]
    line: Mapping[str, Any]

    @property
    def points(self) -> int | None:
        return self.line["points"]


def explained(subject: EvaluationSubject, result: EvaluationResult) -> list[ExplainedLine]:
    """In the order of the scheme; the snapshot alone is read, never today's values."""
    lines = {line["code"]: line for line in result.lines}
    tree = subject.evaluation_round.scheme.tree
    leaves = [(group, leaf) for group in tree for leaf in group["indicators"] if leaf["code"] in lines]
    return [ExplainedLine(leaf, group, lines[leaf["code"]]) for group, leaf in leaves]


def result_at(subject: EvaluationSubject, moment: datetime) -> EvaluationResult | None:
    """The result that held at a moment."""
    return subject.results.filter(worked_out_at__lte=moment).order_by("-turn").first()


def worked_out_again(subject: EvaluationSubject, result: EvaluationResult) -> Outcome:
    """The same outcome from the snapshot and the scheme: what anybody can check for any past day."""
    return by_scheme(subject.evaluation_round.scheme, result)


def by_scheme(scheme: EvaluationScheme, result: EvaluationResult) -> Outcome:
    return outcome_of(
        indicators_of(scheme.tree),
        {line["code"]: snapshot_value(line) for line in result.lines},
        scheme.grades,
        subject_kind=scheme.subject_kind,
        least_measured=scheme.least_measured,
        has_serious_determination=result.has_serious_determination,
        opted_out=result.opted_out,
        unrated=bool(result.unrated_reason),
    )


# --- a scheme replayed ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Move:
    """One subject under another scheme. `why`: (indicator, points before, after); None: it was or is not there."""

    subject: EvaluationSubject
    before: EvaluationResult
    after: Outcome
    why: list[tuple[Mapping[str, Any], int | None, int | None]]

    @property
    def moves(self) -> bool:
        return self.before.grade != self.after.grade


@dataclass(frozen=True)
class Replay:
    evaluation_round: EvaluationRound
    moves: list[Move]

    @property
    def moved(self) -> int:
        return sum(one.moves for one in self.moves)


def replayed(actor: User, scheme: EvaluationScheme) -> Replay | None:
    """The scheme on the last final round of its kind that the actor reaches; nothing is stored.

    Values are those of the snapshot: an indicator that was not measured then is not measured here.
    """
    final = rounds(actor, P.EVALUATION_MANAGE).filter(
        state=RoundState.FINAL, scheme__subject_kind=scheme.subject_kind
    )  # fmt: skip
    found = final.exclude(scheme=scheme).first()
    if found is None:
        return None
    pairs = [(subject, result_of(subject)) for subject in subjects_of(found)]
    moves = [_move(scheme, subject, result) for subject, result in pairs if result is not None]
    return Replay(found, sorted(moves, key=lambda one: (not one.moves, one.subject.pk)))


def _move(scheme: EvaluationScheme, subject: EvaluationSubject, result: EvaluationResult) -> Move:
    after = by_scheme(scheme, result)
    old = {line["code"]: line["points"] for line in result.lines}
    new = {line.code: line.points for line in after.lines}
    leaves = _leaves(subject.evaluation_round.scheme) | _leaves(scheme)
    why = [(leaves[code], old.get(code), new.get(code)) for code in leaves if old.get(code) != new.get(code)]
    return Move(subject, result, after, why)


def _leaves(scheme: EvaluationScheme) -> dict[str, Mapping[str, Any]]:
    return {leaf["code"]: leaf for group in scheme.tree for leaf in group["indicators"]}


# --- objections, what is public, supervision items ------------------------------------------------------------------
def objections_of(found: EvaluationRound) -> QuerySet[EvaluationObjection]:
    rows = EvaluationObjection.objects.filter(subject__evaluation_round=found)
    return rows.select_related("subject__institution", "subject__base", "subject__person").order_by("pk")


def find_objection(actor: User, pk: int) -> EvaluationObjection:
    rows = EvaluationObjection.objects.allowed(actor, P.EVALUATION_MANAGE)
    rows = rows.select_related("subject__evaluation_round__scheme", "subject__institution", "subject__base")
    return _found(rows.select_related("subject__person"), pk, P.EVALUATION_MANAGE)


def open_objections(actor: User) -> QuerySet[EvaluationObjection]:
    return EvaluationObjection.objects.allowed(actor, P.EVALUATION_MANAGE).filter(state=ObjectionState.OPEN)


def public_rounds() -> QuerySet[EvaluationRound]:
    """Of entities and bases alone, while objections can be made and after: a person's grade is never public."""
    rows = EvaluationRound.objects.filter(state__in=SHOWN)
    rows = rows.exclude(scheme__subject_kind=EvaluationScheme.SubjectKind.PERSON)
    return rows.select_related("scheme", "region").order_by("-period_to", "-pk")


def public_round(pk: int) -> EvaluationRound:
    return _found(public_rounds(), pk)


def public_grades(found: EvaluationRound) -> QuerySet[Any]:
    """Name and grade, nothing else, those with a grade alone; best grade first, then by name."""
    last = EvaluationResult.objects.filter(subject=OuterRef("pk")).order_by("-turn")
    rows = found.subjects.filter(person__isnull=True).annotate(grade=Subquery(last.values("grade")[:1]))
    rows = rows.exclude(grade=Grade.NR).filter(Exists(last)).select_related("institution", "base")
    return rows.order_by("grade", "institution__name", "base__name", "pk")


def supervision_items(actor: User, *, overdue: bool = False) -> QuerySet[SupervisionItem]:
    """The open ones first, what is due first above."""
    rows = SupervisionItem.objects.allowed(actor, P.EVALUATION_MANAGE).select_related("institution", "base", "region")
    if overdue:
        rows = rows.filter(_overdue(clock.today()))
    return rows.order_by("-state", "due_on", "pk")


def _overdue(on: date) -> Q:
    return Q(state=ItemState.OPEN, due_on__lt=on)


def find_item(actor: User, pk: int) -> SupervisionItem:
    return _found(supervision_items(actor), pk, P.EVALUATION_MANAGE)


def _found(rows: QuerySet[Any], pk: int, permission: Permission = P.SCHEME_MANAGE) -> Any:
    if (found := rows.filter(pk=pk).first()) is None:
        raise NotAllowed(permission=permission.value)
    return found


def was_opened(actor: User, subject: EvaluationSubject) -> bool:
    """Has the actor ever said what for, to look into this evaluation of a person?"""
    rows = AuditEntry.objects.filter(verb="credit.evaluation_opened", actor_id=actor.pk)
    return rows.filter(subject_id=str(subject.pk)).exists()
