"""Points and grades: exact arithmetic, grades with their bounds, what never counts, what no scheme may ask."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.rules.evaluation import (
    NOT_MEASURED,
    Indicator,
    Value,
    mean_of,
    outcome_of,
    points_of,
    scheme_faults,
)

GRADES = [
    {"grade": "A", "at_least": 85},
    {"grade": "B", "at_least": 70},
    {"grade": "C", "at_least": 0},
    {"grade": "D", "at_least": None},
    {"grade": "NR", "at_least": None},
]
SHARE = Indicator("share", 60, "ratio", full=70, begins=30, percent=True)
COUNT = Indicator("count", 40, "entered", full=10)


def outcome(share=NOT_MEASURED, count=NOT_MEASURED, **given):
    facts = {"subject_kind": "base", "least_measured": 50, **given}
    return outcome_of([SHARE, COUNT], {"share": share, "count": count}, GRADES, **facts)


@pytest.mark.parametrize(
    ("value", "points"),
    [
        (Value(30, 100), 0),
        (Value(29, 100), 0),
        (Value(50, 100), 3000),
        # 69/99 is 69.6969…: 59.5454… points, rounded down.
        (Value(69, 99), 5954),
        (Value(70, 100), 6000),
        (Value(100, 100), 6000),
        (Value(None), None),
        (Value(3, 0), None),
        (Value(9, 9, small=True), None),
    ],
)
def test_points_are_in_proportion_and_rounded_down(value, points):
    assert points_of(SHARE, value) == points


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, 100), st.integers(0, 50), st.integers(1, 50))
def test_points_are_whole_never_above_the_weight_and_never_fall(numerator, denominator, weight, begins, more):
    one = Indicator("x", weight, "entered", full=begins + more, begins=begins, percent=True)
    points, better = (points_of(one, Value(n, denominator)) for n in (numerator, numerator + 1))

    assert isinstance(points, int)
    assert 0 <= points <= better <= weight * 100


def test_what_is_not_measured_is_left_out_and_the_rest_is_put_on_a_hundred():
    assert (outcome(share=Value(60, 100)).points, outcome(share=Value(60, 100)).measured) == (7500, 60)
    assert outcome(share=Value(60, 100), count=Value(10)).points == 8500


def test_too_little_measured_is_not_rated():
    found = outcome(count=Value(10))

    assert (found.grade, found.points, found.measured) == ("NR", None, 40)


@pytest.mark.parametrize(
    ("count", "grade"),
    [(10, "A"), (9, "A"), (6, "B"), (5, "B"), (0, "C")],
)
def test_grade_is_the_best_whose_bound_is_reached(count, grade):
    # 5 of 10 and a full share: 80 points; 0 of 10: 60.
    assert outcome(share=Value(70, 100), count=Value(count)).grade == grade


def test_bound_is_reached_at_equality_and_missed_by_a_hundredth():
    just = Indicator("x", 100, "entered", full=10_000)

    def grade(value):
        return outcome_of([just], {"x": Value(value)}, GRADES, subject_kind="base", least_measured=50).grade

    assert [grade(value) for value in (8500, 8499, 7000, 6999)] == ["A", "B", "B", "C"]


def test_no_points_are_bad_enough_for_d():
    assert outcome(share=Value(0, 100), count=Value(0)).grade == "C"


def test_d_stands_only_with_a_serious_determination_in_force():
    full = {"share": Value(70, 100), "count": Value(10)}

    assert outcome(**full, has_serious_determination=True).grade == "D"
    assert outcome(**full, has_serious_determination=False).grade == "A"


def test_person_is_never_d_and_not_rated_after_opting_out():
    full = {"share": Value(70, 100), "count": Value(10), "subject_kind": "person"}

    assert outcome(**full, has_serious_determination=True).grade == "A"
    assert (outcome(**full, opted_out=True).grade, outcome(**full, opted_out=True).points) == ("NR", None)
    assert outcome(**full, opted_out=True).lines == ()
    # Entities do not opt out.
    assert outcome(**{**full, "subject_kind": "base"}, opted_out=True).grade == "A"


def test_mean_of_evaluators_is_exact_and_leaves_out_who_gave_nothing():
    assert mean_of([Value(80), Value(81), Value(81), NOT_MEASURED]) == Value(242, 3)
    assert mean_of([NOT_MEASURED]) == NOT_MEASURED


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 1000)), min_size=1, max_size=6))
def test_mean_is_the_fraction_it_says(pairs):
    found = mean_of(Value(*pair) for pair in pairs)

    assert Fraction(found.numerator, found.denominator) == sum(Fraction(*pair) for pair in pairs) / len(pairs)


# --- what a scheme may be -------------------------------------------------------------------------------------------
def words(kind="base", **leaf):
    one = {
        "code": "x", "titles": {"zh-hans": "服务"}, "definition": {"zh-hans": "现场查验"}, "evidence": {"en": "record"},
        "weight": 100, "source": "entered", "unit": "score", "begins": 0, "full": 90, **leaf,
    }  # fmt: skip
    grades = [one for one in GRADES if kind != "person" or one["grade"] != "D"]
    ladder = {"A": ["commend"]} if kind == "person" else {"C": ["rectify"]}
    return {"tree": [{"indicators": [one]}], "subject_kind": kind, "grades": grades, "ladder": ladder}


def test_examples_of_schemes_have_no_faults():
    assert [scheme_faults(words(kind)) for kind in ("person", "institution", "base")] == [[], [], []]


@pytest.mark.parametrize(
    ("leaf", "fault"),
    [
        ({"weight": 99}, "weights_not_whole"),
        ({"begins": 90}, "indicator_cannot_be"),
        ({"begins": -1}, "indicator_cannot_be"),
        ({"source": "ratio"}, "indicator_not_known"),
    ],
)
def test_fault_of_an_indicator_is_named(leaf, fault):
    assert scheme_faults(words("base", **leaf)) == [fault]


def test_weight_of_nothing_and_a_code_twice_are_faults():
    two = words()
    two["tree"][0]["indicators"] *= 2
    assert scheme_faults(two) == ["weights_not_whole", "indicator_twice"]


@pytest.mark.parametrize("bounds", [(70, 85, 0), (85, 70, 10), (101, 70, 0), (85, 85, 0), (85, None, 0)])
def test_bounds_that_do_not_fall_to_nothing_are_refused(bounds):
    grades = [{"grade": grade, "at_least": bound} for grade, bound in zip("ABC", bounds, strict=True)]

    assert scheme_faults(words() | {"grades": grades}) == ["bounds_cannot_be"]


def test_d_by_points_is_refused():
    grades = [{**one, "at_least": 0} if one["grade"] == "D" else one for one in GRADES]

    assert scheme_faults(words() | {"grades": grades}) == ["bounds_cannot_be"]


def test_persons_have_no_d_and_are_only_rewarded():
    found = words("person")

    assert scheme_faults(found | {"grades": GRADES}) == ["person_has_no_d"]
    for step in ("talk", "circular", "rectify", "remove", "pass"):
        assert scheme_faults(found | {"ladder": {"C": [step]}}) == ["person_only_rewarded"]


@pytest.mark.parametrize(
    "text",
    ["发表论文数", "学历", "博士学位", "Published papers", "doctoral degree", "Publications", "論文の数", "学歴"],
)
@pytest.mark.parametrize("where", ["titles", "definition", "evidence"])
def test_no_paper_and_no_degree_is_asked_of_a_person(text, where):
    assert scheme_faults(words("person", **{where: {"en": text}})) == ["asks_for_papers"]
    assert scheme_faults(words("institution", **{where: {"en": text}})) == []


def test_paperwork_is_no_paper():
    assert scheme_faults(words("person", definition={"en": "tidy paperwork and to a high degree-free order"})) == [
        "asks_for_papers"
    ]
    assert scheme_faults(words("person", definition={"en": "tidy paperwork"})) == []
