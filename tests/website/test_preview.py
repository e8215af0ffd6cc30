"""What an editor sees before publishing: the page's own texts, also of lessons that the public may not read."""

import pytest

from courses.models import CoursePage
from tests.courses.pages import lesson_of, make_course
from website.models import HomePage

pytestmark = pytest.mark.django_db


def previewed(page) -> str:
    return page.make_preview_request().render().content.decode()


def test_preview_of_the_first_page_shows_the_draft(tmp_path):
    make_course(tmp_path)
    home = HomePage.objects.get(locale__language_code="zh-hans")
    home.headline = "草稿标题"

    assert "<h1>草稿标题</h1>" in previewed(home)


def test_preview_of_a_course_shows_the_draft(tmp_path):
    course = CoursePage.objects.get(pk=make_course(tmp_path).pk)
    course.summary = "草稿摘要"

    assert "草稿摘要" in previewed(course)


def test_preview_of_a_later_lesson_shows_its_whole_text(tmp_path):
    lesson = lesson_of(make_course(tmp_path), 2)

    page = previewed(lesson)

    assert "推介之前先做成果评价，再谈价格。" in page
