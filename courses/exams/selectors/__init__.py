"""Reads of the exams room: sittings one may sit, one's own paper, results. No key leaves before the review."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Person, User
from accounts.permissions import Permission
from accounts.selectors import is_checked, same_person, surviving
from core import clock
from core.errors import NotAllowed
from courses.exams.models import Attempt, PaperQuestion, Sitting, SittingCandidate
from courses.exams.rules import GRACE, MAIN_LANGUAGE, Candidature, QuestionKind, mark
from courses.exams.workflow import AttemptState


@dataclass(frozen=True)
class Option:
    """An option at its shown place. `right` is known in the review alone."""

    place: str
    text: str
    chosen: bool
    right: bool | None = None


@dataclass(frozen=True)
class ShownQuestion:
    """A question as its candidate sees it: one language, shown order, the answer given so far, no key."""

    position: int
    kind: str
    language: str
    stem: str
    unit: str
    options: list[Option]
    written: str
    sequence: int
    saved_at: Any


@dataclass(frozen=True)
class Place:
    """A question in the map of a paper."""

    position: int
    answered: bool


@dataclass(frozen=True)
class ModuleResult:
    title: str
    module: str
    right: int
    total: int


@dataclass(frozen=True)
class ReviewedQuestion:
    """After the sitting: what was given, what is right, and why."""

    shown: ShownQuestion
    right: bool
    key: str
    explanation: str
    source: str


@dataclass(frozen=True)
class MarkedPaper:
    """A result in detail. `review` is empty while keys may not be shown."""

    modules: list[ModuleResult]
    review: list[ReviewedQuestion]

    @property
    def right(self) -> int:
        return sum(module.right for module in self.modules)

    @property
    def total(self) -> int:
        return sum(module.total for module in self.modules)


# --- sittings -------------------------------------------------------------------------------------------------------
def open_sittings_for(actor: User) -> QuerySet[Sitting]:
    """Sittings the actor was admitted to and that have not closed, the next one first."""
    rows = Sitting.objects.allowed(actor, Permission.EXAM_SIT).filter(closes_at__gt=clock.now())
    return rows.select_related("base", "blueprint").order_by("opens_at", "pk")


def sitting_for(actor: User, pk: int) -> Sitting:
    rows = Sitting.objects.allowed(actor, Permission.EXAM_SIT).select_related("base", "blueprint")
    return _found(rows.filter(pk=pk).first())


def attempts_of(actor: User, sitting: Sitting) -> list[Attempt]:
    """The actor's own attempts in a sitting, in order."""
    return list(Attempt.objects.allowed(actor, Permission.EXAM_SIT).filter(sitting=sitting).order_by("number"))


def candidature_for(actor: User, sitting: Sitting) -> Candidature:
    found: Candidature = _found(candidature_if_any(actor, sitting))
    return found


def candidature_if_any(actor: User, sitting: Sitting) -> Candidature | None:
    """None for somebody who has been taken off the sitting: results of before stay one's own."""
    rows = SittingCandidate.objects.allowed(actor, Permission.EXAM_SIT).filter(sitting=sitting)
    found = rows.select_related("person", "sitting").first()
    return candidature_of(found) if found else None


def candidature_of(candidate: SittingCandidate) -> Candidature:
    # Joined records are one candidate: what one of them has sat counts for the other.
    survivor = candidate.person.merged_into_id or candidate.person_id
    sat = Attempt.objects.filter(same_person(survivor), sitting=candidate.sitting)
    passed = list(sat.values_list("passed", flat=True))
    return Candidature(
        checked=is_checked(candidate.person),
        used=len(passed),
        allowed=candidate.sitting.max_attempts,
        passed=True in passed,
        opens_at=candidate.sitting.opens_at,
        closes_at=candidate.sitting.closes_at,
    )


# --- one's own paper ------------------------------------------------------------------------------------------------
def attempt_for(actor: User, uuid: UUID) -> Attempt:
    rows = Attempt.objects.allowed(actor, Permission.EXAM_SIT).select_related("sitting__blueprint", "sitting__base")
    return _found(rows.filter(uuid=uuid).first())


def places_of(attempt: Attempt) -> list[Place]:
    """The map of a paper, without reading a single question."""
    rows = PaperQuestion.objects.filter(attempt=attempt).with_latest_answer().order_by("position")
    return [Place(position, bool(value)) for position, value in rows.values_list("position", "latest_value")]


def paper_of(attempt: Attempt) -> list[Any]:
    """The whole paper with questions, keys and latest answers. For marking and review; never for an open page."""
    rows = PaperQuestion.objects.filter(attempt=attempt).with_latest_answer()
    return list(rows.select_related("question").order_by("position"))


def answers_of(attempt: Attempt) -> dict[int, list[Any]]:
    """The latest answer per position, where one was given and not taken back."""
    rows = PaperQuestion.objects.filter(attempt=attempt).with_latest_answer().order_by("position")
    return {position: value for position, value in rows.values_list("position", "latest_value") if value}


def question_at(attempt: Attempt, position: int) -> ShownQuestion:
    rows = PaperQuestion.objects.filter(attempt=attempt, position=position).with_latest_answer()
    row = _found(rows.select_related("question").defer("question__answer").first())
    return _shown(row, attempt.language)


# --- results --------------------------------------------------------------------------------------------------------
def best_attempt(sitting: Sitting, person: Person) -> Attempt | None:
    """The highest marked score, the earlier one of two equal ones; attempts of merged persons count."""
    marked = _marked(sitting).filter(survivor=person.merged_into_id or person.pk)
    return marked.order_by("-score", "number", "pk").first()


def results_of(sitting: Sitting) -> dict[int, Attempt]:
    """The best marked attempt of everybody who sat, by the id of the surviving person."""
    # Ascending: the best comes last and stays.
    return {attempt.survivor: attempt for attempt in _marked(sitting).order_by("score", "-number", "-pk")}


def marked_paper(attempt: Attempt) -> MarkedPaper:
    """Right and total per module in the blueprint's order; single questions with their keys only if may_review."""
    paper = paper_of(attempt)
    review = [_reviewed(row, attempt.language) for row in paper] if may_review(attempt) else []
    return MarkedPaper(modules=_by_module(attempt, paper), review=review)


def may_review(attempt: Attempt) -> bool:
    """Keys are shown when they can help nobody any more: after the sitting, once no answer can arrive."""
    return attempt.state == AttemptState.MARKED and clock.now() > attempt.sitting.closes_at + GRACE


def in_language(texts: dict[str, Any], language: str) -> Any:
    return texts.get(language) or texts.get(MAIN_LANGUAGE, "")


def _by_module(attempt: Attempt, paper: list[Any]) -> list[ModuleResult]:
    outcomes: dict[str, list[bool]] = {}
    for row in paper:
        outcomes.setdefault(row.question.module, []).append(mark(row.question, row.latest_value))
    parts = [(row.get("title", {}), module) for row in attempt.sitting.blueprint.rows for module in row["modules"]]
    return [
        ModuleResult(in_language(title, attempt.language), module, sum(outcomes[module]), len(outcomes[module]))
        for title, module in parts
        if module in outcomes
    ]


def _marked(sitting: Sitting) -> Any:
    rows = Attempt.objects.annotate(survivor=surviving("person__"))
    return rows.filter(sitting=sitting, state=AttemptState.MARKED)


def _shown(row: Any, language: str, key: list[Any] | None = None) -> ShownQuestion:
    language = language if language in row.question.texts else MAIN_LANGUAGE
    texts = row.question.texts[language]
    value = row.latest_value or []
    return ShownQuestion(
        position=row.position,
        kind=row.question.kind,
        language=language,
        stem=texts["stem"],
        unit=texts["unit"],
        options=[_option(place, number, texts, value, key) for place, number in enumerate(row.option_order, 1)],
        written=_written(row.question.kind, value),
        sequence=row.latest_sequence or 0,
        saved_at=row.latest_saved_at,
    )


def _option(place: int, number: int, texts: dict[str, Any], value: list[Any], key: list[Any] | None) -> Option:
    right = None if key is None else number in key
    return Option(str(place), texts["options"][number - 1], number in value, right)


def _written(kind: str, value: list[Any]) -> str:
    """What a form shows of an answer that is no option: "true", "false" or the number."""
    if not value or kind not in (QuestionKind.TRUE_FALSE, QuestionKind.NUMERIC):
        return ""
    return str(value[0]).lower()


def _reviewed(row: Any, language: str) -> ReviewedQuestion:
    shown = _shown(row, language, key=row.question.answer)
    return ReviewedQuestion(
        shown=shown,
        right=mark(row.question, row.latest_value),
        key=_written(row.question.kind, row.question.answer),
        explanation=row.question.texts[shown.language]["explanation"],
        source=row.question.source,
    )


def _found(row: Any) -> Any:
    if row is None:
        raise NotAllowed(permission=str(Permission.EXAM_SIT))
    return row
