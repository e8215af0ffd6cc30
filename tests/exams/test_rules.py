"""Marking tables and drawing, without a database."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from courses.exams import rules

NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)


# --- marking --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "key", "value", "right"),
    [
        ("single", [2], [2], True),
        ("single", [2], [1], False),
        ("single", [2], [], False),
        ("single", [2], None, False),
        ("multiple", [1, 3], [1, 3], True),
        ("multiple", [1, 3], [3, 1], True),
        ("multiple", [1, 3], [1], False),
        ("multiple", [1, 3], [1, 3, 4], False),
        ("multiple", [1, 3], [2, 4], False),
        ("true_false", [True], [True], True),
        ("true_false", [True], [False], False),
        ("true_false", [False], [False], True),
        ("true_false", [False], [], False),
        ("numeric", ["12.5"], ["12.5"], True),
        ("numeric", ["12.5"], ["12.50"], True),
        ("numeric", ["12.5"], ["+12.5"], True),
        ("numeric", ["12.5"], ["12.49"], False),
        ("numeric", ["12.5"], ["-12.5"], False),
        ("numeric", ["0.3"], ["0.30"], True),
        ("numeric", ["260000"], ["260000.0"], True),
        ("numeric", ["260000"], ["260001"], False),
    ],
)
def test_mark(kind, key, value, right):
    assert rules.mark(SimpleNamespace(kind=kind, answer=key), value) is right


@pytest.mark.parametrize(
    ("right", "total", "score"), [(0, 30, 0), (17, 30, 56), (18, 30, 60), (29, 30, 96), (30, 30, 100), (599, 1000, 59)]
)
def test_score_is_rounded_down(right, total, score):
    assert rules.score(right, total) == score


# --- reading --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "order", "sent", "stored"),
    [
        ("single", [3, 1, 2], ["1"], [3]),
        ("single", [3, 1, 2], ["2"], [1]),
        ("single", [3, 1, 2], [], []),
        ("single", [3, 1, 2], [""], []),
        ("multiple", [3, 1, 2], ["1", "2"], [1, 3]),
        ("multiple", [3, 1, 2], ["2", "1"], [1, 3]),
        ("multiple", [3, 1, 2], ["3"], [2]),
        ("true_false", [], ["true"], [True]),
        ("true_false", [], ["false"], [False]),
        ("numeric", [], ["260000"], ["260000"]),
        ("numeric", [], [" 260,000 "], ["260000"]),
        ("numeric", [], ["２６０，０００"], ["260000"]),
        ("numeric", [], ["1 200 000"], ["1200000"]),
        ("numeric", [], ["12.5"], ["12.5"]),
        ("numeric", [], ["-3"], ["-3"]),
        ("numeric", [], ["  "], []),
    ],
)
def test_read_answer(kind, order, sent, stored):
    assert rules.read_answer(kind, order, sent) == stored


@pytest.mark.parametrize(
    ("kind", "order", "sent"),
    [
        ("single", [3, 1, 2], ["4"]),
        ("single", [3, 1, 2], ["0"]),
        ("single", [3, 1, 2], ["1", "2"]),
        ("single", [3, 1, 2], ["一"]),
        ("single", [3, 1, 2], ["²"]),
        ("single", [3, 1, 2], ["-1"]),
        ("single", [3, 1, 2], ["9" * 5000]),
        ("multiple", [3, 1, 2], ["1", "1"]),
        ("multiple", [3, 1, 2], ["1", "5"]),
        ("true_false", [], ["yes"]),
        ("true_false", [], ["true", "false"]),
        ("numeric", [], ["26万"]),
        ("numeric", [], ["1e5"]),
        ("numeric", [], ["NaN"]),
        ("numeric", [], ["Infinity"]),
        ("numeric", [], ["2,60000"]),
        ("numeric", [], ["1,2"]),
        ("numeric", [], ["9" * 16]),
        ("numeric", [], ["3", "4"]),
    ],
)
def test_read_answer_that_does_not_fit(kind, order, sent):
    with pytest.raises(DomainError) as refusal:
        rules.read_answer(kind, order, sent)
    assert (refusal.value.code, refusal.value.facts) == ("answer_wrong", {"kind": kind})


@given(st.integers(2, 6).flatmap(lambda n: st.tuples(st.permutations(range(1, n + 1)), st.integers(1, n))))
def test_read_answer_finds_the_option_at_the_shown_place(case):
    order, number = case
    assert rules.read_answer("single", order, [str(order.index(number) + 1)]) == [number]


# --- drawing --------------------------------------------------------------------------------------------------------
@st.composite
def blueprints(draw):
    """Rows over modules of their own, and a bank that holds enough for each."""
    rows, bank = [], []
    for row in range(draw(st.integers(1, 4))):
        modules = [f"{'KPTC'[row]}{number}" for number in range(1, draw(st.integers(1, 5)) + 1)]
        for module in modules:
            size = draw(st.integers(1, 6))
            bank += [
                rules.BankQuestion(f"{module}-{number}", module, draw(st.integers(0, 5))) for number in range(size)
            ]
        supply = sum(question.module in modules for question in bank)
        rows.append({"modules": modules, "count": draw(st.integers(1, supply))})
    return rows, bank


@given(blueprints(), st.integers())
def test_draw_fills_every_row_without_repeats(case, seed):
    rows, bank = case
    modules = {question.code: question.module for question in bank}

    drawn = rules.draw(rows, bank, Random(seed))

    assert len({question.code for question in drawn}) == sum(row["count"] for row in rows)
    per_module = Counter(modules[question.code] for question in drawn)
    assert [sum(per_module[module] for module in row["modules"]) for row in rows] == [row["count"] for row in rows]


@given(blueprints(), st.integers())
def test_draw_lets_modules_of_a_row_take_turns(case, seed):
    """No module gives two more than another one that could still give."""
    rows, bank = case
    supply = Counter(question.module for question in bank)
    per_module = Counter(code.code.split("-")[0] for code in rules.draw(rows, bank, Random(seed)))
    for row in rows:
        most = max(per_module[module] for module in row["modules"])
        able = [module for module in row["modules"] if per_module[module] < supply[module]]
        assert [module for module in able if per_module[module] < most - 1] == []


@given(blueprints(), st.integers())
def test_draw_orders_every_option_once(case, seed):
    rows, bank = case
    options = {question.code: question.options for question in bank}
    drawn = rules.draw(rows, bank, Random(seed))
    assert [sorted(question.option_order) for question in drawn] == [
        list(range(1, options[question.code] + 1)) for question in drawn
    ]


def test_draw_differs_by_seed_and_repeats_with_it():
    bank = [rules.BankQuestion(f"K1-{number}", "K1", 4) for number in range(20)]
    rows = [{"modules": ["K1"], "count": 10}]
    assert rules.draw(rows, bank, Random(1)) == rules.draw(rows, bank, Random(1))
    assert rules.draw(rows, bank, Random(1)) != rules.draw(rows, bank, Random(2))


def test_draw_from_a_bank_that_is_too_small():
    bank = [rules.BankQuestion("K1-1", "K1"), rules.BankQuestion("P1-1", "P1")]
    with pytest.raises(DomainError) as refusal:
        rules.draw([{"modules": ["K1"], "count": 2}], bank, Random(1))
    assert (refusal.value.code, refusal.value.facts) == (
        "bank_too_small",
        {"modules": ["K1"], "wanted": 2, "found": 1},
    )


# --- time and admission ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"used": 1}, ""),
        ({"used": 2}, "no_attempts_left"),
        ({"used": 3}, "no_attempts_left"),
        ({"passed": True, "used": 1}, "already_passed"),
        ({"checked": False}, "identity_not_checked"),
        ({"opens_at": NOW + timedelta(seconds=1)}, "not_open_yet"),
        ({"opens_at": NOW}, ""),
        ({"closes_at": NOW}, "sitting_closed"),
        ({"closes_at": NOW, "checked": False}, "sitting_closed"),
    ],
)
def test_start_refusal(changes, reason):
    usual = {
        "checked": True,
        "used": 0,
        "allowed": 2,
        "passed": False,
        "opens_at": NOW - timedelta(hours=1),
        "closes_at": NOW + timedelta(hours=1),
    }
    assert rules.start_refusal(rules.Candidature(**{**usual, **changes}), NOW) == reason


@pytest.mark.parametrize(("closes_in", "minutes"), [(180, 45), (45, 45), (20, 20)])
def test_deadline_is_cut_by_the_end_of_the_sitting(closes_in, minutes):
    closes_at = NOW + timedelta(minutes=closes_in)
    assert rules.deadline(NOW, 45, closes_at) == NOW + timedelta(minutes=minutes)
