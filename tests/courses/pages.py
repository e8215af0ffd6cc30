"""Builders of written courses: a small one as files and as pages, below the first page of the site."""

from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.selectors import system_user
from courses.models import CoursePage, LessonPage
from courses.services.content import load_course
from website.services import load_home

HEAD = """---
title: {title}
slug: {slug}
level: JUNIOR
summary: {summary}
audience: 高校的人
outcome: 结业证书
---
:::text 怎么上课
先读课文，**再**来面授。
:::
"""
LESSON = """---
title: {title}
slug: lesson-{number}
number: {number}
modules: {modules}
law_as_of: 2026-11-01
summary: {summary}
objectives:
  - 说出两种方式
checks:
{checks}
---
:::text 词语
{text}
:::
:::table 两种方式
| 方式 | 例子 |
| 许可 | 专利许可 |
:::
:::form 首谈记录
- 成果一句话 | 给谁用
:::
:::story 一个教训
小唐没有问。
:::
:::task 画图
1. 画一张图
:::
:::sources 依据
- 《促进科技成果转化法》第十六条 | 六种方式
:::
"""
CHECK = """  - question: {number} 问：哪一项是转让？
    options: [许可, 转让, 作价投资]
    answer: 2
    reason: 第十六条第（二）项。
"""


def lesson_text(number: int, **fields: Any) -> str:
    defaults = {
        "title": f"第{number}课",
        "summary": f"第{number}课讲什么",
        "modules": '{K1: "2.0", K2: "0.5"}',
        "text": "推介之前先做成果评价，再谈价格。" if number == 2 else "先把词语说准。",
        "checks": CHECK.format(number=1) + CHECK.format(number=2),
    }
    return LESSON.format(number=number, **{**defaults, **fields})


def write_course(
    folder: Path, *, languages: tuple[str, ...] = ("zh-hans",), lessons: int = 2, slug: str = "small-course"
) -> Path:
    """A small course as files: lessons of 2.5 hours, the word 成果评价 inside a sentence of the second."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in languages:
        ending = "" if language == "zh-hans" else f" {language}"
        head = HEAD.format(slug=slug, title=f"小课程{ending}", summary=f"入门{ending}")
        (folder / f"course.{language}.md").write_text(head, encoding="utf-8")
        for number in range(1, lessons + 1):
            text = lesson_text(number, title=f"第{number}课{ending}")
            (folder / f"lesson-{number}.{language}.md").write_text(text, encoding="utf-8")
    return folder


ALL = ("zh-hans", "en", "ja")


def make_site() -> None:
    load_home(actor=system_user(), folder=settings.ROOT / "demo" / "website")


def make_course(folder: Path, **fields: Any) -> CoursePage:
    """The small course, live in Chinese unless said otherwise; returns the Chinese page."""
    make_site()
    return load_course(actor=system_user(), folder=write_course(folder, **fields))


def lesson_of(course: CoursePage, number: int) -> LessonPage:
    return LessonPage.objects.child_of(course).get(number=number)
