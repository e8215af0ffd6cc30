"""What an institution does for the records of its staff: the checked document, and the invitation to claim."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.forms.identity import CheckForm
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.selectors import person_card, reached_institution
from accounts.services import check_colleague, invite_to_claim
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import DomainError

REFUSALS = {
    "own_record": gettext_lazy("This is your own record: a colleague or a training base has to see your document."),
    "day_wrong": gettext_lazy("The day lies in the future. Nothing was recorded."),
    "person_taken": gettext_lazy("This record has a login already: no invitation is needed."),
    "not_allowed": gettext_lazy("Only people on your roster today are vouched for. Nothing was recorded."),
}


@confirm_again(reading_is_free=True)
def check_identity(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record that the original document of a colleague was seen."""
    institution = reached_institution(request.user, Permission.IDENTITY_VOUCH)
    person = person_card(request.user, pk)["person"]
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            seen_on = form.cleaned_data["seen_on"]
            check_colleague(actor=request.user, person=person, institution=institution, seen_on=seen_on)
        except DomainError as refusal:
            form.add_error(None, REFUSALS[refusal.code])
        else:
            messages.success(request, _("The check is recorded."))
            return redirect("accounts:person", pk)
    return render(
        request, "accounts/check_identity.html", {"person": person, "form": form, "crumbs": trail(person.name)}
    )


@require_POST
@never_cache
@confirm_again
def invite(request: SignedInRequest, pk: int) -> HttpResponse:
    """The code is shown once, on the answer to this very POST."""
    institution = reached_institution(request.user, Permission.IDENTITY_VOUCH)
    person = person_card(request.user, pk)["person"]
    try:
        invitation, code = invite_to_claim(actor=request.user, person=person, institution=institution)
    except DomainError as refusal:
        messages.error(request, REFUSALS[refusal.code])
        return redirect("accounts:person", pk)
    spaced = " ".join(code[start : start + 4] for start in range(0, len(code), 4))
    context = {"person": person, "code": spaced, "invitation": invitation, "crumbs": trail(person.name)}
    return render(request, "accounts/invited.html", context)
