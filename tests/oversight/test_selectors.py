"""Figures of regions: people once, institutions within reach, four ranks, and the search box."""

from datetime import date

import pytest

from accounts.models import AdminBody, Region
from accounts.permissions import Role
from core.errors import NotAllowed
from oversight.selectors import (
    find_institutions,
    find_region,
    home_region,
    institution_card,
    region_overview,
    regions_above,
)
from tests.builders import base_manager, hat, make_base, make_institution, make_user, officer, region, regulator
from tests.oversight.builders import DAY, add_staff, make_pilot, staffed

pytestmark = pytest.mark.django_db


def national():
    return hat(Role.REGULATOR, AdminBody.objects.get(code="NATIONAL"))


def auditor(code="990000"):
    return hat(Role.AUDITOR, regulator(code).memberships.get().admin_body)


def lines(overview):
    return [
        (line.region.code if line.region else "", f"{line.ratio.trained}/{line.ratio.staff}", line.institutions)
        for line in overview.divisions
    ]


def overview_of(actor, code=None, as_of=DAY):
    return region_overview(actor, find_region(actor, code) if code else home_region(actor), as_of=as_of)


# --- which region -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", ["990000", "990100", "990101"])
def test_home_region_is_the_jurisdiction(code):
    assert home_region(regulator(code)).code == code


def test_home_region_of_the_nation():
    assert home_region(national()).code == "000000"


@pytest.mark.parametrize("make_actor", [make_user, officer, base_manager])
def test_hats_that_oversee_nothing_have_no_region(make_actor):
    actor = make_actor()
    region("990100")

    with pytest.raises(NotAllowed):
        home_region(actor)
    with pytest.raises(NotAllowed):
        find_region(actor, "990100")


def test_region_outside_the_jurisdiction_is_not_found():
    region("990200")
    actor = regulator("990100")

    assert find_region(actor, "990100").code == "990100"
    for code in ("990200", "990000", "000000", "123456", "x"):
        with pytest.raises(NotAllowed):
            find_region(actor, code)


def test_way_back_ends_at_the_jurisdiction():
    county = region("990101")

    assert [one.code for one in regions_above(national(), county)] == ["000000", "990000", "990100"]
    assert [one.code for one in regions_above(regulator("990000"), county)] == ["990000", "990100"]
    assert regions_above(regulator("990101"), county) == []
    assert regions_above(national(), Region.objects.get(code="000000")) == []


# --- figures ----------------------------------------------------------------------------------------------
def test_province_sees_its_cities():
    staffed("甲", 2, 3, code="990101")
    staffed("乙", 1, 2, code="990100")
    staffed("丙", 0, 1, code="990200")
    region("980000")
    staffed("外省", 5, 5, code="980000")

    overview = overview_of(regulator())

    assert lines(overview) == [("990100", "3/5", 2), ("990200", "0/1", 1)]
    assert (overview.total.ratio.trained, overview.total.ratio.staff, overview.total.institutions) == (3, 6, 3)
    assert [answer.institution.name for answer in overview.answers] == ["丙", "乙", "甲"]


def test_nation_sees_provinces():
    staffed("甲", 2, 3, code="990101")
    staffed("北", 1, 1, code="110101")

    overview = overview_of(national())

    assert lines(overview) == [("110000", "1/1", 1), ("990000", "2/3", 1)]
    assert len(overview.without_institutions) == 33


def test_city_sees_its_counties_and_itself():
    staffed("甲", 2, 3, code="990101")
    staffed("乙", 1, 2, code="990100")

    assert lines(overview_of(regulator("990100"))) == [("990101", "2/3", 1), ("", "1/2", 1)]


def test_county_sees_its_institutions():
    staffed("甲", 2, 3, code="990101")
    staffed("乙", 1, 2, code="990100")

    overview = overview_of(regulator("990101"))

    assert lines(overview) == []
    assert [answer.institution.name for answer in overview.answers] == ["甲"]


def test_auditor_sees_the_figures_too():
    staffed("甲", 2, 3)

    assert lines(overview_of(auditor())) == [("990100", "2/3", 1)]


def test_person_of_two_institutions_counts_once_in_their_division_and_in_the_sum():
    first, second = staffed("甲", 1, 2, code="990100"), staffed("乙", 0, 1, code="990101")
    both = add_staff(first, trained=True)
    add_staff(second, both)
    add_staff(staffed("丙", 0, 0, code="990200"), both)

    overview = overview_of(regulator())

    assert lines(overview) == [("990100", "2/4", 2), ("990200", "1/1", 1)]
    assert (overview.total.ratio.trained, overview.total.ratio.staff) == (2, 4)


def test_merged_person_counts_once():
    institution = staffed("甲", 0, 0)
    kept, double = add_staff(institution), add_staff(institution, trained=True)
    double.merged_into = kept
    double.save(update_fields=["merged_into"])

    assert lines(overview_of(regulator())) == [("990100", "1/1", 1)]


def test_pilots_that_meet_the_requirement_are_counted_by_the_exact_fraction():
    staffed("恰好", 7, 10, pilot=True)
    staffed("差一人", 69, 99, pilot=True)
    staffed("无人员", 0, 0, pilot=True)
    staffed("参考", 9, 10)

    total = overview_of(regulator()).total

    assert (total.binding, total.binding_met, total.not_applicable, total.institutions) == (3, 1, 1, 4)


def test_figures_of_an_earlier_day():
    institution = staffed("甲", 1, 1)
    add_staff(institution, start=date(2026, 6, 1))

    assert lines(overview_of(regulator(), as_of=date(2026, 5, 31))) == [("990100", "1/1", 1)]
    assert lines(overview_of(regulator(), as_of=date(2026, 6, 1))) == [("990100", "1/2", 1)]
    assert lines(overview_of(regulator(), as_of=date(2026, 4, 30))) == [("990100", "0/1", 1)]


def test_divisions_that_are_no_longer_current_are_not_offered():
    region("990100")
    region("990200")
    Region.objects.filter(code="990200").update(replaced_by="990100")

    assert [one.code for one in overview_of(regulator()).without_institutions] == ["990100"]


def test_province_of_the_demo_story_sums_to_313_of_435():
    """Line 10 of the story: 苏曼 works at two institutions in two cities, and counts once in the province."""
    first = staffed("岚江大学技术转移中心", 69, 98, pilot=True)
    staffed("岚江理工大学技术转移有限公司", 70, 100, pilot=True)
    second = staffed("望海师范大学技术转移办公室", 68, 98, code="990200", pilot=True)
    staffed("赤坎医学院成果转化中心", 27, 40, code="990200", pilot=True)
    staffed("望海海洋研究院成果转化处", 34, 40, code="990200")
    staffed("启明光电技术转移部", 23, 30)
    staffed("岚江省技术转移协会", 12, 16)
    staffed("石桥县生产力促进中心", 0, 0, code="990101")
    staffed("岚州知识产权运营有限公司", 9, 12)
    add_staff(second, add_staff(first, trained=True))

    total = overview_of(regulator()).total

    assert (total.ratio.trained, total.ratio.staff, total.ratio.percent_floor) == (313, 435, "71.9")
    assert (total.binding_met, total.binding, total.not_applicable) == (2, 4, 1)


@pytest.mark.parametrize("rows", [1, 3])
def test_overview_queries_do_not_grow(rows, django_assert_num_queries):
    for n in range(rows):
        staffed(f"甲{n}", 1, 2, code=f"990{n + 1}00", pilot=True)
    actor = regulator()
    place = home_region(actor)

    with django_assert_num_queries(9):
        region_overview(actor, place, as_of=DAY)


# --- one institution --------------------------------------------------------------------------------------
def test_card_holds_what_belongs_to_the_institution_and_nothing_else():
    institution, other = staffed("甲", 1, 2), staffed("乙", 1, 1, pilot=True)
    department = make_institution("甲的部门", parent=institution, code="990100")
    base = make_base(host=institution, area="990100")
    make_base(host=other, area="990100")
    designation = make_pilot(institution)

    card = institution_card(regulator("990100"), institution.pk, as_of=DAY)

    assert (card.designations, card.departments, card.bases) == ([designation], [department], [base])
    assert (card.answer.ratio.trained, card.answer.ratio.staff, card.answer.binding) == (1, 2, True)


@pytest.mark.parametrize(
    "make_actor", [make_user, base_manager, officer, lambda: regulator("990200"), lambda: auditor("990200")]
)
def test_card_of_a_foreign_institution_is_refused(make_actor):
    institution = staffed("甲", 1, 2)

    with pytest.raises(NotAllowed):
        institution_card(make_actor(), institution.pk)


# --- search -----------------------------------------------------------------------------------------------
def found(actor, text):
    return [one.name for one in find_institutions(actor, text)]


def test_search_finds_parts_of_names_and_credit_codes():
    institution = make_institution("岚江大学技术转移中心")
    make_institution("望海研究院")
    actor = regulator()

    assert found(actor, "技术转移") == ["岚江大学技术转移中心"]
    assert found(actor, " 岚江·大学 ") == ["岚江大学技术转移中心"]
    assert found(actor, institution.uscc.lower()) == ["岚江大学技术转移中心"]
    assert found(actor, f"{institution.uscc[:8]} {institution.uscc[8:]}") == ["岚江大学技术转移中心"]
    assert found(actor, "海") == ["望海研究院"]
    assert found(actor, "12") == []
    assert found(actor, " ") == []


def test_search_finds_nothing_out_of_reach():
    institution = make_institution("岚江大学技术转移中心", code="990100")

    for actor in (make_user(), base_manager(), officer(), regulator("990200")):
        assert found(actor, "岚江大学") == []
        assert found(actor, institution.uscc) == []
    assert found(officer(institution), "岚江大学") == ["岚江大学技术转移中心"]
