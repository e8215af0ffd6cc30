"""What one has agreed to: every text with its purpose and receivers, one click to give, one click to take back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import SignedInRequest
from accounts.selectors.consents import consent_history, consents_of, duties
from accounts.services import agree, withdraw
from core.errors import DomainError

REFUSALS = {
    "no_part": gettext_lazy("Tick at least one part; to take everything back use the other button."),
    "not_given": gettext_lazy("This consent is not given; nothing had to be taken back."),
}


@require_safe
def consents(request: SignedInRequest) -> HttpResponse:
    context = {
        "consents": consents_of(request.user),
        "duties": duties(),
        "history": consent_history(request.user),
    }
    return render(request, "accounts/consents.html", context)


@require_POST
def decide_consent(request: SignedInRequest, code: str) -> HttpResponse:
    """`answer` is give or withdraw; parts are the ticks."""
    try:
        if request.POST.get("answer") == "withdraw":
            withdraw(actor=request.user, code=code)
            messages.success(request, _("Withdrawn. It holds from this moment."))
        else:
            agree(actor=request.user, code=code, parts=request.POST.getlist("parts"))
            messages.success(request, _("Given. You can withdraw it here at any time."))
    except DomainError as refusal:
        messages.warning(request, REFUSALS.get(refusal.code, REFUSALS["not_given"]))
    return redirect("accounts:consents")
