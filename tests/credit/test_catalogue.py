"""What cases rest on: proposed by one, adopted by another, frozen but for its end, by pages that everybody reads."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from accounts.models import AdminBody
from accounts.permissions import Role
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from credit.models import CatalogueItem, CatalogueProposal, Measure
from credit.selectors.cases import items_in, measures_for
from credit.services.catalogue import (
    Listed,
    ListedMeasure,
    adopt_proposal,
    propose_item,
    propose_item_end,
    propose_measure,
    propose_measure_end,
    refuse_proposal,
    withdraw_proposal,
)
from tests.builders import hat, make_user, region, regulator
from tests.credit import cases
from tests.credit.cases import later

pytestmark = pytest.mark.django_db
WORDS = {"catalogue": "全国目录", "edition": "2026", "number": "1.2", "conduct": "隐瞒利益冲突", "basis": "某法第八条"}
MEASURE = {"listed_in": "措施清单2026", "basis": "某法第九条", "severities": ["general"], "restricts": "no_teaching"}
TITLE = {"zh": "暂停授课", "en": "No teaching", "ja": "授業停止"}
ADDRESS = "/en/credit/catalogue/"


def of_the_nation():
    return hat(Role.REGULATOR, AdminBody.objects.get(code="NATIONAL"))


@pytest.fixture
def nation():
    return of_the_nation()


@pytest.fixture
def second():
    return of_the_nation()


def listed(**changed):
    return Listed(**WORDS | {"highest": "general", "valid_from": clock.today()} | changed)


def measure_words(**changed):
    return ListedMeasure(**MEASURE | {"code": "m", "title": TITLE, "valid_from": clock.today()} | changed)


def entered_item(one, other, **changed):
    return adopt_proposal(actor=other, proposal=propose_item(actor=one, listed=listed(**changed))).item


def entered_measure(one, other, **changed):
    return adopt_proposal(actor=other, proposal=propose_measure(actor=one, listed=measure_words(**changed))).measure


def refused(code, act, **arguments):
    with pytest.raises(DomainError) as refusal:
        act(**arguments)
    assert refusal.value.code == code


# --- two people -----------------------------------------------------------------------------------------------------
def test_what_is_proposed_is_nowhere_before_a_second_officer_adopts_it(nation, second):
    item = propose_item(actor=nation, listed=listed())
    measure = propose_measure(actor=nation, listed=measure_words())

    assert (CatalogueItem.objects.count(), Measure.objects.count()) == (0, 0)
    assert (list(items_in("990000/", clock.today())), measures_for(None)) == ([], [])
    assert "隐瞒利益冲突" not in Client().get(ADDRESS).content.decode()

    item, measure = (adopt_proposal(actor=second, proposal=one) for one in (item, measure))

    assert list(items_in("990000/", clock.today())) == [item.item]
    assert measures_for(None) == [measure.measure]
    made = (item.item, measure.measure)
    assert {(one.proposed_by, one.adopted_by, one.entered_alone) for one in made} == {(nation, second, False)}
    assert (item.state, item.decided_by) == ("adopted", second)


def test_nobody_adopts_or_refuses_what_he_proposed(nation):
    proposals = [propose_item(actor=nation, listed=listed()), propose_measure(actor=nation, listed=measure_words())]
    for one in proposals:
        refused("same_person_twice", adopt_proposal, actor=nation, proposal=one)
        refused("same_person_twice", refuse_proposal, actor=nation, proposal=one, reason="x")
    assert not CatalogueItem.objects.exists()
    assert not Measure.objects.exists()


def test_end_takes_two_people_as_well(nation, second):
    item, measure = entered_item(nation, second), entered_measure(nation, second)
    ends = [
        propose_item_end(actor=nation, item=item, last_day=clock.today(), reason="目录修订"),
        propose_measure_end(actor=nation, measure=measure, last_day=clock.today(), reason="清单修订"),
    ]
    for one in ends:
        refused("same_person_twice", adopt_proposal, actor=nation, proposal=one)
    assert {CatalogueItem.objects.get().valid_to, Measure.objects.get().valid_to} == {None}

    for one in ends:
        adopt_proposal(actor=second, proposal=one)
    assert CatalogueItem.objects.get().valid_to == Measure.objects.get().valid_to == clock.today() + timedelta(days=1)


def test_refusal_has_a_reason_and_only_the_proposer_withdraws(nation, second):
    one, other = propose_item(actor=nation, listed=listed()), propose_item(actor=nation, listed=listed(number="2"))
    refused("reason_missing", refuse_proposal, actor=second, proposal=one, reason=" ")
    refused("not_the_proposer", withdraw_proposal, actor=second, proposal=one)

    assert refuse_proposal(actor=second, proposal=one, reason="条款有误").reason == "条款有误"
    assert withdraw_proposal(actor=nation, proposal=other).state == "withdrawn"
    for done in (one, other):
        with pytest.raises(WrongState):
            adopt_proposal(actor=second, proposal=done)
    assert not CatalogueItem.objects.exists()


def test_number_that_was_refused_can_be_proposed_again(nation, second):
    refuse_proposal(actor=second, proposal=propose_item(actor=nation, listed=listed()), reason="x")

    assert entered_item(nation, second).number == "1.2"


def test_of_two_proposals_of_one_number_the_second_is_refused(nation, second):
    one, other = (propose_item(actor=nation, listed=listed()) for _n in range(2))
    measures = [propose_measure(actor=nation, listed=measure_words()) for _n in range(2)]
    adopt_proposal(actor=second, proposal=one)
    adopt_proposal(actor=second, proposal=measures[0])

    refused("item_listed", adopt_proposal, actor=second, proposal=other)
    refused("measure_listed", adopt_proposal, actor=second, proposal=measures[1])
    refused("item_listed", propose_item, actor=nation, listed=listed(conduct="别的"))
    assert (CatalogueItem.objects.count(), Measure.objects.count()) == (1, 1)


# --- whose it is ----------------------------------------------------------------------------------------------------
def test_local_item_is_entered_by_its_region_and_holds_there_alone():
    local = entered_item(regulator("990000"), regulator("990100"), region=region("990100"))

    assert (local.scope, local.region_path) == ("local", "990000/990100/")
    assert local in items_in("990000/990100/990121/", clock.today())
    assert local not in items_in("990000/990200/", clock.today())


@pytest.mark.parametrize("area", [None, "980000", "990200"])
def test_nobody_proposes_items_of_another_region_or_of_the_nation(area):
    with pytest.raises(NotAllowed):
        propose_item(actor=regulator("990100"), listed=listed(region=region(area) if area else None))
    assert not CatalogueProposal.objects.exists()


@pytest.mark.parametrize("act", [adopt_proposal, lambda **sent: refuse_proposal(reason="x", **sent)])
def test_nobody_decides_what_another_region_or_the_nation_keeps(nation, act):
    of_nation = propose_item(actor=nation, listed=listed())
    of_measures = propose_measure(actor=nation, listed=measure_words())
    of_city = propose_item(actor=regulator("990100"), listed=listed(region=region("990100")))
    for actor, one in (
        (regulator("990000"), of_nation),
        (regulator("990000"), of_measures),
        (regulator("990200"), of_city),
    ):
        refused("not_allowed", act, actor=actor, proposal=one)
    assert not CatalogueItem.objects.exists()


def test_nobody_else_proposes_an_end(nation):
    item, measure = cases.item(), cases.measure()
    for act, row in ((propose_item_end, {"item": item}), (propose_measure_end, {"measure": measure})):
        with pytest.raises(NotAllowed):
            act(actor=regulator("990000"), last_day=clock.today(), reason="x", **row)


# --- words and days -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changed", "code"),
    [({"basis": " "}, "basis_missing"), ({"number": ""}, "number_missing"), ({"highest": "worst"}, "severity_unknown")],
)
def test_item_without_its_words_is_refused(nation, changed, code):
    refused(code, propose_item, actor=nation, listed=listed(**changed))


@pytest.mark.parametrize(
    ("changed", "code"), [({"basis": " "}, "basis_missing"), ({"title": {"zh": ""}}, "title_missing")]
)
def test_measure_without_its_words_is_refused(nation, changed, code):
    refused(code, propose_measure, actor=nation, listed=measure_words(**changed))


def end(one, other, row, last_day):
    name, act = ("item", propose_item_end) if isinstance(row, CatalogueItem) else ("measure", propose_measure_end)
    return adopt_proposal(actor=other, proposal=act(actor=one, last_day=last_day, reason="修订", **{name: row}))


def test_what_is_ended_holds_to_its_last_day(nation, second):
    item, measure = entered_item(nation, second), entered_measure(nation, second)
    for row in (item, measure):
        end(nation, second, row, clock.today())

    assert item in items_in("990000/", clock.today())
    assert measure in measures_for(None)
    with later(1):
        assert item not in items_in("990000/", clock.today())
        assert measure not in measures_for(None)


@pytest.mark.parametrize(("days", "again", "code"), [(-1, False, "ends_in_past"), (1, True, "ended_already")])
def test_end_is_entered_once_and_not_backwards(nation, second, days, again, code):
    item = entered_item(nation, second)
    if again:
        end(nation, second, item, clock.today())

    last_day = clock.today() + timedelta(days=days)
    refused(code, propose_item_end, actor=nation, item=item, last_day=last_day, reason="x")


def test_end_waits_once_has_a_reason_and_is_not_adopted_after_its_day(nation, second):
    item, today = cases.item(), clock.today()
    refused("reason_missing", propose_item_end, actor=nation, item=item, last_day=today, reason=" ")
    waiting = propose_item_end(actor=nation, item=item, last_day=today, reason="x")

    refused("end_waits", propose_item_end, actor=second, item=item, last_day=today, reason="x")
    with later(1):
        refused("ends_in_past", adopt_proposal, actor=second, proposal=waiting)


# --- the database ---------------------------------------------------------------------------------------------------
def test_words_never_change(nation, second):
    item, proposal = entered_item(nation, second), CatalogueProposal.objects.get()
    for rows, change in (
        (CatalogueItem.objects.filter(pk=item.pk), {"highest": "serious"}),
        (CatalogueItem.objects.filter(pk=item.pk), {"adopted_by": make_user()}),
        (CatalogueProposal.objects.filter(pk=proposal.pk), {"words": {}}),
        (CatalogueProposal.objects.filter(pk=proposal.pk), {"proposed_by": make_user()}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)


@pytest.mark.parametrize(("make", "name"), [(cases.item, "catalogue_item_by_two"), (cases.measure, "measure_by_two")])
def test_database_wants_two_people_of_every_row_but_of_those_that_say_they_are_older(make, name):
    one = make_user()
    for people in ({"adopted_by": None}, {"proposed_by": one, "adopted_by": one}, {"entered_alone": True}):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            make(**people)
    nobody = {"proposed_by": None, "adopted_by": None}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make(**nobody)

    assert make(entered_alone=True, **nobody).entered_alone


PROPOSED = {"what": "item", "words": {}}


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"state": "adopted", "item": True, "decided_by": "same"}, "decided_by_somebody_else"),
        ({"state": "refused", "reason": "x", "decided_by": "same"}, "decided_by_somebody_else"),
        ({"state": "adopted", "item": True}, "decided_by_somebody_else"),
        ({"state": "refused", "decided_by": "other"}, "refused_with_a_reason"),
        ({"state": "withdrawn", "decided_by": "other"}, "withdrawn_by_its_proposer"),
        ({"state": "adopted", "decided_by": "other"}, "names_what_came_of_it"),
        ({"what": "item_end"}, "of_its_kind"),
        ({"what": "measure", "region_path": "990000/"}, "of_its_kind"),
    ],
)
def test_database_refuses_a_proposal_that_cannot_be(fields, name):
    one, other = make_user(), make_user()
    people = {"same": one, "other": other}
    given = PROPOSED | fields | {"proposed_by": one, "proposed_at": clock.now()}
    if by := given.pop("decided_by", None):
        given |= {"decided_by": people[by], "decided_at": clock.now()}
    if given.pop("item", None):
        given["item"] = cases.item()
    with pytest.raises(IntegrityError, match=f"catalogue_proposal_{name}"), transaction.atomic():
        CatalogueProposal.objects.create(**given)


def test_database_lets_one_end_wait_alone():
    item, by = cases.item(), make_user()
    given = {"what": "item_end", "item": item, "words": {}, "proposed_by": by, "proposed_at": clock.now()}
    CatalogueProposal.objects.create(**given)
    with pytest.raises(IntegrityError), transaction.atomic():
        CatalogueProposal.objects.create(**given)
