"""Reading written courses from files, without a database."""

from decimal import Decimal

import pytest
from django.conf import settings

from courses.blocks import table_rows
from courses.imports.content import ContentError, read_course
from tests.courses.pages import ALL, lesson_text, write_course

JUNIOR = settings.ROOT / "demo" / "courses" / "junior"


def test_read_course_gives_every_language_its_lessons_in_order(tmp_path):
    courses = read_course(write_course(tmp_path, languages=ALL, lessons=3))

    assert {code: [one.number for one in course.lessons] for code, course in courses.items()} == {
        "zh-hans": [1, 2, 3], "en": [1, 2, 3], "ja": [1, 2, 3],
    }  # fmt: skip


def test_read_course_gives_translations_the_same_key_and_lessons_their_own(tmp_path):
    courses = read_course(write_course(tmp_path, languages=ALL))

    assert courses["en"].key == courses["zh-hans"].key
    assert [one.key for one in courses["ja"].lessons] == [one.key for one in courses["zh-hans"].lessons]
    assert len({courses["en"].key, *(one.key for one in courses["en"].lessons)}) == 3


def test_read_course_reads_head_and_hours(tmp_path):
    lesson = read_course(write_course(tmp_path))["zh-hans"].lessons[0]

    assert (lesson.title, lesson.slug, lesson.objectives) == ("第1课", "lesson-1", "说出两种方式")
    assert lesson.shares == {"K1": Decimal("2.0"), "K2": Decimal("0.5")}


def test_read_course_turns_each_kind_of_block_into_its_value(tmp_path):
    lesson = read_course(write_course(tmp_path))["zh-hans"].lessons[1]

    values = {block["type"]: block["value"] for block in lesson.body}
    assert values["text"] == {"heading": "词语", "text": "<p>推介之前先做成果评价，再谈价格。</p>"}
    assert values["table"] == {"heading": "两种方式", "rows": "| 方式 | 例子 |\n| 许可 | 专利许可 |"}
    assert [item["value"] for item in values["form"]["lines"]] == [{"label": "成果一句话", "hint": "给谁用"}]
    assert values["story"]["text"] == "<p>小唐没有问。</p>"
    assert values["task"]["text"] == "<ol>\n<li>画一张图</li>\n</ol>"
    assert [item["value"] for item in values["sources"]["sources"]] == [
        {"source": "《促进科技成果转化法》第十六条", "about": "六种方式"}
    ]


def test_read_course_twice_gives_the_same_block_ids(tmp_path):
    folder = write_course(tmp_path)

    assert read_course(folder) == read_course(folder)


def test_read_course_escapes_markup_in_running_text(tmp_path):
    folder = write_course(tmp_path)
    (folder / "lesson-1.zh-hans.md").write_text(lesson_text(1, text="<script>x</script>"), encoding="utf-8")

    first = read_course(folder)["zh-hans"].lessons[0].body[0]["value"]["text"]

    assert first == "<p>&lt;script&gt;x&lt;/script&gt;</p>"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (lesson_text(1).replace(":::form", ":::poem"), "unknown block poem"),
        (lesson_text(1) + "lost words\n", "text outside a block: lost words"),
        (lesson_text(1).replace("answer: 2", "answer: 4", 1), "check 1: no option 4"),
        (lesson_text(1).replace("summary:", "sumary:"), "no 'summary'"),
        ("no front matter", "no front matter"),
    ],
)
def test_read_course_names_file_and_mistake(tmp_path, text, wrong):
    folder = write_course(tmp_path)
    (folder / "lesson-1.zh-hans.md").write_text(text, encoding="utf-8")

    with pytest.raises(ContentError) as refusal:
        read_course(folder)

    assert refusal.value.facts == {"file": "lesson-1.zh-hans.md", "wrong": wrong}


def test_read_course_of_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(ContentError) as refusal:
        read_course(tmp_path)

    assert refusal.value.facts["wrong"] == "no course.<language>.md"


def test_table_rows_reads_bars_with_and_without_the_outer_ones():
    assert table_rows("| a | b |\n\nc | d\n") == [["a", "b"], ["c", "d"]]


def test_junior_course_declares_twenty_hours_in_every_language():
    hours = {
        code: [sum(one.shares.values(), Decimal(0)) for one in course.lessons]
        for code, course in read_course(JUNIOR).items()
    }

    declared = [Decimal(value) for value in ("2.0", "2.5", "2.0", "3.0", "3.0", "2.5", "2.0", "3.0", "0")]
    assert hours == {"zh-hans": declared, "en": declared, "ja": declared}
    assert sum(declared) == 20


def test_junior_course_lessons_have_five_checks_a_form_a_story_a_task_and_sources():
    for course in read_course(JUNIOR).values():
        for lesson in course.lessons[:8]:
            kinds = {block["type"] for block in lesson.body}
            assert {"form", "story", "task", "sources"} <= kinds, lesson.title
            assert len(lesson.checks) == 5


def test_junior_course_tables_have_rows_of_one_width():
    for course in read_course(JUNIOR).values():
        for page in [course, *course.lessons]:
            for block in page.body:
                if block["type"] == "table":
                    widths = {len(row) for row in table_rows(block["value"]["rows"])}
                    assert len(widths) == 1, (page.title, block["value"]["heading"])


def test_junior_course_checks_have_the_same_answers_in_every_language():
    answers = {
        code: [[check["value"]["answer"] for check in lesson.checks] for lesson in course.lessons]
        for code, course in read_course(JUNIOR).items()
    }

    assert answers["en"] == answers["zh-hans"]
    assert answers["ja"] == answers["zh-hans"]
