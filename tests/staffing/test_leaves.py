"""A requirement that leaves out some kinds of leave: every figure of every page leaves out the same people."""

import re
from datetime import date

import pytest

from accounts.services import correct_leave, preview_change, preview_leave, preview_leaving, record_change, record_leave
from core import clock
from staffing.models import RatioRule
from staffing.rules import rule_text
from staffing.selectors import institution_ratio, region_ratios
from staffing.selectors.ahead import Cause, ahead
from staffing.selectors.anomalies import _rosters
from staffing.selectors.beside import ratios_beside
from staffing.selectors.evidence import history, people_behind, uncounted_staff
from staffing.selectors.foresight import foreseen
from staffing.selectors.known import Known
from staffing.selectors.regions import region_history
from staffing.selectors.versions import adopted_rule, rule_on
from staffing.services import make_proof
from staffing.views.rule_words import differences, told
from staffing.workflow import RuleState
from tests.builders import (
    hat,
    make_appointment,
    make_institution,
    make_person,
    make_rule,
    officer,
    regulator,
    rule_words,
)
from tests.staffing.returns_builders import on
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db
DAY, AUGUST = date(2026, 6, 30), date(2026, 8, 1)
UNPAID = {"kind": "unpaid", "start_date": "2026-06-01", "end_date": "2026-08-01"}


@pytest.fixture(autouse=True)
def _today():
    with on(DAY):
        yield


@pytest.fixture
def rule():
    """Unpaid leave and study are left out; paid leave counts."""
    return make_rule(RuleState.ADOPTED, leaves_left_out=["unpaid", "study"], value=50)


@pytest.fixture
def place():
    """Two trained and two untrained people."""
    place = make_institution(name="岚江大学")
    for number, name in enumerate(["甲", "乙", "丙", "丁"]):
        person = make_person(name)
        make_appointment(person, place)
        if number < 2:
            train(person)
    return place


def away(place, name, **values):
    return record_leave(
        actor=officer(place),
        appointment=place.appointments.get(person__name=name),
        values={**UNPAID, **values},
    )


def fraction(ratio):
    return ratio.trained, ratio.staff


def figure(place, day=DAY, known_at=None):
    return fraction(institution_ratio(place, as_of=day, known_at=known_at).ratio)


def test_requirement_of_today_counts_whoever_is_on_leave(place):
    away(place, "甲")

    assert figure(place) == (2, 4)


def test_named_kinds_leave_the_count_from_the_first_day_to_the_one_before_coming_back(rule, place):
    away(place, "甲")
    days = [date(2026, 5, 31), date(2026, 6, 1), date(2026, 7, 31), AUGUST]

    assert [figure(place, day) for day in days] == [(2, 4), (1, 3), (1, 3), (2, 4)]


def test_other_kinds_go_on_counting(rule, place):
    away(place, "甲", kind="paid")

    assert figure(place) == (2, 4)


def test_second_post_here_keeps_the_person_in_the_count(rule, place):
    away(place, "甲")
    make_appointment(place.appointments.get(person__name="甲").person, place, post="兼任")

    assert figure(place) == (2, 4)


def test_then_known_and_now_known_differ_by_the_correction(rule, place):
    leave = away(place, "甲")
    then = clock.now()
    correct_leave(actor=officer(place), leave=leave, values={**UNPAID, "end_date": "2026-06-15"}, reason="提前返岗")

    assert (figure(place), figure(place, known_at=then)) == ((2, 4), (1, 3))


def test_every_figure_leaves_out_the_same_person(rule, place):
    away(place, "甲")
    whole, answers = region_ratios(regulator(), place.region.path, as_of=DAY)
    answer = institution_ratio(place, as_of=DAY)
    proof = make_proof(actor=officer(place), institution=place, as_of=DAY)
    found = {
        "institution": answer.ratio,
        "in its region": answers[place.pk].ratio,
        "region": whole.ratio,
        "its history": history(answer)[-1][1],
        "history of the region": region_history(regulator(), place.region.path, as_of=DAY)[-1].ratio,
        "ahead": ahead(officer(place), Known(place)).now,
    }

    assert {name: fraction(ratio) for name, ratio in found.items()} == dict.fromkeys(found, (1, 3))
    assert (proof.trained, proof.staff) == (1, 3)
    assert [line.name for line in people_behind(officer(place), answer)] == ["丁", "丙", "乙"]
    assert uncounted_staff(answer) == 1


def test_history_knows_the_days_before_and_after(rule, place):
    away(place, "甲")
    last = date(2026, 9, 30)
    of_place = dict(history(institution_ratio(place, as_of=last)))
    of_region = {one.day: one.ratio for one in region_history(regulator(), place.region.path, as_of=last)}
    days = [date(2026, 5, 31), date(2026, 7, 31), date(2026, 8, 31)]

    assert [fraction(of_place[day]) for day in days] == [(2, 4), (1, 3), (2, 4)]
    assert [fraction(of_region[day]) for day in days] == [(2, 4), (1, 3), (2, 4)]


def test_coming_back_stands_among_the_days_to_come(rule, place):
    away(place, "甲")
    [change] = ahead(officer(place), Known(place)).changes

    assert (change.day, fraction(change.before), fraction(change.after)) == (AUGUST, (1, 3), (2, 4))
    assert [(one.name, one.cause) for one in change.movers] == [("甲", Cause.COUNTED)]


def test_beside_counts_by_each_rule_s_own_list(rule, place):
    away(place, "甲")
    make_rule(RuleState.ADOPTED, code="PROVINCE", value=50, region_path=place.region.path)
    found = {
        one.rule.code if one.rule else str(one.label): one.ratio for one in ratios_beside(institution_ratio(place))
    }

    assert fraction(found["PROVINCE"]) == (2, 4)
    assert fraction(found[str(RatioRule.StaffCounted.ALL.label)]) == (1, 3)


def test_leave_at_one_place_says_nothing_of_another(rule, place):
    other, person = make_institution(), place.appointments.get(person__name="甲").person
    make_appointment(person, other)
    away(place, "甲")

    assert (figure(place), figure(other)) == ((1, 3), (1, 1))
    assert _rosters(frozenset({person.pk}), rule_on(DAY), DAY) == {person.pk: 1}


def test_effect_of_a_leave_is_foreseen(rule, place):
    held = place.appointments.get(person__name="甲")
    seen = foreseen(preview_leave(actor=officer(place), appointment=held, values=UNPAID))
    paid = foreseen(preview_leave(actor=officer(place), appointment=held, values={**UNPAID, "kind": "paid"}))

    assert (seen.day, fraction(seen.before), fraction(seen.after)) == (DAY, (2, 4), (1, 3))
    assert not paid.changes


def test_other_line_of_somebody_on_leave_keeps_the_leave(client, rule, place):
    away(place, "甲")
    held = place.appointments.get(person__name="甲")
    seen = foreseen(preview_leaving(actor=officer(place), appointment=held, values={"end_date": "2026-07-20"}))

    assert (seen.day, fraction(seen.before), fraction(seen.after)) == (AUGUST, (2, 4), (1, 3))


def test_change_of_terms_leaves_whoever_is_away_out_of_the_count(rule, place):
    away(place, "甲")
    held = place.appointments.get(person__name="甲")
    terms = {"post": "主任", "professional": "true", "employment_type": held.employment_type, "from_day": "2026-06-15"}
    seen = foreseen(preview_change(actor=officer(place), appointment=held, values=terms))
    record_change(actor=officer(place), appointment=held, values=terms)

    assert not seen.changes
    assert [figure(place, day) for day in (date(2026, 6, 14), DAY, AUGUST)] == [(1, 3), (1, 3), (2, 4)]


# --- the rule -------------------------------------------------------------------------------------------------------
def test_text_of_a_version_that_names_no_leave_is_what_it_was():
    words = RatioRule.objects.get(code="TRAINED_STAFF_70", version="2022-1").words
    named = {**words, "leaves_left_out": ["unpaid"]}

    assert words["leaves_left_out"] == []
    assert "leaves" not in rule_text(words)
    assert '"leaves_left_out":["unpaid"]' in rule_text(named)


def test_leaves_are_told_and_compared_in_plain_words(rule):
    before = adopted_rule(RatioRule.objects.get(code="TRAINED_STAFF_70", version="2022-1").pk)
    [line] = [one for one in differences(before, rule).here if one.label == "离岗期间不计入的类别"]

    assert (line.before, line.after) == ("无：离岗期间照常计入", "脱产学习、停薪留职、无薪假")
    assert ("离岗期间不计入的类别", line.after) in told(rule)


def test_form_of_a_version_takes_them(client):
    author = regulator("000000")
    client.force_login(author)
    begun = RatioRule.objects.get(code="TRAINED_STAFF_70", version="2022-1")
    page = client.get(f"/ratio-rules/{begun.pk}/new/").content.decode()

    assert len(re.findall('name="leaves_left_out"', page)) == 4
    assert rule_words()["leaves_left_out"] == []


# --- pages ----------------------------------------------------------------------------------------------------------
def test_entering_shows_the_fraction_first_and_saves_what_was_shown(client, rule, place):
    held = place.appointments.get(person__name="甲")
    client.force_login(officer(place))
    address = f"/institution/changes/{held.pk}/away/"
    page = client.post(address, UNPAID).content.decode()
    token = re.search(r'name="shown" value="([0-9a-f]{64})"', page)[1]

    assert not held.leaves.exists()
    answer = client.post(address, {**UNPAID, "shown": token}, follow=True)
    assert answer.redirect_chain[0][0] == f"/institutions/{place.pk}/leaves/"
    assert "不计入" in answer.content.decode()
    assert held.leaves.count() == 1


def test_correcting_and_withdrawing_by_page(client, place):
    leave = away(place, "甲")
    client.force_login(officer(place))
    form = client.get(f"/institution/leaves/{leave.pk}/correct/").content.decode()
    refused = client.post(f"/institution/leaves/{leave.pk}/withdraw/", {"reason": ""}).content.decode()
    page = client.post(f"/institution/leaves/{leave.pk}/withdraw/", {"reason": "记错了人"}).content.decode()
    token = re.search(r'name="shown" value="([0-9a-f]{64})"', page)[1]
    client.post(f"/institution/leaves/{leave.pk}/withdraw/", {"reason": "记错了人", "shown": token})

    assert 'value="2026-06-01"' in form
    assert 'name="shown"' not in refused
    assert leave.replaced_by.withdrawn
    gone = client.get(f"/institution/leaves/{leave.pk}/correct/", follow=True)
    assert gone.redirect_chain == [(f"/institutions/{place.pk}/leaves/", 302)]
    assert "该请假已被撤回" in gone.content.decode()


@pytest.mark.parametrize("page", ["correct", "withdraw"])
def test_address_of_a_corrected_leave_leads_to_what_replaced_it(client, place, page):
    leave = away(place, "甲")
    actor = officer(place)
    later = leave
    for day in ("2026-07-01", "2026-07-15"):
        later = correct_leave(actor=actor, leave=later, values={**UNPAID, "end_date": day}, reason="改期")
    client.force_login(actor)

    for answer in (client.get, client.post):
        found = answer(f"/institution/leaves/{leave.pk}/{page}/", follow=True)
        assert found.redirect_chain == [(f"/institution/leaves/{later.pk}/{page}/", 302)]
        assert "该请假已被更正" in found.content.decode()
    assert leave.replaced_by.pk != later.pk
    client.force_login(officer(make_institution()))
    assert client.get(f"/institution/leaves/{leave.pk}/{page}/").status_code == 404


@pytest.mark.parametrize(
    ("kind", "name", "why"),
    [
        ("paid", "甲", "按现行规则，此类请假人员照常计入"),
        ("unpaid", "戊", "请假人员当日本不计入"),
        ("unpaid", "甲", ""),
    ],
)
def test_preview_says_why_the_fraction_stays(client, rule, place, kind, name, why):
    make_appointment(make_person("戊"), place, professional=False)
    held = place.appointments.get(person__name=name)
    client.force_login(officer(place))

    page = client.post(f"/institution/changes/{held.pk}/away/", {**UNPAID, "kind": kind}).content.decode()

    assert ("占比不变" in page) == bool(why)
    assert why in page


def test_wrong_days_come_back_with_what_was_entered(client, place):
    held = place.appointments.get(person__name="甲")
    client.force_login(officer(place))
    page = client.post(f"/institution/changes/{held.pk}/away/", {**UNPAID, "end_date": "2026-05-01"}).content.decode()

    assert "返岗日必须晚于离岗首日" in page
    assert 'value="2026-05-01"' in page


def test_list_is_reached_from_the_ratio_also_when_nobody_is_left_to_count(client, rule, place):
    for name in ("甲", "乙", "丙", "丁"):
        away(place, name)
    address = f'href="/institutions/{place.pk}/leaves/"'
    evaluator = hat("evaluator", regulator().worn_memberships()[0].admin_body)
    found = {}
    for actor in (officer(place), evaluator):
        client.force_login(actor)
        found[actor] = address in client.get(f"/institutions/{place.pk}/ratio/").content.decode()

    assert list(found.values()) == [True, False]


def test_authority_reads_the_list_and_corrects_nothing(client, place):
    leave = away(place, "甲")
    client.force_login(regulator())
    page = client.get(f"/institutions/{place.pk}/leaves/").content.decode()

    assert "甲" in page
    assert f"/institution/leaves/{leave.pk}/" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_whatever_its_length(client, place, count, django_assert_num_queries):
    for name in ["甲", "乙", "丙"][:count]:
        away(place, name)
    client.force_login(officer(place))
    client.get(f"/institutions/{place.pk}/leaves/")
    with django_assert_num_queries(9):
        client.get(f"/institutions/{place.pk}/leaves/")
