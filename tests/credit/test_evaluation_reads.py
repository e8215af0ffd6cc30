"""How a grade explains itself, works out again for any past day, and what would move under another scheme."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from accounts.models import Designation
from core import clock
from courses.exams.models import Attempt, Blueprint, Sitting
from courses.models import HourEntry, Module
from credit import services
from credit.models import EvaluationResult, IndicatorValue
from credit.rules.evaluation import NOT_MEASURED, Value
from credit.selectors.evaluations import (
    explained,
    public_grades,
    public_rounds,
    replayed,
    result_at,
    result_of,
    seen_result,
    serious_in_force,
    worked_out_again,
)
from credit.selectors.indicators import Span, measured
from credit.selectors.participants import designated_in, possible_evaluators, subjects_named
from tests.builders import (
    join_records,
    make_appointment,
    make_base,
    make_institution,
    make_person,
    regulator,
)
from tests.courses.annulling import make_annulment
from tests.courses.builders import make_cohort, make_enrolment
from tests.credit.builders import make_training
from tests.credit.evaluating import Evaluation, evaluator, make_scheme, scheme_words, someone_rated

pytestmark = pytest.mark.django_db
SPAN = Span(date(2026, 1, 1), date(2026, 6, 30))


def found(source, subject):
    answer = measured(source, subject, SPAN)
    return answer.value, answer.drill


# --- indicators that the platform knows -----------------------------------------------------------------------------
def test_ratio_is_that_of_the_last_day_with_its_rule():
    place = make_institution()
    for trained in (True, True, False):
        person = make_person()
        make_appointment(person, place)
        if trained:
            make_training(person)

    value, drill = found("ratio", place)
    assert value == Value(2, 3)
    assert drill == {"trained": 2, "staff": 3, "as_of": "2026-06-30", "rule": "TRAINED_STAFF_70 2022-1"}
    assert found("ratio", make_institution())[0] == NOT_MEASURED


def test_trained_are_people_in_the_period_each_once_and_what_is_annulled_never_counts():
    base, other = make_base(), make_base()
    kept, double = make_person(), make_person()
    make_training(kept, base=base)
    make_training(double, base=base)
    join_records(double, kept)
    make_training(make_person(), base=base)
    make_training(make_person(), base=other)
    make_training(make_person(), base=base, completed_on=date(2026, 7, 1))
    make_training(make_person(), base=base, standing="claimed")
    false = make_training(make_person(), base=base)
    make_annulment(false, on=date(2026, 7, 1))

    assert found("trained", base) == (Value(2), {"count": 2, "records": 3})


def test_trained_staff_are_those_in_post_on_the_last_day():
    place, left = make_institution(), make_person()
    for person in (make_person(), left):
        make_training(person)
        make_appointment(person, place, end_date=date(2026, 6, 30) if person is left else None)
    make_training(make_person())

    assert found("trained", place)[0] == Value(1)


def examined(base, passes):
    now = clock.now()
    blueprint = Blueprint.objects.create(code="b", level="JUNIOR", rows=[], minutes=90, pass_score=60)
    sitting = Sitting.objects.create(
        base=base, blueprint=blueprint, title="t", opens_at=now, closes_at=now + timedelta(days=1)
    )
    at = clock.end_of_day(date(2026, 5, 5))
    for person, marks in ((make_person(), marks) for marks in passes):
        for number, passed in enumerate(marks, 1):
            Attempt.objects.create(
                sitting=sitting, person=person, number=number, language="zh-hans", started_at=at,
                deadline=at + timedelta(hours=1), state="marked", submitted_at=at,
                score=80 if passed else 20, passed=passed,
            )  # fmt: skip


def test_pass_rate_counts_people_and_of_few_it_is_said_and_not_graded():
    base, few = make_base(), make_base()
    # Ten people; the one who passed at the second try has passed.
    examined(base, [[True]] * 8 + [[False, True], [False, False]])
    assert found("pass_rate", base) == (Value(9, 10), {"passed": 9, "examined": 10, "small": False})

    Blueprint.objects.filter(code="b").update(code="c")
    examined(few, [[True]] * 9)
    value, drill = found("pass_rate", few)
    assert (value, value.counts, drill["small"]) == (Value(9, 9, small=True), False, True)
    assert found("pass_rate", make_base())[0] == NOT_MEASURED


def test_hours_are_those_of_the_period_without_what_was_taken_back():
    base, person = make_base(), make_person()
    enrolment = make_enrolment(make_cohort(base), person=person)
    inside, outside = (clock.end_of_day(day) for day in (date(2026, 1, 1), date(2025, 12, 31)))
    for turn, (hours, at) in enumerate(((8, inside), (-3, inside), (50, outside))):
        HourEntry.objects.create(
            enrolment=enrolment, module=Module.objects.get(code="K1"), hours=hours, source="s", turn=turn,
            credited_at=at,
        )  # fmt: skip

    assert found("hours", base) == (Value(5), {"count": 5, "entries": 2})
    assert found("hours", person) == (Value(5), {"count": 5, "entries": 2})
    assert found("hours", make_base())[0] == Value(0)


def test_what_the_platform_does_not_know_of_a_kind_of_subject_is_not_measured():
    assert found("ratio", make_base()) == (NOT_MEASURED, {})
    assert found("pass_rate", make_person()) == (NOT_MEASURED, {})


def test_returns_are_asked_only_of_who_had_to_file():
    assert found("filed_on_time", make_institution()) == (NOT_MEASURED, {"due": 0, "on_time": 0})


def test_nothing_is_in_force_while_nothing_is_determined():
    assert serious_in_force(make_base(), clock.today()) is False


# --- a grade explains itself ----------------------------------------------------------------------------------------
@pytest.fixture
def rated():
    base = make_base()
    for _ in range(12):
        make_training(make_person(), base=base, completed_on=clock.today() - timedelta(days=30))
    one = Evaluation("BASE_ANNUAL", base).at("scoring")
    one.score(80)
    return one.at("proposed")


def test_result_holds_every_line_with_its_value_and_what_it_was_counted_from(rated):
    result = result_of(rated.subject)
    lines = {one.leaf["code"]: one for one in explained(rated.subject, result)}

    assert list(lines) == [
        "rooms_and_material", "class_hours", "archives_and_fees", "trained", "pass_rate", "cases_from_practice",
    ]  # fmt: skip
    assert {code: one.points for code, one in lines.items()} == {
        # 80 between 40 and 90 is 80 %: 12 of 15, 16 of 20.
        "rooms_and_material": 1200, "class_hours": 0, "archives_and_fees": 1600,
        # 12 of 20 people: 60 % of 20 points.
        "trained": 1200, "pass_rate": None, "cases_from_practice": 1200,
    }  # fmt: skip
    assert lines["trained"].line["drill"] == {"count": 12, "records": 12}
    # 52 of 85 points that were measured.
    assert (result.points, result.points_text, result.grade) == (6117, "61.17", "C")


def test_grade_is_worked_out_again_from_the_snapshot_for_any_past_day(rated):
    before = result_of(rated.subject)
    then = clock.now()
    with clock.travel(timedelta(days=2)):
        for _ in range(30):
            make_training(make_person(), base=rated.subject.base, completed_on=clock.today() - timedelta(days=30))
        services.rework_result(actor=rated.first, evaluation_round=rated.round, reason="补录")
        rated.reread()
        rated.score(90)
        rated.propose()

    for moment, turn in ((then, 1), (then + timedelta(days=3), 2)):
        result = result_at(rated.subject, moment)
        again = worked_out_again(rated.subject, result)
        assert result.turn == turn
        assert (again.grade, again.points) == (result.grade, result.points)
        assert [line.points for line in again.lines] == [line["points"] for line in result.lines]
    assert result_at(rated.subject, before.worked_out_at - timedelta(seconds=1)) is None
    assert result_of(rated.subject).points > before.points


def test_points_add_up_by_hand(rated):
    result = result_of(rated.subject)
    measured_lines = [line for line in result.lines if line["points"] is not None]
    total = Fraction(sum(line["points"] for line in measured_lines), sum(line["weight"] for line in measured_lines))

    assert result.points == int(total * 100)


def test_same_value_is_not_kept_twice(rated):
    count = IndicatorValue.objects.filter(kind="computed").count()
    services.rework_result(actor=rated.first, evaluation_round=rated.round, reason="再核")
    rated.reread()
    rated.propose()

    assert IndicatorValue.objects.filter(kind="computed").count() == count == 3


def test_proposal_is_read_by_those_who_work_on_it_alone(rated):
    assert seen_result(rated.subject, works_on_it=True) is not None
    assert seen_result(rated.subject, works_on_it=False) is None
    rated.publicise()
    assert seen_result(rated.subject, works_on_it=False) is not None


# --- what is public -------------------------------------------------------------------------------------------------
def test_public_are_names_and_grades_of_places_once_objections_can_be_made(rated):
    person = someone_rated().at("final")
    assert list(public_rounds()) == []
    rated.publicise()

    assert list(public_rounds()) == [rated.round]
    assert [(one.name, one.grade) for one in public_grades(rated.round)] == [(rated.subject.name, "C")]
    assert list(public_grades(person.round)) == []


def test_not_rated_is_not_listed():
    one = Evaluation().at("publicity")

    assert (result_of(one.subject).grade, list(public_grades(one.round))) == ("NR", [])


# --- a scheme replayed ----------------------------------------------------------------------------------------------
def test_replay_says_who_would_move_and_why_and_stores_nothing(rated):
    rated.publicise()
    rated.reread()
    rated.finalise()
    words = scheme_words(code="BASE_STRICT")
    trained, hours = words["tree"][2]["indicators"][0], words["tree"][1]["indicators"][0]
    trained["weight"], hours["weight"] = 34, 1
    trained["full"] = 10
    stored = EvaluationResult.objects.count()

    answer = replayed(rated.first, make_scheme(**words))

    [move] = answer.moves
    assert (answer.evaluation_round, answer.moved) == (rated.round, 1)
    # 34 + 12 + 16 + 12 = 74 of 85.
    assert (move.before.grade, move.after.grade, move.after.points) == ("C", "A", 8705)
    assert [(leaf["code"], before, after) for leaf, before, after in move.why] == [("trained", 1200, 3400)]
    assert EvaluationResult.objects.count() == stored


def test_replay_needs_a_final_round_of_the_kind_in_reach(rated):
    draft = make_scheme(code="BASE_STRICT")

    assert replayed(rated.first, draft) is None
    rated.publicise()
    rated.reread()
    rated.finalise()
    assert replayed(rated.first, draft) is not None
    assert replayed(regulator("980000"), draft) is None
    assert replayed(rated.first, make_scheme(like="INSTITUTION_ANNUAL", code="PLACES")) is None


# --- who can take part ----------------------------------------------------------------------------------------------
def test_subjects_are_named_by_code_or_name_within_reach():
    one = Evaluation()
    base, twin, other, foreign = make_base(), make_base(), make_base(), make_base(area="980000")
    for row, name in ((base, "岚江基地"), (twin, "望海基地"), (other, "望海基地")):
        row.name = name
        row.save(update_fields=["name"])

    people, unknown = subjects_named(one.first, one.round, [base.code, "岚江基地", "", foreign.code, twin.name])

    assert (people, unknown) == ([base, base], [foreign.code, twin.name])


def test_person_is_named_in_full_and_alone():
    one = someone_rated()
    place = make_institution()
    for name in ("林知夏", "王喆", "王喆"):
        make_appointment(make_person(name), place)
    make_person("外人")

    people, unknown = subjects_named(one.first, one.round, ["林知夏", "王喆", "外人", "林"])

    assert ([person.name for person in people], unknown) == (["林知夏"], ["王喆", "外人", "林"])


def test_designated_are_those_of_the_last_day():
    one, ended, outside = Evaluation(), make_base(), make_base(area="980000")
    for base, to in ((one.subject.base, None), (ended, clock.today() - timedelta(days=2)), (outside, None)):
        Designation.objects.create(
            base=base, kind="provincial_base", document="1号", valid_from=date(2024, 1, 1), valid_to=to,
            state="exited" if to else "designated",
        )  # fmt: skip

    assert designated_in(one.first, one.round) == [one.subject.base]
    assert designated_in(one.first, Evaluation("INSTITUTION_ANNUAL", make_institution()).round) == []


def test_those_who_could_score_are_offered_once():
    one = Evaluation()
    other = evaluator()
    evaluator("980000/")

    assert set(possible_evaluators(one.round)) == {other.pk, one.first.pk, one.second.pk}
    assert other.pk not in possible_evaluators(someone_rated().round)
