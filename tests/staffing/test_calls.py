"""Calls of a region for returns: whom they ask, who enters them, how they open, until when they can be withdrawn."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.selectors import system_user
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from staffing.models import FilingCall, FilingPeriod
from staffing.selectors.calls import filing_calls
from staffing.selectors.returns import standings
from staffing.selectors.returns_desk import returns_desk
from staffing.services import enter_call, open_periods, withdraw_call
from staffing.services.calls import Wanted, preview_call
from tests.builders import base_manager, make_user, officer, region, regulator
from tests.staffing.returns_builders import on, receiver, staffed

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 4)
DAY, OPENS = date(2026, 6, 30), date(2026, 6, 1)
FIELDS = {
    "title": "半年填报", "document": "岚科〔2026〕9号", "as_of": "2026-06-30", "opens_on": "2026-06-01",
    "due_working_days": "10", "correct_working_days": "20", "obliges": "scope",
}  # fmt: skip


@pytest.fixture(autouse=True)
def before_the_day():
    with on(TODAY):
        yield


@pytest.fixture
def authority():
    return receiver()


def wanted(**changed):
    facts = {
        "title": "半年填报", "document": "岚科〔2026〕9号", "as_of": DAY, "opens_on": OPENS, "due_working_days": 10,
        "correct_working_days": 20, "obliges": "scope", "categories": (), "published": True,
    }  # fmt: skip
    return Wanted(**{**facts, **changed})


def enter(actor, code="990000", **changed):
    return enter_call(actor=actor, region=region(code), wanted=wanted(**changed))


# --- entering -------------------------------------------------------------------------------------------------------
def test_entered_call_says_who_and_stands_in_the_audit_trail(authority):
    made = enter(authority)

    assert (made.region.code, made.as_of, made.entered_by, made.state) == ("990000", DAY, authority, "entered")
    assert made.office == "接收部门990000"
    assert AuditEntry.objects.get(verb="staffing.filing_call_entered").facts["document"] == "岚科〔2026〕9号"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"title": " "}, "document_missing"),
        ({"document": ""}, "document_missing"),
        ({"opens_on": TODAY}, "opens_too_early"),
        ({"opens_on": DAY + timedelta(days=1)}, "dates_wrong"),
        ({"due_working_days": 21}, "days_wrong"),
        ({"due_working_days": 0}, "days_wrong"),
        ({"as_of": date(2029, 1, 1)}, "day_too_far"),
        # The calendar's own call asks for it.
        ({"as_of": date(2026, 12, 31)}, "asked_already"),
        ({"title": "\U00020b9f\U0002a6d6"}, "glyphs_missing"),
    ],
)
def test_what_cannot_be_is_refused(authority, changed, code):
    with pytest.raises(DomainError) as refusal:
        enter(authority, **changed)

    assert (refusal.value.code, FilingCall.objects.count()) == (code, 0)


@pytest.mark.parametrize("code", ["990000", "990100"])
def test_one_day_is_asked_for_once_in_a_region_and_in_those_above_and_below(authority, code):
    enter(authority)
    below = receiver("990100")

    with pytest.raises(DomainError, match="asked_already"):
        enter(authority if code == "990000" else below, code)
    enter(below, "990100", as_of=date(2026, 6, 29))


@pytest.mark.parametrize("stranger", [officer, base_manager, make_user])
def test_only_authorities_enter(stranger):
    receiver()
    with pytest.raises(NotAllowed):
        enter(stranger())


def test_only_the_body_that_receives_returns_there_enters(authority):
    with pytest.raises(DomainError, match="other_body_competent"):
        enter(regulator("990000"))
    with pytest.raises(NotAllowed):
        enter(authority, "980000")
    with pytest.raises(DomainError, match="nobody_competent"):
        enter(regulator("980000"), "980000")


def test_preview_counts_whom_it_asks(authority):
    for area in ("990100", "990200", "980000"):
        staffed(1, 2, code=area)

    asked = preview_call(actor=authority, region=region("990000"), wanted=wanted())

    assert (asked.institutions, asked.obliged) == (2, 2)
    assert asked.period.due.day == date(2026, 7, 14)
    assert FilingCall.objects.count() == 0


# --- opening --------------------------------------------------------------------------------------------------------
def test_period_opens_by_itself_on_its_day_and_once(authority):
    here, elsewhere = staffed(1, 2, code="990100"), staffed(1, 2, code="980000")
    enter(authority)
    with on(OPENS - timedelta(days=1)):
        assert open_periods(actor=system_user()) == []
    with on(OPENS):
        open_periods(actor=system_user())
        open_periods(actor=system_user())
        [standing] = standings(here)
        period = FilingPeriod.objects.get()

        assert (standing.period.row, standing.obliged) == (period, True)
        assert (period.region_path, period.as_of, period.title, period.published) == (
            "990000/", DAY, "半年填报", True,
        )  # fmt: skip
        assert standings(elsewhere) == []
        assert returns_desk(authority).period.row == period
        assert returns_desk(receiver("990100")).period.row == period
        # Another province has nothing to do with it.
        assert returns_desk(receiver("980000")).period is None


def test_call_whose_last_day_is_over_opens_no_more(authority):
    enter(authority)
    with on(date(2026, 8, 1)):
        assert open_periods(actor=system_user()) == []


# --- withdrawing ----------------------------------------------------------------------------------------------------
def test_withdrawn_call_asks_nobody_and_may_be_entered_anew(authority):
    call = withdraw_call(actor=authority, call=enter(authority), reason="改期")

    assert (call.state, call.withdrawn_because) == ("withdrawn", "改期")
    with on(OPENS):
        assert open_periods(actor=system_user()) == []
    with pytest.raises(WrongState):
        withdraw_call(actor=authority, call=call, reason="x")
    enter(authority)


def test_withdrawing_needs_a_reason_the_body_and_time(authority):
    call = enter(authority)
    with pytest.raises(DomainError, match="reason_missing"):
        withdraw_call(actor=authority, call=call, reason=" ")
    with pytest.raises(DomainError, match="other_body_competent"):
        withdraw_call(actor=regulator("990000"), call=call, reason="x")
    with pytest.raises(NotAllowed):
        withdraw_call(actor=receiver("990100"), call=call, reason="x")
    with on(OPENS), pytest.raises(DomainError, match="call_opened"):
        withdraw_call(actor=authority, call=call, reason="x")


# --- pages ----------------------------------------------------------------------------------------------------------
def send(client, **changed):
    return client.post(reverse("staffing:enter_call"), {**FIELDS, "region": region("990000").pk, **changed})


def test_nothing_is_entered_before_the_second_look(client, authority):
    staffed(1, 2, code="990100")
    client.force_login(authority)

    shown = send(client)

    assert (shown.context["asked"].obliged, FilingCall.objects.count()) == (1, 0)
    # Other words than those that were shown are shown anew.
    again = send(client, title="另一填报", shown=shown.context["token"])
    assert (again.status_code, FilingCall.objects.count()) == (200, 0)
    assert send(client, shown=shown.context["token"]).url == reverse("staffing:calls")
    assert FilingCall.objects.get().title == "半年填报"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"opens_on": "2026-05-04"}, "opens_on"),
        ({"as_of": "2026-12-31"}, "as_of"),
        ({"due_working_days": "30"}, "correct_working_days"),
        ({"region": "0"}, "region"),
        ({"title": ""}, "title"),
    ],
)
def test_form_says_what_is_wrong_where(client, authority, changed, field):
    client.force_login(authority)

    answer = send(client, **changed)

    assert (list(answer.context["form"].errors), answer.context["token"]) == ([field], "")


def test_list_names_who_entered_and_page_withdraws(client, authority):
    call = enter(authority)
    client.force_login(authority)
    page = client.get(reverse("staffing:calls")).content.decode()
    address = reverse("staffing:withdraw_call", args=[call.pk])

    assert "接收部门990000" in page
    assert address in page
    assert list(client.post(address, {"reason": ""}).context["form"].errors) == ["reason"]
    client.post(address, {"reason": "改期"})
    page = client.get(reverse("staffing:calls")).content.decode()
    assert "改期" in page
    assert address not in page


def test_list_is_of_the_own_region(client, authority):
    enter(authority)

    assert list(filing_calls(receiver("990100"))) == []
    client.force_login(officer())
    assert client.get(reverse("staffing:calls")).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_one_and_three(client, authority, rows, django_assert_num_queries):
    for number in range(rows):
        enter(authority, as_of=DAY + timedelta(days=number))
    client.force_login(authority)
    client.get(reverse("staffing:calls"))

    with django_assert_num_queries(5):
        assert len(client.get(reverse("staffing:calls")).context["rows"]) == rows


# --- what the database promises -------------------------------------------------------------------------------------
BROKEN = {
    "filing_call_once_a_day": {},
    "filing_call_opens_in_time": {"opens_on": DAY + timedelta(days=1)},
    "filing_call_correct_after_due": {"due_working_days": 30},
    "filing_call_has_a_document": {"document": ""},
    "filing_call_withdrawn_says_why": {"state": "withdrawn"},
}


def row(call, **changed):
    facts = {field.attname: getattr(call, field.attname) for field in FilingCall._meta.fields if field.name != "id"}
    return FilingCall.objects.create(**{**facts, **changed})


@pytest.mark.parametrize("name", BROKEN)
def test_constraint_refuses(authority, name):
    call = enter(authority)
    told = "UNIQUE|frozen" if name == "filing_call_once_a_day" and connection.vendor == "sqlite" else name
    changed = {"as_of": DAY if name == "filing_call_once_a_day" else DAY - timedelta(days=1), **BROKEN[name]}
    with pytest.raises(IntegrityError, match=told), transaction.atomic():
        row(call, **changed)


def test_every_constraint_is_tried():
    assert {one.name for one in FilingCall._meta.constraints} == set(BROKEN)


@pytest.mark.parametrize(
    "change", ["UPDATE staffing_filingcall SET as_of = '2026-07-01'", "DELETE FROM staffing_filingcall"]
)
def test_entered_call_is_never_rewritten(authority, change):
    enter(authority)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
