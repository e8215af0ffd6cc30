"""A region over time, whom it still has to train and where seats are free; tiles that say a share and nothing else."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.models import AdminBody, Region
from accounts.permissions import Role
from core import clock
from courses.models import Level
from oversight.selectors import find_region, region_overview
from oversight.selectors.tiles import shade, tiles
from staffing.models import SealedCount
from staffing.ratio import Ratio
from staffing.selectors import institution_ratio, region_ratios
from staffing.selectors.plans import year_end
from staffing.selectors.regions import region_history, shortfalls
from tests.builders import hat, make_base, regulator
from tests.courses.builders import make_cohort, make_enrolment, make_programme
from tests.oversight.builders import DAY, add_staff, make_pilot, staffed

pytestmark = pytest.mark.django_db


def national():
    return hat(Role.REGULATOR, AdminBody.objects.get(code="NATIONAL"))


def seen(actor, code="990000", as_of=None):
    place = find_region(actor, code)
    overview = region_overview(actor, place, as_of=as_of)
    until = overview.as_of + timedelta(days=60)
    return shortfalls(overview.answers, overview.rule, place.path, until=until)


def names(found):
    return [(one.answer.institution.name, one.answer.ratio.shortfall) for one in found.short]


def open_class(area="990100", *, ends=30, capacity=2, level="JUNIOR"):
    base = make_base(area=area)
    programme = make_programme(level=Level.objects.get(code=level))
    return make_cohort(base, programme=programme, capacity=capacity, ends_on=clock.today() + timedelta(days=ends))


# --- the line of months -----------------------------------------------------------------------------------------------
def test_each_point_is_the_figure_of_its_day():
    actor = regulator()
    staffed("甲", 3, 5, pilot=True)
    both = add_staff(staffed("乙", 1, 4, code="990200"), trained=True)
    add_staff(make_pilot(staffed("丙", 0, 1)).institution, both)
    gone = staffed("丁", 1, 2)
    gone.appointments.update(end_date=DAY - timedelta(days=70))
    SealedCount.objects.create(
        institution=gone, staff=3, trained=2, valid_from=DAY - timedelta(days=100), entered_at=clock.now(),
        entered_by=actor, state="confirmed", confirmed_at=clock.now(), document_number="1",
    )  # fmt: skip

    points = region_history(actor, "990000/", as_of=DAY, months=4)

    assert len({(one.ratio.trained, one.ratio.staff) for one in points}) > 1
    for one in points:
        figure, _answers = region_ratios(actor, "990000/", as_of=one.day)
        assert (one.ratio, one.binding, one.binding_met) == (figure.ratio, figure.binding, figure.binding_met)


def test_line_takes_as_many_statements_for_three_institutions_as_for_one():
    actor = regulator()
    counts = []
    for name in ("甲", "乙丙"):
        for one in name:
            staffed(one, 1, 2, pilot=True)
        with CaptureQueriesContext(connection) as asked:
            region_history(actor, "990000/", as_of=DAY)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- who is short -----------------------------------------------------------------------------------------------------
def test_those_bound_come_first_then_the_most_people_short():
    staffed("只作参考", 0, 10)
    staffed("缺一人", 6, 10, pilot=True)
    staffed("缺三人", 4, 10, pilot=True)
    staffed("达标", 7, 10, pilot=True)
    staffed("无人", 0, 0, pilot=True)

    found = seen(regulator())

    assert names(found) == [("缺三人", 3), ("缺一人", 1), ("只作参考", 7)]
    assert (found.people, found.people_for_reference) == (4, 7)


@pytest.mark.parametrize("code", ["990000", "990100", "990101"])
def test_sum_of_every_level_is_that_of_the_institutions_listed(code):
    actor = regulator()
    for number, area in enumerate(("990100", "990101", "990200"), 1):
        staffed(f"机构{area}", 0, number, code=area, pilot=True)

    found = seen(actor, code)

    inside = {"990000": 3, "990100": 2, "990101": 1}[code]
    assert len(found.short) == inside
    assert found.people == sum(institution_ratio(one.answer.institution).ratio.shortfall for one in found.short)


def test_nearest_class_with_a_free_seat_is_shown():
    here, there = staffed("甲", 0, 2), staffed("乙", 0, 2, code="990200")
    near, far = open_class("990100", ends=40), open_class("990200", ends=20)

    found = {one.answer.institution: one.nearest for one in seen(regulator()).short}

    assert found == {here: near, there: far}
    far.delete()
    assert {one.nearest for one in seen(regulator()).short} == {near}


def test_seats_are_those_of_classes_that_can_train_them_in_time():
    inside, outside = open_class(capacity=3), open_class("110000", capacity=5)
    open_class(ends=61)
    open_class(level="SENIOR")
    make_enrolment(inside)
    make_enrolment(full := open_class(capacity=1))

    found = seen(regulator())

    assert full not in [*found.inside, *found.outside]
    assert ([*found.inside], [*found.outside]) == ([inside], [outside])
    assert (found.seats, found.seats_outside) == (2, 5)


# --- tiles ------------------------------------------------------------------------------------------------------------
def drawn(actor, code):
    return {one.region.code: one for one in tiles(region_overview(actor, find_region(actor, code)))}


def test_every_division_of_the_country_has_a_place_of_its_own():
    staffed("甲", 1, 2, code="990100")
    found = drawn(national(), "000000")
    current = Region.objects.filter(parent__code="000000", valid_to__isnull=True, statistical=False)
    assert {one.code for one in current if not one.replaced_by} <= found.keys()
    assert len({one.place for one in found.values()}) == len(found)
    assert all(one.place for one in found.values())
    assert found["990000"].shade == "2"
    assert {one.shade for code, one in found.items() if code != "990000"} == {"none"}


def test_divisions_with_institutions_come_first():
    staffed("甲", 1, 2, code="990100")
    for actor, code in ((national(), "000000"), (regulator(), "990000")):
        found = list(drawn(actor, code).values())
        with_somebody = [one for one in found if one.division]
        assert found[: len(with_somebody)] == with_somebody
        assert [one.region.code for one in with_somebody] == sorted(one.region.code for one in with_somebody)


def test_divisions_of_a_province_stand_one_after_the_other():
    staffed("甲", 1, 2, code="990100")
    staffed("乙", 0, 2, code="990200")
    found = drawn(regulator(), "990000")
    assert [(code, one.shade) for code, one in found.items() if one.division] == [("990100", "2"), ("990200", "0")]
    assert not any(one.place for one in found.values())


@pytest.mark.parametrize(
    ("trained", "staff", "expected"),
    [
        (0, 0, "none"),
        (0, 9, "0"),
        (249, 1000, "0"),
        (1, 4, "1"),
        (499, 1000, "1"),
        (1, 2, "2"),
        (3, 4, "3"),
        (9, 9, "3"),
    ],
)
def test_shade_follows_the_exact_share(trained, staff, expected):
    assert shade(Ratio(trained, staff, 70)) == expected


# --- pages ------------------------------------------------------------------------------------------------------------
def test_page_and_table_say_the_same(client):
    client.force_login(regulator())
    staffed("缺一人", 6, 10, pilot=True)
    made = open_class(ends=1)
    page = client.get("/en/oversight/990000/shortfall/").content.decode()
    assert "缺一人" in page
    assert "6 / 10" in page
    [heads, line] = load_workbook(BytesIO(client.get("/en/oversight/990000/shortfall.xlsx").content)).active.values
    row = dict(zip(heads, line, strict=True))
    assert (row["Institution"], row["People short"]) == ("缺一人", 1)
    in_time = made.ends_on < year_end(clock.today())
    assert row["Nearest class with a free seat"] == (made.title if in_time else "none ends in time")


def test_page_shows_25_at_a_time_and_the_table_is_whole(client):
    client.force_login(regulator())
    for number in range(26):
        staffed(f"机构{number:02}", 0, 1, pilot=True)
    first, second = (client.get("/en/oversight/990000/shortfall/", {"page": page}) for page in (1, 2))
    assert [len(one.context["page"].object_list) for one in (first, second)] == [25, 1]
    assert "机构25" not in first.content.decode()
    assert "机构25" in second.content.decode()
    table = client.get("/en/oversight/990000/shortfall.xlsx").content
    assert len([*load_workbook(BytesIO(table)).active.values]) == 27


def test_other_regions_are_not_found(client):
    client.force_login(regulator("990100"))
    for address in ("990200/shortfall/", "990000/shortfall/", "990000/shortfall.xlsx", "990000/"):
        assert client.get(f"/oversight/{address}").status_code == 404


def test_page_takes_as_many_statements_for_three_institutions_as_for_one(client):
    client.force_login(regulator())
    counts = []
    for name in ("甲", "乙丙"):
        for one in name:
            staffed(one, 0, 2, pilot=True)
            open_class()
        with CaptureQueriesContext(connection) as asked:
            client.get("/oversight/990000/shortfall/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
