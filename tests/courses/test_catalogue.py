"""The public catalogue, course pages and lesson pages: found by words inside sentences, in the reader's language."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock
from courses.models import Level
from courses.selectors.content import courses, excerpt, found_courses, lesson, next_cohorts, open_cohorts
from tests.courses.builders import make_cohort, make_enrolment, make_programme
from tests.courses.pages import ALL, lesson_of, make_course, make_site

pytestmark = pytest.mark.django_db


def headings(response, level=2):
    """The text of the headings of a page, tags removed."""
    found = re.findall(rf"<h{level}[^>]*>(.*?)</h{level}>", response.content.decode(), re.S)
    return [re.sub(r"<[^>]+>", "", one).strip() for one in found]


def cohort_in_ten_days(**fields):
    day = clock.today() + timedelta(days=10)
    return make_cohort(starts_on=day, ends_on=day + timedelta(days=3), **fields)


# --- search ---------------------------------------------------------------------------------------------------------
def test_catalogue_finds_a_word_inside_a_sentence_of_a_lesson(tmp_path, client: Client):
    make_course(tmp_path)

    response = client.get("/courses/", {"q": "成果评价"})

    assert headings(response) == ["小课程"]
    assert "推介之前先做<mark>成果评价</mark>，再谈价格。" in response.content.decode()
    assert 'href="/small-course/lesson-2/"' in response.content.decode()


def test_catalogue_names_the_lesson_a_word_was_found_in(tmp_path):
    course = make_course(tmp_path)

    found = found_courses("成果评价", "zh-hans")

    assert [(one.course, [passage.page for passage in one.passages]) for one in found] == [
        (course, [lesson_of(course, 2)])
    ]


def test_catalogue_without_a_hit_says_what_to_do(tmp_path, client: Client):
    make_course(tmp_path)

    response = client.get("/en/courses/", {"q": "量子计算"})

    assert headings(response) == []
    assert headings(response, 3) == ["Nothing found"]


def test_catalogue_escapes_what_was_typed_and_what_was_written(tmp_path, client: Client):
    make_course(tmp_path)

    page = client.get("/courses/", {"q": "<script>alert(1)</script>"}).content.decode()

    assert "<script>alert" not in page
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt;"' in page


def test_catalogue_finds_in_another_language_only_when_this_one_has_nothing(tmp_path):
    course = make_course(tmp_path, languages=("zh-hans", "en"))

    found = found_courses("小课程", "en")
    elsewhere = found_courses("english", "en")

    assert [one.course.locale.language_code for one in found] == ["en"]
    assert elsewhere == []
    lesson_of(course, 2).get_translations().get(locale__language_code="en").unpublish()
    assert [one.course.locale.language_code for one in found_courses("成果评价", "en")] == ["zh-hans"]


def test_catalogue_does_not_show_drafts(tmp_path, client: Client):
    course = make_course(tmp_path, languages=("zh-hans", "en"))
    course.unpublish()

    assert headings(client.get("/courses/")) == []
    assert found_courses("成果评价", "zh-hans", level="JUNIOR") != found_courses("没有", "zh-hans")
    assert [one.course.locale.language_code for one in found_courses("成果评价", "zh-hans")] == ["en"]


def test_catalogue_filters_by_level(tmp_path, client: Client):
    make_course(tmp_path)

    assert headings(client.get("/courses/", {"level": "JUNIOR"})) == ["小课程"]
    assert headings(client.get("/courses/", {"level": "SENIOR"})) == []
    assert headings(client.get("/courses/", {"q": "成果评价", "level": "SENIOR"})) == []
    assert headings(client.get("/courses/", {"level": "nonsense"})) == ["小课程"]


def test_catalogue_before_anything_is_published_teaches(client: Client):
    make_site()

    assert headings(client.get("/en/courses/"), 3) == ["No course yet"]


# --- languages ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "title"), [("/courses/", "小课程"), ("/en/courses/", "小课程 en"), ("/ja/courses/", "小课程 ja")]
)
def test_catalogue_speaks_the_language_of_the_address(tmp_path, client: Client, address, title):
    make_course(tmp_path, languages=ALL)

    assert headings(client.get(address)) == [title]


def test_courses_that_are_not_translated_are_shown_in_the_default_language(tmp_path):
    course = make_course(tmp_path, languages=("zh-hans", "en"))

    assert [page.title for page in courses("ja")] == ["小课程"]
    assert lesson(lesson_of(course, 1).translation_key, "ja") == lesson_of(course, 1)


def test_course_page_offers_itself_in_the_other_languages(tmp_path, client: Client):
    make_course(tmp_path, languages=("zh-hans", "en"))

    request = client.get("/small-course/").wsgi_request

    assert {code: url.removeprefix("http://127.0.0.1:8000") for code, url in request.translated_paths.items()} == {
        "zh-hans": "/small-course/",
        "en": "/en/small-course/",
        "ja": "/ja/courses/",
    }


# --- cohorts --------------------------------------------------------------------------------------------------------
def test_open_cohorts_are_those_that_take_applications_soonest_first():
    late, soon = cohort_in_ten_days(), make_cohort()
    for state in ("draft", "filed", "running", "assessing", "closed", "cancelled"):
        make_cohort(state=state)
    day = clock.today() - timedelta(days=9)
    make_cohort(starts_on=day, ends_on=day + timedelta(days=3))

    assert list(open_cohorts()) == [soon, late]


def test_open_cohorts_count_seats_and_waiting():
    cohort = make_cohort(capacity=3)
    for state in ("admitted", "attending", "waitlisted", "applied", "refused", "withdrawn"):
        make_enrolment(cohort, state=state)

    found = open_cohorts().get()

    assert (found.seats_left, found.waiting) == (1, 1)


def test_open_cohorts_of_a_level():
    senior = make_cohort(programme=make_programme(level=Level.objects.get(code="SENIOR")))
    make_cohort()

    assert list(open_cohorts(level=senior.programme.level)) == [senior]


def test_next_cohorts_are_the_soonest_of_each_level():
    senior = make_programme(level=Level.objects.get(code="SENIOR"))
    days = [clock.today() + timedelta(days=number) for number in (4, 1, 3, 2)]
    junior = [make_cohort(starts_on=day, ends_on=day) for day in days]
    other = make_cohort(programme=senior)
    make_cohort(state="running")
    levels = {junior[0].programme.level_id, senior.level_id}

    assert list(next_cohorts(levels, count=3)) == [other, junior[1], junior[3], junior[2]]
    assert list(next_cohorts({senior.level_id}, count=3)) == [other]
    assert list(next_cohorts(levels, count=1)) == [other, junior[1]]
    assert [one.seats_left for one in next_cohorts([senior.level_id], count=1)] == [30]


def test_catalogue_shows_three_cohorts_and_reads_no_more(tmp_path, client: Client):
    make_course(tmp_path)
    for _ in range(5):
        make_cohort()

    with CaptureQueriesContext(connection) as captured:
        (card,) = client.get("/courses/").context["page_obj"].object_list

    assert len(card["cohorts"]) == 3
    (statement,) = (one["sql"] for one in captured if "seats_left" in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert len(cursor.fetchall()) == 3


def test_course_page_shows_twenty_five_cohorts_and_the_way_to_the_rest(tmp_path, client: Client):
    make_course(tmp_path)
    programme = make_programme()
    cohorts = [make_cohort(programme=programme) for _ in range(26)]

    first = client.get("/small-course/").content.decode()
    second = client.get("/small-course/?page=2").content.decode()

    shown = [[f'href="/cohorts/{one.pk}/apply/"' in page for one in cohorts] for page in (first, second)]
    assert shown == [[True] * 25 + [False], [False] * 25 + [True]]
    assert 'href="?page=2"' in first


def test_catalogue_shows_the_cohorts_of_the_courses_level_with_the_way_to_apply(tmp_path, client: Client):
    make_course(tmp_path)
    cohort = make_cohort()
    other = make_cohort(programme=make_programme(level=Level.objects.get(code="SENIOR")))

    page = client.get("/courses/").content.decode()

    assert f'href="/cohorts/{cohort.pk}/apply/"' in page
    assert f'href="/cohorts/{other.pk}/apply/"' not in page


# --- pages ----------------------------------------------------------------------------------------------------------
def test_course_page_lists_lessons_modules_and_cohorts(tmp_path, client: Client):
    make_course(tmp_path)
    cohort = make_cohort()

    response = client.get("/small-course/")

    outline = response.context["outline"]
    assert [one.title for one in outline.lessons] == ["第1课", "第2课"]
    assert (outline.online, outline.face_to_face, outline.total) == (5, 43, 48)
    assert sum(row.hours for row in outline.module_hours) == 48
    assert f'href="/cohorts/{cohort.pk}/apply/"' in response.content.decode()


def test_first_lesson_is_public_in_full(tmp_path, client: Client):
    make_course(tmp_path)

    page = client.get("/small-course/lesson-1/").content.decode()

    assert "先把词语说准。" in page
    assert "第十六条第（二）项。" in page


def test_other_lessons_show_what_they_teach_and_not_their_text(tmp_path, client: Client):
    make_course(tmp_path)

    page = client.get("/small-course/lesson-2/").content.decode()

    assert "第2课讲什么" in page
    assert "说出两种方式" in page
    assert "推介之前" not in page
    assert "第十六条第（二）项。" not in page


def test_unpublished_lesson_is_not_found(tmp_path, client: Client):
    lesson_of(make_course(tmp_path), 1).unpublish()

    assert client.get("/small-course/lesson-1/").status_code == 404


@pytest.mark.parametrize(("address", "queries"), [("/courses/", 5), ("/courses/?q=成果评价", 7)])
def test_catalogue_asks_the_same_number_of_questions_for_one_and_three_courses(
    tmp_path, client: Client, django_assert_num_queries, address, queries
):
    make_course(tmp_path / "one", slug="one")
    make_cohort()
    client.get(address)
    with django_assert_num_queries(queries):
        client.get(address)
    for slug in ("two", "three"):
        make_course(tmp_path / slug, slug=slug)
        make_cohort()
    client.get(address)
    with django_assert_num_queries(queries):
        assert len(client.get(address).context["page_obj"].object_list) == 3


# --- excerpts -------------------------------------------------------------------------------------------------------
def test_excerpt_marks_every_place_within_the_window():
    assert excerpt("先评价，再评价。", "评价") == [
        ("先", False), ("评价", True), ("，再", False), ("评价", True), ("。", False),
    ]  # fmt: skip


def test_excerpt_of_a_long_text_begins_before_the_word_and_says_so():
    parts = excerpt("甲" * 200 + "成果评价" + "乙" * 200, "成果评价", around=5)

    assert parts == [("…甲甲甲甲甲", False), ("成果评价", True), ("乙" * 6 + "…", False)]


def test_excerpt_of_words_that_stand_apart_marks_their_pairs():
    assert excerpt("评价成果", "成果评价") == [("评价成果", True)]


def test_excerpt_ignores_case_and_joins_lines():
    assert excerpt("The\nLicence", "licence") == [("The ", False), ("Licence", True)]


def test_excerpt_without_the_word_is_the_beginning():
    assert excerpt("甲乙丙", "x", around=1) == [("甲乙丙", False)]


def test_excerpt_takes_signs_of_patterns_for_what_they_are():
    assert excerpt("a.b (c)", "(c)") == [("a.b ", False), ("(c)", True)]
