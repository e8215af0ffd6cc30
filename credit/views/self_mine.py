"""For whom a case under a body's own rules concerns: what is said, what may follow, by when; answer and review."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.trails import trail
from core import clock
from core.errors import DomainError
from credit import services
from credit.forms.self_cases import AskReviewForm, OwnAnswerForm, SelfReportForm
from credit.models import SelfRegulatoryCase
from credit.selectors import self_cases as selectors
from credit.selectors.letters import letters_of
from credit.views.self_words import words
from credit.workflow.self_regulation import HEARING

PAGE_LENGTH = 25


@require_http_methods(["GET", "HEAD", "POST"])
def make_report(request: SignedInRequest) -> HttpResponse:
    """To an association or a base; the address of the receipt is the only way back to it."""
    form = SelfReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            made = services.make_report(actor=request.user, said=form.told(), addressee=to)
        except DomainError as refusal:
            form.add_error(None, words(refusal))
        else:
            return redirect("credit:receipt", made.uuid)
    crumbs = trail(_("Report to an association or a base"))
    return render(request, "credit/rules_of/make_report.html", {"form": form, "crumbs": crumbs})


@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    page = Paginator(selectors.cases_about_me(request.user), PAGE_LENGTH).get_page(request.GET.get("page"))
    crumbs = trail(_("Rules of associations and bases"))
    return render(request, "credit/rules_of/mine.html", {"page": page, "crumbs": crumbs})


@require_http_methods(["GET", "HEAD", "POST"])
def mine_case(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Three blocks; the form stands where its day stands."""
    case = selectors.self_case(request.user, uuid, Permission.CASE_ANSWER)
    reviews = selectors.reviews_of(request.user, case, Permission.CASE_ANSWER)
    answers = case.state in HEARING and not case.spoke
    asks = selectors.may_ask_review(case, reviews, clock.today())
    form = _form(request, answers, asks)
    if request.method == "POST" and form is not None and form.is_valid() and _sent(request, case, form, answers):
        return redirect("credit:self_mine_case", case.uuid)
    context = {
        "case": case,
        "reviews": reviews,
        "answers": answers,
        "asks": asks,
        "form": form,
        "letters": letters_of(request.user, case, Permission.CASE_ANSWER),
        "crumbs": trail(case.body.name, (_("Rules of associations and bases"), reverse("credit:self_mine"))),
    }
    return render(request, "credit/rules_of/mine_case.html", context)


@require_http_methods(["POST"])
def withdraw_review(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    review = selectors.self_review(request.user, uuid, Permission.CASE_ANSWER)
    try:
        services.withdraw_self_review(actor=request.user, review=review)
    except DomainError as refusal:
        messages.warning(request, words(refusal))
    else:
        messages.success(request, _("The review is withdrawn."))
    return redirect("credit:self_mine_case", review.case.uuid)


def _form(request: SignedInRequest, answers: bool, asks: bool) -> forms.Form | None:
    given: Any = request.POST if request.method == "POST" else None
    if answers:
        return OwnAnswerForm(given)
    return AskReviewForm(given) if asks else None


def _sent(request: SignedInRequest, case: SelfRegulatoryCase, form: forms.Form, answers: bool) -> bool:
    try:
        if answers:
            services.answer_self_notice(actor=request.user, case=case, answer=form.cleaned_data["answer"])
        else:
            services.ask_self_review(actor=request.user, case=case, grounds=form.cleaned_data["grounds"])
    except DomainError as refusal:
        form.add_error(None, words(refusal))
        return False
    messages.success(request, _("Your answer is sent.") if answers else _("Your request for a review is sent."))
    return True
