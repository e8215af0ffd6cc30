"""Indicators of a draft of an evaluation scheme: one added, changed or removed at a time."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.middleware import SignedInRequest
from accounts.views.trails import trail
from credit import services
from credit.forms.indicators import IndicatorForm
from credit.models import EvaluationScheme
from credit.rules.evaluation import leaves_of
from credit.selectors import evaluations as selectors
from credit.views.evaluation_words import done, tried
from credit.workflow import SchemeState


@require_http_methods(["GET", "HEAD", "POST"])
def new_indicator(request: SignedInRequest, pk: int) -> HttpResponse:
    draft = _draft(request, pk)
    form = IndicatorForm(request.POST or None, kind=draft.subject_kind, tree=draft.tree)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {"scheme": draft, "indicator": form.words()}
        if done(form, lambda: services.put_indicator(actor=request.user, **given)):
            messages.success(request, _("Added to the draft."))
            return redirect("credit:open_scheme", pk)
    return _page(request, draft, form, _("Add an indicator"))


@require_http_methods(["GET", "HEAD", "POST"])
def indicator(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Its words and numbers; or out with it."""
    draft = _draft(request, pk)
    leaf = next((one for one in leaves_of(draft.tree) if one["code"] == code), None)
    if leaf is None:
        raise Http404
    if request.method == "POST" and "remove" in request.POST:
        said = _("Removed from the draft.")
        tried(request, lambda: services.remove_indicator(actor=request.user, scheme=draft, code=code), said)
        return redirect("credit:open_scheme", pk)
    form = IndicatorForm(request.POST or None, kind=draft.subject_kind, tree=draft.tree, leaf=leaf)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {"scheme": draft, "indicator": form.words(), "instead_of": code}
        if done(form, lambda: services.put_indicator(actor=request.user, **given)):
            messages.success(request, _("The draft is changed."))
            return redirect("credit:open_scheme", pk)
    return _page(request, draft, form, _("Change an indicator"), removes=True)


def _draft(request: SignedInRequest, pk: int) -> EvaluationScheme:
    """What is proposed or adopted has no such page: its words stand."""
    found = selectors.managed_scheme(request.user, pk)
    if found.state != SchemeState.DRAFT:
        raise Http404
    return found


def _page(
    request: SignedInRequest, draft: EvaluationScheme, form: IndicatorForm, heading: str, *, removes: bool = False
) -> HttpResponse:
    back = reverse("credit:open_scheme", args=[draft.pk])
    above = (_("Evaluation schemes"), reverse("credit:schemes"))
    context = {
        "form": form,
        "heading": heading,
        "about": f"{draft} · {draft.title}",
        "back": back,
        "removes": removes,
        "crumbs": trail(heading, above, (str(draft), back)),
    }
    return render(request, "credit/indicator.html", context)
