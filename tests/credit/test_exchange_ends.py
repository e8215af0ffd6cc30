"""Who was given an entry is told of its end, in the transaction that ends it, and acknowledges."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.selectors import system_user
from core import clock
from core.errors import NotAllowed, WrongState
from core.models import CalendarYear
from credit import services
from credit.models import EndNotice
from credit.selectors.exchange import open_end_notices
from credit.services import Fallen
from tests.builders import regulator
from tests.credit.cases import Authority, later, refused
from tests.credit.exchanging import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority():
    return Authority().of_entity()


@pytest.fixture
def desk():
    return Desk()


def give(desk, partner=None):
    services.send_records(actor=desk.officer, partner=partner or desk.partner, form="json", purpose="核对")


def repaired(authority, case):
    words = {"corrected": "已改", "commitment": "承诺", "committed": True}
    asked = services.ask_repair(actor=authority.login, case=case, **words)
    return services.grant_repair(actor=authority.decider, repair=asked, answer="属实")


def told():
    return sorted(EndNotice.objects.values_list("partner", flat=True))


def test_repair_tells_everybody_who_was_given_it_and_nobody_else(authority, desk):
    case = authority.in_force("minor")
    second, never = desk.another("又一家"), desk.another("没有收到")
    give(desk)
    give(desk)
    give(desk, second)

    repaired(authority, case)

    assert told() == sorted([desk.partner.name, second.name])
    assert never.name not in told()
    notice = EndNotice.objects.get(told=desk.partner)
    assert notice.due_on > clock.today()
    assert not notice.is_provisional


def test_time_tells_them_too(authority, desk):
    case = authority.in_force("general")
    give(desk)
    with later((case.ends_on - clock.today()).days + 1):
        services.close_days(actor=system_user())

    assert told() == [desk.partner.name]


def test_annulment_tells_them_too(authority, desk):
    case = authority.in_force("general")
    give(desk)

    services.annul_case(actor=authority.free, case=case, fallen=Fallen("判决撤销", "（2026）岚行终1号"))

    assert told() == [desk.partner.name]


def test_annulment_after_the_end_tells_nobody_twice(authority, desk):
    case = authority.in_force("minor")
    give(desk)
    repaired(authority, case)

    case.refresh_from_db()
    services.annul_case(actor=authority.free, case=case, fallen=Fallen("判决撤销", "（2026）岚行终1号"))

    assert told() == [desk.partner.name]


def test_end_that_is_rolled_back_tells_nobody(authority, desk):
    case = authority.in_force("general")
    give(desk)

    def end_and_fail():
        with transaction.atomic():
            services.annul_case(actor=authority.free, case=case, fallen=Fallen("判决撤销", "（2026）岚行终1号"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        end_and_fail()
    assert told() == []


def test_what_a_machine_was_shown_counts_as_given(authority, desk, client):
    case = authority.in_force("minor")
    bearer = {"Authorization": f"Bearer {desk.token('credit:entity')}"}
    assert client.get(f"/api/v1/exchange/entities/{case.institution.uscc}", headers=bearer).status_code == 200

    repaired(authority, case)

    assert told() == [desk.partner.name]


def test_day_that_needs_an_unknown_year_is_provisional(authority, desk):
    case = authority.in_force("minor")
    give(desk)
    CalendarYear.objects.filter(year__gte=clock.today().year).delete()

    repaired(authority, case)

    assert EndNotice.objects.get().is_provisional


def test_body_acknowledges_once_and_says_how(authority, desk):
    case = authority.in_force("minor")
    give(desk)
    repaired(authority, case)
    notice = EndNotice.objects.get()
    assert list(open_end_notices(authority.free)) == [notice]
    assert list(open_end_notices(regulator("000000"))) == []

    refused("how_missing", services.acknowledge_end, actor=authority.free, notice=notice, how=" ")
    with pytest.raises(NotAllowed):
        services.acknowledge_end(actor=regulator("000000"), notice=notice, how="复函")
    services.acknowledge_end(actor=authority.free, notice=notice, how="复函1号")

    with pytest.raises(WrongState):
        services.acknowledge_end(actor=authority.free, notice=notice, how="复函2号")
    assert list(open_end_notices(authority.free)) == []


def test_list_of_notices_asks_as_often_for_three_as_for_one(authority, desk, client):
    case = authority.in_force("minor")
    give(desk)
    repaired(authority, case)
    client.force_login(authority.free)
    client.get("/en/credit/exchange/end-notices/")
    one = count_of(client)
    for name in ("甲", "乙"):
        EndNotice.objects.create(case=case, partner=name, due_on=clock.today() - timedelta(days=1))
    assert count_of(client) == one


def count_of(client):
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/en/credit/exchange/end-notices/").status_code == 200
    return len(asked)


def test_notice_lies_with_the_body_that_keeps_the_partner(authority):
    """A city gave out what the province decided: the city's desk hears of the end, and the city acknowledges."""
    case = authority.in_force("minor")
    city = regulator("990100")
    desk = Desk()
    desk.officer, desk.body = city, city.memberships.get().admin_body
    kept = desk.another("市级合作方")
    notice = EndNotice.objects.create(case=case, partner=kept.name, told=kept, due_on=clock.today())

    assert list(open_end_notices(city)) == [notice]
    assert list(open_end_notices(authority.free)) == []
    with pytest.raises(NotAllowed):
        services.acknowledge_end(actor=authority.free, notice=notice, how="回函")
    assert services.acknowledge_end(actor=city, notice=notice, how="回函1号").acknowledged_by == city
    assert list(open_end_notices(regulator("990200"))) == []
