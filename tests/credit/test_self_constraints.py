"""What the database promises of self-regulation: each constraint is tried on raw rows, and its neighbour that fits."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from core import clock
from credit.models import SelfRegulatoryCase, SelfReview
from tests.builders import make_base, make_institution, make_person, make_user
from tests.credit.own_rules import association_and_member, excluded, make_association, make_self_report

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
LATER = DAY + timedelta(days=10)
NOTICE = {"noticed_on": DAY, "answer_days": 5, "answer_until": DAY + timedelta(days=7), "notice_facts": "x"}
NOTICE |= {"notice_how": "post", "notice_proof": "x", "intended": "exclusion", "intended_firmness": 4}
DECIDED = {"outcome": "talk", "firmness": 2, "considered": "x", "reasons": "x", "decided_on": LATER}
EXCLUDED = {"outcome": "exclusion", "firmness": 4, "activity": "events", "excluded_until": LATER + timedelta(days=9)}
CORRECTED = {"outcome": "correction", "firmness": 3, "correct_by": LATER + timedelta(days=9)}
TOLD = {"told_how": "post", "told_proof": "x", "told_on": LATER, "review_until": LATER + timedelta(days=21)}


def case(**fields: Any) -> SelfRegulatoryCase:
    body = fields.pop("body", None) or make_association()
    place = {"at_institution": body} if "at_base" not in fields and "at_institution" not in fields else {}
    given = {"number": "1", "rule_kind": "statutes", "rule_text": "x", "rule_source": "x", "rule_version": "1"}
    given |= {"clocks_version": "self-2026-1", "opened_on": DAY, "opened_by": make_user()}
    given |= {"report": make_self_report(body), "institution": make_institution()}
    return SelfRegulatoryCase.objects.create(**(given | place | fields))


def noticed(**fields: Any) -> SelfRegulatoryCase:
    return case(**{"state": "noticed", "noticed_at": clock.now(), "noticed_by": make_user(), **NOTICE, **fields})


def answered(**fields: Any) -> SelfRegulatoryCase:
    return noticed(**{"state": "answered", "answered_at": clock.now(), "answer": "x", **fields})


def decided(**fields: Any) -> SelfRegulatoryCase:
    return answered(**{"state": "decided", "decided_by": make_user(), **DECIDED, **fields})


def told(**fields: Any) -> SelfRegulatoryCase:
    return decided(**{"state": "told", **TOLD, **fields})


def dismissed(**fields: Any) -> SelfRegulatoryCase:
    ended = {"state": "dismissed", "outcome": "no_ground", "reasons": "x", "decided_on": DAY, "decided_by": make_user()}
    return case(**(ended | fields))


def silent(**fields: Any) -> SelfRegulatoryCase:
    return decided(**{"answered_at": None, "answer": "", **fields})


def by_one(build: Callable[..., Any], *names: str) -> Any:
    somebody = make_user()
    return build(**dict.fromkeys(names, somebody))


def itself() -> Any:
    body = make_association()
    return case(body=body, institution=body)


def base_itself() -> Any:
    base = make_base()
    return case(at_base=base, unit_base=base)


def twice(name: str) -> Any:
    place = make_association() if name == "at_institution" else make_base()
    return [case(**{name: place}) for _ in range(2)]


def review(**fields: Any) -> SelfReview:
    given = {"grounds": "x", "asked_by": make_user(), "asked_on": DAY, "due_on": LATER, "noticed_by": make_user()}
    given |= {"first_decided_by": make_user(), "first_outcome": "exclusion", "first_firmness": 4, "first_until": LATER}
    return SelfReview.objects.create(**({"case": fields.pop("case", None) or told()} | given | fields))


def on_paper(**fields: Any) -> SelfReview:
    return review(**{"recorded_by": make_user(), "paper": "x", "came_on": DAY, **fields})


def found(**fields: Any) -> SelfReview:
    by = {"state": "maintained", "decided_by": make_user(), "decided_at": clock.now(), "decided_on": DAY}
    return review(**{**by, "considered": "x", **fields})


def reviews(*states: str) -> Any:
    one = told()
    build = {"asked": review, "withdrawn": lambda **fields: review(state="withdrawn", **fields), "maintained": found}
    return [build[state](case=one) for state in states]


def milder(**fields: Any) -> SelfReview:
    return found(**{"state": "changed", "outcome": "talk", "firmness": 2, **fields})


BROKEN: dict[str, list[Callable[[], Any]]] = {
    "self_case_at_one_body": [
        lambda: case(at_institution=None),
        lambda: case(at_institution=make_association(), at_base=make_base()),
    ],
    "self_case_of_one_subject": [lambda: case(institution=None), lambda: case(person=make_person())],
    "self_case_unit_of_an_entity": [
        lambda: case(institution=None, person=make_person(), unit_base=make_base()),
        lambda: case(unit_base=make_base(), unit_institution=make_institution()),
    ],
    "self_case_not_about_the_body_itself": [itself, base_itself],
    "self_case_names_its_rule": [
        *(lambda name=name: case(**{name: ""}) for name in ("number", "rule_text", "rule_source", "rule_version")),
    ],
    "self_case_number_once_at_association": [lambda: twice("at_institution")],
    "self_case_number_once_at_base": [lambda: twice("at_base")],
    "self_case_noticed_with_facts": [
        *(lambda name=name: noticed(**{name: ""}) for name in ("notice_facts", "notice_how", "notice_proof")),
        lambda: noticed(intended="", intended_firmness=0),
        *(lambda name=name: noticed(**{name: None}) for name in ("noticed_on", "noticed_at", "noticed_by")),
        lambda: noticed(answer_days=None),
        lambda: noticed(answer_days=4),
        lambda: noticed(answer_until=None),
        lambda: noticed(answer_until=DAY),
        lambda: silent(notice_facts=""),
        lambda: told(answer_days=4),
    ],
    "self_case_answer_is_there": [lambda: answered(answered_at=None), lambda: answered(answer="")],
    "self_case_answer_recorded_by_another": [lambda: by_one(answered, "noticed_by", "answer_recorded_by")],
    "self_case_answer_paper_with_its_day": [
        lambda: answered(answer_paper="x"),
        lambda: answered(answer_came_on=DAY),
        lambda: answered(answer_paper="x", answer_came_on=DAY - timedelta(days=1)),
        lambda: noticed(answer_paper="x", answer_came_on=DAY),
    ],
    "self_case_decided_after_hearing": [
        lambda: silent(decided_on=NOTICE["answer_until"]),
        lambda: silent(answer_is_provisional=True),
        lambda: decided(answer_recorded_by=make_user(), decided_on=DAY),
        lambda: decided(answer="", decided_on=DAY),
        lambda: told(answered_at=None, answer_is_provisional=True),
        lambda: decided(state="set_aside", answered_at=None, answer_is_provisional=True),
        lambda: decided(state="changed", answered_at=None, answer_is_provisional=True),
    ],
    "self_case_decided_whole": [
        lambda: decided(considered=""),
        lambda: decided(reasons=""),
        lambda: decided(decided_on=None),
        lambda: decided(decided_by=None),
    ],
    "self_case_ended_without_ground": [
        lambda: dismissed(reasons=""),
        lambda: dismissed(decided_by=None),
        lambda: dismissed(decided_on=None),
    ],
    "self_case_outcome_with_its_state": [
        lambda: case(outcome="reminder", firmness=1, intended="exclusion", intended_firmness=4),
        lambda: noticed(outcome="no_ground"),
        lambda: answered(outcome="talk", firmness=2),
        lambda: decided(state="closed"),
    ],
    "self_case_decided_by_another": [lambda: by_one(decided, "noticed_by", "decided_by")],
    "self_case_firmness_of_its_outcome": [
        lambda: decided(firmness=1),
        lambda: decided(**EXCLUDED | {"firmness": 0}),
        lambda: noticed(intended="reminder"),
    ],
    "self_case_no_more_than_announced": [lambda: decided(intended="reminder", intended_firmness=1)],
    "self_case_exclusion_is_whole": [
        lambda: decided(**EXCLUDED | {"activity": ""}),
        lambda: decided(**EXCLUDED | {"excluded_until": None}),
        lambda: decided(**EXCLUDED | {"excluded_until": LATER}),
        lambda: decided(activity="events"),
        lambda: decided(excluded_until=LATER + timedelta(days=1)),
    ],
    "self_case_correction_has_a_day": [
        lambda: decided(**CORRECTED | {"correct_by": None}),
        lambda: decided(correct_by=LATER),
    ],
    "self_case_told_with_proof": [
        lambda: told(told_how=""),
        lambda: told(told_proof=""),
        lambda: told(told_on=None),
        lambda: told(told_on=DAY),
        lambda: told(review_until=None),
        lambda: told(review_until=LATER),
    ],
    "self_case_fulfilled_somehow": [
        lambda: told(state="fulfilled", fulfilled_how="x"),
        lambda: told(state="fulfilled", fulfilled_on=LATER),
    ],
    "self_review_once": [lambda: reviews("asked", "asked"), lambda: reviews("maintained", "asked")],
    "self_review_says_why": [lambda: review(grounds="")],
    "self_review_from_paper_whole": [
        lambda: review(paper="x"),
        lambda: review(came_on=DAY),
        lambda: review(recorded_by=make_user(), came_on=DAY),
        lambda: review(recorded_by=make_user(), paper="x"),
        lambda: review(recorded_by=make_user(), paper="x", came_on=LATER),
    ],
    "self_review_own_words_beside_paper": [
        lambda: review(own_grounds="x", own_grounds_at=clock.now()),
        lambda: on_paper(own_grounds="x"),
        lambda: on_paper(own_grounds_at=clock.now()),
    ],
    "self_review_decided_whole": [
        lambda: review(decided_by=make_user()),
        lambda: found(considered=""),
        lambda: found(decided_by=None),
        lambda: found(decided_at=None),
        lambda: found(decided_on=None),
    ],
    "self_review_decided_by_another": [
        lambda: by_one(found, "noticed_by", "decided_by"),
        lambda: by_one(found, "first_decided_by", "decided_by"),
        lambda: by_one(found, "asked_by", "decided_by"),
    ],
    "self_review_firmness_of_its_outcome": [lambda: milder(firmness=1), lambda: review(first_firmness=3)],
    "self_review_never_worse": [
        lambda: milder(outcome="", firmness=0),
        lambda: milder(outcome="no_ground", firmness=0),
        lambda: milder(outcome="exclusion", firmness=4, excluded_until=LATER),
        lambda: milder(outcome="exclusion", firmness=4),
        lambda: milder(first_outcome="talk", first_firmness=2),
        lambda: found(outcome="reminder", firmness=1),
    ],
}
FITTING: dict[str, list[Callable[[], Any]]] = {
    "self_case_at_one_body": [case, lambda: case(at_base=make_base())],
    "self_case_of_one_subject": [lambda: case(institution=None, person=make_person())],
    "self_case_unit_of_an_entity": [
        lambda: case(unit_base=make_base()),
        lambda: case(unit_institution=make_institution()),
    ],
    "self_case_not_about_the_body_itself": [lambda: case(at_base=make_base(), unit_base=make_base())],
    "self_case_names_its_rule": [case],
    "self_case_number_once_at_association": [lambda: [case(), case()]],
    "self_case_number_once_at_base": [lambda: [case(at_base=make_base()) for _ in range(2)]],
    "self_case_noticed_with_facts": [noticed, lambda: noticed(answer_days=6)],
    "self_case_answer_is_there": [answered],
    "self_case_answer_recorded_by_another": [lambda: answered(answer_recorded_by=make_user())],
    "self_case_answer_paper_with_its_day": [answered, lambda: answered(answer_paper="x", answer_came_on=DAY)],
    "self_case_decided_after_hearing": [
        silent,
        lambda: decided(decided_on=DAY),
        lambda: decided(answer_recorded_by=make_user()),
    ],
    "self_case_decided_whole": [decided],
    "self_case_ended_without_ground": [dismissed],
    "self_case_outcome_with_its_state": [
        lambda: decided(state="set_aside"),
        lambda: decided(state="changed"),
        dismissed,
    ],
    "self_case_decided_by_another": [decided],
    "self_case_firmness_of_its_outcome": [lambda: decided(outcome="reminder", firmness=1)],
    "self_case_no_more_than_announced": [lambda: decided(intended="talk", intended_firmness=2)],
    "self_case_exclusion_is_whole": [lambda: decided(**EXCLUDED)],
    "self_case_correction_has_a_day": [lambda: decided(**CORRECTED)],
    "self_case_told_with_proof": [told],
    "self_case_fulfilled_somehow": [lambda: told(state="fulfilled", fulfilled_on=LATER, fulfilled_how="x")],
    "self_review_once": [lambda: reviews("withdrawn", "withdrawn", "asked"), lambda: [review(), review()]],
    "self_review_says_why": [review],
    "self_review_from_paper_whole": [on_paper],
    "self_review_own_words_beside_paper": [lambda: on_paper(own_grounds="x", own_grounds_at=clock.now())],
    "self_review_decided_whole": [found],
    "self_review_decided_by_another": [found],
    "self_review_firmness_of_its_outcome": [milder],
    "self_review_never_worse": [
        milder,
        lambda: milder(outcome="exclusion", firmness=4, activity="events", excluded_until=LATER - timedelta(days=1)),
        lambda: found(state="set_aside"),
    ],
}
OURS = (SelfRegulatoryCase, SelfReview)


def tried(table: dict[str, list[Callable[[], Any]]]) -> list[Any]:
    return [pytest.param(name, act, id=f"{name}-{n}") for name, acts in table.items() for n, act in enumerate(acts)]


@pytest.mark.parametrize(("name", "act"), tried(BROKEN))
def test_constraint_refuses(name, act):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        act()

    said = str(refusal.value)
    assert name in said or "UNIQUE constraint failed" in said or "frozen" in said


@pytest.mark.parametrize(("name", "act"), tried(FITTING))
def test_constraint_lets_pass_what_fits(name, act):
    act()


def test_every_constraint_is_tried():
    named = {one.name for model in OURS for one in model._meta.constraints}

    assert set(BROKEN) == set(FITTING) == named


# --- rows that do not change ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE credit_selfregulatorycase SET rule_text = 'y'",
        "UPDATE credit_selfregulatorycase SET number = 'y'",
        "UPDATE credit_selfregulatorycase SET opened_on = '2020-01-01'",
        "UPDATE credit_selfregulatorycase SET institution_id = at_institution_id",
        "UPDATE credit_selfregulatorycase SET notice_facts = 'y'",
        "UPDATE credit_selfregulatorycase SET considered = 'y'",
        "UPDATE credit_selfregulatorycase SET outcome = 'reminder'",
        "UPDATE credit_selfregulatorycase SET clocks_version = 'y'",
        "UPDATE credit_selfreview SET grounds = 'y'",
        "UPDATE credit_selfreview SET paper = 'y'",
        "UPDATE credit_selfreview SET came_on = '2020-01-01'",
        "UPDATE credit_selfreview SET considered = 'y'",
        "UPDATE credit_selfreview SET noticed_by_id = asked_by_id",
        "UPDATE credit_selfreview SET first_firmness = 1",
        "DELETE FROM credit_selfreview",
        "DELETE FROM credit_selfregulatorycase",
    ],
)
def test_what_was_said_is_not_said_otherwise(change):
    track = association_and_member()
    track.review(track.asked(excluded()))

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_report_of_one_case_has_no_second_one():
    one = case()

    with pytest.raises(IntegrityError), transaction.atomic():
        case(report=one.report, number="2")


def test_nothing_of_it_can_be_entered_in_a_credit_file():
    """A record of a credit file knows of administrative cases alone."""
    record = apps.get_model("credit", "CreditRecord")
    leads = {field.related_model for field in record._meta.get_fields() if field.is_relation}

    assert leads.isdisjoint(OURS)
