"""Whoever reports chooses province, city and county in turn, without a script; the nearest competent body gets it."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Region
from core import clock
from credit.models import AdministrativeCase, CaseReport
from tests.builders import make_user, region
from tests.credit import cases
from tests.credit.cases import Authority

pytestmark = pytest.mark.django_db
ADDRESS = "/en/credit/case-reports/new/"


@pytest.fixture
def city():
    """A city with a body of its own, below a province with one."""
    Authority()
    region("990121"), region("990221")
    return Authority(code="990100")


@pytest.fixture
def reporter():
    client = Client()
    client.force_login(make_user())
    return client


def key(code):
    return Region.objects.get(code=code).pk


def words(**places):
    return {
        "said_of": "何磊", "said_at": "某公司", "ground": "collusion", "reach_me": "13900000000",
        "happened_on": clock.today() - timedelta(days=30), "said": "收受隐性佣金",
        **{name: key(code) for name, code in places.items()},
    }  # fmt: skip


def offered(page, name):
    """The codes of the places that a select offers; None: there is no such select."""
    found = re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL)
    if found is None:
        return None
    keys = re.findall(r'value="(\d+)"', found.group())
    return [Region.objects.get(pk=one).code for one in keys]


def test_places_are_offered_step_by_step_and_the_filled_form_comes_back(city, reporter):
    first = reporter.get(ADDRESS).content.decode()
    assert (offered(first, "city"), offered(first, "county")) == (None, None)
    assert "Choose a city or county in it" in first

    second = reporter.post(ADDRESS, words(region="990000") | {"places": "1"}).content.decode()
    assert offered(second, "city") == ["990100", "990200"]
    assert offered(second, "county") is None
    assert ("收受隐性佣金" in second, "13900000000" in second, 'class="error"' in second) == (True, True, False)

    third = reporter.post(ADDRESS, words(region="990000", city="990100") | {"places": "1"}).content.decode()
    assert offered(third, "county") == ["990121"]
    assert f'value="{key("990100")}" selected' in third
    assert not CaseReport.objects.exists()


def test_report_goes_to_the_body_of_the_city_and_the_case_rests_on_an_item_of_it(city, reporter):
    local = cases.item(scope="local", region_path="990000/990100/")
    reporter.post(ADDRESS, words(region="990000", city="990100", county="990121"))
    made = CaseReport.objects.get()
    assert (made.body, made.region.code) == (city.body, "990121")

    officer = Client()
    officer.force_login(city.decider)
    address = f"/en/credit/case-reports/{made.pk}/accept/?of={city.subject.name}"
    assert f'value="{local.pk}"' in officer.get(address).content.decode()
    filing = {"number": "市案1号", "about": f"person:{city.subject.pk}", "item": local.pk}
    filing |= {"conduct_ended_on": clock.today() - timedelta(days=30), "discovered_on": clock.today()}
    assert officer.post(address, filing).status_code == 302

    assert AdministrativeCase.objects.get().item == local


@pytest.mark.parametrize("places", [{"region": "990000"}, {"region": "990000", "city": "990200"}])
def test_where_no_nearer_body_is_competent_the_province_gets_it(city, reporter, places):
    reporter.post(ADDRESS, words(**places))

    made = CaseReport.objects.get()
    assert (made.body.jurisdiction, made.region.code) == ("990000/", list(places.values())[-1])


@pytest.mark.parametrize(
    "places", [{"region": "980000", "city": "990100"}, {"region": "990000", "city": "990200", "county": "990121"}]
)
def test_place_that_lies_elsewhere_is_refused_and_nothing_is_sent(city, reporter, places):
    region("980100"), region("990221")

    answer = reporter.post(ADDRESS, words(**places))

    assert "This place does not lie in the one above it" in answer.content.decode()
    assert not CaseReport.objects.exists()


def test_place_of_another_province_is_not_offered_within_this_one(city, reporter):
    region("980100")
    page = reporter.post(ADDRESS, words(region="980000", city="990100") | {"places": "1"}).content.decode()

    assert (offered(page, "city"), offered(page, "county")) == (["980100"], None)


def test_statistical_lines_and_places_that_ended_are_not_offered(city, reporter):
    Region.objects.filter(code="990100").update(statistical=True)
    Region.objects.filter(code="990200").update(valid_to=clock.today())

    page = reporter.post(ADDRESS, words(region="990000") | {"places": "1"}).content.decode()

    assert offered(page, "city") is None
