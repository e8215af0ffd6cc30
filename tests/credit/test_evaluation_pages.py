"""Pages of evaluations: what each reader finds, what a press does, and that a person's grade is nowhere public."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from credit import services
from credit.models import EvaluationObjection, EvaluationRound, EvaluationScheme, IndicatorValue, SupervisionItem
from credit.rules.evaluation import Value
from credit.selectors.evaluations import result_of
from tests.builders import base_manager, make_base, make_institution, make_user, officer, regulator
from tests.credit.evaluating import (
    Evaluation,
    after_publicity,
    entered,
    evaluator,
    make_scheme,
    scheme,
    scheme_words,
    someone_rated,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def base():
    return make_base()


@pytest.fixture
def one(base):
    return Evaluation("BASE_ANNUAL", base)


def page(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"credit:{name}", args=args), query)


def press(client, user, name, *args, **body):
    client.force_login(user)
    return client.post(reverse(f"credit:{name}", args=args), body)


def text(response):
    return response.content.decode()


# --- a round from the list to the final result ----------------------------------------------------------------------
def test_round_goes_its_way_by_its_buttons(client, base):
    first, second, scorer = regulator(), regulator(), evaluator()
    day = clock.today() - timedelta(days=1)
    body = {"scheme": scheme().pk, "kind": "annual", "region": "990000", "period_from": day, "period_to": day}
    press(client, first, "new_evaluation", **body)
    found = EvaluationRound.objects.get()
    press(client, first, "evaluation_subjects", found.pk, lines=base.code)
    press(client, first, "evaluation_evaluators", found.pk, evaluator=scorer.pk)
    press(client, first, "open_evaluation", found.pk)
    subject = found.subjects.get()
    codes = entered(scheme())
    press(client, base_manager(base), "self_evaluation", subject.pk, **{f"value_{code}": 95 for code in codes})
    press(client, first, "score_evaluation", found.pk)
    press(client, scorer, "evaluation_conflict", subject.pk, conflict="no")
    scores = {f"value_{code}": 90 for code in codes} | {f"evidence_{code}": "记录" for code in codes}
    press(client, scorer, "evaluation_score", subject.pk, **scores)
    press(client, first, "propose_evaluation", found.pk)
    press(client, first, "publicise_evaluation", found.pk)
    found.refresh_from_db()
    with after_publicity(found):
        press(client, first, "finalise_evaluation", found.pk)
        assert EvaluationRound.objects.get().state == "publicity"
        press(client, second, "finalise_evaluation", found.pk)

    found.refresh_from_db()
    result = result_of(subject)
    # 50 points entered in full, of 85 measured; nobody trained, no hours.
    assert (found.state, result.grade, result.points) == ("final", "C", 5882)


def test_each_state_shows_its_own_step(client, one):
    steps = {"draft": "open", "self": "score", "scoring": "propose", "proposed": "publicise"}
    every = {step: reverse(f"credit:{step}_evaluation", args=[one.round.pk]) for step in (*steps.values(), "finalise")}
    for state, step in steps.items():
        one.at(state)
        shown = text(page(client, one.first, "evaluation", one.round.pk))
        assert [name for name, url in every.items() if url in shown] == [step]


def test_final_button_waits_for_the_end_and_for_another_officer(client, one):
    one.at("publicity")
    url = reverse("credit:finalise_evaluation", args=[one.round.pk])
    assert url not in text(page(client, one.second, "evaluation", one.round.pk))
    with after_publicity(one.round):
        assert url in text(page(client, one.second, "evaluation", one.round.pk))
        assert url not in text(page(client, one.first, "evaluation", one.round.pk))


def test_refused_step_is_said_and_changes_nothing(client, one):
    press(client, one.first, "propose_evaluation", one.round.pk)
    response = client.get(reverse("credit:evaluation", args=[one.round.pk]))

    assert "Somebody has moved this on" in text(response) or "他人已先行办理" in text(response)
    assert one.reread().state == "draft"


def test_subjects_that_name_nobody_are_told(client, one):
    response = press(client, one.first, "evaluation_subjects", one.round.pk, lines="没有的基地")

    assert "没有的基地" in str(response.context["form"].errors["lines"])
    assert len(one.subjects) == 1


def test_round_is_prepared_in_the_own_region_alone(client):
    day = clock.today()
    body = {"scheme": scheme().pk, "kind": "annual", "region": "980000", "period_from": day, "period_to": day}

    assert "region" in press(client, regulator(), "new_evaluation", **body).context["form"].errors
    assert EvaluationRound.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_for_one_and_three(client, rows, django_assert_num_queries):
    found = Evaluation("BASE_ANNUAL", *[make_base() for _ in range(rows)]).at("publicity")
    for name, args, user, queries in (
        ("evaluation", [found.round.pk], found.first, ROUND_QUERIES),
        ("evaluation_result", [found.round.pk], found.first, RESULT_QUERIES),
    ):
        client.force_login(user)
        client.get(reverse(f"credit:{name}", args=args))
        with django_assert_num_queries(queries):
            client.get(reverse(f"credit:{name}", args=args))


ROUND_QUERIES = 15
RESULT_QUERIES = 7


# --- the evaluator --------------------------------------------------------------------------------------------------
def test_evaluator_finds_the_assigned_round_and_scores_after_the_declaration(client, one):
    one.at("scoring")
    Evaluation()
    assert list(page(client, one.scorer, "evaluations").context["page"]) == [one.round]
    fields = text(page(client, one.scorer, "evaluation_score", one.subject.pk))
    assert "value_rooms_and_material" not in fields
    press(client, one.scorer, "evaluation_conflict", one.subject.pk, conflict="no")
    assert "value_rooms_and_material" in text(page(client, one.scorer, "evaluation_score", one.subject.pk))

    bare = press(client, one.scorer, "evaluation_score", one.subject.pk, value_rooms_and_material=80)
    assert list(bare.context["form"].errors) == ["evidence_rooms_and_material"]
    assert not IndicatorValue.objects.filter(kind="scored").exists()
    over = press(client, one.scorer, "evaluation_score", one.subject.pk, value_rooms_and_material=101)
    assert "value_rooms_and_material" in over.context["form"].errors


def test_evaluator_reaches_no_other_round_and_runs_none(client, one):
    other = Evaluation().at("scoring")
    assert page(client, one.scorer, "evaluation", other.round.pk).status_code == 404
    assert page(client, one.scorer, "evaluation_subject", other.subject.pk).status_code == 404
    assert page(client, one.scorer, "evaluation_score", other.subject.pk).status_code == 404
    assert page(client, one.scorer, "new_evaluation").status_code == 404
    assert press(client, one.scorer, "open_evaluation", one.round.pk).status_code == 404


def test_officer_who_is_not_assigned_reads_so_and_has_no_form(client, one):
    one.at("scoring")
    shown = page(client, one.first, "evaluation_score", one.subject.pk)

    assert shown.context["evaluator"] is None
    assert "value_rooms_and_material" not in text(shown)


# --- the subject ----------------------------------------------------------------------------------------------------
def test_subject_is_told_nothing_before_it_begins_and_no_grade_before_the_publicity(client, one, base):
    manager = base_manager(base)
    assert page(client, manager, "evaluation_subject", one.subject.pk).status_code == 404
    assert page(client, manager, "evaluations").context["own"] == []
    one.at("scoring")
    one.score(90)
    one.at("proposed")
    shown = page(client, manager, "evaluation_subject", one.subject.pk)
    assert (shown.context["result"], shown.context["lines"]) == (None, [])
    one.publicise()
    shown = page(client, manager, "evaluation_subject", one.subject.pk)
    assert shown.context["result"].grade == "C"
    assert reverse("credit:object_to_evaluation", args=[one.subject.pk]) in text(shown)
    assert reverse("credit:scheme", args=[scheme().pk]) in text(shown)
    assert "现场查验记录第1号" in text(shown)


def test_subject_objects_and_reads_the_answer(client, one, base):
    one.at("publicity")
    manager = base_manager(base)
    press(client, manager, "object_to_evaluation", one.subject.pk, words="少计学时")
    objection = EvaluationObjection.objects.get()
    told = press(client, one.first, "evaluation_objection", objection.pk, outcome="reject", answer="已核对")
    assert told.context["form"].non_field_errors()
    press(client, one.second, "evaluation_objection", objection.pk, outcome="reject", answer="台账核对无误")

    shown = text(page(client, manager, "evaluation_subject", one.subject.pk))
    assert "少计学时" in shown
    assert "台账核对无误" in shown


def test_places_read_their_own_evaluation_alone(client, one):
    one.at("publicity")

    for other in (base_manager(), officer(), make_user()):
        assert page(client, other, "evaluation_subject", one.subject.pk).status_code == 404


def test_person_reads_the_own_result_leaves_and_nobody_else_finds_it(client):
    user = make_user()
    person = someone_rated(user).at("scoring")
    person.score(5)
    person.at("publicity")
    shown = page(client, user, "evaluation_subject", person.subject.pk)
    assert shown.context["result"].grade == "B"
    press(client, user, "opt_out_of_evaluation", person.subject.pk)
    assert page(client, user, "evaluation_subject", person.subject.pk).context["result"].grade == "NR"
    client.logout()
    assert client.get(reverse("credit:evaluation_result", args=[person.round.pk])).status_code == 404
    assert "何磊" not in text(client.get(reverse("credit:evaluation_results")))


# --- what is public -------------------------------------------------------------------------------------------------
def test_public_pages_show_name_and_grade_and_no_points(client, one):
    one.at("scoring")
    one.score(90)
    one.at("proposed")
    assert client.get(reverse("credit:evaluation_result", args=[one.round.pk])).status_code == 404
    one.publicise()
    client.logout()
    shown = text(client.get(reverse("credit:evaluation_result", args=[one.round.pk])))

    assert one.subject.base.name in shown
    assert result_of(one.subject).points_text == "58.82"
    assert "58.82" not in shown
    assert "现场查验" not in shown


def test_schemes_are_read_by_everybody_and_drafts_by_nobody_else(client):
    draft = make_scheme(region_path="990000/", code="ZONE")
    assert client.get(reverse("credit:scheme", args=[scheme().pk])).status_code == 200
    assert client.get(reverse("credit:scheme", args=[draft.pk])).status_code == 404
    assert list(client.get(reverse("credit:schemes")).context["open"]) == []
    assert page(client, regulator(), "open_scheme", draft.pk).status_code == 200
    assert page(client, regulator("980000"), "open_scheme", draft.pk).status_code == 404


# --- schemes --------------------------------------------------------------------------------------------------------
def filled(client, user, begun):
    form = page(client, user, "new_scheme", begun.pk).context["form"]
    return {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}


def test_scheme_is_drafted_from_another_proposed_replayed_and_adopted(client):
    nation, second = regulator("000000"), regulator("000000")
    body = filled(client, nation, scheme()) | {"valid_from": "2027-01-01", "bound_A": 90}
    press(client, nation, "new_scheme", scheme().pk, **body)
    draft = EvaluationScheme.objects.get(state="draft")
    press(client, nation, "edit_scheme", draft.pk, **{**body, "weight_trained": 15, "weight_pass_rate": 20})
    press(client, nation, "propose_scheme", draft.pk)
    assert page(client, nation, "replay_scheme", draft.pk).context["replay"] is None
    press(client, nation, "adopt_scheme", draft.pk)
    assert EvaluationScheme.objects.get(pk=draft.pk).state == "proposed"
    press(client, second, "adopt_scheme", draft.pk)

    draft.refresh_from_db()
    weights = {leaf["code"]: leaf["weight"] for leaf in draft.tree[2]["indicators"]}
    assert (draft.state, draft.version, draft.drafted_from) == ("adopted", "2027-1", scheme())
    assert (weights, draft.grades[0]["at_least"]) == ({"trained": 15, "pass_rate": 20}, 90)


def test_faulty_draft_is_told_in_words(client):
    nation = regulator("000000")
    body = filled(client, nation, scheme()) | {"valid_from": "2027-01-01", "weight_trained": 21, "bound_B": 95}
    errors = press(client, nation, "new_scheme", scheme().pk, **body).context["form"].non_field_errors()

    assert len(errors) == 1
    assert not EvaluationScheme.objects.filter(state="draft").exists()


def test_province_drafts_under_a_name_of_its_own(client):
    actor = regulator()
    body = filled(client, actor, scheme()) | {"valid_from": "2027-01-01", "code": "LANJIANG_BASE"}
    press(client, actor, "new_scheme", scheme().pk, **body)

    draft = EvaluationScheme.objects.get(state="draft")
    assert (draft.code, draft.region_path) == ("LANJIANG_BASE", "990000/")
    press(client, actor, "propose_scheme", draft.pk)
    press(client, regulator(), "refuse_scheme", draft.pk, reason="指标过多")
    assert EvaluationScheme.objects.get(pk=draft.pk).state == "refused"


@pytest.mark.parametrize("make", [officer, base_manager, evaluator])
def test_others_draft_no_scheme(client, make):
    assert page(client, make(), "new_scheme", scheme().pk).status_code == 404


# --- what follows, and supervision ----------------------------------------------------------------------------------
def test_consequence_is_decided_from_the_ladder(client, one):
    one.at("scoring")
    one.score(90)
    one.at("final")
    form = page(client, one.second, "evaluation_consequence", one.subject.pk).context["form"]
    assert [kind for kind, _label in form.fields["kind"].choices] == ["pass", "talk", "circular", "rectify", "remove"]
    body = {"kind": "rectify", "document": "岚科评1号", "reason": "档案不全"}
    assert press(client, one.second, "evaluation_consequence", one.subject.pk, **body).context["form"].errors
    press(client, one.second, "evaluation_consequence", one.subject.pk, **body, working_days=20)

    assert "岚科评1号" in text(page(client, one.second, "evaluation_subject", one.subject.pk))


def test_supervision_items_are_opened_listed_and_closed(client):
    actor = regulator()
    due = clock.today() + timedelta(days=1)
    press(client, actor, "new_supervision_item", region="990000", issue="档案不全", owner="成果处", due_on=due)
    item = SupervisionItem.objects.get()
    assert [row for row, _late in page(client, actor, "supervision").context["lines"]] == [item]
    assert page(client, actor, "supervision", show="overdue").context["lines"] == []
    press(client, actor, "close_supervision_item", item.pk, evidence="整改报告")
    assert "整改报告" in text(page(client, actor, "supervision"))
    for other in (officer(), evaluator()):
        assert page(client, other, "supervision").status_code == 404


# --- desks ----------------------------------------------------------------------------------------------------------
def test_desks_count_what_waits(client, one, base):
    manager = base_manager(base)
    one.at("self")

    def waiting(user, code):
        client.force_login(user)
        lines = client.get(reverse("accounts:home")).context["waiting"]
        return next(line.waiting.count for line in lines if line.desk.code == code)

    assert waiting(manager, "self_evaluation") == 1
    services.evaluate_oneself(actor=manager, subject=one.subject, values={"rooms_and_material": (Value(9), "")})
    assert waiting(manager, "self_evaluation") == 0
    one.at("publicity")
    assert waiting(one.second, "evaluations") == 0
    services.file_objection(actor=manager, subject=one.subject, words="少计")
    assert waiting(one.second, "evaluations") == 1
    draft = services.write_scheme(actor=regulator("000000"), words=scheme_words())
    services.propose_scheme(actor=regulator("000000"), scheme=draft)
    assert waiting(regulator("000000"), "evaluation_schemes") == 1
    assert waiting(one.second, "evaluation_schemes") == 0


def test_institution_counts_its_ratio_again_on_its_own_page(client):
    place = make_institution()
    one = Evaluation("INSTITUTION_ANNUAL", place).at("publicity")
    shown = page(client, officer(place), "evaluation_subject", one.subject.pk)

    [line] = [line for line in shown.context["lines"] if line["leaf"]["code"] == "trained_share"]
    assert line["address"] == f"{reverse('staffing:ratio', args=[place.pk])}?as_of={one.round.period_to}"
