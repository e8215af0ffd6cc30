"""Applying for a cohort, a trainee's own training, and the base's answers to applications."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import holds
from accounts.forms.identity import ReleaseForm
from accounts.middleware import SignedInRequest
from accounts.models import User
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.vouching import released
from core.errors import DomainError, NotAllowed
from courses import services
from courses.forms.enrolments import AnswerForm, ApplyForm
from courses.models import Cohort, Enrolment
from courses.rules import Progress, missing
from courses.selectors import cohorts, enrolments
from courses.selectors.completion import progress_of
from courses.selectors.seats import held_for, held_until, would_wait
from courses.views.refusals import words
from courses.views.remaining import remaining
from courses.views.trails import base_trail, own_trail, public_trail
from courses.workflow import ENROLMENT_STEPS, STUDYING, EnrolmentState

PAGE_SIZE = 25


@login_not_required
def cohort_public(request: HttpRequest, pk: int) -> HttpResponse:
    """Dates, place and free seats of a cohort, for everybody."""
    found = _public(pk)
    visitor = request.user
    own = enrolments.application_to(visitor, pk) if isinstance(visitor, User) else None
    context = {
        "cohort": found,
        "crumbs": public_trail(found),
        "sessions": cohorts.sessions_of(found),
        "own": own,
        "is_open": cohorts.takes_applications(found),
        "may_reserve": cohorts.takes_applications(found) and _holds_seats(visitor),
    }
    return render(request, "courses/cohort_public.html", context)


def _holds_seats(visitor: User | AnonymousUser) -> bool:
    return isinstance(visitor, User) and holds(visitor, Permission.SEAT_RESERVE)


def apply(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _public(pk)
    own = enrolments.application_to(request.user, pk)
    if own is not None and own.state not in (EnrolmentState.REFUSED, EnrolmentState.WITHDRAWN):
        return redirect("courses:my_cohort", pk=own.pk)
    form = ApplyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = services.apply_for_cohort(actor=request.user, cohort=found, agrees=True)
        except DomainError as refusal:
            form.add_error(None, words(refusal))
        else:
            messages.success(request, _applied(made))
            return redirect("courses:my_cohort", pk=made.pk)
    context = {
        "cohort": found,
        "crumbs": public_trail(found, here=_("Apply")),
        "form": form,
        "is_open": cohorts.takes_applications(found),
        "has_profile": enrolments.may_apply(request.user),
        "would_wait": would_wait(request.user, found),
    }
    return render(request, "courses/cohort_apply.html", context)


def my_cohorts(request: SignedInRequest) -> HttpResponse:
    page = Paginator(enrolments.my_enrolments(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "cards": enrolments.cards(list(page)), "held": held_for(request.user)}
    return render(request, "courses/my_cohorts.html", context)


def my_cohort(request: SignedInRequest, pk: int) -> HttpResponse:
    """What remains to be done in one cohort."""
    own = enrolments.my_enrolment(request.user, pk)
    progress = progress_of([own])[own.pk]
    lessons = enrolments.lesson_lines(own, get_language() or "zh-hans")
    context = {
        "enrolment": own,
        "crumbs": own_trail(own.cohort),
        "cohort": own.cohort,
        "progress": progress,
        "steps": remaining(own, progress),
        "lessons": lessons,
        "next_lesson": next((line["page"] for line in lessons if not line["read"]), None),
        "sessions": enrolments.session_lines(own),
        "exam_open": enrolments.is_open(own.cohort.sitting) and own.state in STUDYING,
        "takes_part": own.state in STUDYING,
        "missing": _missing(own, progress),
        "reason": enrolments.reason_given(own),
        "may_withdraw": own.state in ENROLMENT_STEPS["withdraw"].sources,
    }
    return render(request, "courses/my_cohort.html", context)


@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """The applicant leaves."""
    own = enrolments.my_enrolment(request.user, pk)
    try:
        services.withdraw(actor=request.user, enrolment=own)
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.error(request, words(refusal))
    else:
        messages.success(request, _("You have withdrawn. Your seat is free for somebody else."))
    return redirect("courses:my_cohort", pk=pk)


@require_POST
@confirm_again
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """The base's answer to one application."""
    found = enrolments.enrolment_for(request.user, pk, Permission.ENROLMENT_ADMIT)
    form = AnswerForm(request.POST)
    if form.is_valid():
        _answer(request, found, form.cleaned_data)
    else:
        messages.error(request, _("The answer was not understood. Nothing was changed."))
    return redirect("courses:cohort", pk=found.cohort_id)


@require_POST
@confirm_again
def check_identity(request: SignedInRequest, pk: int) -> HttpResponse:
    """The original document lay on the desk after admission."""
    found = enrolments.enrolment_for(request.user, pk, Permission.ENROLMENT_ADMIT)
    try:
        services.check_identity(actor=request.user, enrolment=found)
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.error(request, words(refusal))
    else:
        messages.success(request, _("%(name)s: identity checked at the desk.") % {"name": found.person.name})
    return redirect(
        "courses:cohort" if "from_cohort" in request.POST else "courses:completion_review", pk=found.cohort_id
    )


@confirm_again(reading_is_free=True)
def release_number(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody at the desk cannot apply, because another login has declared the number of their document."""
    found = cohorts.cohort_for(request.user, pk, Permission.ENROLMENT_ADMIT)
    form = ReleaseForm(request.POST or None)
    freed = partial(services.release_number_at_desk, actor=request.user, cohort=found)
    if request.method == "POST" and form.is_valid() and released(form, freed):
        messages.success(request, _("The number is free. Its owner can fill in the profile and apply now."))
        return redirect("courses:cohort", pk=pk)
    context = {"cohort": found, "form": form, "crumbs": base_trail(found, here=_("A number under another name"))}
    return render(request, "courses/release_number.html", context)


def _public(pk: int) -> Cohort:
    found = cohorts.public_cohort(pk)
    if found is None:
        raise Http404
    return found


def _applied(made: Enrolment) -> str:
    if made.state == EnrolmentState.WAITLISTED:
        if until := held_until(made.cohort):
            return _(
                "The last seats are held by institutions, the first of them until %(until)s: you are on the waiting "
                "list. The base tells you when a seat is free."
            ) % {"until": date_format(until)}
        return _("Every seat is taken: you are on the waiting list. The base tells you when a seat is free.")
    return _("Your application is with the base. Below you see what comes next.")


def _answer(request: SignedInRequest, found: Enrolment, given: dict[str, Any]) -> None:
    try:
        answered = _decide(request, found, given)
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.error(request, words(refusal))
        return
    if given["step"] == AnswerForm.ADMIT and answered.state == EnrolmentState.WAITLISTED:
        messages.warning(request, _waits(found))
    else:
        told = {**_named(found), "state": answered.get_state_display()}
        messages.success(request, _("%(name)s: %(state)s.") % told)
        if given["step"] == AnswerForm.ADMIT and not given["document_seen"]:
            messages.info(request, _("The original document was not seen yet; record it on this page once it was."))


def _waits(found: Enrolment) -> str:
    if until := held_until(found.cohort):
        return _(
            "The last seats are held by institutions, the first of them until %(until)s: %(name)s is on the waiting "
            "list now."
        ) % {**_named(found), "until": date_format(until)}
    return _("Every seat is taken: %(name)s is on the waiting list now.") % _named(found)


def _decide(request: SignedInRequest, found: Enrolment, given: dict[str, Any]) -> Enrolment:
    actor, step = request.user, given["step"]
    if step == AnswerForm.ADMIT:
        return services.admit(actor=actor, enrolment=found, document_seen=given["document_seen"])
    if step == AnswerForm.WAITLIST:
        return services.put_on_waiting_list(actor=actor, enrolment=found)
    if step == AnswerForm.REFUSE:
        return services.refuse(actor=actor, enrolment=found, reason=given["reason"])
    return services.withdraw(actor=actor, enrolment=found, reason=given["reason"])


def _named(found: Enrolment) -> dict[str, str]:
    return {"name": found.person.name}


def _missing(own: Enrolment, progress: Progress) -> frozenset[str]:
    return frozenset(str(one.code) for one in missing(progress)) if own.state in STUDYING else frozenset()
