"""Wagtail's joints of the courses room: views for its pages, and the search told when a page goes live or away."""

from typing import Any

from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from wagtail import hooks
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished

from courses.models import CoursePage, LessonPage
from courses.services.content import forget_page, index_page
from courses.views import catalogue

PAGES = (CoursePage, LessonPage)


@hooks.register("before_serve_page", order=100)
def serve_with_view(page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]) -> HttpResponse | None:
    """Models may not ask selectors; our pages are answered by views, which may."""
    if isinstance(page, CoursePage):
        return catalogue.course(request, page)
    if isinstance(page, LessonPage):
        return catalogue.public_lesson(request, page)
    return None


# Wagtail's signals, and not its hooks: a workflow's approval and a timed publication go live without the hooks.
@receiver(page_published, dispatch_uid="courses.index_page")
def index_when_published(instance: Page, **kwargs: Any) -> None:
    if isinstance(instance, PAGES):
        index_page(instance)


@receiver(page_unpublished, dispatch_uid="courses.forget_page")
def forget_when_unpublished(instance: Page, **kwargs: Any) -> None:
    if isinstance(instance, PAGES):
        forget_page(instance)
