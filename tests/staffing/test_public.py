"""The public page of an institution: what it chose to show, what a call publishes, and what is never told."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core import clock
from core.errors import DomainError, NotAllowed
from staffing import services
from staffing.models import RatioPublication
from staffing.selectors.public import SMALL, public_page
from staffing.selectors.returns import with_days
from staffing.services import hide_ratio, publish_ratio
from tests.builders import officer, regulator
from tests.staffing.returns_builders import filed, make_period, on, receiver, staffed

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(after_the_day):
    return staffed(7, SMALL)


def shown(place):
    return public_page(place.pk)


def accepted(place, period):
    version = filed(place, period)
    services.accept_return(actor=receiver(), ratio_return=version.ratio_return, version=version.pk)
    return version


def after(period, days=1):
    """The window to correct is over."""
    return on(with_days([period])[0].correct_until.day + timedelta(days=days))


def published(place):
    return publish_ratio(actor=officer(place), institution=place)


# --- by choice ------------------------------------------------------------------------------------------------------
def test_nothing_of_the_ratio_stands_there_by_itself(place):
    page = shown(place)

    assert (page.today, page.answer, page.periods) == (None, None, [])


def test_chosen_figure_of_the_day_stands_there_until_it_is_hidden(place):
    published(place)
    assert (shown(place).today.ratio.trained, shown(place).today.ratio.staff) == (7, SMALL)

    hide_ratio(actor=officer(place), institution=place)
    assert shown(place).today is None


def test_fewer_than_ten_people_are_told_by_the_verdict_alone(client, place):
    small = staffed(7, SMALL - 1)
    published(small)
    page = client.get(f"/institutions/{small.pk}/").content.decode()

    assert shown(small).today.ratio is None
    assert "不足 10 人：不公布人数" in page
    assert "7 / 9" not in page


@pytest.mark.parametrize(("staff", "verdict"), [(3, False), (4, True)])
def test_very_few_people_have_no_verdict_either(client, place, staff, verdict):
    few = staffed(staff, staff)
    published(few)
    page = client.get(f"/institutions/{few.pk}/").content.decode()

    assert (shown(few).today.outcome is not None) is verdict
    assert ("达标" in page) is verdict


def test_ten_people_are_told_by_number(client, place):
    published(place)

    assert "7 / 10" in client.get(f"/institutions/{place.pk}/").content.decode()


def test_second_click_is_told_and_writes_nothing(place):
    published(place)
    with pytest.raises(DomainError, match="published_already"):
        published(place)
    hide_ratio(actor=officer(place), institution=place)
    with pytest.raises(DomainError, match="not_published"):
        hide_ratio(actor=officer(place), institution=place)

    assert RatioPublication.objects.count() == 1


def test_shown_and_hidden_twice_on_one_day(place):
    for _time in range(2):
        published(place)
        assert shown(place).today
        hide_ratio(actor=officer(place), institution=place)
        assert shown(place).today is None


def test_only_an_officer_of_the_institution_chooses(place):
    for stranger in (officer(), regulator()):
        with pytest.raises(NotAllowed):
            publish_ratio(actor=stranger, institution=place)


def test_database_keeps_one_at_a_time_and_its_first_day(place):
    made = published(place)
    facts = {"valid_from": clock.today(), "decided_by": made.decided_by, "recorded_at": clock.now()}

    with pytest.raises(IntegrityError), transaction.atomic():
        RatioPublication.objects.create(institution=place, **facts)
    with pytest.raises(DatabaseError), transaction.atomic():
        RatioPublication.objects.filter(pk=made.pk).update(valid_from=date(2020, 1, 1))


# --- by the call ----------------------------------------------------------------------------------------------------
def test_accepted_return_is_public_once_the_window_is_over(place, period):
    accepted(place, period)
    assert [one.figure for one in shown(place).periods] == []

    with after(period):
        [one] = shown(place).periods
        assert (one.as_of, one.figure.ratio.trained, one.figure.ratio.staff) == (period.as_of, 7, SMALL)


def test_not_filed_is_words_where_it_was_a_duty(client, place, period):
    with after(period):
        [one] = shown(place).periods
        page = client.get(f"/institutions/{place.pk}/").content.decode()

    assert (one.figure, one.filed) == (None, False)
    assert "未填报" in page


def test_filed_and_undecided_has_no_figure(place, period):
    filed(place, period)
    with after(period):
        [one] = shown(place).periods

    assert (one.figure, one.filed) == (None, True)


def test_call_that_publishes_nothing_shows_nothing(place):
    period = make_period(code="SECRET", published=False)
    accepted(place, period)
    published(place)
    with after(period):
        assert shown(place).periods == []


def test_return_that_was_no_duty_is_shown_by_choice_alone(place):
    period = make_period(code="BOUND", obliges="bound")
    accepted(place, period)
    with after(period):
        assert shown(place).periods == []
        published(place)
        [one] = shown(place).periods
        assert one.figure.ratio.staff == SMALL


def test_return_of_few_people_is_told_by_the_verdict(period):
    with on(date(2026, 7, 3)):
        small = staffed(3, 4)
        accepted(small, period)
    with after(period):
        [one] = shown(small).periods

    assert (one.figure.ratio, one.figure.outcome) == (None, "met")


def test_later_word_puts_the_figure_in_question(place, period):
    version = accepted(place, period)
    services.reopen_return(actor=officer(place), ratio_return=version.ratio_return, reason="漏报两人")
    with after(period):
        assert shown(place).periods[0].in_question


# --- pages ----------------------------------------------------------------------------------------------------------
def test_page_stands_open_to_everybody_and_names_nobody(client, place):
    published(place)
    page = client.get(f"/institutions/{place.pk}/")

    assert page.status_code == 200
    assert place.name in page.content.decode()
    assert "人员0" not in page.content.decode()
    assert client.get("/institutions/999999/").status_code == 404


def test_officer_sees_exactly_what_would_stand_there_before_choosing(client, place):
    client.force_login(officer(place))
    before = client.get("/institution/publication/").content.decode()
    client.post("/institution/publication/", {"do": "show"})
    after_it = client.get("/institution/publication/").content.decode()

    assert "7 / 10" in before
    assert "自今日起公开" in before
    assert "停止公开" in after_it
    assert shown(place).today
    again = client.post("/institution/publication/", {"do": "show"}, follow=True).content.decode()
    assert "原本已是如此" in again


@pytest.mark.parametrize("people", [1, 3])
def test_page_asks_the_same_whatever_the_staff(client, people, django_assert_num_queries):
    place = staffed(1, people)
    published(place)
    client.get(f"/institutions/{place.pk}/")
    with django_assert_num_queries(11):
        client.get(f"/institutions/{place.pk}/")
