"""Pages of the courses: loading written courses into the three trees, and what search knows of them."""

from pathlib import Path
from typing import Any

from django.db import transaction
from wagtail.models import Locale, Page, Site

from accounts.access import holds
from accounts.models import User
from accounts.permissions import Permission
from core import audit, search
from core.errors import DomainError, NotAllowed
from courses.imports.content import ContentError, WrittenCourse, WrittenLesson, read_course
from courses.models import CoursePage, LessonPage, LessonShare, Level, Module

SEARCH_KINDS = {CoursePage: "course", LessonPage: "lesson"}


@transaction.atomic
def load_course(*, actor: User, folder: Path) -> CoursePage:
    """Make or renew the pages of a written course in every language; what has not changed is left alone.

    Returns the page in the default language. Raises ContentError, and `no_home_page` before the first page exists.
    """
    if not holds(actor, Permission.CONTENT_EDIT):
        raise NotAllowed(permission=str(Permission.CONTENT_EDIT))
    written = read_course(folder)
    default_language = Locale.get_default().language_code
    if default_language not in written:
        raise ContentError(file=f"course.{default_language}.md", wrong="missing")
    pages, changed = {}, []
    for language, course in written.items():
        locale = Locale.objects.get(language_code=language)
        pages[language], touched = _load_in(actor, locale, course)
        changed += [f"{language}/{page.slug}" for page in touched]
    default = pages[default_language]
    if changed:
        audit.record(actor, "courses.content_loaded", default, pages=changed)
    return default


def index_page(page: CoursePage | LessonPage) -> None:
    """What search finds a live page by; called whenever one goes live."""
    search.index(
        SEARCH_KINDS[type(page)],
        page.translation_key,
        page.locale.language_code,
        title=page.title,
        text=page.plain_text(),
    )


def forget_page(page: CoursePage | LessonPage) -> None:
    """A page that is no longer live is found by no word; its other languages stay as they are."""
    search.index(SEARCH_KINDS[type(page)], page.translation_key, page.locale.language_code, title="")


def _load_in(actor: User, locale: Locale, course: WrittenCourse) -> tuple[CoursePage, list[Page]]:
    fields = {
        "level": Level.objects.get(code=course.level),
        **{name: getattr(course, name) for name in ("title", "summary", "audience", "outcome", "body")},
    }
    page, changed = _put(actor, CoursePage, course, locale, _home(locale), fields)
    touched = [page] if changed else []
    for lesson in course.lessons:
        names = ("title", "number", "law_as_of", "summary", "objectives", "body", "checks")
        fields = {**{name: getattr(lesson, name) for name in names}, "shares": lesson.shares}
        below, changed = _put(actor, LessonPage, lesson, locale, page, fields)
        touched += [below] if changed else []
    return page, touched


def _home(locale: Locale) -> Page:
    site = Site.objects.select_related("root_page").filter(is_default_site=True).first()
    home = site and site.root_page.get_translation_or_none(locale)
    if home is None or not CoursePage.can_create_at(home.specific):
        raise DomainError("no_home_page", language=locale.language_code)
    return home


def _put(
    actor: User,
    model: type[CoursePage] | type[LessonPage],
    written: WrittenCourse | WrittenLesson,
    locale: Locale,
    parent: Page,
    fields: dict[str, Any],
) -> tuple[Any, bool]:
    """The page with these fields, live, and whether that took a new revision."""
    page = model.objects.filter(translation_key=written.key, locale=locale).first()
    if page is not None and page.live and all(_stored(page, name) == value for name, value in fields.items()):
        return page, False
    is_new = page is None
    page = page or model(translation_key=written.key, locale=locale, slug=written.slug, live=False)
    for name, value in fields.items():
        _set(page, name, value)
    if is_new:
        parent.add_child(instance=page)
    page.save_revision(user=actor).publish(user=actor, skip_permission_checks=True)
    # The revision published a copy of its own.
    page.refresh_from_db()
    index_page(page)
    return page, True


def _stored(page: CoursePage | LessonPage, name: str) -> Any:
    if name == "shares":
        return dict(page.shares.values_list("module__code", "hours"))
    value = getattr(page, name)
    return value.get_prep_value() if name in ("body", "checks") else value


def _set(page: CoursePage | LessonPage, name: str, value: Any) -> None:
    if name != "shares":
        setattr(page, name, value)
        return
    modules = {module.code: module for module in Module.objects.filter(code__in=value)}
    if unknown := value.keys() - modules.keys():
        raise DomainError("unknown_module", codes=sorted(unknown))
    page.shares = [LessonShare(module=modules[code], hours=hours) for code, hours in value.items()]
