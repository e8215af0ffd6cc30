"""The bank of the junior course as it lies in demo/questions: complete, spread over the modules, loadable."""

from collections import Counter
from datetime import timedelta

import pytest

from accounts.selectors import system_user
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from courses.exams import services
from courses.exams.imports import plan_questions, read_blueprint, read_questions
from courses.exams.models import Blueprint, Question
from tests.builders import base_manager, regulator
from tests.exams.builders import (
    QUESTIONS,
    candidate,
    load,
    make_blueprint,
    make_sitting,
    planned,
    position_of,
    start,
)


@pytest.fixture(scope="module")
def bank():
    return read_questions(QUESTIONS)


def test_bank_spread(bank):
    assert len(bank) == 120
    assert Counter(question.module[0] for question in bank) == {"K": 24, "P": 34, "T": 52, "C": 10}
    assert sum(question.texts.keys() == {"zh-hans", "en", "ja"} for question in bank) == 30
    assert sum(question.texts.keys() == {"zh-hans"} for question in bank) == 90
    assert Counter(question.kind for question in bank) == {
        "single": 66,
        "multiple": 24,
        "true_false": 18,
        "numeric": 12,
    }


def test_bank_key_is_not_always_at_the_same_place(bank):
    places = Counter(question.answer[0] for question in bank if question.kind == "single")
    assert set(places) == {1, 2, 3, 4}
    assert max(places.values()) <= 66 // 2


def test_blueprint_can_be_drawn_from_the_bank(bank):
    blueprint = read_blueprint(QUESTIONS / "blueprint.yaml")
    supply = Counter(question.module for question in bank)
    assert (blueprint.minutes, blueprint.pass_score) == (45, 60)
    assert [row["count"] for row in blueprint.rows] == [6, 9, 12, 3]
    # Every module holds at least a third more than one paper can take from it, so that papers differ.
    for row in blueprint.rows:
        share = -(-row["count"] // len(row["modules"]))
        assert [module for module in row["modules"] if supply[module] < share * 4 // 3] == []


@pytest.mark.django_db
def test_bank_loads_and_loads_again_without_change(bank):
    first = load(*bank)
    assert (len(first.created), first.updated, first.unchanged) == (120, [], [])
    assert Question.objects.filter(retired=False, level="JUNIOR").count() == 120
    again = load(*bank)
    assert (again.created, again.updated, len(again.unchanged)) == ([], [], 120)
    assert AuditEntry.objects.filter(verb="exams.questions_loaded").count() == 1


@pytest.mark.django_db
def test_paper_of_the_junior_blueprint(bank):
    load(*bank)
    plan = read_blueprint(QUESTIONS / "blueprint.yaml")
    blueprint = services.create_blueprint(actor=system_user(), **vars(plan))
    sitting = make_sitting(blueprint)
    attempt = start(candidate(sitting), sitting)
    drawn = Counter(attempt.paper.values_list("question__module", flat=True))
    assert Counter({group: sum(n for m, n in drawn.items() if m[0] == group) for group in "KPTC"}) == {
        "K": 6,
        "P": 9,
        "T": 12,
        "C": 3,
    }
    assert len(drawn) == 15
    assert attempt.deadline - attempt.started_at == timedelta(minutes=45)


# --- plans ----------------------------------------------------------------------------------------------------------
def row(**changes):
    usual = {
        "code": "K1-01",
        "module": "K1",
        "kind": "single",
        "difficulty": "easy",
        "stem": {"zh-hans": "题", "en": "Q"},
        "options": [{"zh-hans": "甲", "en": "A"}, {"zh-hans": "乙", "en": "B"}],
        "answer": [2],
        "explanation": {"zh-hans": "因", "en": "Because"},
        "source": "法",
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def test_plan_of_a_question():
    (plan,) = plan_questions([row()])
    assert plan.texts == {
        "zh-hans": {"stem": "题", "options": ["甲", "乙"], "explanation": "因", "unit": ""},
        "en": {"stem": "Q", "options": ["A", "B"], "explanation": "Because", "unit": ""},
    }
    assert (plan.answer, plan.option_count) == ([2], 2)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"source": None}, "fields"),
        ({"hint": "x"}, "fields"),
        ({"kind": "essay"}, "kind_or_difficulty"),
        ({"difficulty": "brutal"}, "kind_or_difficulty"),
        ({"stem": {"en": "Q"}}, "languages"),
        ({"stem": {"zh-hans": "题"}}, "languages"),
        ({"stem": {"zh-hans": "题", "en": ""}}, "languages"),
        ({"explanation": {"zh-hans": "因"}}, "languages"),
        ({"unit": {"zh-hans": "元"}}, "languages"),
        ({"answer": [3]}, "answer"),
        ({"answer": [0]}, "answer"),
        ({"answer": []}, "answer"),
        ({"answer": "2"}, "answer"),
        ({"answer": [1, 2]}, "answer"),
        ({"kind": "multiple"}, "answer"),
        ({"kind": "multiple", "answer": [1, 1]}, "answer"),
        ({"kind": "true_false", "options": None, "answer": ["true"]}, "answer"),
        ({"kind": "numeric", "options": None, "answer": ["NaN"]}, "answer"),
        ({"kind": "numeric", "options": None, "answer": [3]}, "answer"),
        ({"kind": "numeric", "options": None, "answer": ["三"]}, "answer"),
        ({"source": "法" * 201}, "length"),
    ],
)
def test_plan_refuses_a_faulty_question(changes, reason):
    with pytest.raises(DomainError) as refusal:
        plan_questions([row(), row(code="K1-02", **changes)])
    assert refusal.value.code == "bank_wrong"
    assert refusal.value.facts["errors"] == [("K1-02", reason)]


def test_plan_refuses_options_that_do_not_belong():
    with pytest.raises(DomainError) as refusal:
        plan_questions([row(kind="true_false", answer=[True]), row(code="K1-02", options=None, answer=[1])])
    assert refusal.value.facts["errors"] == [("K1-01", "options"), ("K1-02", "options"), ("K1-02", "answer")]


def test_plan_refuses_a_code_twice():
    with pytest.raises(DomainError) as refusal:
        plan_questions([row(), row()])
    assert refusal.value.facts["errors"] == [("K1-01", "code_twice")]


# --- loading --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_correction_of_a_question_nobody_saw_is_in_place():
    load(planned("K1-1"))
    change = load(planned("K1-1", answer=[3]))
    assert change.updated == ["K1-1"]
    assert list(Question.objects.values_list("version", "answer", "retired")) == [(1, [3], False)]


@pytest.mark.django_db
def test_correction_of_a_drawn_question_is_a_new_version_and_papers_keep_theirs():
    sitting = make_sitting()
    attempt = start(candidate(sitting), sitting)
    load(planned("K1-1", answer=[3]))
    rows = Question.objects.filter(code="K1-1").order_by("version")
    assert list(rows.values_list("version", "answer", "retired")) == [(1, [2], True), (2, [3], False)]
    assert attempt.paper.get(position=position_of(attempt, "K1")).question.answer == [2]
    later = start(candidate(sitting, name="王喆"), sitting)
    assert later.paper.get(position=position_of(later, "K1")).question.answer == [3]


@pytest.mark.django_db
def test_retired_question_stays_retired_when_the_same_is_loaded_again():
    load(planned("K1-1"))
    Question.objects.update(retired=True)
    assert load(planned("K1-1")).unchanged == ["K1-1"]
    assert Question.objects.get().retired is True


@pytest.mark.django_db
@pytest.mark.parametrize("actor", [base_manager, regulator])
def test_bank_is_closed_to_others(actor):
    user = actor()
    with pytest.raises(NotAllowed):
        services.load_questions(actor=user, questions=[planned("K1-1")], level="JUNIOR")
    with pytest.raises(NotAllowed):
        services.create_blueprint(actor=user, code="X", level="JUNIOR", rows=[], minutes=1, pass_score=1)
    assert (Question.objects.count(), Blueprint.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_blueprint_again_is_the_same_and_other_content_is_refused():
    first = make_blueprint()
    rows = first.rows
    assert make_blueprint(rows) == first
    with pytest.raises(DomainError) as refusal:
        make_blueprint(rows, minutes=30)
    assert refusal.value.code == "blueprint_exists"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"modules": ["K1"], "count": 0}],
        [{"modules": ["K1", "K1"], "count": 1}],
        [{"modules": ["K1"], "count": 1}, {"modules": ["K1", "K2"], "count": 1}],
    ],
)
def test_blueprint_rows_that_cannot_be_drawn(rows):
    with pytest.raises(DomainError) as refusal:
        make_blueprint(rows)
    assert refusal.value.code == "blueprint_rows_wrong"
