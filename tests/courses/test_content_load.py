"""Written courses as pages: loaded, loaded again, renewed, found by search, and what editors may break."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from wagtail.models import Locale, Page, Revision

from accounts.selectors import system_user
from core import search
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from courses.blocks import CheckQuestionBlock, TableBlock
from courses.imports.content import ContentError
from courses.models import CoursePage, LessonPage, LessonShare, Module
from courses.selectors.content import shares_of
from courses.services.content import load_course
from tests.builders import make_user
from tests.courses.pages import ALL, lesson_of, lesson_text, make_course, make_site, write_course

pytestmark = pytest.mark.django_db


def test_load_course_makes_three_trees_joined_by_key(tmp_path):
    course = make_course(tmp_path, languages=ALL)

    trees = CoursePage.objects.filter(translation_key=course.translation_key).order_by("locale__pk")
    assert sorted(page.locale.language_code for page in trees) == ["en", "ja", "zh-hans"]
    assert {page.get_parent().locale_id == page.locale_id for page in trees} == {True}
    for page in trees:
        lessons = LessonPage.objects.child_of(page).order_by("number")
        assert [one.translation_key for one in lessons] == [lesson_of(course, n).translation_key for n in (1, 2)]
        assert {one.live for one in lessons} == {True}


def test_load_course_returns_the_page_in_the_default_language(tmp_path):
    course = make_course(tmp_path)

    assert (course.title, course.locale.language_code, course.level.code) == ("小课程", "zh-hans", "JUNIOR")


def test_load_course_keeps_declared_hours_per_module(tmp_path):
    course = make_course(tmp_path)

    assert shares_of(lesson_of(course, 1)) == {"K1": Decimal("2.0"), "K2": Decimal("0.5")}


def test_load_course_twice_changes_nothing(tmp_path):
    make_course(tmp_path)
    before = (Revision.objects.count(), AuditEntry.objects.count(), Page.objects.count(), LessonShare.objects.count())

    load_course(actor=system_user(), folder=tmp_path)

    after = (Revision.objects.count(), AuditEntry.objects.count(), Page.objects.count(), LessonShare.objects.count())
    assert after == before


def test_load_course_with_changed_text_makes_one_new_revision_and_is_found_by_it(tmp_path):
    course = make_course(tmp_path)
    before = Revision.objects.count()
    (tmp_path / "lesson-2.zh-hans.md").write_text(lesson_text(2, text="改成了拍卖。"), encoding="utf-8")

    load_course(actor=system_user(), folder=tmp_path)

    lesson = lesson_of(course, 2)
    assert Revision.objects.count() == before + 1
    assert AuditEntry.objects.filter(verb="courses.content_loaded").last().facts == {"pages": ["zh-hans/lesson-2"]}
    assert search.find("拍卖", kinds=["lesson"], language="zh-hans") == [("lesson", str(lesson.translation_key))]
    assert search.find("成果评价", kinds=["lesson"], language="zh-hans") == []


def test_load_course_with_changed_hours_replaces_the_shares(tmp_path):
    course = make_course(tmp_path)
    changed = lesson_text(1, modules='{K1: "1.5"}')
    (tmp_path / "lesson-1.zh-hans.md").write_text(changed, encoding="utf-8")

    load_course(actor=system_user(), folder=tmp_path)

    assert shares_of(lesson_of(course, 1)) == {"K1": Decimal("1.5")}


def test_load_course_by_somebody_who_may_not_edit_is_refused_and_makes_nothing(tmp_path):
    make_site()

    with pytest.raises(NotAllowed):
        load_course(actor=make_user(), folder=write_course(tmp_path))

    assert CoursePage.objects.count() == 0


@pytest.mark.parametrize(("languages", "first"), [(("zh-hans",), "zh-hans"), (("en", "zh-hans"), "en")])
def test_load_course_before_there_is_a_first_page_in_the_language_is_refused(tmp_path, languages, first):
    """Wagtail's welcome page stands there in Chinese; a course does not belong below it."""
    with pytest.raises(DomainError) as refusal:
        load_course(actor=system_user(), folder=write_course(tmp_path, languages=languages))

    assert (refusal.value.code, refusal.value.facts) == ("no_home_page", {"language": first})
    assert CoursePage.objects.count() == 0


def test_load_course_that_is_not_written_in_the_default_language_is_refused(tmp_path):
    make_site()

    with pytest.raises(ContentError) as refusal:
        load_course(actor=system_user(), folder=write_course(tmp_path, languages=("en",)))

    assert refusal.value.facts == {"file": "course.zh-hans.md", "wrong": "missing"}


def test_load_course_with_an_unknown_module_is_refused_and_makes_nothing(tmp_path):
    make_site()
    folder = write_course(tmp_path, languages=ALL)
    (folder / "lesson-2.ja.md").write_text(lesson_text(2, modules='{X9: "1.0"}'), encoding="utf-8")

    with pytest.raises(DomainError) as refusal:
        load_course(actor=system_user(), folder=folder)

    assert (refusal.value.code, refusal.value.facts) == ("unknown_module", {"codes": ["X9"]})
    assert CoursePage.objects.count() == 0


def test_search_finds_a_word_inside_a_sentence_of_a_lesson(tmp_path):
    course = make_course(tmp_path)

    found = search.find("成果评价", kinds=["course", "lesson"], language="zh-hans")

    assert found == [("lesson", str(lesson_of(course, 2).translation_key))]


def test_search_forgets_an_unpublished_page_in_its_own_language_only(tmp_path):
    lesson = lesson_of(make_course(tmp_path, languages=("zh-hans", "en")), 2)

    lesson.unpublish()

    key = ("lesson", str(lesson.translation_key))
    assert search.find("成果评价", kinds=["lesson"], language="zh-hans") == []
    assert search.find("成果评价", kinds=["lesson"], language="en") == [key]


def test_search_finds_what_an_editor_publishes(tmp_path):
    lesson = lesson_of(make_course(tmp_path), 1)
    lesson.summary = "讲讲概念验证"

    lesson.save_revision().publish()

    key = ("lesson", str(lesson.translation_key))
    assert search.find("概念验证", kinds=["lesson"], language="zh-hans") == [key]


def test_search_does_not_know_a_draft(tmp_path):
    lesson = lesson_of(make_course(tmp_path), 1)
    lesson.summary = "讲讲概念验证"

    lesson.save_revision()

    assert search.find("概念验证", kinds=["lesson"], language="zh-hans") == []


def test_lesson_share_once_per_module(tmp_path):
    lesson = lesson_of(make_course(tmp_path), 1)
    module = Module.objects.get(code="K1")

    with pytest.raises(IntegrityError), transaction.atomic():
        LessonShare.objects.create(page=lesson, module=module, hours=Decimal("1.0"))


def test_lesson_share_of_no_hours_is_impossible(tmp_path):
    lesson = lesson_of(make_course(tmp_path), 1)
    module = Module.objects.get(code="T1")

    with pytest.raises(IntegrityError), transaction.atomic():
        LessonShare.objects.create(page=lesson, module=module, hours=Decimal("0.0"))


def test_page_types_allow_a_course_below_the_first_page_and_lessons_below_a_course(tmp_path):
    course = make_course(tmp_path)
    home = course.get_parent().specific

    assert CoursePage.can_create_at(home)
    assert LessonPage.can_create_at(course)
    assert not LessonPage.can_create_at(home)
    assert not CoursePage.can_create_at(course)
    assert LessonPage.allowed_subpage_models() == []


def test_check_question_with_an_answer_that_is_no_option_is_refused():
    block = CheckQuestionBlock()
    value = block.to_python({"question": "?", "options": ["a", "b"], "answer": 3, "reason": "r"})

    with pytest.raises(ValidationError) as refusal:
        block.clean(value)

    assert list(refusal.value.block_errors) == ["answer"]


def test_table_with_rows_of_different_width_is_refused():
    block = TableBlock()

    with pytest.raises(ValidationError) as refusal:
        block.clean(block.to_python({"heading": "h", "rows": "| a | b |\n| c |"}))

    assert list(refusal.value.block_errors) == ["rows"]


def test_locales_are_there_after_migrating():
    assert sorted(Locale.objects.values_list("language_code", flat=True)) == ["en", "ja", "zh-hans"]
