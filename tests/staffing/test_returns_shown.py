"""What is shown of returns: words where nothing was filed, then known beside now known, what is public, receipts."""

from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from accounts.selectors import system_user
from core import clock, outbox
from core.errors import NotAllowed
from core.models import AuditEntry
from staffing import services
from staffing.models import FilingPeriod, ReturnReceipt
from staffing.rules.calendar import calls
from staffing.selectors.receipts import receipt_bytes
from staffing.selectors.returns import (
    current_standing,
    history_before,
    period_of,
    public_return,
    standings,
    with_days,
)
from staffing.selectors.returns_desk import returns_desk
from staffing.selectors.then_now import then_now
from staffing.services.receipts import draw_receipt
from tests.builders import make_appointment, make_institution, make_person, officer, regulator
from tests.staffing.returns_builders import NOW, annul, begun, filed, make_period, on, receiver, staffed
from tests.staffing.test_returns import refused
from tests.staffing.test_selectors import train

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("after_the_day")]


@pytest.fixture
def place():
    return staffed()


# --- not filed is no figure -------------------------------------------------------------------------------------------
def test_not_filed_is_words_and_never_a_figure_nor_that_of_another_period(place, period):
    filed(place, period)
    later = make_period(date(2026, 9, 30))
    with on(date(2026, 10, 9)):
        [now, before] = standings(place)

        assert (now.version, now.filed, before.version.staff) == (None, False, 10)
        assert (now.days_left, now.days_late) == (
            with_days([later])[0].due.day.toordinal() - date(2026, 10, 9).toordinal(),
            0,
        )
        assert history_before(place, later).ratio_return.period == period
        assert public_return(place, later) is None
    late = with_days([later])[0].due.day + timedelta(days=4)
    with on(late):
        assert current_standing(place).days_late > 0
        assert current_standing(place).version is None


def test_declared_and_checked_is_not_filed(place, period):
    found = begun(place, period)
    services.check_return(actor=found.declared_by, ratio_return=found)

    assert (current_standing(place).filed, current_standing(place).version) == (False, None)
    [line] = returns_desk(regulator()).lines
    assert line.groups == {"not_filed"}


def test_nobody_is_late_by_a_calendar_that_is_not_published(place):
    period = make_period(date(2030, 6, 30), until=None)
    with on(date(2030, 12, 1)):
        one = current_standing(place)
        assert (one.period.row, one.period.due.provisional, one.days_late) == (period, True, 0)


def test_institution_behind_a_department_returns_nothing(period):
    behind = make_institution()
    staffed(place=make_institution(parent=behind))

    assert standings(behind) == []
    refused("period_of_others", begun, institution=behind, period=period)


def test_bound_ones_are_asked_and_others_may(place):
    period = make_period(code="BOUND", obliges="bound")
    [free] = standings(place)
    assert (free.obliged, free.to_do) == (False, False)
    place.designations.create(kind="pilot_university", document="1号", valid_from=date(2020, 1, 1))
    [asked] = standings(place)
    assert (asked.obliged, asked.to_do) == (True, True)
    assert [line.standing.institution for line in returns_desk(regulator(), period.pk).lines] == [place]


@pytest.mark.parametrize("periods", [1, 3])
def test_own_list_takes_the_same_queries_for_any_periods(place, periods, django_assert_num_queries):
    for month in range(1, periods + 1):
        filed(place, make_period(date(2026, month, 28), code=f"P{month}"))

    with django_assert_num_queries(6):
        assert len(standings(place)) == periods


# --- what is public ---------------------------------------------------------------------------------------------------
def test_public_figure_waits_for_acceptance_and_for_the_window(place, period):
    authority, version = receiver(), filed(place, period)
    after = with_days([period])[0].correct_until.day + timedelta(days=1)
    with on(after):
        assert public_return(place, period) is None
    services.accept_return(actor=authority, ratio_return=version.ratio_return, version=version.pk)
    assert public_return(place, period) is None
    with on(after):
        shown = public_return(place, period)
        assert (shown.version, shown.in_question) == (version, False)
        services.send_back_return(
            actor=authority, ratio_return=version.ratio_return, version=version.pk, questions="？"
        )
        assert public_return(place, period).in_question


def test_period_that_is_not_published_shows_nothing(place):
    period = make_period(published=False)
    version = filed(place, period)
    services.accept_return(actor=receiver(), ratio_return=version.ratio_return, version=version.pk)

    with on(date(2026, 9, 1)):
        assert public_return(place, period) is None


# --- then and now -----------------------------------------------------------------------------------------------------
def test_filed_turns_stay_and_what_is_known_now_says_why(place, period):
    version = filed(place, period)
    assert not then_now(version).differs
    with on(NOW + timedelta(days=1)):
        annul(place)
        found = then_now(version)

    version.refresh_from_db()
    assert (version.trained, version.staff, version.outcome) == (7, 10, "met")
    assert (found.now.ratio.trained, found.now.ratio.staff, found.now.ratio.outcome.value) == (6, 10, "not_met")
    assert (found.untrained, found.trained, found.gone, found.come) == (1, 0, 0, 0)


def test_every_cause_of_a_moved_figure_is_told_apart(place, period):
    version = filed(place, period)
    with on(NOW + timedelta(days=1)):
        people = [one.person for one in place.appointments.order_by("pk")]
        train(people[8])
        place.appointments.filter(person=people[9]).update(voided_at=clock.now())
        for name in "甲乙":
            make_appointment(make_person(name), place, start=date(2026, 6, 1))
        found = then_now(version)

    assert (found.untrained, found.trained, found.gone, found.come) == (0, 1, 1, 2)
    assert (found.now.ratio.trained, found.now.ratio.staff) == (8, 11)


# --- receipts ---------------------------------------------------------------------------------------------------------
def test_each_version_has_a_receipt_of_its_own_that_is_drawn_once(place, period):
    first = filed(place, period)
    services.reopen_return(actor=first.attested_by, ratio_return=first.ratio_return, reason="更正")
    second = filed(place, period, first.attested_by, "更正")
    for version in (first, second, second):
        draw_receipt(actor=system_user(), version_id=version.pk)

    bodies = [receipt_bytes(one) for one in ReturnReceipt.objects.order_by("version__turn")]
    assert [body[:5] for body in bodies] == [b"%PDF-", b"%PDF-"]
    assert len({one.sha256 for one in ReturnReceipt.objects.all()}) == 2


def test_filing_asks_for_the_receipt(place, period):
    version = filed(place, period)
    events = outbox.undelivered()
    for event in events:
        outbox.deliver_event(event)

    assert ReturnReceipt.objects.get().version == version


# --- the calendar -----------------------------------------------------------------------------------------------------
def test_default_call_is_the_last_day_of_the_year(django_assert_num_queries):
    [call] = calls()
    with on(date(2026, 11, 30)):
        assert services.open_periods(actor=system_user()) == []
    with on(date(2026, 12, 1)):
        [period] = services.open_periods(actor=system_user())
        assert services.open_periods(actor=system_user()) == [period]
    assert (period.as_of, period.opens_on, period.code) == (date(2026, 12, 31), date(2026, 12, 1), call.code)
    assert FilingPeriod.objects.filter(code=call.code).count() == 1
    assert AuditEntry.objects.filter(verb="staffing.filing_period_opened").count() == 1


def test_what_is_over_is_not_asked_for_afterwards():
    with on(date(2026, 6, 15)):
        assert services.open_periods(actor=system_user()) == []


def test_periods_are_opened_by_the_system_alone(place):
    for actor in (officer(place), regulator()):
        with on(date(2026, 12, 1)), pytest.raises(NotAllowed):
            services.open_periods(actor=actor)


def test_days_follow_the_calendar_of_working_days(period):
    found = period_of(period.pk)

    assert (found.due.day, found.correct_until.day) == (date(2026, 7, 14), date(2026, 7, 28))
    assert found.working_days_late(date(2026, 7, 17)) == 3


@pytest.mark.parametrize(("comparator", "said"), [("gt", "above 70%"), ("gte", "not below 70%")])
@pytest.mark.parametrize("template", ["staffing/return_figure.html", "staffing/pdf/receipt.html"])
def test_rule_is_said_as_it_asks(place, period, comparator, said, template):
    version = filed(place, period)
    version.comparator = comparator
    words = {"figures": version, "version": version, "period": with_days([period])[0], "institution": place}
    with translation.override("en"):
        page = render_to_string(template, words)

    assert [one for one in ("above 70%", "not below 70%") if one in page] == [said]


def test_period_of_a_requirement_that_nobody_has_adopted_binds_nobody():
    place = make_institution()
    make_appointment(make_person(), place)
    make_period(code="P1", rule="NOT_YET", obliges="bound")
    assert [one.obliged for one in standings(place)] in ([], [False])


def test_nobody_reads_a_staff_list_to_find_out_that_there_is_one(django_assert_num_queries):
    place = make_institution()
    make_appointment(make_person(), place)
    with django_assert_num_queries(3) as asked:
        standings(place)
    assert not [one for one in asked.captured_queries if "full_time" in one["sql"]]
