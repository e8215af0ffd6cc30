"""Builders of examinations: a bank, a blueprint, a sitting that is open now, a person who may sit it."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from accounts.models import Person, TrainingBase, User
from accounts.selectors import system_user
from core import clock
from courses.exams import services
from courses.exams.imports import PlannedQuestion
from courses.exams.models import AnswerEntry, Attempt, Blueprint, PaperQuestion, Sitting
from tests.builders import make_base, make_person, make_user

QUESTIONS = Path(__file__).resolve().parents[2] / "demo" / "questions"
EXPLANATION = "解析文字"


def planned(code: str, kind: str = "single", **fields: Any) -> PlannedQuestion:
    """A valid question; the key is the second option, "true" or 12.5."""
    options = {"single": 4, "multiple": 5}.get(kind, 0)
    answer = {"single": [2], "multiple": [2, 4], "true_false": [True], "numeric": ["12.5"]}[kind]
    text = {
        "stem": f"题干{code}",
        "options": [f"{code}选项{number}" for number in range(1, options + 1)],
        "explanation": EXPLANATION,
        "unit": "元" if kind == "numeric" else "",
    }
    defaults = {
        "module": code.split("-")[0],
        "difficulty": "easy",
        "texts": {"zh-hans": text},
        "answer": answer,
        "source": "测试来源",
    }
    return PlannedQuestion(code=code, kind=kind, **{**defaults, **fields})


def load(*questions: PlannedQuestion) -> services.BankChange:
    return services.load_questions(actor=system_user(), questions=questions, level="JUNIOR")


def make_blueprint(rows: list[dict[str, Any]] | None = None, *, code: str = "TEST", **fields: Any) -> Blueprint:
    """By default one question of each kind, in this order of modules: K1 single, K2 multiple, P1 truth, T1 number."""
    if rows is None:
        load(planned("K1-1"), planned("K2-1", "multiple"), planned("P1-1", "true_false"), planned("T1-1", "numeric"))
        rows = [{"title": {"zh-hans": f"部分{module}"}, "modules": [module], "count": 1} for module in MODULES]
    defaults = {"level": "JUNIOR", "minutes": 45, "pass_score": 60}
    return services.create_blueprint(actor=system_user(), code=code, rows=rows, **{**defaults, **fields})


MODULES = ("K1", "K2", "P1", "T1")


def make_sitting(
    blueprint: Blueprint | None = None,
    *,
    base: TrainingBase | None = None,
    opens_in: timedelta = timedelta(hours=-1),
    closes_in: timedelta = timedelta(hours=3),
    **fields: Any,
) -> Sitting:
    return services.create_sitting(
        actor=system_user(),
        base=base or make_base(),
        blueprint=blueprint or Blueprint.objects.filter(code="TEST").first() or make_blueprint(),
        title="初级班笔试",
        opens_at=clock.now() + opens_in,
        closes_at=clock.now() + closes_in,
        **fields,
    )


def candidate(sitting: Sitting, *, user: User | None = None, checked: bool = True, name: str = "高轩") -> Person:
    """A person with a login who may sit."""
    person = make_person(name, user=user or make_user(), checked=checked)
    services.admit_candidates(actor=system_user(), sitting=sitting, persons=[person])
    return person


def start(person: Person, sitting: Sitting, **fields: Any) -> Attempt:
    return services.start_attempt(actor=person.user, sitting=sitting, **fields)


def running_attempt(**fields: Any) -> Attempt:
    sitting = make_sitting(**fields)
    return start(candidate(sitting), sitting)


def position_of(attempt: Attempt, module: str) -> int:
    return PaperQuestion.objects.get(attempt=attempt, question__module=module).position


def key_of(attempt: Attempt, position: int) -> list[str]:
    """The right answer as a form would send it."""
    place = PaperQuestion.objects.select_related("question").get(attempt=attempt, position=position)
    if place.option_order:
        return [str(place.option_order.index(number) + 1) for number in place.question.answer]
    return [str(value).lower() for value in place.question.answer]


def answer(
    attempt: Attempt, position: int, value: list[str] | None = None, sequence: int | None = None
) -> services.SavedAnswer:
    """Save a value, the right one by default."""
    return services.save_answer(
        actor=attempt.person.user,
        attempt=UUID(str(attempt.uuid)),
        position=position,
        value=key_of(attempt, position) if value is None else value,
        sequence=sequence,
    )


def given(attempt: Attempt) -> list[tuple[int, int, Any]]:
    """Everything that was stored: position, sequence, value."""
    rows = AnswerEntry.objects.filter(paper_question__attempt=attempt).order_by("pk")
    return list(rows.values_list("paper_question__position", "sequence", "value"))
