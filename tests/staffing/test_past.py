"""Days gone by: the days on which the ratio changed and by whom, what was put right, and what each reader is told."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.services import (
    correct_appointment,
    correct_leave,
    record_change,
    record_leave,
    record_leaving,
    withdraw_leave,
)
from core import clock
from staffing.selectors import history, institution_ratio
from staffing.selectors.ahead import Cause
from staffing.selectors.past import Righted
from staffing.selectors.past import past as days_gone
from staffing.workflow import RuleState
from tests.builders import hat, make_appointment, make_institution, make_person, make_rule, officer, regulator
from tests.courses.annulling import annul
from tests.staffing.returns_builders import on
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)
MARCH, APRIL = date(2026, 3, 2), date(2026, 4, 1)


@pytest.fixture(autouse=True)
def _today():
    with on(DAY):
        yield


@pytest.fixture
def place():
    """甲 long trained; 乙 joined in March and was trained in April; 丙 left in May."""
    place = make_institution(name="岚江大学")
    for name, fields in {"甲": {}, "乙": {"start": MARCH}, "丙": {"end_date": date(2026, 5, 1)}}.items():
        make_appointment(make_person(name), place, **fields)
    train(person(place, "甲"))
    train(person(place, "乙"), on=APRIL)
    return place


def person(place, name):
    return post(place, name).person


def post(place, name):
    return place.appointments.get(person__name=name)


def corrected(place, name, **values):
    correct_appointment(actor=officer(place), appointment=post(place, name), values=values, reason="录入有误")


def seen(place, actor=None, **moments):
    return days_gone(actor or officer(place), institution_ratio(place, **moments))


def told(past):
    movers = [[(mover.name, mover.cause) for mover in one.movers] for one in past.changes]
    return [(one.day, who, one.after.trained, one.after.staff) for one, who in zip(past.changes, movers, strict=True)]


def test_every_day_on_which_it_changed_and_by_whom(place):
    assert told(seen(place)) == [
        (date(2025, 5, 1), [("甲", Cause.TRAINED)], 1, 2),
        (MARCH, [("乙", Cause.JOINS)], 1, 3),
        (APRIL, [("乙", Cause.TRAINED)], 2, 3),
        (date(2026, 5, 1), [("丙", Cause.LEAVES)], 2, 2),
    ]


def test_line_ends_with_the_day_asked_for(place):
    assert [one.day for one in seen(place, as_of=APRIL).changes] == [date(2025, 5, 1), MARCH, APRIL]


def test_line_is_the_one_of_the_months(place):
    answer = institution_ratio(place)
    prospect = days_gone(officer(place), answer).line.prospect

    assert [prospect.ratio_on(day) for day, _ in history(answer)] == [ratio for _, ratio in history(answer)]


def test_earlier_knowledge_has_the_earlier_line(place):
    then = clock.now()
    with on(DAY + timedelta(days=1)):
        corrected(place, "乙", start_date="2026-04-02")

        assert [one.day for one in seen(place, known_at=then).changes][1] == MARCH
        assert [one.day for one in seen(place).changes][1] == date(2026, 4, 2)


def test_figures_only_reader_is_told_no_name(place):
    corrected(place, "乙", start_date="2026-03-03")
    past = seen(place, hat("evaluator", regulator().worn_memberships()[0].admin_body))

    assert {(mover.person, mover.name) for one in past.changes for mover in one.movers} == {(None, "")}
    assert [(one.person, one.name, one.changes) for one in past.corrections] == [(None, "", ())]


# --- what was put right ---------------------------------------------------------------------------------------------
def test_correction_of_days_gone_stands_with_both_wordings(place):
    corrected(place, "乙", start_date="2026-03-09")
    [one] = seen(place).corrections

    assert (one.name, one.kind, one.day) == ("乙", Righted.CORRECTED, DAY)
    assert one.changes == (("start_date", MARCH, date(2026, 3, 9)),)


@pytest.mark.parametrize(("leaving", "corrections"), [("2026-06-30", 0), ("2026-09-01", 0), ("2026-06-29", 1)])
def test_leaving_is_a_correction_only_where_it_was_over_already(place, leaving, corrections):
    record_leaving(actor=officer(place), appointment=post(place, "甲"), values={"end_date": leaving})

    assert len(seen(place).corrections) == corrections


def test_what_decides_nothing_is_no_correction(place):
    corrected(place, "甲", department="人事处")

    assert seen(place).corrections == []


def test_annulled_training_and_voided_row_are_put_right(place):
    annul(person(place, "甲").training_records.get())
    row = post(place, "丙")
    row.voided_at = clock.now()
    row.save()
    found = {(one.name, one.kind) for one in seen(place).corrections}

    assert found == {("甲", Righted.ANNULLED), ("丙", Righted.VOIDED)}


def test_what_was_put_right_elsewhere_or_outside_the_days_is_not_told(place):
    stranger = make_person("丁")
    make_appointment(stranger, make_institution(name="另一所"))
    annul(train(stranger))
    annul(person(place, "甲").training_records.get())

    assert [one.name for one in seen(place).corrections] == ["甲"]
    assert seen(place, as_of=DAY - timedelta(days=1)).corrections == []


@pytest.mark.parametrize("wrong", [{"on": date(2026, 5, 1)}, {"on": date(2026, 5, 20)}, {"standing": "claimed"}])
def test_annulled_training_that_never_counted_here_is_nobodys_business_here(place, wrong):
    annul(train(person(place, "丙"), **wrong))

    assert seen(place).corrections == []


def test_annulled_training_of_somebody_who_left_before_the_line_is_not_told(place):
    left = make_appointment(make_person("戊"), place, end_date=date(2024, 5, 1))
    annul(train(left.person, on=date(2024, 4, 1)))

    assert seen(place).corrections == []


# --- leaves ---------------------------------------------------------------------------------------------------------
MAY, JUNE = date(2026, 5, 4), date(2026, 6, 1)


@pytest.fixture
def leave(place):
    """甲 is away for a month, and the rule does not count that."""
    make_rule(RuleState.ADOPTED, leaves_left_out=["unpaid"], value=50)
    values = {"kind": "unpaid", "start_date": str(MAY), "end_date": str(JUNE)}
    return record_leave(actor=officer(place), appointment=post(place, "甲"), values=values)


def test_corrected_leave_of_days_gone_is_put_right(place, leave):
    values = {"kind": "unpaid", "start_date": str(MAY), "end_date": "2026-05-20"}
    correct_leave(actor=officer(place), leave=leave, values=values, reason="提前返岗")
    [one] = seen(place).corrections

    assert (one.name, one.kind, one.changes) == ("甲", Righted.LEAVE, (("back_on", JUNE, date(2026, 5, 20)),))


def test_withdrawn_leave_is_put_right(client, place, leave):
    withdraw_leave(actor=officer(place), leave=leave, reason="记错了人")
    [one] = seen(place).corrections
    page = page_of(client, place, officer(place)).content.decode()

    assert one.changes == (("leave_kind", "unpaid", None), ("away_from", MAY, None), ("back_on", JUNE, None))
    assert "停薪留职" in page


def test_leave_that_the_rule_counts_is_no_correction(place, leave):
    values = {"kind": "paid", "start_date": "2026-06-10", "end_date": ""}
    other = record_leave(actor=officer(place), appointment=post(place, "甲"), values=values)
    withdraw_leave(actor=officer(place), leave=other, reason="记错了人")

    assert seen(place).corrections == []


def test_leave_that_goes_on_under_other_terms_is_no_correction(place, leave):
    held = post(place, "甲")
    terms = {"post": "主任", "professional": "true", "employment_type": held.employment_type, "from_day": "2026-05-10"}
    record_change(actor=officer(place), appointment=held, values=terms)

    assert [one.kind for one in seen(place).corrections] == [Righted.CORRECTED]


# --- the page -------------------------------------------------------------------------------------------------------
def page_of(client, place, actor, **asked):
    client.force_login(actor)
    return client.get(f"/institutions/{place.pk}/ratio/past/", asked)


def test_page_marks_each_day_and_leads_to_the_person(client, place):
    page = page_of(client, place, officer(place)).content.decode()

    assert f'href="{reverse("accounts:person", args=[person(place, "乙").pk])}"' in page
    assert len(re.findall('class="touch"', page)) >= 3
    assert "2026年4月1日" in page


def test_whoever_was_taken_out_is_named_without_a_page_that_does_not_open(client, place):
    actor, row = officer(place), post(place, "丙")
    row.voided_at = clock.now()
    row.save()
    page = page_of(client, place, actor).content.decode()
    address = reverse("accounts:person", args=[row.person_id])

    assert "丙" in page
    assert client.get(address).status_code == 404
    assert f'href="{address}"' not in page


def test_page_leads_to_what_was_known_before_a_correction(client, place):
    corrected(place, "乙", start_date="2026-03-09")
    actor = officer(place)
    page = page_of(client, place, actor).content.decode()
    [before] = re.findall(r'href="(/institutions/[0-9]+/ratio/past/[?]as_of=[^"]+known_at=[^"]+)"', page)
    earlier = client.get(before.replace("&amp;", "&")).context["past"]

    assert [one.day for one in earlier.changes][1] == MARCH
    assert earlier.corrections == []


def test_moment_stays_in_the_form(client, place):
    page = page_of(client, place, officer(place), known_at="2026-06-01T09:00:00+08:00").content.decode()

    assert re.search(r'<input [^>]*type="text" name="known_at" value="2026-06-01T09:00:00[+]08:00"', page)


def test_long_line_goes_on_with_the_first_day_that_is_not_listed(client, place, monkeypatch):
    monkeypatch.setattr("staffing.views.past.MOST", 2)
    actor = officer(place)
    page = page_of(client, place, actor)

    assert [change.day for change, *_ in page.context["changes"]] == [date(2026, 5, 1), APRIL]
    assert f'href="?as_of={MARCH}"' in page.content.decode()


def test_stranger_has_no_page(client, place):
    assert page_of(client, place, officer()).status_code == 404


@pytest.mark.parametrize("people", [1, 3])
def test_page_asks_the_same_whatever_the_staff(client, people, django_assert_num_queries):
    place = make_institution()
    for number in range(people):
        made = make_appointment(make_person(f"员{number}"), place, start=MARCH + timedelta(days=number))
        train(made.person, on=APRIL + timedelta(days=number))
        values = {"start_date": str(MARCH + timedelta(days=20 + number))}
        correct_appointment(actor=officer(place), appointment=made, values=values, reason="误")
    actor = officer(place)
    page_of(client, place, actor)
    with django_assert_num_queries(28):
        page_of(client, place, actor)
