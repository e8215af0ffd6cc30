"""The one search box: numbers, institutions, people in reach, courses; and nothing beyond one's reach."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from certificates.identifiers import certificate_number
from tests.builders import (
    base_manager,
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    region,
    regulator,
)
from tests.courses.builders import make_record
from tests.courses.pages import lesson_of, make_course
from website.selectors import answers

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()
NUMBER = certificate_number(level="J", year=2026, base="9901", running=123)


def search_as(user, query):
    return answers(user, query, "zh-hans")


def staffed(name="岚江大学技术转移中心", *, trained=2, staff=3, **fields):
    institution = make_institution(name, **fields)
    for number in range(staff):
        person = make_person(f"职员{number}")
        make_appointment(person, institution)
        if number < trained:
            make_record(person)
    return institution


def test_search_knows_a_certificate_number_however_typed():
    assert search_as(NOBODY, NUMBER.lower().replace("-", " ")).certificate_number == NUMBER


def test_search_leads_a_certificate_number_to_the_verification(client: Client):
    page = client.get("/en/search/", {"q": NUMBER}).content.decode()

    assert f'href="/en/verify/?number={NUMBER}"' in page


def test_search_does_not_take_a_number_with_a_wrong_check_character():
    wrong = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")

    assert search_as(NOBODY, wrong).any is False


def test_search_finds_an_institution_by_name_and_by_code():
    institution = make_institution("岚江大学技术转移中心")
    make_institution("望海海洋研究院")

    assert [one.institution for one in search_as(NOBODY, "技术转移").institutions] == [institution]
    assert [one.institution for one in search_as(NOBODY, institution.uscc).institutions] == [institution]


def test_search_shows_a_visitor_no_ratio():
    staffed()

    assert [one.ratio for one in search_as(NOBODY, "岚江大学").institutions] == [None]


def test_search_shows_the_officer_the_own_ratio_and_not_a_neighbours():
    own, other = staffed("岚江大学甲中心"), staffed("岚江大学乙中心")

    found = search_as(officer(own), "岚江大学").institutions

    assert {one.institution: one.ratio and (one.ratio.ratio.trained, one.ratio.ratio.staff) for one in found} == {
        own: (2, 3), other: None,
    }  # fmt: skip


def test_search_shows_the_regulator_the_ratios_of_the_region(client: Client):
    staffed()
    client.force_login(regulator())

    page = client.get("/en/search/", {"q": "岚江大学"}).content.decode()

    assert "2 / 3" in page


def test_search_for_a_person_answers_those_in_charge_with_a_masked_number():
    institution = staffed(staff=0)
    person = make_person("高轩", number="00000019770715003X")
    make_appointment(person, institution)

    [found] = search_as(officer(institution), "高轩").people

    assert (found.person, found.masked) == (person, "000***********003X")


@pytest.mark.parametrize("who", ["visitor", "trainee", "base manager", "officer elsewhere", "regulator elsewhere"])
def test_search_for_a_person_answers_nobody_else(who):
    make_appointment(make_person("高轩"), make_institution())
    region("980000")
    actors = {
        "visitor": lambda: NOBODY,
        "trainee": make_user,
        "base manager": base_manager,
        "officer elsewhere": officer,
        "regulator elsewhere": lambda: regulator("980000"),
    }

    assert search_as(actors[who](), "高轩").people == []


def test_search_for_a_person_page_of_a_visitor_does_not_hold_the_name_twice(client: Client):
    make_appointment(make_person("高轩"), make_institution())

    page = client.get("/en/search/", {"q": "高轩"}).content.decode()

    assert "Nothing found" in page


def test_search_leaves_out_merged_people():
    institution = make_institution()
    kept, merged = make_person("高轩"), make_person("高轩")
    merged.merged_into = kept
    merged.save()
    for person in (kept, merged):
        make_appointment(person, institution)

    assert [one.person for one in search_as(officer(institution), "高轩").people] == [kept]


def test_search_finds_a_course_by_a_word_inside_a_lesson(tmp_path, client: Client):
    course = make_course(tmp_path)

    found = client.get("/search/", {"q": "成果评价"}).context["answers"]

    assert [(one.course, [passage.page for passage in one.passages]) for one in found.courses] == [
        (course, [lesson_of(course, 2)])
    ]


def test_search_for_one_character_does_not_list_half_the_country():
    make_institution("岚江大学")

    assert search_as(NOBODY, "大").institutions == []


def test_search_for_nothing_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert search_as(NOBODY, "").any is False


def test_search_escapes_what_was_typed(client: Client):
    page = client.get("/search/", {"q": "<img src=x>"}).content.decode()

    assert "<img src=x>" not in page


def test_search_asks_the_same_number_of_questions_for_one_and_three_institutions(django_assert_num_queries):
    for more in (1, 2):
        for _ in range(more):
            staffed(f"岚江大学{make_institution().pk}", staff=0)
        with django_assert_num_queries(5):
            search_as(NOBODY, "岚江大学")
