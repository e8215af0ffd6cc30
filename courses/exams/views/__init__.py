"""Pages of an examination: before it, one question a screen, handing in, the result. Only the server's clock counts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.selectors.identity import identity_ways
from core import clock
from core.errors import DomainError
from courses.exams import selectors, services
from courses.exams.forms import AnswerForm, StartForm, position_asked
from courses.exams.models import Attempt, Sitting
from courses.exams.rules import start_refusal
from courses.exams.workflow import AttemptState

START_REFUSALS = {
    "already_passed": _("You have passed this examination. There is nothing left to do here."),
    "sitting_closed": _("This examination is closed."),
    "no_attempts_left": _("You have used all your attempts."),
    "identity_not_checked": _(
        "Your identity has not been checked yet. When one of these ways is done, come back and start."
    ),
    "not_open_yet": _("This examination is not open yet. When it opens stands above."),
}
ANSWER_WRONG = {
    "numeric": _("Write the answer as a number, such as 120000 or 12.5."),
    "spent": _("This question has been answered too often. The last saved answer counts."),
    "other": _("This answer does not fit the question. Choose from the options shown."),
}


@never_cache
def exam(request: HttpRequest, sitting: int) -> HttpResponse:
    """What to expect, and the start; a refused start comes back here, where the reason stands."""
    found = selectors.sitting_for(request.user, sitting)  # type: ignore[arg-type]
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _start(request, found, form.cleaned_data["language"])
    return render(request, "exams/exam.html", _start_page(request, found, form))


@never_cache
def attempt(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The question that `?q=N` names, or the first one without an answer; behind the last one comes handing in."""
    found = selectors.attempt_for(request.user, uuid)  # type: ignore[arg-type]
    if found.state == AttemptState.MARKED:
        return redirect("exams:result", uuid=uuid)
    if found.is_over(clock.now()):
        return render(request, "exams/time_over.html", {"attempt": found})
    places = selectors.places_of(found)
    position = position_asked(request) or _first_open(places)
    if position > len(places):
        return redirect("exams:submit", uuid=uuid)
    return render(request, "exams/attempt.html", _question_page(found, places, position))


@require_POST
def save_answer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One answer: from a script (asks for JSON, stays on the page) or from the form (goes on)."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _json({"saved": False}, 400) if _asks_json(request) else redirect("exams:attempt", uuid=uuid)
    place = {"position": form.cleaned_data["q"], "sequence": form.cleaned_data["sequence"]}
    try:
        saved = services.save_answer(actor=request.user, attempt=uuid, value=form.values(), **place)  # type: ignore[arg-type]
    except DomainError as refusal:
        return _refused(request, uuid, form, refusal)
    if _asks_json(request):
        return _json(_as_json(saved))
    return _to_question(uuid, form.next_position())


@never_cache
def submit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What is unanswered, before handing in; then the result."""
    found = selectors.attempt_for(request.user, uuid)  # type: ignore[arg-type]
    if request.method == "POST":
        services.submit_attempt(actor=request.user, attempt=found)  # type: ignore[arg-type]
        return redirect("exams:result", uuid=uuid)
    if found.is_over(clock.now()):
        return redirect("exams:attempt", uuid=uuid)
    places = selectors.places_of(found)
    unanswered = [place.position for place in places if not place.answered]
    context = {"attempt": found, "places": places, "unanswered": unanswered, **_time_left(found)}
    return render(request, "exams/submit.html", context)


@never_cache
def result(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = selectors.attempt_for(request.user, uuid)  # type: ignore[arg-type]
    if found.state != AttemptState.MARKED:
        return redirect("exams:attempt", uuid=uuid)
    candidature = selectors.candidature_if_any(request.user, found.sitting)  # type: ignore[arg-type]
    context = {
        "attempt": found,
        "paper": selectors.marked_paper(found),
        "admitted": candidature is not None,
        "can_sit_again": candidature is not None and start_refusal(candidature, clock.now()) == "",
        "attempts_left": candidature.allowed - candidature.used if candidature else 0,
    }
    return render(request, "exams/result.html", context)


# --- the start ------------------------------------------------------------------------------------------------------
def _start(request: HttpRequest, sitting: Sitting, language: str) -> HttpResponse:
    try:
        started = services.start_attempt(actor=request.user, sitting=sitting, language=language)  # type: ignore[arg-type]
    except DomainError as refusal:
        if refusal.code not in START_REFUSALS:
            raise
        return redirect("exams:exam", sitting=sitting.pk)
    return redirect("exams:attempt", uuid=started.uuid)


def _start_page(request: HttpRequest, sitting: Sitting, form: StartForm) -> dict[str, Any]:
    candidature = selectors.candidature_for(request.user, sitting)  # type: ignore[arg-type]
    attempts = selectors.attempts_of(request.user, sitting)  # type: ignore[arg-type]
    refusal = start_refusal(candidature, clock.now())
    return {
        "sitting": sitting,
        "form": form,
        "attempts": attempts,
        "running": next((one for one in attempts if one.state == AttemptState.RUNNING), None),
        "now": clock.now(),
        "attempts_left": candidature.allowed - candidature.used,
        "refusal": START_REFUSALS.get(refusal, ""),
        "ways": identity_ways(request.user) if refusal == "identity_not_checked" else None,  # type: ignore[arg-type]
    }


# --- questions ------------------------------------------------------------------------------------------------------
def _question_page(attempt: Attempt, places: list[selectors.Place], position: int, **wrong: object) -> dict[str, Any]:
    """`wrong`: error (in words) and given, when what was entered could not be saved."""
    return {
        "attempt": attempt,
        "question": selectors.question_at(attempt, position),
        "places": places,
        "total": len(places),
        "answered": sum(place.answered for place in places),
        "answered_elsewhere": sum(place.answered for place in places if place.position != position),
        "previous": position - 1,
        "next": position + 1,
        **_time_left(attempt),
        **wrong,
    }


def _first_open(places: list[selectors.Place]) -> int:
    return next((place.position for place in places if not place.answered), 1)


def _to_question(uuid: UUID, position: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('exams:attempt', kwargs={'uuid': uuid})}?q={position}")


def _time_left(attempt: Attempt) -> dict[str, int]:
    """For the clock: seconds for the script, begun minutes for readers without it."""
    seconds = _seconds_until(attempt.deadline)
    return {"remaining": seconds, "minutes": -(-seconds // 60)}


def _seconds_until(moment: datetime) -> int:
    return max(0, int((moment - clock.now()).total_seconds()))


# --- saving ---------------------------------------------------------------------------------------------------------
def _refused(request: HttpRequest, uuid: UUID, form: AnswerForm, refusal: DomainError) -> HttpResponse:
    """The time is over: 409, or the page that says so. The answer does not fit: 422, with what was entered."""
    if refusal.code == "attempt_over":
        over = {"saved": False, "over": True}
        return _json(over, 409) if _asks_json(request) else redirect("exams:attempt", uuid=uuid)
    words = _answer_words(refusal)
    if _asks_json(request):
        return _json({"saved": False, "error": str(words)}, 422)
    found = selectors.attempt_for(request.user, uuid)  # type: ignore[arg-type]
    wrong = {"error": words, "given": " ".join(form.values())}
    page = _question_page(found, selectors.places_of(found), form.cleaned_data["q"], **wrong)
    return render(request, "exams/attempt.html", page, status=422)


def _answer_words(refusal: DomainError) -> Any:
    if refusal.code == "answers_spent":
        return ANSWER_WRONG["spent"]
    if refusal.code != "answer_wrong":
        raise refusal
    return ANSWER_WRONG.get(refusal.facts["kind"], ANSWER_WRONG["other"])


def _asks_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _as_json(saved: services.SavedAnswer) -> dict[str, Any]:
    at = saved.saved_at and date_format(timezone.localtime(saved.saved_at), "H:i:s")
    remaining = _seconds_until(saved.deadline)
    return {"saved": saved.saved, "sequence": saved.sequence, "saved_at": at, "remaining": remaining}


def _json(content: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(content, status=status)
