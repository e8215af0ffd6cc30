"""An association's or a base's desk for its own rules: reports, cases, reviews; each page with its one next step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import can, holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core import clock
from core.errors import DomainError, NotAllowed
from core.workflow import steps_for
from credit import services
from credit.forms.self_cases import (
    DecideForm,
    FindingForm,
    FulfilForm,
    LetterForm,
    NoticeForm,
    OpenForm,
    PaperAnswerForm,
    PaperReviewForm,
    ReasonsForm,
    RefuseReportForm,
)
from credit.models import CaseReport, SelfRegulatoryCase, SelfReview
from credit.selectors import self_cases as selectors
from credit.selectors.letters import letters_of, missing_letters
from credit.views.self_words import words
from credit.workflow.cases import ReportState
from credit.workflow.self_regulation import SELF_REGULATORY_CASE_STEPS

PAGE_LENGTH = 25
Act = Callable[[Any, SelfRegulatoryCase, Any], object]


@dataclass(frozen=True)
class StepForm:
    """What a step of a case is called, what it asks for, and the service it calls."""

    title: Promise
    form: type[forms.Form]
    act: Act
    done: Promise


def _decide(actor: Any, case: SelfRegulatoryCase, form: DecideForm) -> object:
    heard = form.cleaned_data["heard"]
    return services.decide_self_case(actor=actor, case=case, decision=form.decision(), heard=heard)


def _notice(actor: Any, case: SelfRegulatoryCase, form: NoticeForm) -> object:
    facts, intended = form.cleaned_data["facts"], form.cleaned_data["intended"]
    return services.give_self_notice(actor=actor, case=case, facts=facts, intended=intended, letter=form.letter())


def _answer_on_paper(actor: Any, case: SelfRegulatoryCase, form: PaperAnswerForm) -> object:
    answer = form.cleaned_data["answer"]
    return services.record_self_answer(actor=actor, case=case, answer=answer, paper=form.paper())


def _review_on_paper(actor: Any, case: SelfRegulatoryCase, form: PaperReviewForm) -> object:
    grounds = form.cleaned_data["grounds"]
    return services.record_self_review(actor=actor, case=case, grounds=grounds, paper=form.paper())


STEPS: dict[str, StepForm] = {
    "notice": StepForm(gettext_lazy("Give notice"), NoticeForm, _notice, gettext_lazy("The notice is recorded.")),
    "decide": StepForm(
        gettext_lazy("Decide, as somebody else than who gave the notice"),
        DecideForm,
        _decide,
        gettext_lazy("The decision is recorded."),
    ),
    "tell": StepForm(
        gettext_lazy("Hand over the decision"),
        LetterForm,
        lambda actor, case, form: services.hand_over_decision(actor=actor, case=case, letter=form.letter()),
        gettext_lazy("Handed over: the time for a review runs from that day."),
    ),
    "fulfil": StepForm(
        gettext_lazy("Note what was done"),
        FulfilForm,
        lambda actor, case, form: services.fulfil_self_case(actor=actor, case=case, **form.cleaned_data),
        gettext_lazy("It is noted."),
    ),
    "record": StepForm(
        gettext_lazy("The answer came on paper"),
        PaperAnswerForm,
        _answer_on_paper,
        gettext_lazy("The answer is recorded."),
    ),
    "record_review": StepForm(
        gettext_lazy("A request for a review came on paper"),
        PaperReviewForm,
        _review_on_paper,
        gettext_lazy("The request is recorded; the one concerned can still add own words."),
    ),
    "dismiss": StepForm(
        gettext_lazy("There is no ground"),
        ReasonsForm,
        lambda actor, case, form: services.dismiss_self_case(actor=actor, case=case, **form.cleaned_data),
        gettext_lazy("The case is ended without a ground."),
    ),
}
BESIDES = ("record", "record_review", "dismiss")


@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """Reports, cases and reviews of the own association or base, by the day on which something is due."""
    body = selectors.own_body(request.user)
    closed = request.GET.get("closed") == "1"
    late = request.GET.get("late") == "1" and not closed
    rows = selectors.self_cases(request.user, closed=closed, late=late)
    page = Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    today = clock.today()
    context = {
        "body": body,
        "page": page,
        "lines": [(case, selectors.next_step(case, today)) for case in page],
        "reports": [] if closed else list(selectors.self_reports(request.user, late=late)[:PAGE_LENGTH]),
        "reviews": [] if closed else list(selectors.self_reviews(request.user, late=late)[:PAGE_LENGTH]),
        "figures": selectors.self_figures(request.user),
        "closed": closed,
        "late": late,
        "today": today,
        "crumbs": trail(_("Own rules")),
    }
    return render(request, "credit/rules_of/desk.html", context)


@require_safe
def late_elsewhere(request: SignedInRequest) -> HttpResponse:
    """For the authority that oversees associations and bases: where a step stays late, and nothing of the matter."""
    if not holds(request.user, Permission.CASE_VIEW):
        raise NotAllowed(permission=Permission.CASE_VIEW.value)
    page = Paginator(selectors.late_elsewhere(request.user), PAGE_LENGTH).get_page(request.GET.get("page"))
    crumbs = trail(_("Late under own rules"), (_("Cases"), reverse("credit:cases")))
    return render(request, "credit/rules_of/late.html", {"page": page, "crumbs": crumbs})


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def report(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What came, word for word; accepted under the own rules, or not, with the reason."""
    found = selectors.self_report(request.user, uuid)
    refusing = request.POST.get("step") == "refuse"
    opening = OpenForm(None if refusing else request.POST or None, report=found, initial=_number(found))
    refusal = RefuseReportForm(request.POST if refusing else None, prefix="refuse")
    if request.method == "POST":
        made = _refused(request, found, refusal) if refusing else _opened(request, found, opening)
        if made:
            return made
    context = {
        "report": found,
        "open_form": opening,
        "refusal": refusal,
        "waits": found.state == ReportState.RECEIVED and can(request.user, Permission.SELF_CASE_HANDLE, found),
        "crumbs": trail(_("Report"), (_("Own rules"), reverse("credit:self_desk"))),
    }
    return render(request, "credit/rules_of/report.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def case(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Facts on the left, the one next step with its day on the right."""
    found = selectors.self_case(request.user, uuid)
    chosen = request.POST.get("step", "")
    open_now = steps_for(request.user, found, SELF_REGULATORY_CASE_STEPS)
    made = {name: _form(name, found, request.POST if name == chosen else None) for name in STEPS}
    if request.method == "POST" and chosen in STEPS and _taken(request, found, chosen, made[chosen]):
        return redirect("credit:self_case", found.uuid)
    ahead = selectors.next_step(found, clock.today())
    reviews = selectors.reviews_of(request.user, found, Permission.SELF_CASE_VIEW)
    acts = can(request.user, Permission.SELF_CASE_HANDLE, found)
    if acts and selectors.may_record_review(found, reviews):
        open_now = [*open_now, "record_review"]
    context = {
        "case": found,
        "ahead": ahead,
        "title": STEPS[ahead.step].title if ahead.step in STEPS else "",
        "form": made.get(ahead.step) if ahead.step in open_now else None,
        "apart": ahead.step in STEPS and ahead.step not in open_now,
        "besides": [(name, STEPS[name].title, made[name]) for name in BESIDES if name in open_now],
        "reviews": reviews,
        "following": selectors.case_after(request.user, found),
        "letters": letters_of(request.user, found, Permission.SELF_CASE_VIEW),
        "waiting": bool(missing_letters(found)),
        "acts": acts,
        "crumbs": trail(found.number, (_("Own rules"), reverse("credit:self_desk"))),
    }
    return render(request, "credit/rules_of/case.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def review(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What was decided, what is said against it, and what others of the body make of that."""
    found = selectors.self_review(request.user, uuid)
    form = FindingForm(request.POST or None, case=found.case, heard=found.heard)
    if request.method == "POST" and form.is_valid() and _reviewed(request, found, form):
        return redirect("credit:self_review", found.uuid)
    context = {
        "review": found,
        "case": found.case,
        "form": form,
        "waits": found.state == "asked",
        "apart": selectors.took_part_before(request.user, found.case) or found.recorded_by_id == request.user.pk,
        "crumbs": trail(
            _("Review"),
            (_("Own rules"), reverse("credit:self_desk")),
            (found.case.number, reverse("credit:self_case", args=[found.case.uuid])),
        ),
    }
    return render(request, "credit/rules_of/review.html", context)


def _form(name: str, found: SelfRegulatoryCase, given: Any) -> forms.Form:
    # The main step's fields and those beside it stand on one page: each form has names of its own.
    return STEPS[name].form(given, case=found, prefix=name if name in BESIDES else None)  # type: ignore[call-arg]


def _number(found: CaseReport) -> dict[str, str]:
    return {"number": selectors.next_number(found, clock.today().year)}


def _opened(request: SignedInRequest, found: CaseReport, form: OpenForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        made = services.open_self_case(actor=request.user, report=found, opening=form.opening())
    except DomainError as refusal:
        form.add_error(None, words(refusal))
        return None
    messages.success(request, _("Accepted under your own rules. Next comes the notice."))
    return redirect("credit:self_case", made.uuid)


def _refused(request: SignedInRequest, found: CaseReport, form: RefuseReportForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        services.refuse_self_report(actor=request.user, report=found, reason=form.cleaned_data["reason"])
    except DomainError as refusal:
        form.add_error(None, words(refusal))
        return None
    messages.success(request, _("The report is not accepted."))
    return redirect("credit:self_desk")


def _taken(request: SignedInRequest, found: SelfRegulatoryCase, name: str, form: Any) -> bool:
    if not form.is_valid():
        return False
    try:
        STEPS[name].act(request.user, found, form)
    except DomainError as refusal:
        form.add_error(None, words(refusal))
        return False
    messages.success(request, str(STEPS[name].done))
    return True


def _reviewed(request: SignedInRequest, found: SelfReview, form: FindingForm) -> bool:
    try:
        heard = form.cleaned_data["heard"]
        services.decide_self_review(actor=request.user, review=found, finding=form.finding(), heard=heard)
    except DomainError as refusal:
        form.add_error(None, words(refusal))
        return False
    messages.success(request, _("The review is decided."))
    return True
