"""Reading a lesson as an enrolled trainee: the text, its check question, marking it read."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.forms.lessons import CheckForm
from courses.selectors.lessons import Reading, reading
from courses.services.hours import credit_lesson


@require_http_methods(["GET", "HEAD", "POST"])
def lesson(request: HttpRequest, enrolment: int, key: UUID) -> HttpResponse:
    """The right answer marks the lesson read and credits its hours, once; a wrong one may be corrected."""
    language = get_language() or "zh-hans"
    now = reading(request.user, enrolment, key, language)  # type: ignore[arg-type]
    form = CheckForm(now.question, request.POST or None) if now.asks else None
    if form is not None and form.is_valid():
        credit_lesson(
            actor=request.user,  # type: ignore[arg-type]
            enrolment=now.enrolment,
            lesson_key=key,
            answer=form.cleaned_data["answer"],
            language=language,
        )
        messages.success(request, _("Right. The lesson is marked as read and its hours are credited."))
        return redirect("courses:lesson", enrolment=enrolment, key=key)
    return render(request, "courses/lesson.html", {"reading": now, "page": now.page, "form": form, **_way(now)})


def _way(now: Reading) -> dict[str, Any]:
    """Where one stands in the course: the lessons as steps, the next one, hours by reading."""
    hours = [(one, one.hours) for one in now.lessons if one.hours]
    read = [(one, given) for one, given in hours if str(one.translation_key) in now.read]
    return {
        "crumbs": _crumbs(now),
        "steps": [_step(now, one) for one in now.lessons],
        "following_url": _url(now, now.following.translation_key) if now.following else "",
        "lesson_count": len(hours),
        "read_count": len(read),
        "hours_read": sum(given for _, given in read),
        "hours_declared": sum(given for _, given in hours),
    }


def _crumbs(now: Reading) -> list[dict[str, str]]:
    return [
        {"label": _("My training"), "url": reverse("courses:my_cohorts")},
        {"label": now.enrolment.cohort.title, "url": reverse("courses:my_cohort", args=[now.enrolment.pk])},
        {"label": now.page.title},
    ]


def _step(now: Reading, page: Any) -> dict[str, str]:
    key = str(page.translation_key)
    done = "done" if key in now.read else "next"
    state = "now" if key == str(now.page.translation_key) else done
    return {"label": page.title, "state": state, "url": _url(now, key)}


def _url(now: Reading, key: Any) -> str:
    return reverse("courses:lesson", kwargs={"enrolment": now.enrolment.pk, "key": key})
