"""The authority's desk: counts that equal their lists, all clean ones in one step, what moved left out and said."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.permissions import Role
from accounts.selectors.waiting import waiting_lines
from core.models import AuditEntry
from staffing import services
from staffing.models import RatioReturn, ReturnDecision
from staffing.selectors.returns_desk import returns_desk, waiting_returns
from staffing.views.return_words import why_left_out
from staffing.views.returns_desk import GROUPS
from tests.builders import make_appointment, make_person, officer, regulator
from tests.staffing.returns_builders import NOW, annul, attested, begun, filed, odd, on, receiver, staffed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("after_the_day")]


def spread(period):
    """One of each: clean, with a question, a moved figure, accepted, returned, in declaration, not begun."""
    authority = receiver()
    clean, asked, moved = (filed(place, period) for place in (staffed(2, 3), odd(), staffed(2, 3)))
    make_appointment(make_person("补"), moved.ratio_return.institution)
    accepted, returned = filed(staffed(2, 3), period), filed(staffed(2, 3), period)
    services.accept_return(actor=authority, ratio_return=accepted.ratio_return, version=accepted.pk)
    services.send_back_return(
        actor=authority, ratio_return=returned.ratio_return, version=returned.pk, questions="请说明"
    )
    begun(staffed(2, 3), period)
    staffed(2, 3)
    return authority, clean, asked, moved


def test_counts_are_of_the_rows_behind_them(client, period):
    authority, clean, _asked, _moved = spread(period)
    desk = returns_desk(authority)

    assert desk.counts == {
        "all": 7,
        "to_decide": 3,
        "filed": 3,
        "accepted": 1,
        "returned": 1,
        "not_filed": 2,
        "clean": 1,
    }
    assert [line.standing.version for line in desk.clean] == [clean]
    client.force_login(authority)
    page = client.get(reverse("staffing:returns_desk"))
    for name in GROUPS:
        rows = client.get(reverse("staffing:returns_desk"), {"group": name}).context["page"].paginator.count
        assert rows == desk.counts.get(name, 0)
    told = {name: count for name, _label, count in page.context["counts"] if count}
    assert told == {"to_decide": 3, "not_filed": 2, "returned": 1, "accepted": 1}


def test_not_filed_has_words_and_no_figure(client, period):
    staffed(2, 3, name="未报机构")
    with on(date(2026, 7, 17)), translation.override("en"):
        client.force_login(receiver())
        page = client.get(reverse("staffing:returns_desk")).content.decode()

    row = page.partition("未报机构")[2].partition("</tr>")[0]
    assert "not filed" in row
    assert "3 working days late" in row
    assert not re.search(r"\d+ / \d+|0%", row)


def test_all_clean_ones_are_accepted_in_one_step_each_with_its_own_line(client, period):
    authority = receiver()
    found = [filed(staffed(2, 3), period) for _number in range(3)]
    client.force_login(authority)
    page = client.get(reverse("staffing:accept_returns"))
    assert sorted(page.context["listed"].split(",")) == sorted(f"{one.ratio_return_id}:{one.pk}" for one in found)

    client.post(reverse("staffing:accept_returns"), {"listed": page.context["listed"]})

    assert set(RatioReturn.objects.values_list("state", flat=True)) == {"accepted"}
    assert AuditEntry.objects.filter(verb="staffing.ratioreturn.accept", actor=authority.pk).count() == 3
    assert ReturnDecision.objects.filter(step="accept").count() == 3


def test_any_number_is_one_field_of_the_form(client, period, settings):
    for _number in range(4):
        filed(staffed(2, 3), period)
    client.force_login(receiver())
    page = client.get(reverse("staffing:accept_returns")).content.decode()
    form = re.search(r'<form class="stack".*?</form>', page, re.DOTALL)[0]
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', form)
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3

    assert client.post(reverse("staffing:accept_returns"), dict(fields)).status_code == 302
    assert set(RatioReturn.objects.values_list("state", flat=True)) == {"accepted"}


def test_why_one_is_left_out_is_said_in_words(client, period):
    authority = receiver()
    assert why_left_out("not_allowed") != "not_allowed"
    version = filed(staffed(2, 3), period)
    client.force_login(authority)
    page = client.post(
        reverse("staffing:accept_returns"), {"listed": f"{version.ratio_return_id}:{version.pk + 1}"}, follow=True
    )
    said = " ".join(map(str, page.context["messages"]))
    assert version.ratio_return.institution.name in said
    assert not re.search(r"[a-z]_[a-z]", said)


def test_what_moved_since_the_list_was_shown_is_left_out_and_said(client, period):
    authority = receiver()
    still, again, moved, decided = (
        filed(staffed(2, 3, name=name), period) for name in ("甲所", "乙所", "丙所", "丁所")
    )
    client.force_login(authority)
    listed = client.get(reverse("staffing:accept_returns")).context["listed"]
    services.reopen_return(actor=again.attested_by, ratio_return=again.ratio_return, reason="更正")
    filed(again.ratio_return.institution, period, again.attested_by, "更正")
    annul(moved.ratio_return.institution)
    services.accept_return(actor=receiver(), ratio_return=decided.ratio_return, version=decided.pk)

    page = client.post(reverse("staffing:accept_returns"), {"listed": listed}, follow=True)

    said = [str(message) for message in page.context["messages"]]
    assert len(said) == 4
    assert [name for name in ("甲所", "乙所", "丙所", "丁所") if any(name in one for one in said)] == [
        "乙所",
        "丙所",
        "丁所",
    ]
    states = {one.pk: one.state for one in RatioReturn.objects.all()}
    assert [states[one.ratio_return_id] for one in (still, again, moved, decided)] == [
        "accepted", "filed", "filed", "accepted",
    ]  # fmt: skip


def test_sending_the_list_twice_accepts_once(client, period):
    filed(staffed(2, 3), period)
    client.force_login(receiver())
    listed = client.get(reverse("staffing:accept_returns")).context["listed"]
    for _time in range(2):
        client.post(reverse("staffing:accept_returns"), {"listed": listed})

    assert ReturnDecision.objects.count() == 1


@pytest.mark.parametrize("listed", ["", "1", "x:y", "1:2:3", "999999:999999", "²:1"])
def test_list_that_nobody_was_shown_accepts_nothing(client, period, listed):
    filed(staffed(2, 3), period)
    client.force_login(receiver())

    assert client.post(reverse("staffing:accept_returns"), {"listed": listed}).status_code == 302
    assert RatioReturn.objects.get().state == "filed"


def test_one_with_a_question_left_is_not_accepted_by_a_made_up_list(client, period):
    asked = filed(odd(), period)
    client.force_login(receiver())

    client.post(reverse("staffing:accept_returns"), {"listed": f"{asked.ratio_return_id}:{asked.pk}"})

    assert RatioReturn.objects.get().state == "filed"


def test_body_decides_where_the_table_names_it_and_others_look_on(period):
    province, city = receiver("990000"), receiver("990200")
    there, here = filed(staffed(2, 3, code="990200"), period), filed(staffed(2, 3, code="990100"), period)

    desks = {actor: returns_desk(actor) for actor in (province, city, regulator("990100"))}

    assert [len(desk.lines) for desk in desks.values()] == [2, 1, 1]
    assert [[line.standing.version for line in desk.clean] for desk in desks.values()] == [[here], [there], []]
    assert [waiting_returns(actor)[0] for actor in desks] == [1, 1, 0]


def test_buttons_are_for_the_body_that_receives(client, period):
    version = filed(odd(), period)
    address = reverse("staffing:return", args=[version.ratio_return_id])
    shown = []
    for reader in (receiver(), regulator(), version.attested_by):
        client.force_login(reader)
        context = client.get(address).context
        shown.append((context["may_decide"], context["may_judge"]))

    assert shown == [(True, True), (False, False), (False, False)]


def test_desk_of_the_first_page_counts_what_waits(period):
    authority = receiver()
    filed(staffed(2, 3), period)
    with on(NOW + timedelta(days=2)):
        line = next(one for one in waiting_lines(authority, Role.REGULATOR) if one.desk.code == "returns")

    assert (line.waiting.count, line.waiting.since) == (1, NOW)


def test_decisions_by_the_page(client, period):
    authority, version = receiver(), filed(staffed(2, 3), period)
    client.force_login(authority)
    address = reverse("staffing:decide_return", args=[version.ratio_return_id])
    seen = client.get(address).context["form"].initial["version"]
    page = client.post(address, {"version": seen, "step": "return", "reason": ""})
    assert page.context["form"].errors["reason"]
    page = client.post(address, {"version": seen, "step": "correct", "reason": "x", "name": "沈", "post": "处长"})
    assert page.context["form"].non_field_errors()

    client.post(address, {"version": seen, "step": "return", "reason": "请附任职文件"})

    assert RatioReturn.objects.get().state == "returned"
    client.force_login(version.attested_by)
    assert "请附任职文件" in client.get(reverse("staffing:return", args=[version.ratio_return_id])).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_desk_takes_the_same_queries_for_any_number(client, period, rows, django_assert_num_queries):
    authority = receiver()
    for _number in range(rows):
        filed(odd(), period)
        staffed(2, 3)

    with django_assert_num_queries(18):
        assert len(returns_desk(authority).lines) == rows * 2


def test_version_that_moved_is_not_decided_by_an_old_page(client, period):
    authority, version = receiver(), filed(staffed(2, 3), period)
    client.force_login(authority)
    address = reverse("staffing:decide_return", args=[version.ratio_return_id])
    found = services.reopen_return(actor=version.attested_by, ratio_return=version.ratio_return, reason="更正")
    services.check_return(actor=version.attested_by, ratio_return=found)
    attested(RatioReturn.objects.get(), version.attested_by, "更正")

    page = client.post(address, {"version": version.pk, "step": "accept"})

    assert page.context["form"].non_field_errors()
    assert RatioReturn.objects.get().state == "filed"


def test_desk_is_the_regulators(client, period):
    client.force_login(officer())
    assert client.get(reverse("staffing:returns_desk")).status_code == 404
    assert client.get(reverse("staffing:accept_returns")).status_code == 404


def test_return_that_was_sent_back_is_decided_by_itself(client, period):
    """In the bulk list nobody would read what was asked and answered."""
    authority = receiver()
    first = filed(staffed(2, 3), period)
    services.send_back_return(
        actor=authority, ratio_return=first.ratio_return, version=first.pk, questions="请说明人员依据"
    )
    again = filed(first.ratio_return.institution, period, first.attested_by, "依据为聘任文件")

    assert [line.standing.version for line in returns_desk(authority).lines if line.asked] == [again]
    assert returns_desk(authority).clean == []
    client.force_login(authority)
    page = client.get(reverse("staffing:decide_return", args=[again.ratio_return_id])).content.decode()
    assert "请说明人员依据" in page
    assert "依据为聘任文件" in page
