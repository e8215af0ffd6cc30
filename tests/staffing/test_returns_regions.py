"""The desk of returns region by region: counts of a division are those of the lines behind it, down to the county."""

import re

import pytest
from django.urls import reverse

from core.errors import NotAllowed
from staffing import services
from staffing.selectors.returns_desk import returns_desk
from staffing.selectors.returns_regions import desk_divisions, desk_region
from tests.builders import hat, place_for
from tests.staffing.returns_builders import filed, receiver, staffed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("after_the_day")]


@pytest.fixture
def province(period):
    """City 1: one accepted, one not filed in its county; city 2: one to decide; the province itself: one to decide."""
    authority = receiver()
    accepted = filed(staffed(2, 3, code="990100"), period)
    services.accept_return(actor=authority, ratio_return=accepted.ratio_return, version=accepted.pk)
    staffed(1, 3, code="990101")
    filed(staffed(2, 3, code="990200"), period)
    filed(staffed(2, 3), period)
    return authority


def told(actor, code=""):
    place = desk_region(actor, code)
    found = returns_desk(actor).within(place)
    return {
        one.region.code: (one.institutions, one.counts["to_decide"], one.counts["not_filed"], one.counts["accepted"])
        for one in desk_divisions(found.lines, place)
    }


def test_each_division_counts_its_own_and_the_level_itself_comes_last(province):
    assert list(told(province).items()) == [
        ("990100", (2, 0, 1, 1)), ("990200", (1, 1, 0, 0)), ("990000", (1, 1, 0, 0)),
    ]  # fmt: skip
    assert told(province, "990100") == {"990101": (1, 0, 1, 0), "990100": (1, 0, 0, 1)}


def test_divisions_add_up_to_the_region_above(province):
    for code in ("", "990100"):
        desk = returns_desk(province).within(desk_region(province, code))
        divisions = desk_divisions(desk.lines, desk_region(province, code))
        assert sum(one.institutions for one in divisions) == desk.counts["all"]
        for group in ("to_decide", "not_filed", "accepted"):
            assert sum(one.counts[group] for one in divisions) == desk.counts.get(group, 0)


def test_nation_sees_the_province_as_one_division(province):
    assert told(hat("regulator", place_for("regulator")))["990000"] == (4, 2, 1, 1)


def test_page_leads_down_and_its_list_is_that_of_the_division(client, province, period):
    client.force_login(province)
    address = reverse("staffing:returns_desk")
    text = client.get(f"/en{address}?period={period.pk}").content.decode()
    assert re.search(rf'href="\?[^"]*period={period.pk}[^"]*region=990100|region=990100[^"]*period={period.pk}', text)
    below = client.get(f"/en{address}?period={period.pk}&region=990100")
    assert [line.standing.institution.region.code for line in below.context["page"]] == ["990100", "990101"]
    assert f'href="/en{address}?period={period.pk}"' in below.content.decode()
    # The county has one institution and nothing below it: no table of one line.
    county = client.get(f"/en{address}?region=990101")
    assert county.context["divisions"] == []
    assert len(county.context["page"].object_list) == 1


def test_way_back_from_a_county_leads_over_its_city(client, province, period):
    client.force_login(province)
    address = reverse("staffing:returns_desk")
    crumbs = client.get(address, {"region": "990101", "period": period.pk}).context["crumbs"]
    assert [one["url"] for one in crumbs[1:]] == [
        f"{address}?period={period.pk}", f"{address}?period={period.pk}&region=990100", "",
    ]  # fmt: skip
    city = receiver("990100", place="990100")
    client.force_login(city)
    crumbs = client.get(address, {"region": "990101"}).context["crumbs"]
    assert len(crumbs) == 3


def test_filter_without_anybody_left_is_still_shown(client, province):
    client.force_login(province)
    text = client.get(f"/en{reverse('staffing:returns_desk')}?region=990200&group=not_filed").content.decode()
    assert re.search(r'btn primary" aria-current="true"[^>]*>not filed 0', text)
    assert "region=990101" not in text


def test_group_counts_of_a_division_are_its_own(client, province):
    client.force_login(province)
    page = client.get(reverse("staffing:returns_desk"), {"region": "990200", "group": "to_decide"})
    assert {name: count for name, _label, count in page.context["counts"] if count} == {"to_decide": 1}
    assert len(page.context["page"].object_list) == 1


def test_clean_ones_of_a_division_are_accepted_by_themselves(client, province):
    client.force_login(province)
    page = client.get(reverse("staffing:accept_returns"), {"region": "990200"})
    assert [line.standing.institution.region.code for line in page.context["lines"]] == ["990200"]
    address = f"{reverse('staffing:accept_returns')}?region=990200"
    client.post(address, {"listed": page.context["listed"]})
    assert told(province)["990200"] == (1, 0, 0, 1)
    assert told(province)["990000"] == (1, 1, 0, 0)


@pytest.mark.parametrize("code", ["980000", "990200", "000000", "nonsense"])
def test_region_outside_the_jurisdiction_is_not_found(client, period, code):
    city = receiver("990100", place="990100")
    client.force_login(city)
    assert client.get(reverse("staffing:returns_desk"), {"region": code}).status_code == 404
    with pytest.raises(NotAllowed):
        desk_region(city, code)
    assert client.get(reverse("staffing:returns_desk"), {"region": "990100"}).status_code == 200


def test_region_page_leads_to_its_returns(client, province):
    client.force_login(province)
    page = client.get("/en/oversight/990100/").content.decode()
    assert 'href="/en/returns/desk/?region=990100"' in page


@pytest.mark.parametrize("cities", [1, 3])
def test_divisions_take_one_statement_for_any_number(period, cities, django_assert_num_queries):
    authority = receiver()
    for number in range(1, cities + 1):
        staffed(1, 2, code=f"990{number}00")
    place, lines = desk_region(authority), returns_desk(authority).lines
    with django_assert_num_queries(1):
        assert len(desk_divisions(lines, place)) == cities
