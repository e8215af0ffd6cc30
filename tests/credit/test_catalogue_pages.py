"""Pages of the catalogues: one officer proposes, another one adopts or refuses, everybody reads what holds."""

import pytest
from django.test import Client

from core import clock
from credit.models import CatalogueItem, Measure
from credit.services.catalogue import adopt_proposal, propose_item
from tests.builders import make_user, region, regulator
from tests.credit import cases
from tests.credit.cases import Authority, later
from tests.credit.test_catalogue import ADDRESS, MEASURE, TITLE, WORDS, listed, of_the_nation

pytestmark = pytest.mark.django_db


@pytest.fixture
def nation():
    return of_the_nation()


@pytest.fixture
def second():
    return of_the_nation()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_pages_propose_and_adopt_and_everybody_reads(nation, second):
    client, other = signed_in(nation), signed_in(second)
    words = WORDS | {"region": "", "highest": "general", "valid_from": clock.today()}
    measure = {f"title_{name}": text for name, text in TITLE.items()} | MEASURE
    sent = measure | {"code": "no-teaching", "valid_from": clock.today()}
    for address, given in (("items", words), ("measures", sent)):
        answer = client.post(f"{ADDRESS}{address}/new/", given)
        assert answer.status_code == 302
        page = client.get(answer.url).content.decode()
        assert "another officer adopts or refuses it, on this page" in page
        assert 'value="adopt"' not in page
        assert 'value="withdraw"' in page
        assert other.post(answer.url, {"act": "adopt"}).status_code == 302
    item, row = CatalogueItem.objects.get(), Measure.objects.get()

    public = Client().get(ADDRESS).content.decode()
    assert "隐瞒利益冲突" in public
    assert "No teaching" in public
    assert "items/new" not in public
    assert "proposals" not in public

    for address in (f"items/{item.pk}", f"measures/{row.pk}"):
        assert client.get(f"{ADDRESS}{address}/end/").status_code == 200
        answer = client.post(f"{ADDRESS}{address}/end/", {"last_day": clock.today(), "reason": "修订"})
        assert answer.status_code == 302
        assert "修订" in other.get(answer.url).content.decode()
        other.post(answer.url, {"act": "adopt"})
    with later(1):
        assert Client().get(ADDRESS).content.decode().count("ended") == 2


def test_page_of_a_proposal_shows_every_word_and_takes_a_refusal_with_its_reason(nation, second):
    waiting = propose_item(actor=nation, listed=listed())
    client, address = signed_in(second), f"{ADDRESS}proposals/{waiting.pk}/"
    page = client.get(address).content.decode()
    assert [word for word in WORDS.values() if word not in page] == []
    assert 'value="withdraw"' not in page

    assert "This field is required" in client.post(address, {"act": "refuse", "reason": ""}).content.decode()
    client.post(address, {"act": "refuse", "reason": "条款有误"})

    assert "条款有误" in signed_in(nation).get(address).content.decode()
    assert "全国目录" not in client.get(f"{ADDRESS}proposals/").content.decode()
    assert "全国目录" in client.get(f"{ADDRESS}proposals/?show=decided").content.decode()


def test_what_stands_in_the_way_of_an_adoption_is_said(nation, second):
    one, other = (propose_item(actor=nation, listed=listed()) for _n in range(2))
    adopt_proposal(actor=second, proposal=one)
    client = signed_in(second)

    answer = client.post(f"{ADDRESS}proposals/{other.pk}/", {"act": "adopt"}, follow=True)

    assert "has an item of this number already" in answer.content.decode()


def test_proposals_are_shown_to_the_bodies_that_keep_them_alone(nation):
    waiting = propose_item(actor=nation, listed=listed())

    for actor in (regulator("990000"), make_user()):
        assert signed_in(actor).get(f"{ADDRESS}proposals/{waiting.pk}/").status_code == 404
    assert "全国目录" not in signed_in(regulator("990000")).get(f"{ADDRESS}proposals/").content.decode()
    assert signed_in(make_user()).get(f"{ADDRESS}proposals/").status_code == 404


def test_local_officer_is_offered_what_is_local():
    client = signed_in(regulator("990000"))
    page = client.get(ADDRESS).content.decode()

    assert "items/new" in page
    assert "measures/new" not in page
    words = WORDS | {"highest": "general", "valid_from": clock.today()}
    assert client.get(f"{ADDRESS}measures/new/").status_code == 404
    assert "No region" in client.post(f"{ADDRESS}items/new/", words | {"region": "980000"}).content.decode()
    assert client.post(f"{ADDRESS}items/new/", words | {"region": ""}).status_code == 404
    assert client.post(f"{ADDRESS}items/new/", words | {"region": "990000"}).status_code == 302
    assert signed_in(make_user()).get(f"{ADDRESS}items/new/").status_code == 404


@pytest.mark.parametrize("many", [1, 3])
def test_as_many_queries_for_three_as_for_one(many, django_assert_num_queries):
    Authority()
    for number in range(many):
        cases.item(scope="local", region_path=f"990000/99010{number}/")
        cases.measure()
    client = Client()
    client.get(ADDRESS)

    with django_assert_num_queries(4):
        client.get(ADDRESS)


@pytest.mark.parametrize("many", [1, 3])
def test_as_many_queries_for_three_proposals_as_for_one(many, django_assert_num_queries, second):
    for number in range(many):
        actor = regulator("990100")
        propose_item(actor=actor, listed=listed(number=f"{number}", region=region("990100")))
    client = signed_in(second)
    client.get(f"{ADDRESS}proposals/")

    with django_assert_num_queries(6):
        client.get(f"{ADDRESS}proposals/")
