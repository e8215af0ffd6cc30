"""Days that were counted without their year are counted anew once it is loaded, each by its own clock, and once."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from accounts.selectors import system_user
from core import calendar, clock
from core.errors import NotAllowed
from core.models import AuditEntry, CalendarYear, SpecialDay
from credit import services
from credit.models import EndNotice, SelfRegulatoryCase
from credit.rules.cases import rule_on
from credit.rules.self_regulation import self_rule_of
from credit.selectors.cases import cases_of_body
from credit.services.recount import recount_days
from tests.credit.cases import Authority, know_years, later, notice, notify, served
from tests.credit.exchanging import Desk
from tests.credit.own_rules import association_and_member, forget_calendar

pytestmark = pytest.mark.django_db
WEEK = 7


@pytest.fixture
def desk():
    return Authority()


@pytest.fixture
def track():
    know_years()
    return association_and_member()


@contextmanager
def unknown():
    """Nobody knows the holidays while this is done."""
    years = list(CalendarYear.objects.all())
    forget_calendar()
    yield
    CalendarYear.objects.bulk_create(years)


def recounted():
    return recount_days(actor=system_user())


def holidays(days=WEEK):
    """The coming days are off: whatever was counted across them ends later."""
    SpecialDay.objects.bulk_create(
        SpecialDay(day=clock.today() + timedelta(days=n), is_working=False) for n in range(1, days + 1)
    )


def all_worked(days=60):
    """The coming weekends are worked: whatever was counted across them ends sooner."""
    coming = (clock.today() + timedelta(days=n) for n in range(1, days + 1))
    SpecialDay.objects.bulk_create(SpecialDay(day=day, is_working=True) for day in coming if day.weekday() > 4)


def counted(name, start=None):
    start = start or clock.today()
    return calendar.working_day_deadline(start, rule_on(start).clocks[name])


def own_clock(case, name, start=None):
    return calendar.working_day_deadline(start or clock.today(), self_rule_of(case.clocks_version).clocks[name])


def fresh(row):
    row.refresh_from_db()
    return row


def days_of(row):
    return (fresh(row).due_on, row.is_provisional)


# --- each clock -----------------------------------------------------------------------------------------------------
def test_report_is_due_by_the_calendar_of_its_own_day(desk):
    with unknown():
        report = desk.report()
    told = report.due_on
    holidays()
    true = counted("acceptance_working_days")

    with later(3):
        assert recounted() == 1

    assert days_of(report) == (true.day, False)
    assert true.day > told


def test_answered_report_keeps_its_day(desk):
    with unknown():
        report = desk.report()
    services.refuse_report(actor=desk.decider, report=report, reason="不属于")

    assert recounted() == 0
    assert fresh(report).is_provisional


@pytest.mark.parametrize(
    ("state", "name"), [("filed", "investigation_working_days"), ("decided", "service_working_days")]
)
def test_step_of_a_case_is_due_by_the_calendar(desk, state, name):
    with unknown():
        case = getattr(desk, state)()
    assert case.is_provisional
    holidays()
    true = counted(name)

    with later(3):
        assert recounted() == 1

    assert days_of(case) == (true.day, False)


def test_noticed_case_follows_its_time_to_answer(desk):
    with unknown():
        case = desk.noticed()
    holidays()
    true = calendar.working_day_deadline(clock.today(), case.answer_days).day

    services.close_days(actor=system_user())
    recounted()

    assert days_of(case) == (true, False)
    assert (case.answer_until, case.answer_is_provisional) == (true, False)


def test_repair_is_due_by_the_rule_of_its_decision(desk):
    case = desk.in_force("minor")
    with unknown():
        repair = services.ask_repair(actor=desk.login, case=case, corrected="已改", commitment="承诺", committed=True)
    holidays()
    true = counted("repair_working_days")

    with later(2):
        assert recounted() == 1

    assert days_of(repair) == (true.day, False)


def end_told_by_an_unknown_year():
    authority, exchange = Authority().of_entity(), Desk()
    case = authority.in_force("minor")
    services.send_records(actor=exchange.officer, partner=exchange.partner, form="json", purpose="核对")
    asked = services.ask_repair(actor=authority.login, case=case, corrected="已改", commitment="承诺", committed=True)
    with unknown():
        services.grant_repair(actor=authority.decider, repair=asked, answer="属实")
    return exchange, EndNotice.objects.get()


def test_partner_has_its_days_to_acknowledge_by_the_calendar():
    _exchange, told = end_told_by_an_unknown_year()
    holidays()
    true = counted("withdrawal_working_days")

    with later(2):
        assert recounted() == 1

    assert days_of(told) == (true.day, False)


def test_acknowledged_end_keeps_its_day():
    exchange, told = end_told_by_an_unknown_year()
    services.acknowledge_end(actor=exchange.officer, notice=told, how="复函")

    assert recounted() == 0


@pytest.mark.parametrize(("state", "name"), [("opened", "notice"), ("answered", "decision"), ("decided", "telling")])
def test_step_under_own_rules_is_due_by_the_calendar(track, state, name):
    with unknown():
        case = getattr(track, state)()
    holidays()
    true = own_clock(case, name)

    with later(2):
        assert recounted() >= 1

    assert days_of(case) == (true.day, False)


def test_review_under_own_rules_is_due_by_the_calendar(track):
    with unknown():
        review = track.asked()
    holidays()
    due, until = own_clock(review.case, "review"), own_clock(review.case, "review_asked")

    with later(2):
        recounted()

    assert days_of(review) == (due.day, False)
    case = fresh(review.case)
    assert (case.review_until, case.review_is_provisional) == (until.day, False)


# --- never against the subject --------------------------------------------------------------------------------------
def test_time_to_answer_never_ends_sooner_than_the_notice_said(desk, track):
    # From a Wednesday, so that a weekend lies between.
    with later((2 - clock.today().weekday()) % WEEK):
        with unknown():
            case, own = desk.noticed(), track.noticed()
        told = (case.answer_until, own.answer_until)
        all_worked()
        assert calendar.working_day_deadline(clock.today(), case.answer_days).day < told[0]

        services.close_days(actor=system_user())
        recounted()

    assert (fresh(case).answer_until, fresh(own).answer_until) == told
    assert not case.answer_is_provisional
    assert not own.answer_is_provisional


def test_time_to_ask_a_review_never_ends_sooner_than_the_letter_said(track):
    with unknown():
        case = track.told()
    told = case.review_until
    all_worked()
    recounted()

    assert fresh(case).review_until == told
    with later((told - clock.today()).days):
        assert services.ask_self_review(actor=track.answering, case=case, grounds="口径不同").asked_on == told


def test_notice_served_on_an_earlier_day_is_counted_from_the_day_it_was_entered(desk):
    case = desk.reviewed()
    with later(10):
        with unknown():
            noticed = notify(desk.one, case, notice(), served(on=clock.today() - timedelta(days=9)))
        services.close_days(actor=system_user())

        true = calendar.working_day_deadline(clock.today(), noticed.answer_days).day
        assert (fresh(noticed).answer_until, noticed.answer_is_provisional) == (true, False)


# --- the round ------------------------------------------------------------------------------------------------------
def test_nothing_is_counted_before_the_year_is_there(desk, track):
    with unknown():
        report, case = desk.report(), track.told()
        with later(3):
            assert recounted() == 0
        assert (fresh(report).is_provisional, fresh(case).review_is_provisional) == (True, True)


def test_settled_day_is_counted_once_and_stands_in_the_trail(desk):
    with unknown():
        case = desk.filed()
    told = case.due_on
    assert recounted() == 1
    holidays()

    assert recounted() == 0
    (entry,) = AuditEntry.objects.filter(verb="credit.day_settled")
    assert entry.facts == {"day": "due_on", "due": str(fresh(case).due_on), "was": str(told)}


def test_what_is_settled_can_be_late(desk):
    with unknown():
        case = desk.filed()
        with later(200):
            assert case not in cases_of_body(desk.free, late=True)
    with later(200):
        recounted()
        assert case in cases_of_body(desk.free, late=True)


def test_one_row_that_cannot_be_counted_keeps_no_other_from_its_day(track):
    with unknown():
        report = track.report()
        copied = track.opened()
        words = {name: getattr(copied, name) for name in COPIED}
        bad = SelfRegulatoryCase.objects.create(**words, number="坏", report=report, clocks_version="gone")
        good = track.opened()

    # The two that can be, and the report.
    assert recounted() == 2
    assert (fresh(good).is_provisional, fresh(bad).is_provisional) == (False, True)


COPIED = (
    "at_institution", "at_base", "person", "institution", "rule_kind", "rule_text", "rule_source", "rule_version",
    "opened_on", "opened_by", "due_on", "is_provisional",
)  # fmt: skip


def test_only_the_daily_round_counts_anew(desk):
    know_years()
    with pytest.raises(NotAllowed):
        recount_days(actor=desk.decider)
