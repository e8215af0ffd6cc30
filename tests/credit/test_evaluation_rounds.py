"""Evaluation rounds: who may do what when, who scores whom, and what stands at the end."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.permissions import Permission, Role
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from credit import services
from credit.models import (
    EvaluationResult,
    EvaluationRound,
    EvaluationSubject,
    Evaluator,
    IndicatorValue,
)
from credit.rules.evaluation import Value
from credit.selectors.evaluations import find_subject, result_of, rounds, subjects_of
from tests.builders import (
    base_manager,
    hat,
    make_base,
    make_institution,
    make_person,
    make_user,
    officer,
    region,
    regulator,
)
from tests.credit.evaluating import EVIDENCE, Evaluation, after_publicity, evaluator, make_scheme, scheme, someone_rated

pytestmark = pytest.mark.django_db


def refused(code, call, **facts):
    with pytest.raises(DomainError) as refusal:
        call(**facts)
    assert refusal.value.code == code


# --- beginning ------------------------------------------------------------------------------------------------------
def test_round_is_begun_by_an_adopted_scheme_of_the_region_for_days_that_are_over():
    actor, today = regulator(), clock.today()
    facts = {
        "actor": actor,
        "kind": "annual",
        "region": region(),
        "period_from": today - timedelta(days=9),
        "period_to": today,
    }

    refused("scheme_not_adopted", services.begin_round, scheme=make_scheme(), **facts)
    elsewhere = make_scheme("adopted", code="ZONE_BASE", region_path="980000/")
    refused("scheme_of_another_region", services.begin_round, scheme=elsewhere, **facts)
    for wrong in ({"period_to": today + timedelta(days=1)}, {"period_from": today + timedelta(days=1)}):
        refused("period_cannot_be", services.begin_round, scheme=scheme(), **{**facts, **wrong})
    assert services.begin_round(scheme=scheme(), **facts).state == "draft"


@pytest.mark.parametrize("make", [officer, base_manager, evaluator, lambda: regulator("980000")])
def test_others_begin_no_round(make):
    today = clock.today()

    with pytest.raises(NotAllowed):
        services.begin_round(
            actor=make(), scheme=scheme(), kind="annual", region=region(), period_from=today, period_to=today
        )


def test_subjects_are_of_the_schemes_kind_and_of_the_region_and_entered_before_it_begins():
    one = Evaluation()
    facts = {"actor": one.first, "evaluation_round": one.round}

    refused("subject_of_another_kind", services.add_subjects, subjects=[make_institution()], **facts)
    refused("subject_elsewhere", services.add_subjects, subjects=[make_base(area="980000")], **facts)
    base = make_base(area="990101")
    services.add_subjects(subjects=[base, base], **facts)
    assert len(one.subjects) == 2
    one.open()
    refused("round_has_begun", services.add_subjects, subjects=[make_base()], **facts)


def test_round_without_anybody_does_not_begin():
    one = Evaluation()
    today = clock.today()
    empty = services.begin_round(
        actor=one.first, scheme=scheme(), kind="annual", region=region(), period_from=today, period_to=today
    )

    refused("nobody_in_it", services.open_round, actor=one.first, evaluation_round=empty)
    assert services.drop_round(actor=one.first, evaluation_round=empty).state == "dropped"


# --- who scores -----------------------------------------------------------------------------------------------------
def test_evaluator_reaches_the_rounds_assigned_and_no_other():
    mine, other = Evaluation(), Evaluation()

    assert list(rounds(mine.scorer)) == [mine.round]
    assert find_subject(mine.scorer, mine.subject.pk, Permission.EVALUATION_SCORE) == mine.subject
    with pytest.raises(NotAllowed):
        find_subject(mine.scorer, other.subject.pk)
    with pytest.raises(NotAllowed):
        services.declare_conflict(actor=mine.scorer, subject=other.subject, has_conflict=False)


def test_only_whom_the_scheme_names_can_be_assigned():
    one = Evaluation("BASE_ANNUAL")
    for user in (officer(), base_manager(), make_user(), evaluator("980000/"), regulator("990100")):
        refused("cannot_score", services.assign_evaluator, actor=one.first, evaluation_round=one.round, user=user)
    services.assign_evaluator(actor=one.first, evaluation_round=one.round, user=one.scorer)
    assert Evaluator.objects.filter(evaluation_round=one.round).count() == 1


def test_evaluator_from_outside_sees_no_persons():
    one = someone_rated()

    refused("cannot_score", services.assign_evaluator, actor=one.first, evaluation_round=one.round, user=evaluator())


def test_nobody_is_assigned_once_the_result_is_proposed():
    one = Evaluation().at("proposed")

    refused("round_is_over", services.assign_evaluator, actor=one.first, evaluation_round=one.round, user=evaluator())


def test_conflict_is_declared_before_scoring():
    one = Evaluation().at("scoring")
    values = {"rooms_and_material": (Value(80), EVIDENCE)}
    facts = {"actor": one.scorer, "subject": one.subject}

    refused("conflict_not_declared", services.score, values=values, **facts)
    refused("conflict_missing", services.declare_conflict, has_conflict=True, conflict=" ", **facts)
    services.declare_conflict(has_conflict=True, conflict="曾任该基地教师", **facts)
    refused("conflict_declared", services.score, values=values, **facts)
    services.declare_conflict(has_conflict=False, **facts)
    services.score(values=values, **facts)
    assert IndicatorValue.objects.get(kind="scored").numerator == 80


@pytest.mark.parametrize("role", [Role.BASE_MANAGER, Role.INSTRUCTOR])
def test_nobody_scores_the_own_place(role):
    base = make_base()
    scorer = hat(role, base, evaluator())
    one = Evaluation("BASE_ANNUAL", base, scorer=scorer).at("scoring")

    refused("own_place", services.declare_conflict, actor=scorer, subject=one.subject, has_conflict=False)


@pytest.mark.parametrize("place", ["host", "parent", "itself"])
def test_nobody_scores_what_belongs_to_the_own_house(place):
    house = make_institution()
    scorer = hat(Role.INSTITUTION_OFFICER, house, evaluator())
    if place == "host":
        one = Evaluation("BASE_ANNUAL", make_base(host=house), scorer=scorer)
    else:
        department = make_institution("技术转移中心", parent=house) if place == "parent" else house
        one = Evaluation("INSTITUTION_ANNUAL", department, scorer=scorer)
    one.at("scoring")

    refused("own_place", services.declare_conflict, actor=scorer, subject=one.subject, has_conflict=False)


def test_score_needs_evidence_an_assignment_and_an_indicator_that_is_entered():
    one = Evaluation().at("scoring")
    services.declare_conflict(actor=one.scorer, subject=one.subject, has_conflict=False)
    facts = {"actor": one.scorer, "subject": one.subject}

    refused("evidence_missing", services.score, values={"rooms_and_material": (Value(80), " ")}, **facts)
    refused("no_such_indicator", services.score, values={"trained": (Value(80), EVIDENCE)}, **facts)
    refused("no_such_indicator", services.score, values={"unheard_of": (Value(80), EVIDENCE)}, **facts)
    refused("not_assigned", services.declare_conflict, actor=one.second, subject=one.subject, has_conflict=False)
    assert IndicatorValue.objects.filter(kind="scored").count() == 0


def test_several_evaluators_are_taken_together_and_the_last_word_of_each_holds():
    one = Evaluation()
    other = regulator()
    services.assign_evaluator(actor=one.first, evaluation_round=one.round, user=other)
    one.at("scoring")
    one.score(40)
    one.score(80)
    one.score(65, by=other)
    one.propose()

    [line] = [line for line in result_of(one.subject).lines if line["code"] == "rooms_and_material"]
    # (80 + 65) / 2 = 72.5 between 40 and 90: 65 % of 15 points.
    assert (line["numerator"], line["denominator"], line["points"]) == (145, 2, 975)


# --- the subject's side ---------------------------------------------------------------------------------------------
def test_self_evaluation_stands_beside_and_never_counts():
    base = make_base()
    one = Evaluation("BASE_ANNUAL", base).at("self")
    manager = base_manager(base)
    values = {"rooms_and_material": (Value(100), "自评材料")}
    services.evaluate_oneself(actor=manager, subject=one.subject, values=values)
    one.begin_scoring()
    one.score(40)
    one.propose()

    [line] = [line for line in result_of(one.subject).lines if line["code"] == "rooms_and_material"]
    assert (line["own"]["numerator"], line["own_evidence"]) == (100, "自评材料")
    assert (line["numerator"], line["points"], line["evidence"]) == (40, 0, [EVIDENCE])


def test_self_evaluation_has_its_time_and_is_the_subjects_own():
    base = make_base()
    one = Evaluation("BASE_ANNUAL", base)
    facts = {"subject": one.subject, "values": {}}

    refused("not_in_self_evaluation", services.evaluate_oneself, actor=base_manager(base), **facts)
    one.open()
    for other in (base_manager(), officer(), one.first, one.scorer):
        with pytest.raises(NotAllowed):
            services.evaluate_oneself(actor=other, **facts)
    refused(
        "no_such_indicator",
        services.evaluate_oneself,
        actor=base_manager(base),
        subject=one.subject,
        values={"trained": (Value(99), "")},
    )


def test_person_opts_out_and_is_not_rated_even_after_the_proposal():
    user = make_user()
    one = someone_rated(user).at("scoring")
    one.score(5)
    one.at("publicity")
    before = result_of(one.subject)

    services.opt_out(actor=user, subject=one.subject)
    services.opt_out(actor=user, subject=one.subject)

    after = result_of(one.subject)
    assert (before.grade, before.points is None) == ("B", False)
    assert (after.grade, after.points, after.lines, after.turn) == ("NR", None, [], 2)
    one.finalise()
    refused("round_is_over", services.opt_out, actor=user, subject=one.subject)


def test_only_the_person_opts_out_and_bases_do_not():
    one, base = someone_rated().at("self"), make_base()
    two = Evaluation("BASE_ANNUAL", base).at("self")

    for other in (one.first, make_user()):
        with pytest.raises(NotAllowed):
            services.opt_out(actor=other, subject=one.subject)
    refused("only_persons_opt_out", services.opt_out, actor=base_manager(base), subject=two.subject)


def test_nobody_who_was_not_scored_is_rated():
    one = someone_rated().at("proposed")

    assert result_of(one.subject).grade == "NR"


# --- the result -----------------------------------------------------------------------------------------------------
def test_result_is_made_final_by_somebody_else_after_the_publicity():
    one = Evaluation().at("publicity")
    facts = {"evaluation_round": one.round}

    refused("publicity_running", services.finalise_result, actor=one.second, **facts)
    with after_publicity(one.round):
        refused("same_person_twice", services.finalise_result, actor=one.first, **facts)
        assert services.finalise_result(actor=one.second, **facts).state == "final"


def test_result_that_nobody_scores_is_not_proposed():
    one = Evaluation().at("scoring")
    today = clock.today()
    bare = services.begin_round(
        actor=one.first, scheme=scheme(), kind="monitoring", region=region(), period_from=today, period_to=today
    )
    services.add_subjects(actor=one.first, evaluation_round=bare, subjects=[make_base()])
    services.open_round(actor=one.first, evaluation_round=bare)
    services.begin_scoring(actor=one.first, evaluation_round=bare)

    refused("nobody_scores", services.propose_result, actor=one.first, evaluation_round=bare)


def test_final_result_stands():
    one = Evaluation().at("final")

    for step in (services.propose_result, services.publicise_result, services.open_round):
        with pytest.raises((WrongState, DomainError)):
            step(actor=one.first, evaluation_round=one.round)
    with pytest.raises(WrongState):
        services.rework_result(actor=one.first, evaluation_round=one.round, reason="再算")


def test_reworked_result_keeps_what_was_proposed_before():
    one = Evaluation().at("proposed")
    services_facts = {"actor": one.first, "evaluation_round": one.round}
    refused("reason_missing", services.rework_result, reason=" ", **services_facts)
    services.rework_result(reason="漏计一位评审", **services_facts)
    one.reread()
    one.score(90)
    one.at("proposed")

    turns = EvaluationResult.objects.filter(subject=one.subject).order_by("turn")
    assert [(result.turn, result.grade) for result in turns] == [(1, "NR"), (2, "C")]


def test_list_of_subjects_costs_the_same_for_one_and_for_three(django_assert_num_queries):
    for places in ([make_base()], [make_base() for _ in range(3)]):
        one = Evaluation("BASE_ANNUAL", *places).at("proposed")
        with django_assert_num_queries(2):
            assert len([(subject.name, result_of(subject)) for subject in subjects_of(one.round)]) == len(places)


# --- what the database promises -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE credit_evaluationresult SET grade = 'A'",
        "DELETE FROM credit_evaluationresult",
        "UPDATE credit_indicatorvalue SET numerator = 1",
        "DELETE FROM credit_indicatorvalue",
        "UPDATE credit_conflictdeclaration SET has_conflict = (1 = 0)",
        "UPDATE credit_evaluator SET office = 'x'",
        "UPDATE credit_evaluationround SET period_to = '2020-01-01'",
        "UPDATE credit_evaluationsubject SET base_id = NULL",
        "DELETE FROM credit_evaluationround",
    ],
)
def test_what_was_found_cannot_be_changed(change):
    one = Evaluation().at("scoring")
    one.score()
    one.at("final")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.parametrize(
    "wrong",
    [
        {"grade": "D"},
        {"grade": "D", "has_serious_determination": True, "of_person": True},
        {"opted_out": True, "grade": "A"},
        {"points": 10_001},
        {"turn": 1},
    ],
)
def test_database_refuses_a_result(wrong):
    one = Evaluation().at("proposed")
    given = {"turn": 2, "grade": "A", "of_person": False, "lines": [], "worked_out_at": clock.now(), **wrong}

    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationResult.objects.create(subject=one.subject, **given)


def test_database_keeps_proposer_and_finaliser_apart():
    one = Evaluation().at("publicity")

    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationRound.objects.filter(pk=one.round.pk).update(
            state="final", finalised_by=one.first, finalised_at=clock.now()
        )


@pytest.mark.parametrize("wrong", [{}, {"base": True, "person": True}, {"opted_out_at": True, "base": True}])
def test_database_refuses_a_subject(wrong):
    one = Evaluation()
    values = {"base": make_base(), "person": make_person(), "opted_out_at": clock.now()}

    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationSubject.objects.create(evaluation_round=one.round, **{name: values[name] for name in wrong})


@pytest.mark.parametrize("wrong", [{"kind": "computed"}, {"entered_by": None}, {"evidence": ""}, {"numerator": -1}])
def test_database_refuses_a_value(wrong):
    one = Evaluation()
    given = {
        "indicator": "x", "kind": "scored", "numerator": 1, "evidence": EVIDENCE, "entered_by": one.scorer,
        "entered_at": clock.now(), **wrong,
    }  # fmt: skip

    with pytest.raises(IntegrityError), transaction.atomic():
        IndicatorValue.objects.create(subject=one.subject, **given)
