"""The public catalogue of courses, and the course and lesson pages that Wagtail serves."""

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, translate_url
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.models import CoursePage, LessonPage
from courses.selectors import content

PAGE_SIZE = 25
COHORTS_PER_COURSE = 3
# Of one course no more passages than one reads.
PASSAGES_PER_COURSE = 3
QUERY_LENGTH = 100
# The first lesson is free, so that one knows what one enrols for.
FREE_LESSON = 1


@login_not_required
def catalogue(request: HttpRequest) -> HttpResponse:
    """All courses, or with `q` those that hold the words, with the place where they stand."""
    language = get_language() or "zh-hans"
    query = request.GET.get("q", "").strip()[:QUERY_LENGTH]
    levels = content.levels()
    level = next((one.code for one in levels if one.code == request.GET.get("level")), "")
    if query:
        found = content.found_courses(query, language, level=level)
        cards = [{"course": one.course, "passages": one.passages[:PASSAGES_PER_COURSE]} for one in found]
    else:
        cards = [{"course": one} for one in content.courses(language, level=level)]
    page = Paginator(cards, PAGE_SIZE).get_page(request.GET.get("page"))
    _add_cohorts(page.object_list)
    context = {"page_obj": page, "query": query, "levels": levels, "level": level}
    return render(request, "courses/catalogue.html", context)


def course(request: HttpRequest, page: CoursePage) -> HttpResponse:
    _offer_languages(request, page)
    cohorts = Paginator(content.open_cohorts(level=page.level), PAGE_SIZE)
    context = {
        "page": page,
        "crumbs": [*_crumbs(), {"label": page.title}],
        "outline": content.outline(page),
        "page_obj": cohorts.get_page(request.GET.get("page")),
        "free_lesson": FREE_LESSON,
    }
    return render(request, page.template, context)


def public_lesson(request: HttpRequest, page: LessonPage) -> HttpResponse:
    """The first lesson in full; of the others what they teach."""
    _offer_languages(request, page)
    parent = content.course_of(page)
    lessons = content.lessons_of(parent)
    context = {
        "page": page,
        "crumbs": [*_crumbs(), {"label": parent.title, "url": parent.get_url(request)}, {"label": page.title}],
        "course": parent,
        "shares": content.shares_of(page),
        "following": next((one for one in lessons if one.number > page.number), None),
        "in_full": page.number == FREE_LESSON,
        "checks": [block.value for block in page.checks] if page.number == FREE_LESSON else [],
    }
    return render(request, page.template, context)


def _crumbs() -> list[dict[str, str]]:
    return [{"label": _("Courses"), "url": reverse("courses:catalogue")}]


def _offer_languages(request: HttpRequest, page: CoursePage | LessonPage) -> None:
    """The language switch leads to the same page; where a translation is missing, to the catalogue."""
    listed = reverse("courses:catalogue")
    found = {code: translate_url(listed, code) for code, _name in settings.LANGUAGES}
    live = {one.locale.language_code: one.get_url(request) for one in content.translations_of(page)}
    request.translated_paths = found | live  # type: ignore[attr-defined]


def _add_cohorts(cards: Any) -> None:
    by_level: dict[int, list[Any]] = defaultdict(list)
    levels = [card["course"].level_id for card in cards]
    for cohort in content.next_cohorts(levels, count=COHORTS_PER_COURSE):
        by_level[cohort.programme.level_id].append(cohort)
    for card in cards:
        card["cohorts"] = by_level[card["course"].level_id]
