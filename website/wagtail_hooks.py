"""Wagtail's joint of the website room: the first page is answered by a view, which may ask selectors."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from wagtail import hooks
from wagtail.models import Page

from website import views
from website.models import HomePage


@hooks.register("before_serve_page", order=100)
def serve_home(page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]) -> HttpResponse | None:
    return views.home(request, page) if isinstance(page, HomePage) else None
