"""The public catalogue of courses, and the course and lesson pages that Wagtail serves."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from courses.models import CoursePage, LessonPage


@login_not_required
def catalogue(request: HttpRequest) -> HttpResponse:
    return render(request, "courses/catalogue.html")


def course(request: HttpRequest, page: CoursePage) -> HttpResponse:
    return render(request, page.template, {"page": page})


def public_lesson(request: HttpRequest, page: LessonPage) -> HttpResponse:
    return render(request, page.template, {"page": page})
