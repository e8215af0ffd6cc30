"""The pages of an office: region, institution, filters in the address, text to copy, 404 for what is elsewhere."""

import csv
import re
from io import BytesIO, StringIO

import pytest
from django.utils import translation
from openpyxl import load_workbook

from accounts.models import AdminBody, Region
from accounts.permissions import Role
from tests.builders import base_manager, hat, make_user, officer, region, regulator
from tests.oversight.builders import add_staff, staffed

pytestmark = pytest.mark.django_db
ON = "?as_of=2026-06-30"


def text(response):
    return response.content.decode()


def listed(response):
    return [answer.institution.name for answer in response.context["page"]]


@pytest.fixture
def province(client):
    actor = regulator()
    client.force_login(actor)
    return actor


def test_regions_show_cities_institutions_and_the_sum(client, province):
    staffed("岚江大学技术转移中心", 7, 10, pilot=True)
    staffed("望海研究院", 1, 3, code="990200")

    response = client.get(f"/en/oversight/{ON}")

    page = text(response)
    assert listed(response) == ["岚江大学技术转移中心", "望海研究院"]
    assert "8 / 13" in page
    assert "61.5%" in page
    assert "测试990100" in page
    assert '/en/oversight/990200/?as_of=2026-06-30"' in page


def test_region_drills_down_with_the_same_day(client, province):
    staffed("甲", 1, 2, code="990101")
    staffed("乙", 1, 1, code="990200")

    response = client.get(f"/en/oversight/990100/{ON}")

    assert listed(response) == ["甲"]
    assert '/en/oversight/990000/?as_of=2026-06-30"' in text(response)
    assert "乙" not in text(response)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["丁", "丙", "乙", "甲大学"]),
        ("&outcome=met", ["乙", "甲大学"]),
        ("&outcome=not_met", ["丙"]),
        ("&outcome=not_applicable", ["丁"]),
        ("&binding=yes", ["丙", "甲大学"]),
        ("&binding=no", ["丁", "乙"]),
        ("&outcome=met&binding=yes", ["甲大学"]),
        ("&q=大学", ["甲大学"]),
        ("&q=大·学", ["甲大学"]),
        ("&q=没有", []),
        ("&order=shortfall", ["丙", "丁", "乙", "甲大学"]),
        ("&order=staff", ["甲大学", "丙", "乙", "丁"]),
        ("&outcome=bogus", ["丁", "丙", "乙", "甲大学"]),
    ],
)
def test_filters_live_in_the_address(client, province, query, expected):
    staffed("甲大学", 7, 10, pilot=True)
    staffed("乙", 1, 1)
    staffed("丙", 1, 2, pilot=True)
    staffed("丁", 0, 0)

    assert listed(client.get(f"/en/oversight/{ON}{query}")) == expected


def test_filter_finds_a_credit_code(client, province):
    wanted = staffed("甲", 0, 0)
    staffed("乙", 0, 0)

    assert listed(client.get(f"/en/oversight/?q={wanted.uscc.lower()}")) == ["甲"]


def test_filter_form_comes_back_filled_and_the_list_can_be_emptied(client, province):
    staffed("甲", 1, 1)

    page = text(client.get(f"/en/oversight/{ON}&q=没有&outcome=met"))

    assert 'value="没有"' in page
    assert '<option value="met" selected>' in page
    assert "No institution passes these filters" in page


def test_wrong_day_is_said_and_today_is_shown(client, province):
    staffed("甲", 1, 1)

    response = client.get("/en/oversight/?as_of=gestern")

    assert "today is shown instead" in text(response)
    assert listed(response) == ["甲"]


def test_region_without_institutions_says_what_to_do(client, province):
    assert "No institution in this region yet" in text(client.get("/en/oversight/"))


def test_region_list_is_paginated_and_keeps_its_filters(client, province):
    for n in range(26):
        staffed(f"机构{n:02d}", 0, 0)

    first, second = client.get("/en/oversight/?q=机构"), client.get("/en/oversight/?q=机构&page=2")

    assert (len(listed(first)), listed(second)) == (25, ["机构25"])
    assert "q=%E6%9C%BA%E6%9E%84&amp;page=2" in text(first)


def test_copied_text_of_a_region_is_one_correct_paragraph(client, province):
    staffed("甲", 7, 10, pilot=True)
    staffed("乙", 1, 3, code="990200", pilot=True)

    response = client.get(f"/en/oversight/{ON}")

    assert response.context["paragraph"] == (
        "As of 30 Jun 2026, 测试990000 has 13 professional staff (institutions: 2; each person counted once), of whom "
        "8 have received specialised training: 61.5% (rounded down). Pilot institutions that meet the requirement of "
        f"not below 70%: 1 of 2. Source: {response.context['source']}."
    )


def test_copied_text_without_pilots_speaks_of_no_requirement(client, province):
    staffed("甲", 7, 10)

    paragraph = client.get(f"/en/oversight/{ON}").context["paragraph"]

    assert "70.0% (rounded down)" in paragraph
    assert "requirement" not in paragraph


def test_copied_text_of_a_region_without_staff_names_no_percentage(client, province):
    staffed("甲", 0, 0)

    paragraph = client.get(f"/en/oversight/{ON}").context["paragraph"]

    assert "does not apply" in paragraph
    assert "%" not in paragraph


@pytest.mark.parametrize(("code", "seen"), [("990000", ["甲"]), ("990100", ["甲"]), ("990101", ["甲"]), ("990200", [])])
def test_every_rank_has_its_page(client, code, seen):
    staffed("甲", 1, 2, code="990101")
    client.force_login(regulator(code))

    assert listed(client.get("/en/oversight/")) == seen


def test_nation_reads_its_name_and_its_provinces(client):
    staffed("甲", 1, 2, code="990101")
    client.force_login(hat(Role.REGULATOR, AdminBody.objects.get(code="NATIONAL")))

    response = client.get("/en/oversight/")

    page = text(response)
    assert "the whole country has 2 professional staff (institutions: 1;" in response.context["paragraph"]

    assert "Whole country" in page
    assert "测试990000" in page
    assert "34 divisions without institutions" in page


@pytest.mark.parametrize(
    ("prefix", "short", "whole"),
    [("", "内蒙古", "测试990000"), ("/en", "Inner Mongolia", "Lanjiang"), ("/ja", "内モンゴル", "嵐江省")],
)
def test_tiles_of_the_country_speak_the_reader_s_language(client, prefix, short, whole):
    """Those on the map in their short form; another one by its own name."""
    staffed("甲", 1, 2, code="990101")
    Region.objects.filter(code="990000").update(name_en="Lanjiang", name_ja="嵐江省")
    client.force_login(hat(Role.REGULATOR, AdminBody.objects.get(code="NATIONAL")))

    response = client.get(f"{prefix}/oversight/")

    assert {short, whole} <= set(re.findall(r'class="tile \w+"[^>]*><b>([^<]+)</b>', text(response)))


def test_rows_and_tiles_take_no_markup_from_a_name(client, province):
    staffed("<i>甲</i>&乙", 1, 2, code="990101")
    Region.objects.filter(code__in=["990100", "990101"]).update(name="<s>市</s>", name_en="<s>City</s>")

    for address in ("/oversight/990000/", "/en/oversight/990000/", "/oversight/990100/"):
        page = text(client.get(address))
        assert "&lt;i&gt;甲&lt;/i&gt;&amp;乙" in page
        assert page.count("&lt;s&gt;") > 2
        assert not {"<i>", "<s>"} & set(re.findall(r"<\w>", page))


@pytest.mark.parametrize("make_actor", [make_user, officer, base_manager, lambda: regulator("990200")])
def test_pages_elsewhere_are_404_and_leak_nothing(client, make_actor):
    institution = staffed("不该看见的机构", 1, 2)
    client.force_login(make_actor())

    for address in ("/en/oversight/990100/", f"/en/oversight/institutions/{institution.pk}/"):
        response = client.get(address)

        assert response.status_code == 404
        assert "不该看见" not in text(response)


def test_pages_need_a_login(client):
    assert [client.get(url).status_code for url in ("/oversight/", "/oversight/990100/")] == [302, 302]


@pytest.mark.parametrize("rows", [1, 3])
def test_region_page_queries_do_not_grow(client, province, rows, django_assert_num_queries):
    for n in range(rows):
        staffed(f"甲{n}", 1, 2, code=f"990{n + 1}00", pilot=True)

    with django_assert_num_queries(12):
        response = client.get(f"/oversight/{ON}")

    assert len(listed(response)) == rows


# --- the list as a table -----------------------------------------------------------------------------------
def sheet(response):
    return [list(row) for row in load_workbook(BytesIO(response.content)).active.iter_rows(values_only=True)]


def test_table_holds_the_filtered_list_with_day_and_rule(client, province):
    wanted = staffed("甲大学", 7, 10, pilot=True)
    staffed("乙", 1, 2)

    response = client.get(f"/en/oversight/990000/institutions.xlsx{ON}&outcome=met")

    assert response["Content-Disposition"] == 'attachment; filename="institutions-990000-2026-06-30.xlsx"'
    assert sheet(response)[1:] == [
        ["甲大学", wanted.uscc, None, "测试990100", 7, 10, "70.0%", "met", "applies", 0, "2026-06-30", "2022-1"]
    ]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize(("name", "page"), [("institutions", ""), ("shortfall", "shortfall/")])
def test_file_of_a_day_that_is_none_is_refused(client, province, name, page, ending):
    staffed("甲大学", 7, 10, pilot=True)
    response = client.get(f"/en/oversight/990000/{name}.{ending}?as_of=2026-13-45")
    assert (response.status_code, response.url) == (302, f"/en/oversight/990000/{page}?as_of=2026-13-45")
    assert client.get(response.url).status_code == 200


def test_list_for_programs_holds_the_same_rows(client, province):
    wanted = staffed("甲大学", 7, 10, pilot=True)
    staffed("乙", 1, 2)
    response = client.get(f"/en/oversight/990000/institutions.csv{ON}&outcome=met")
    assert response["Content-Disposition"] == 'attachment; filename="institutions-990000-2026-06-30.csv"'
    assert list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))[1:] == [
        ["甲大学", wanted.uscc, "", "测试990100", "7", "10", "70.0%", "met", "applies", "0", "2026-06-30", "2022-1"]
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)"])
def test_name_that_begins_like_a_formula_stays_a_name(client, province, name):
    staffed(name, 0, 0)

    assert sheet(client.get("/en/oversight/990000/institutions.xlsx"))[1][0] == f"'{name}"


def test_table_of_a_foreign_region_is_404(client, province):
    region("980000")
    staffed("不该看见", 1, 1, code="980000")

    assert client.get("/en/oversight/980000/institutions.xlsx").status_code == 404
    assert len(sheet(client.get("/en/oversight/990000/institutions.xlsx"))) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_table_queries_do_not_grow(client, province, rows, django_assert_num_queries):
    for n in range(rows):
        staffed(f"甲{n}", 1, 2, code=f"990{n + 1}00", pilot=True)

    with django_assert_num_queries(12):
        response = client.get(f"/oversight/990000/institutions.xlsx{ON}")

    assert len(sheet(response)) == rows + 1


# --- one institution --------------------------------------------------------------------------------------
def test_institution_shows_its_ratio_its_people_and_the_way_to_their_files(client, province):
    institution = staffed("岚江大学技术转移中心", 69, 99, pilot=True)
    person = add_staff(institution, trained=True)

    page = text(client.get(f"/en/oversight/institutions/{institution.pk}/{ON}&q={person.name}"))

    assert "70<small> / 100</small>" in page
    assert "not below 70% applies" in page
    assert f'/en/institutions/{institution.pk}/ratio/?as_of=2026-06-30"' in page
    assert f'/en/credit/people/{person.pk}/"' in page
    assert page.count("/en/credit/people/") == 1


def test_institution_copies_the_sentence_of_its_ratio_page(client, province):
    institution = staffed("甲", 69, 99)
    empty = staffed("乙", 0, 0)

    for one in (institution, empty):
        card = client.get(f"/en/oversight/institutions/{one.pk}/{ON}").context["paragraph"]
        ratio = client.get(f"/en/institutions/{one.pk}/ratio/{ON}").context["paragraph"]
        assert card == ratio


def test_auditor_sees_figures_and_no_people(client, province):
    institution = staffed("甲", 0, 0)
    person = add_staff(institution, trained=True)
    client.force_login(hat(Role.AUDITOR, province.memberships.get().admin_body))

    page = text(client.get(f"/en/oversight/institutions/{institution.pk}/{ON}"))

    assert "1<small> / 1</small>" in page
    assert "Your role sees figures" in page
    assert person.name not in page
    assert "credit/people" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_institution_page_queries_do_not_grow(client, province, rows, django_assert_num_queries):
    institution = staffed("甲", rows, rows)

    with django_assert_num_queries(19):
        response = client.get(f"/oversight/institutions/{institution.pk}/{ON}")

    assert len(response.context["page"]) == rows


@pytest.mark.parametrize("language", ["zh-hans", "en", "ja"])
def test_pages_read_in_every_language(client, province, language):
    institution = staffed("甲", 1, 2, pilot=True)
    region("990200")
    prefix = "" if language == "zh-hans" else f"/{language}"
    with translation.override(language):
        pages = [
            text(client.get(f"{prefix}{path}"))
            for path in ("/oversight/", "/oversight/990100/", f"/oversight/institutions/{institution.pk}/")
        ]

    assert ["甲" in page for page in pages] == [True, True, True]
