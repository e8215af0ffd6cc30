"""The question bank and the blueprints: one bank for the nation, kept by whoever wears the nation's hat."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import Region, User
from accounts.permissions import Permission
from accounts.services.places import require_region
from core import audit
from core.errors import DomainError
from courses.exams.imports import PlannedQuestion
from courses.exams.models import Blueprint, PaperQuestion, Question

FIELDS = ("module", "kind", "difficulty", "texts", "answer", "source")


@dataclass(frozen=True)
class BankChange:
    """Codes by what loading did to them. A question that stood on a paper got a new version."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


@transaction.atomic
def load_questions(*, actor: User, questions: Sequence[PlannedQuestion], level: str) -> BankChange:
    """Create or correct questions by code; what the plan does not name stays as it is."""
    nation = Region.objects.get(code="000000")
    require_region(actor, Permission.EXAM_MANAGE, nation)
    latest = _latest([plan.code for plan in questions])
    change = BankChange()
    corrections = []
    for plan in questions:
        known = latest.get(plan.code)
        action = change.created if known is None else _kept_or_updated(change, known, plan, level)
        action.append(plan.code)
        if known is not None and action is change.updated:
            corrections.append((known, plan))
    new = [plan for plan in questions if plan.code not in latest]
    Question.objects.bulk_create([_question(plan, level, version=1) for plan in new])
    _correct(corrections, level)
    if change.created or change.updated:
        audit.record(
            actor, "exams.questions_loaded", nation, created=change.created, updated=change.updated, level=level
        )
    return change


@transaction.atomic
def create_blueprint(
    *, actor: User, code: str, level: str, rows: list[dict[str, Any]], minutes: int, pass_score: int
) -> Blueprint:
    """A new blueprint; the same again is the same. Raises `blueprint_exists` for other content under a known code,
    `blueprint_rows_wrong` when a row is empty or two rows draw from one module."""
    require_region(actor, Permission.EXAM_MANAGE, Region.objects.get(code="000000"))
    _check_rows(rows)
    content = {"level": level, "rows": rows, "minutes": minutes, "pass_score": pass_score}
    blueprint, fresh = Blueprint.objects.get_or_create(code=code, defaults=content)
    if fresh:
        audit.record(actor, "exams.blueprint_created", blueprint, code=code)
    elif any(getattr(blueprint, name) != value for name, value in content.items()):
        raise DomainError("blueprint_exists", blueprint=code)
    return blueprint


def _latest(codes: Iterable[str]) -> dict[str, Question]:
    """The newest version of each; locked, so that nobody draws a question while it is being corrected."""
    rows = Question.objects.select_for_update().filter(code__in=codes)
    return {question.code: question for question in rows.order_by("version")}


def _kept_or_updated(change: BankChange, known: Question, plan: PlannedQuestion, level: str) -> list[str]:
    same = known.level == level and all(getattr(known, name) == getattr(plan, name) for name in FIELDS)
    return change.unchanged if same else change.updated


def _correct(corrections: list[tuple[Question, PlannedQuestion]], level: str) -> None:
    """In place while nobody has seen the question; otherwise papers keep what they showed and a new version follows."""
    drawn = set(
        PaperQuestion.objects.filter(question__in=[known for known, _ in corrections]).values_list(
            "question_id", flat=True
        )
    )
    seen = [(known, plan) for known, plan in corrections if known.pk in drawn or known.retired]
    Question.objects.filter(pk__in=[known.pk for known, _ in seen]).update(retired=True)
    Question.objects.bulk_create([_question(plan, level, version=known.version + 1) for known, plan in seen])
    unseen = [
        _question(plan, level, version=known.version, pk=known.pk)
        for known, plan in corrections
        if known.pk not in drawn and not known.retired
    ]
    Question.objects.bulk_update(unseen, ["level", "option_count", *FIELDS])


def _question(plan: PlannedQuestion, level: str, *, version: int, pk: int | None = None) -> Question:
    content = {name: getattr(plan, name) for name in ("code", "option_count", *FIELDS)}
    return Question(pk=pk, level=level, version=version, **content)


def _check_rows(rows: list[dict[str, Any]]) -> None:
    uses = Counter(module for row in rows for module in row["modules"])
    if not rows or any(row["count"] < 1 for row in rows) or any(count > 1 for count in uses.values()):
        raise DomainError("blueprint_rows_wrong")
