"""The public lists of institutions and bases, and the rules page."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Designation, Region
from core import clock
from staffing.models import RatioRule
from tests.builders import make_base, make_institution, make_rule, uscc
from tests.courses.builders import make_cohort
from website.selectors import bases, institutions, rules

pytestmark = pytest.mark.django_db


def designate(subject, kind, *, days=-1, until=None):
    today = clock.today()
    place = "base" if subject._meta.model_name == "trainingbase" else "institution"
    return Designation.objects.create(
        kind=kind,
        document="文件",
        valid_from=today + timedelta(days=days),
        valid_to=until and today + timedelta(days=until),
        **{place: subject},
    )


def test_institutions_are_found_by_a_part_of_the_name():
    found = make_institution("岚江大学技术转移中心")
    make_institution("望海海洋研究院")

    assert list(institutions("大学技术")) == [found]


def test_institutions_are_found_by_the_whole_credit_code_however_typed():
    found = make_institution(uscc=uscc(7000))
    make_institution()

    assert list(institutions(found.uscc.lower())) == [found]
    assert list(institutions(f"{found.uscc[:8]} {found.uscc[8:]}")) == [found]
    assert list(institutions(found.uscc[:8])) == []


@pytest.mark.parametrize("typed", ["Wanghai", "wanghai", "望海市（日）", "测试990200"])
def test_lists_are_searched_by_the_region_in_any_language(typed):
    found, base = make_institution(code="990200"), make_base(area="990200")
    Region.objects.filter(code="990200").update(name_en="Wanghai", name_ja="望海市（日）")
    make_institution(code="990100")

    assert list(institutions(typed)) == [found]
    assert list(bases(typed)) == [base]


def test_institutions_are_filtered_by_category_and_ordered_by_name():
    second, first = make_institution("乙机构"), make_institution("丙机构")
    make_institution("甲企业", category="enterprise")

    assert list(institutions(category="university")) == [first, second]


def test_institutions_page_shows_designations_that_hold_today(client: Client):
    institution = make_institution("岚江大学技术转移中心")
    designate(institution, "pilot_university")
    designate(institution, "demonstration", days=-9, until=-1)
    designate(institution, "demonstration", days=3)

    page = client.get("/en/institutions/").content.decode()

    assert "pilot university institution" in page
    assert "demonstration institution" not in page


def test_institutions_page_tells_nothing_of_staff_or_ratio(client: Client):
    make_institution("岚江大学技术转移中心")

    assert "/ratio/" not in client.get("/institutions/").content.decode()


@pytest.mark.parametrize(
    ("address", "title"), [("/en/institutions/", "No institution found"), ("/en/bases/", "No base found")]
)
def test_lists_without_a_hit_say_what_to_do(client: Client, address, title):
    make_institution("岚江大学")
    make_base()

    response = client.get(address, {"q": "无此机构"})

    assert list(response.context["page_obj"].object_list) == []
    assert title in response.content.decode()


def test_institutions_are_paginated(client: Client):
    for number in range(26):
        make_institution(f"机构{number:02d}")

    response = client.get("/institutions/", {"page": 2})

    assert [one.name for one in response.context["page_obj"]] == ["机构25"]


@pytest.mark.parametrize(("address", "queries"), [("/institutions/", 3), ("/bases/", 3)])
def test_lists_ask_the_same_number_of_questions_for_one_and_three_rows(
    client: Client, django_assert_num_queries, address, queries
):
    for more in (1, 2):
        for _ in range(more):
            designate(make_base(host=(host := make_institution())), "national_base")
            designate(host, "pilot_university")
        with django_assert_num_queries(queries):
            client.get(address)


def test_bases_count_the_cohorts_that_take_applications():
    base = make_base()
    for state in ("open", "open", "running", "draft"):
        make_cohort(base, state=state)

    assert [(one.pk, one.open_cohorts) for one in bases()] == [(base.pk, 2)]


def test_bases_are_found_by_host():
    found = make_base(host=make_institution("岚江大学"))
    make_base()

    assert list(bases("岚江")) == [found]


def test_rules_hold_no_draft():
    for state in ("draft", "proposed", "refused"):
        make_rule(state)

    assert [one.version for one in rules()] == ["2022-1", "2020-1"]


def test_rules_put_the_version_in_force_first():
    versions = rules()

    assert [(rule.version, rule.reference_only) for rule in versions] == [("2022-1", False), ("2020-1", True)]


@pytest.mark.parametrize(("address", "language"), [("/rules/", "zh-hans"), ("/en/rules/", "en"), ("/ja/rules/", "ja")])
def test_rules_page_quotes_rule_source_and_period_in_the_readers_language(client: Client, address, language):
    rule = RatioRule.objects.get(version="2022-1")

    current = client.get(address).context["current"]

    names = ("title", "source", "explanation", "period_note")
    assert {name: current[name] for name in names} == {name: rule.text(name, language) for name in names}


@pytest.mark.parametrize(
    ("language", "name"), [("", "岚江培训基地"), ("/en", "Lanjiang Base"), ("/ja", "嵐江研修基地")]
)
def test_base_is_named_and_found_in_the_reader_language(client, language, name):
    make_base(name="岚江培训基地", name_en="Lanjiang Base", name_ja="嵐江研修基地")
    other = make_base()
    page = client.get(f"{language}/bases/", {"q": name}).content.decode()
    assert (name in page, other.name in page) == (True, False)
    assert other.name in client.get(f"{language}/bases/").content.decode(), "without another name by the Chinese one"


@pytest.mark.parametrize(
    ("language", "name"), [("", "岚江培训基地"), ("/en", "Lanjiang Base"), ("/ja", "嵐江研修基地")]
)
def test_register_of_designations_names_a_base_as_it_is_found(client, language, name):
    designate(make_base(name="岚江培训基地", name_en="Lanjiang Base", name_ja="嵐江研修基地"), "national_base")
    designate(make_institution("岚江大学"), "pilot_university")
    assert "岚江大学" in client.get(f"{language}/designations/").content.decode()
    assert name in client.get(f"{language}/designations/", {"q": name}).content.decode()
