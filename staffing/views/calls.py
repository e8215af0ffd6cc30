"""Calls for returns that an authority enters for its region: the list, a new one looked at twice, taking one back."""

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core import clock
from core.errors import DomainError, NotAllowed
from staffing import services
from staffing.forms.calls import CallForm, WithdrawCallForm
from staffing.selectors import calls as selectors
from staffing.selectors.calls import Asked
from staffing.services.calls import preview_call
from staffing.views.return_words import refusal

PAGE_SIZE = 25
ASKS = Permission.RETURN_DECIDE
WORDS: dict[str, Promise] = {
    "document_missing": gettext_lazy("Title and document are needed."),
    "opens_too_early": gettext_lazy("It opens tomorrow at the earliest: until it opens it can be withdrawn."),
    "dates_wrong": gettext_lazy("It opens on the day of the figure at the latest."),
    "days_wrong": gettext_lazy("There are not fewer days to correct than to file."),
    "day_too_far": gettext_lazy("Working days are not known so far ahead."),
    "asked_already": gettext_lazy("This day is asked for already: %(title)s"),
    "call_opened": gettext_lazy("It has opened: institutions may have begun to file. It stays."),
}
AT_FIELD = {
    "opens_too_early": "opens_on", "dates_wrong": "opens_on", "days_wrong": "correct_working_days",
    "day_too_far": "as_of", "asked_already": "as_of", "other_body_competent": "region", "nobody_competent": "region",
}  # fmt: skip


@require_safe
def calls(request: SignedInRequest) -> HttpResponse:
    """Those of the own region and below, with who entered them."""
    _require(request)
    page = Paginator(selectors.filing_calls(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [(one, selectors.may_withdraw(request.user, one)) for one in page],
        "today": clock.today(),
        "crumbs": trail(_("Calls for returns"), _desk()),
    }
    return render(request, "staffing/calls.html", context)


@confirm_again(reading_is_free=True)
@require_http_methods(["GET", "HEAD", "POST"])
def enter_call(request: SignedInRequest) -> HttpResponse:
    """Whom it will ask and by when is shown first; a second press enters exactly that."""
    _require(request)
    form = CallForm(request.POST or None, actor=request.user, initial={"obliges": "bound"})
    asked = _previewed(request, form) if request.method == "POST" and form.is_valid() else None
    token = _token(request, form, asked) if asked else ""
    if asked and constant_time_compare(request.POST.get("shown", ""), token) and _entered(request, form):
        messages.success(request, _("Entered. It opens by itself on its day; until then it can be withdrawn."))
        return redirect("staffing:calls")
    context = {
        "form": form,
        "asked": asked,
        "token": "" if form.errors else token,
        "crumbs": _crumbs(_("Enter a call for returns")),
    }
    return render(request, "staffing/call_enter.html", context)


@confirm_again(reading_is_free=True)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_call(request: SignedInRequest, pk: int) -> HttpResponse:
    call = selectors.call_for(request.user, pk)
    form = WithdrawCallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_call(actor=request.user, call=call, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, _words(error))
        else:
            messages.success(request, _("Withdrawn. Nobody is asked."))
            return redirect("staffing:calls")
    context = {"form": form, "call": call, "crumbs": _crumbs(_("Withdraw a call for returns"))}
    return render(request, "staffing/call_withdraw.html", context)


def _require(request: SignedInRequest) -> None:
    if not holds(request.user, ASKS):
        raise NotAllowed(permission=ASKS.value)


def _previewed(request: SignedInRequest, form: CallForm) -> Asked | None:
    try:
        return preview_call(actor=request.user, region=form.cleaned_data["region"], wanted=form.asks_for())
    except NotAllowed:
        raise
    except DomainError as error:
        form.add_error(AT_FIELD.get(error.code), _words(error))
    return None


def _entered(request: SignedInRequest, form: CallForm) -> bool:
    try:
        services.enter_call(actor=request.user, region=form.cleaned_data["region"], wanted=form.asks_for())
    except NotAllowed:
        raise
    except DomainError as error:
        form.add_error(AT_FIELD.get(error.code), _words(error))
        return False
    return True


def _words(error: DomainError) -> str:
    return str(WORDS[error.code]) % error.facts if error.code in WORDS else refusal(error)


def _token(request: SignedInRequest, form: CallForm, asked: Asked) -> str:
    """What was shown, to whom: other words or other numbers are shown anew before anything is entered."""
    figures = [asked.institutions, asked.obliged, asked.period.due.day, asked.period.correct_until.day]
    shown = json.dumps([request.user.pk, form.cleaned_data["region"].pk, vars(form.asks_for()), figures], default=str)
    return salted_hmac("staffing.call", shown, algorithm="sha256").hexdigest()


def _desk() -> tuple[str, str]:
    return _("Desk of returns"), reverse("staffing:returns_desk")


def _crumbs(here: str) -> list[dict[str, Any]]:
    return trail(here, _desk(), (_("Calls for returns"), reverse("staffing:calls")))
