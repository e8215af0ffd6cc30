"""Nobody's grade is worked out while somebody has still to score; who scores is known to the officers of the round."""

import pytest
from django.db import IntegrityError, transaction

from core.errors import DomainError
from credit import services
from credit.models import EvaluationResult
from credit.rules.evaluation import Value
from credit.selectors.evaluations import by_scheme, result_of, unscored, worked_out_again
from tests.builders import make_base, make_person, make_user
from tests.credit.cases import refused
from tests.credit.evaluating import EVIDENCE, Evaluation, entered
from tests.credit.test_evaluation_pages import page, press, text

pytestmark = pytest.mark.django_db
WHY = "评审期间基地停业整顿，无法现场查验"


@pytest.fixture
def two():
    """Two bases, of which the first is scored."""
    found = Evaluation("BASE_ANNUAL", make_base("甲基地"), make_base("乙基地")).at("scoring")
    found.score(90)
    return found


def test_result_is_not_proposed_while_somebody_is_not_scored(two):
    facts = {"actor": two.first, "evaluation_round": two.round}
    with pytest.raises(DomainError) as refusal:
        services.propose_result(**facts)

    assert (refusal.value.code, refusal.value.facts) == ("not_scored", {"subjects": ["测试基地乙基地"]})
    assert (two.reread().state, EvaluationResult.objects.count()) == ("scoring", 0)
    two.score(80, subject=two.subjects[1])
    assert services.propose_result(**facts).state == "proposed"


def test_one_score_of_several_is_not_enough(two):
    subject, codes = two.subjects[1], entered(two.round.scheme)
    services.declare_conflict(actor=two.scorer, subject=subject, has_conflict=False)
    services.score(actor=two.scorer, subject=subject, values={codes[0]: (Value(80), EVIDENCE)})

    [missing] = unscored(two.round)
    assert (missing.subject, [leaf["code"] for leaf in missing.leaves]) == (subject, codes[1:])
    refused("not_scored", services.propose_result, actor=two.first, evaluation_round=two.round)


@pytest.mark.parametrize("reason", ["", "  "])
def test_leaving_one_unrated_needs_a_reason(two, reason):
    unrated = {two.subjects[1].pk: reason}

    refused("not_scored", services.propose_result, actor=two.first, evaluation_round=two.round, unrated=unrated)


def test_who_is_left_unrated_has_the_reason_and_no_grade(two):
    first, second = two.subjects
    # Of one that was scored the reason says nothing.
    reasons = {first.pk: "x", second.pk: WHY}
    services.propose_result(actor=two.first, evaluation_round=two.round, unrated=reasons)

    rated, left = result_of(first), result_of(second)
    assert (rated.unrated_reason, rated.grade != "NR") == ("", True)
    assert (left.grade, left.points, left.unrated_reason) == ("NR", None, WHY)
    assert worked_out_again(second, left).grade == by_scheme(two.round.scheme, left).grade == "NR"


def test_who_has_left_is_not_waited_for():
    stays, leaves = make_user(), make_user()
    one = Evaluation("PERSON_PRACTICE", make_person("何磊", user=stays), make_person("贺敏", user=leaves)).at("scoring")
    one.score(5)
    services.opt_out(actor=leaves, subject=one.subjects[1])

    assert unscored(one.round) == []


def test_database_gives_no_points_to_who_was_left_unrated(two):
    given = {"subject": two.subjects[1], "lines": [], "of_person": False, "worked_out_at": two.round.begun_at}
    with pytest.raises(IntegrityError, match="evaluation_left_unrated_has_no_points"), transaction.atomic():
        EvaluationResult.objects.create(turn=1, grade="A", points=9000, unrated_reason=WHY, **given)


@pytest.mark.parametrize("more", [0, 2])
def test_who_is_missing_takes_two_questions(django_assert_num_queries, more):
    one = Evaluation("BASE_ANNUAL", *[make_base() for _ in range(more + 1)]).at("scoring")
    with django_assert_num_queries(2):
        assert len(unscored(one.round)) == more + 1


# --- pages ----------------------------------------------------------------------------------------------------------
def test_page_names_who_is_missing_and_takes_a_tick_with_a_reason(client, two):
    second = two.subjects[1]
    shown = text(page(client, two.first, "evaluation", two.round.pk))
    assert "乙基地</a>: " in shown
    assert "甲基地</a>: " not in shown

    answer = press(client, two.first, "propose_evaluation", two.round.pk)
    assert "乙基地" in answer.context["form"].non_field_errors()[0]
    answer = press(client, two.first, "propose_evaluation", two.round.pk, **{f"leave_{second.pk}": "on"})
    assert answer.context["form"].errors[f"reason_{second.pk}"]
    assert two.reread().state == "scoring"

    sent = {f"leave_{second.pk}": "on", f"reason_{second.pk}": WHY}
    assert press(client, two.first, "propose_evaluation", two.round.pk, **sent).status_code == 302
    assert two.reread().state == "proposed"
    assert WHY in text(page(client, two.first, "evaluation_subject", second.pk))


def test_reason_without_a_tick_leaves_nobody_unrated(client, two):
    press(client, two.first, "propose_evaluation", two.round.pk, **{f"reason_{two.subjects[1].pk}": WHY})

    assert two.reread().state == "scoring"


def test_evaluators_are_named_to_the_officers_of_the_round_alone(client, two):
    make_person("罗衡", user=two.scorer)
    two.scorer.refresh_from_db()

    assert "罗衡" in text(page(client, two.first, "evaluation", two.round.pk))
    other = Evaluation("BASE_ANNUAL", make_base(), scorer=two.scorer)
    services.assign_evaluator(actor=other.first, evaluation_round=other.round, user=two.second)
    # Whoever scores reads the round, and not who else does.
    shown = text(page(client, two.scorer, "evaluation", two.round.pk))
    assert f"{two.round.evaluators.get().office} · " in shown
    assert shown.count("罗衡 · ") == 0
