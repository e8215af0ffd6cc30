"""Decisions of cases: who decides, what a decision may say, when it stands and how it ends."""

from datetime import timedelta

import pytest

from accounts.models import Restriction
from accounts.selectors import system_user
from core import clock
from credit import services
from credit.models import CreditRecord, EndNotice
from credit.selectors.evaluations import serious_in_force
from credit.services import Fallen
from tests.builders import make_base, make_institution
from tests.credit.cases import Authority, item, later, measure, notice, refused, ruling, served

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Authority()


# --- decision -------------------------------------------------------------------------------------------------------
def test_whoever_investigated_or_reviewed_does_not_decide(desk):
    case = desk.heard()
    for officer in (desk.one, desk.lawyer):
        refused("same_person_twice", services.decide_case, actor=officer, case=case, ruling=ruling())


def test_second_investigator_does_not_decide_either(desk):
    refused("same_person_twice", services.decide_case, actor=desk.two, case=desk.heard(), ruling=ruling())


def test_defence_never_makes_it_worse(desk):
    refused("worse_than_noticed", services.decide_case, actor=desk.decider, case=desk.heard("minor"), ruling=ruling())
    announced, other = measure(), measure()
    case = desk.heard("general", (announced,))
    refused(
        "measure_not_announced", services.decide_case, actor=desk.decider, case=case, ruling=ruling("general", (other,))
    )


def test_serious_is_discussed(desk):
    case = desk.noticed("serious")
    case = services.waive_answer(actor=desk.login, case=case)
    case = services.consider(actor=desk.two, case=case, considered="放弃")
    refused("not_discussed", services.decide_case, actor=desk.decider, case=case, ruling=ruling("serious"))
    case = services.record_discussion(actor=desk.two, case=case, discussion="集体讨论")
    assert services.decide_case(actor=desk.decider, case=case, ruling=ruling("serious")).outcome == "serious"


@pytest.mark.parametrize("name", ["number", "basis", "reasons", "remedy_body", "remedy_court", "proportionality"])
def test_decision_lacks_nothing(desk, name):
    case = desk.heard()
    refused(f"{name}_missing", services.decide_case, actor=desk.decider, case=case, ruling=ruling(**{name: " "}))


def test_item_sets_the_highest_severity(desk):
    case = desk.reviewed(item=item("minor"))
    refused("higher_than_item", services.write_notice, actor=desk.one, case=case, notice=notice())


def test_persons_are_never_published(desk):
    published = {"published": True, "reference": "信用中国 1"}
    refused(
        "persons_not_published", services.decide_case, actor=desk.decider, case=desk.heard(), ruling=ruling(**published)
    )
    entity = Authority().of_entity()
    assert services.decide_case(actor=entity.decider, case=entity.heard(), ruling=ruling(**published)).published
    refused(
        "slight_not_published", services.decide_case,
        actor=entity.decider, case=entity.heard("minor"), ruling=ruling("minor", **published),
    )  # fmt: skip


@pytest.mark.parametrize("outcome", ["not_established", "exempt"])
def test_nothing_adverse_remains_of_what_was_not_established_or_is_exempt(desk, outcome):
    case = desk.in_force(outcome)

    assert case.state == "closed"
    assert not CreditRecord.objects.filter(category="adverse").exists()


def test_decision_stands_from_its_service_on(desk):
    case = services.serve_decision(actor=desk.free, case=desk.decided(), served=served("notice"))
    assert case.state == "served"
    assert not CreditRecord.objects.exists()

    with later(29):
        assert services.close_days(actor=system_user()) == 0
    with later(30):
        assert services.close_days(actor=system_user()) == 1
        case.refresh_from_db()
        assert case.state == "in_force"
        assert CreditRecord.objects.filter(case=case).count() == 1


def test_restrictions_begin_and_end_with_the_entry(desk):
    case = desk.in_force("general", (measure("no_teaching"),))
    assert Restriction.objects.holding(clock.today()).get().person == desk.subject
    with later(100):
        repair = services.ask_repair(actor=desk.login, case=case, corrected="已退还", commitment="承诺", committed=True)
        services.grant_repair(actor=desk.decider, repair=repair)
        assert not Restriction.objects.holding(clock.today()).exists()
        case.refresh_from_db()
        assert case.state == "repaired"
        assert not case.seen_on(clock.today())


# --- endings --------------------------------------------------------------------------------------------------------
def test_repair_comes_after_the_minimum_and_not_a_day_before(desk):
    case = desk.in_force("general")
    words = {"corrected": "已退还", "commitment": "承诺", "committed": True}
    days = (case.repair_from - clock.today()).days
    with later(days - 1):
        refused("not_yet", services.ask_repair, actor=desk.login, case=case, **words)
    with later(days):
        refused("not_yet", services.ask_repair, actor=desk.login, case=case, **words | {"committed": False})
        refused("not_yet", services.ask_repair, actor=desk.login, case=case, **words | {"corrected": ""})
        assert services.ask_repair(actor=desk.login, case=case, **words).state == "asked"
        refused("repair_runs", services.ask_repair, actor=desk.login, case=case, **words)


def test_minor_may_be_repaired_at_once(desk):
    case = desk.in_force("minor")
    assert services.ask_repair(actor=desk.login, case=case, corrected="已退还", commitment="承诺", committed=True).pk


def test_refused_repair_says_why_and_may_be_asked_again(desk):
    case = desk.in_force("minor")
    words = {"corrected": "已退还", "commitment": "承诺", "committed": True}
    repair = services.ask_repair(actor=desk.login, case=case, **words)
    refused("answer_missing", services.refuse_repair, actor=desk.decider, repair=repair, answer="")
    services.refuse_repair(actor=desk.decider, repair=repair, answer="缺少凭证")
    assert services.ask_repair(actor=desk.login, case=case, **words).pk != repair.pk


def test_entry_is_gone_after_its_maximum_without_anybodys_step(desk):

    case = desk.in_force("general", (measure("no_teaching"),))
    days = (case.ends_on - clock.today()).days
    with later(days):
        assert services.close_days(actor=system_user()) == 0
        assert case.seen_on(clock.today())
    with later(days + 1):
        assert not case.seen_on(clock.today())
        assert services.close_days(actor=system_user()) == 1
        case.refresh_from_db()
        assert case.state == "expired"
        assert not Restriction.objects.holding(clock.today()).exists()


def test_what_was_set_aside_never_held(desk):
    case = desk.in_force("general", (measure("no_teaching"),))
    fallen = Fallen("判决撤销", "（2026）岚行终1号")
    refused("same_person_twice", services.annul_case, actor=desk.decider, case=case, fallen=fallen)
    refused("document_missing", services.annul_case, actor=desk.free, case=case, fallen=Fallen("撤销", ""))
    case = services.annul_case(actor=desk.free, case=case, fallen=fallen)
    assert case.state == "annulled"
    assert not Restriction.objects.holding(clock.today()).exists()
    assert not EndNotice.objects.exists()


# --- what evaluations read of it ------------------------------------------------------------------------------------
def test_serious_determination_counts_while_it_is_in_force():
    desk = Authority().of_entity()
    case = desk.in_force("serious")

    today = clock.today()
    assert serious_in_force(desk.subject, today)
    assert serious_in_force(desk.subject, case.ends_on)
    assert not serious_in_force(desk.subject, case.ends_on + timedelta(days=1))
    assert not serious_in_force(desk.subject, today - timedelta(days=1))
    assert not serious_in_force(make_institution(), today)
    services.annul_case(actor=desk.free, case=case, fallen=Fallen("撤销", "判决1号"))
    assert not serious_in_force(desk.subject, today)


def test_what_is_less_than_serious_never_reaches_a_grade():
    desk = Authority().of_entity()
    desk.in_force("general")
    assert not serious_in_force(desk.subject, clock.today())


def test_determination_about_a_base_is_not_about_its_host():
    desk = Authority().of_entity()
    base = make_base(host=desk.subject)
    case = desk.heard("serious", unit=base)
    case = services.decide_case(actor=desk.decider, case=case, ruling=ruling("serious"))
    services.serve_decision(actor=desk.free, case=case, served=served())
    assert serious_in_force(base, clock.today())
    assert not serious_in_force(desk.subject, clock.today())
