"""Objections, consequences, supervision items: answered by others, from the ladder alone, closed with evidence."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import AdminBody, Competence, Designation
from accounts.models.bodies import Matter
from core import clock
from core.errors import DomainError, NotAllowed
from credit import services
from credit.models import EvaluationConsequence, EvaluationObjection, SupervisionItem
from credit.selectors.evaluations import result_of, supervision_items
from credit.services.outcomes import held_designations
from tests.builders import base_manager, make_base, make_user, officer, region, regulator
from tests.credit.evaluating import Evaluation, after_publicity, evaluator, someone_rated

pytestmark = pytest.mark.django_db
WORDS = "集中授课学时少计了16学时"


def refused(code, call, **facts):
    with pytest.raises(DomainError) as refusal:
        call(**facts)
    assert refusal.value.code == code


@pytest.fixture
def base():
    return make_base()


@pytest.fixture
def shown(base):
    """A result of the base that is open to objections."""
    one = Evaluation("BASE_ANNUAL", base).at("scoring")
    one.score(50)
    return one.at("publicity")


def objection(one, base):
    return services.file_objection(actor=base_manager(base), subject=one.subject, words=WORDS)


# --- objections -----------------------------------------------------------------------------------------------------
def test_objection_is_made_by_the_subject_while_the_result_is_open(shown, base):
    for other in (base_manager(), officer(), shown.first, shown.scorer):
        with pytest.raises(NotAllowed):
            services.file_objection(actor=other, subject=shown.subject, words=WORDS)
    manager = base_manager(base)
    refused("words_missing", services.file_objection, actor=manager, subject=shown.subject, words=" ")
    with after_publicity(shown.round):
        refused("not_open_to_objections", services.file_objection, actor=manager, subject=shown.subject, words=WORDS)
    services.file_objection(actor=manager, subject=shown.subject, words=WORDS)
    refused("objection_open", services.file_objection, actor=manager, subject=shown.subject, words=WORDS)


def test_objection_is_answered_with_reasons_by_somebody_else_than_who_proposed(shown, base):
    made = objection(shown, base)
    facts = {"objection": made, "upheld": False}

    refused("same_person_twice", services.answer_objection, actor=shown.first, answer="已核对", **facts)
    refused("reason_missing", services.answer_objection, actor=shown.second, answer=" ", **facts)
    for other in (shown.scorer, base_manager(base)):
        with pytest.raises(NotAllowed):
            services.answer_objection(actor=other, answer="已核对", **facts)
    assert services.answer_objection(actor=shown.second, answer="已核对", **facts).state == "rejected"


def test_result_waits_for_answers_and_an_upheld_objection_is_worked_in(shown, base):
    made = objection(shown, base)
    with after_publicity(shown.round):
        refused("objections_open", services.finalise_result, actor=shown.second, evaluation_round=shown.round)
        services.answer_objection(actor=shown.second, objection=made, upheld=True, answer="确有少计")
        refused("objection_upheld", services.finalise_result, actor=shown.second, evaluation_round=shown.round)
        services.rework_result(actor=shown.second, evaluation_round=shown.round, reason="异议成立")
        shown.reread()
        shown.score(90)
        shown.propose()
        shown.reread()
        shown.publicise()
        shown.reread()
        shown.finalise()

    assert (shown.reread().state, result_of(shown.subject).turn) == ("final", 2)


def test_upheld_objection_of_one_is_not_answered_by_the_other_ones_new_result():
    first, user = someone_rated(), make_user()
    two = Evaluation("PERSON_PRACTICE", *[someone.subject.person for someone in (first, someone_rated(user))])
    objector = two.subjects[0]
    leaver = two.subjects[1]
    objector_user = first.subject.person.user
    two.at("publicity")
    made = services.file_objection(actor=objector_user, subject=objector, words=WORDS)
    services.answer_objection(actor=two.second, objection=made, upheld=True, answer="成立")
    services.opt_out(actor=user, subject=leaver)

    with after_publicity(two.round):
        refused("objection_upheld", services.finalise_result, actor=two.second, evaluation_round=two.round)


@pytest.mark.parametrize(
    "wrong",
    [{"words": ""}, {"state": "upheld"}, {"state": "rejected", "answer": "x"}, {"state": "open", "answered_by": True}],
)
def test_database_refuses_an_objection(shown, wrong):
    by = make_user()
    given = {"words": WORDS, "filed_by": by, "filed_at": clock.now(), **wrong}
    given |= {"answered_by": shown.second} if "answered_by" in wrong else {}

    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationObjection.objects.create(subject=shown.subject, **given)


def test_database_refuses_that_one_answers_the_own_objection(shown):
    by, now = make_user(), clock.now()

    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationObjection.objects.create(
            subject=shown.subject, words=WORDS, filed_by=by, filed_at=now, state="upheld", answer="x", answered_by=by,
            answered_at=now,
        )  # fmt: skip


# --- consequences ---------------------------------------------------------------------------------------------------
def decide(one, kind, actor=None, **more):
    facts = {"document": "岚科评〔2026〕1号", "reason": "年度评价结果", **more}
    return services.decide_consequence(actor=actor or one.second, subject=one.subject, kind=kind, **facts)


def test_consequence_follows_from_a_final_grade_and_stands_on_the_ladder(shown):
    refused("not_final", decide, one=shown, kind="talk")
    shown.finalise()
    shown.reread()

    assert result_of(shown.subject).grade == "C"
    refused("not_on_the_ladder", decide, one=shown, kind="commend")
    refused("document_missing", decide, one=shown, kind="talk", document=" ")
    refused("reason_missing", decide, one=shown, kind="talk", reason=" ")
    refused("deadline_missing", decide, one=shown, kind="rectify")
    assert decide(shown, "talk").kind == "talk"
    for other in (shown.scorer, evaluator()):
        with pytest.raises(NotAllowed):
            decide(shown, "talk", actor=other)


def test_person_is_only_commended():
    one = someone_rated().at("scoring")
    one.score(5)
    one.at("final")
    # B of this scheme has nothing on its ladder.
    refused("not_on_the_ladder", decide, one=one, kind="commend")
    for kind in ("talk", "circular", "rectify", "remove", "pass"):
        refused("not_on_the_ladder", decide, one=one, kind=kind)
    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationConsequence.objects.create(
            subject=one.subject, kind="talk", of_person=True, document="x", reason="x", decided_by=one.second,
            decided_at=clock.now(),
        )  # fmt: skip


@pytest.fixture
def designation(base):
    """Granted long ago; the province's body is the competent one."""
    granted = Designation.objects.create(base=base, kind="provincial_base", document="1号", valid_from=date(2024, 1, 1))
    regulator()
    Competence.objects.create(
        matter=Matter.BASES,
        region=region(),
        body=AdminBody.objects.get(code="BODY990000"),
        document="1号",
        valid_from=date(2020, 1, 1),
        recorded_at=clock.now(),
    )
    return granted


def test_rectification_changes_the_designation_by_its_own_step(designation, shown):
    shown.finalise()
    made = decide(shown, "rectify", working_days=30, designation=designation)

    designation.refresh_from_db()
    assert (designation.state, designation.period_days, made.due_on > clock.today()) == ("rectification", 30, True)
    # Putting right is not over, and whoever ordered it does not revoke: the steps of designations hold.
    refused("rectification_running", decide, one=shown, kind="remove", designation=designation, actor=shown.first)
    assert EvaluationConsequence.objects.count() == 1


def test_designation_of_another_and_of_nobody_competent_stays(shown):
    shown.finalise()
    other = Designation.objects.create(
        base=make_base(), kind="provincial_base", document="1号", valid_from=date(2024, 1, 1)
    )
    own = Designation.objects.create(
        base=shown.subject.base, kind="provincial_base", document="1号", valid_from=date(2024, 1, 1)
    )
    more = {"one": shown, "kind": "rectify", "working_days": 30}

    refused("designation_of_another", decide, designation=other, **more)
    refused("nobody_competent", decide, designation=own, **more)
    refused("not_on_the_ladder", decide, one=shown, kind="talk", designation=own)
    assert held_designations(shown.subject) == [own]
    assert EvaluationConsequence.objects.count() == 0


@pytest.mark.parametrize("wrong", [{"kind": "rectify"}, {"document": ""}, {"reason": ""}])
def test_database_refuses_a_consequence(shown, wrong):
    given = {
        "kind": "talk", "of_person": False, "document": "x", "reason": "x", "decided_by": shown.second,
        "decided_at": clock.now(), **wrong,
    }  # fmt: skip

    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationConsequence.objects.create(subject=shown.subject, **given)


# --- supervision items ----------------------------------------------------------------------------------------------
def item(actor, days=0, **more):
    facts = {"region": region(), "issue": "基地档案不全", "owner": "成果处", **more}
    return services.open_item(actor=actor, due_on=clock.today() + timedelta(days=days), **facts)


def test_item_is_open_until_somebody_shows_that_it_is_done():
    actor = regulator()
    refused("words_missing", item, actor=actor, owner=" ")
    refused("due_in_the_past", item, actor=actor, days=-1)
    made = item(actor)
    assert list(supervision_items(actor, overdue=True)) == []
    with clock.travel(timedelta(days=1)):
        assert list(supervision_items(actor, overdue=True)) == [made]
        refused("evidence_missing", services.close_item, actor=actor, item=made, evidence=" ")
        closed = services.close_item(actor=actor, item=made, evidence="整改报告")
        assert (closed.state, list(supervision_items(actor, overdue=True))) == ("closed", [])


def test_items_are_the_regions_own():
    mine = item(regulator())
    other = item(regulator("980000"), region=region("980000"))

    assert list(supervision_items(regulator())) == [mine]
    assert list(supervision_items(regulator("990100"))) == []
    with pytest.raises(NotAllowed):
        services.close_item(actor=regulator(), item=other, evidence="整改报告")
    for actor in (officer(), evaluator()):
        with pytest.raises(NotAllowed):
            item(actor)


def test_database_closes_no_item_without_evidence():
    made = item(regulator())

    for wrong in ("state = 'closed'", "due_on = '2030-01-01'", "owner = 'x'"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE credit_supervisionitem SET {wrong}")  # noqa: S608
    assert SupervisionItem.objects.get().state == made.state
