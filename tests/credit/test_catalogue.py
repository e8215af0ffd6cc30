"""What cases rest on: entered by whom it belongs to, frozen but for its end, by pages that everybody reads."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.models import AdminBody
from accounts.permissions import Role
from core import clock
from core.errors import DomainError, NotAllowed
from credit.models import CatalogueItem, Measure
from credit.selectors.cases import items_in, measures_for
from credit.services.catalogue import Listed, end_item, end_measure, list_item, list_measure
from tests.builders import hat, make_user, region, regulator
from tests.credit import cases
from tests.credit.cases import Authority, later

pytestmark = pytest.mark.django_db
WORDS = {"catalogue": "全国目录", "edition": "2026", "number": "1.2", "conduct": "隐瞒利益冲突", "basis": "某法第八条"}
MEASURE = {"listed_in": "措施清单2026", "basis": "某法第九条", "severities": ["general"], "restricts": "no_teaching"}
TITLE = {"zh": "暂停授课", "en": "No teaching", "ja": "授業停止"}


@pytest.fixture
def nation():
    return hat(Role.REGULATOR, AdminBody.objects.get(code="NATIONAL"))


def listed(**changed):
    return Listed(**WORDS | {"highest": "general", "valid_from": clock.today()} | changed)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_local_item_is_entered_by_its_region_and_holds_there_alone():
    local = list_item(actor=regulator("990000"), listed=listed(region=region("990100")))

    assert (local.scope, local.region_path) == ("local", "990000/990100/")
    assert local in items_in("990000/990100/990121/", clock.today())
    assert local not in items_in("990000/990200/", clock.today())


@pytest.mark.parametrize("area", [None, "980000", "990200"])
def test_nobody_enters_items_of_another_region_or_of_the_nation(area):
    with pytest.raises(NotAllowed):
        list_item(actor=regulator("990100"), listed=listed(region=region(area) if area else None))
    assert not CatalogueItem.objects.exists()


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"basis": " "}, "basis_missing"), ({"number": ""}, "number_missing"), ({"highest": "worst"}, "severity_unknown")],
)
def test_item_without_its_words_is_refused(nation, changed, code):
    with pytest.raises(DomainError) as refusal:
        list_item(actor=nation, listed=listed(**changed))
    assert refusal.value.code == code


def test_one_number_of_an_edition_is_entered_once(nation):
    list_item(actor=nation, listed=listed())

    with pytest.raises(DomainError) as refusal:
        list_item(actor=nation, listed=listed(conduct="别的"))
    assert refusal.value.code == "item_listed"
    assert CatalogueItem.objects.count() == 1


def test_what_is_ended_holds_to_its_last_day(nation):
    item, measure = list_item(actor=nation, listed=listed()), list_measure(
        actor=nation, code="m", title=TITLE, valid_from=clock.today(), **MEASURE
    )  # fmt: skip
    end_item(actor=nation, item=item, last_day=clock.today())
    end_measure(actor=nation, measure=measure, last_day=clock.today())

    assert item in items_in("990000/", clock.today())
    assert measure in measures_for(None)
    with later(1):
        assert item not in items_in("990000/", clock.today())
        assert measure not in measures_for(None)


@pytest.mark.parametrize(("days", "again", "code"), [(-1, False, "ends_in_past"), (1, True, "ended_already")])
def test_end_is_entered_once_and_not_backwards(nation, days, again, code):
    item = list_item(actor=nation, listed=listed())
    if again:
        end_item(actor=nation, item=item, last_day=clock.today())

    with pytest.raises(DomainError) as refusal:
        end_item(actor=nation, item=item, last_day=clock.today() + timedelta(days=days))
    assert refusal.value.code == code


def test_nobody_else_ends_them(nation):
    item, measure = cases.item(), cases.measure()
    for act, row in ((end_item, {"item": item}), (end_measure, {"measure": measure})):
        with pytest.raises(NotAllowed):
            act(actor=regulator("990000"), last_day=clock.today(), **row)
    assert {item.valid_to, measure.valid_to} == {None}


def test_words_of_an_item_never_change(nation):
    item = list_item(actor=nation, listed=listed())

    with pytest.raises(DatabaseError), transaction.atomic():
        CatalogueItem.objects.filter(pk=item.pk).update(highest="serious")


def test_list_of_dishonest_subjects_is_refused_by_page_and_by_database(nation):
    page = signed_in(nation)
    sent = {
        "code": "m",
        "title_zh": "列入严重失信主体名单",
        "title_en": "x",
        "title_ja": "x",
        "listed_in": "x",
        "basis": "x",
    }
    answer = page.post(
        "/en/credit/catalogue/measures/new/", sent | {"severities": ["serious"], "valid_from": clock.today()}
    )

    assert "such lists are made by law alone" in answer.content.decode()
    assert "列入严重失信主体名单" in answer.content.decode()
    assert not Measure.objects.exists()


def test_pages_enter_and_end_and_everybody_reads(nation):
    client = signed_in(nation)
    words = WORDS | {"region": "", "highest": "general", "valid_from": clock.today()}
    assert client.post("/en/credit/catalogue/items/new/", words).status_code == 302
    measure = {f"title_{name}": text for name, text in TITLE.items()} | MEASURE
    sent = measure | {"code": "no-teaching", "valid_from": clock.today()}
    assert client.post("/en/credit/catalogue/measures/new/", sent).status_code == 302
    item, row = CatalogueItem.objects.get(), Measure.objects.get()

    public = Client().get("/en/credit/catalogue/").content.decode()
    assert "隐瞒利益冲突" in public
    assert "No teaching" in public
    assert "items/new" not in public

    for address in (f"items/{item.pk}", f"measures/{row.pk}"):
        assert client.get(f"/en/credit/catalogue/{address}/end/").status_code == 200
        answer = client.post(f"/en/credit/catalogue/{address}/end/", {"last_day": clock.today()})
        assert answer.status_code == 302
    with later(1):
        assert Client().get("/en/credit/catalogue/").content.decode().count("ended") == 2


def test_local_officer_is_offered_what_is_local():
    client = signed_in(regulator("990000"))
    page = client.get("/en/credit/catalogue/").content.decode()

    assert "items/new" in page
    assert "measures/new" not in page
    words = WORDS | {"highest": "general", "valid_from": clock.today()}
    assert client.get("/en/credit/catalogue/measures/new/").status_code == 404
    assert "No region" in client.post("/en/credit/catalogue/items/new/", words | {"region": "980000"}).content.decode()
    assert client.post("/en/credit/catalogue/items/new/", words | {"region": ""}).status_code == 404
    assert client.post("/en/credit/catalogue/items/new/", words | {"region": "990000"}).status_code == 302
    assert signed_in(make_user()).get("/en/credit/catalogue/items/new/").status_code == 404


@pytest.mark.parametrize("many", [1, 3])
def test_as_many_queries_for_three_as_for_one(many, django_assert_num_queries):
    Authority()
    for number in range(many):
        cases.item(scope="local", region_path=f"990000/99010{number}/")
        cases.measure()
    client = Client()
    client.get("/en/credit/catalogue/")

    with django_assert_num_queries(4):
        client.get("/en/credit/catalogue/")
