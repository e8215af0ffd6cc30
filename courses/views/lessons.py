"""Reading a lesson as an enrolled trainee: the text, its check question, marking it read."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def lesson(request: HttpRequest, enrolment: int, key: UUID) -> HttpResponse:
    return render(request, "courses/lesson.html")
