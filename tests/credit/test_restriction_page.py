"""Who may not teach, mark or issue: seen by the bodies that read the case, gone with the decision."""

import pytest
from django.test import Client

from credit import services
from credit.services import Fallen
from tests.builders import make_user, regulator
from tests.credit import cases
from tests.credit.cases import Authority

pytestmark = pytest.mark.django_db
ADDRESS = "/en/credit/restrictions/"


def page(user, query=""):
    client = Client()
    client.force_login(user)
    return client.get(ADDRESS + query)


def words(user, query=""):
    return page(user, query).content.decode()


def restricted(code="990000"):
    desk = Authority(code=code)
    order = cases.measure("no_teaching")
    return desk, desk.in_force("general", (order,))


def test_bodies_that_read_the_case_read_what_it_restricts():
    desk, case = restricted()

    for reader in (desk.free, regulator("990000")):
        found = words(reader)
        assert desk.subject.name in found
        assert "may not teach" in found
        assert f"/en/credit/cases/{case.pk}/" in found
    assert desk.subject.name not in words(regulator("980000"))
    assert desk.subject.name not in words(desk.free, "?over=1")
    assert page(make_user()).status_code == 404


def test_what_fell_is_over_and_says_why():
    desk, case = restricted()
    services.annul_case(actor=desk.free, case=case, fallen=Fallen("判决撤销", "判决书一号"))

    assert desk.subject.name not in words(desk.free)
    assert desk.subject.name in words(desk.free, "?over=1")


@pytest.mark.parametrize("many", [1, 3])
def test_as_many_queries_for_three_as_for_one(many, django_assert_num_queries):
    desk = Authority()
    for _number in range(many):
        desk.in_force("general", (cases.measure("no_marking"),))
    client = Client()
    client.force_login(desk.free)
    client.get(ADDRESS)

    with django_assert_num_queries(5):
        assert len(client.get(ADDRESS).context["lines"]) == many
