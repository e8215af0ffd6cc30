"""What an institution does for the records of its staff: the checked document, and the invitation to claim."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.forms.identity import CheckForm, ReleaseForm
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.selectors import person_card, reached_institution
from accounts.services import check_colleague, invite_to_claim, release_number
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import DomainError, NotAllowed

REFUSALS = {
    "own_record": gettext_lazy("This is your own record: a colleague or a training base has to see your document."),
    "day_wrong": gettext_lazy("The day lies in the future. Nothing was recorded."),
    "person_taken": gettext_lazy("This record has a login already: no invitation is needed."),
    "named_lately": gettext_lazy(
        "A code is handed out when the person has stood on your roster for seven days."
        " Until then a training base checks the document at its desk."
    ),
    "row_disputed": gettext_lazy(
        "The person says not to work here, or somebody did in their name. No code until that is decided."
    ),
    "document_wrong": gettext_lazy("This is no valid number of that document. Compare it with the original."),
    "too_many_tries": gettext_lazy("You have asked about ten numbers today. Please go on tomorrow."),
    "nothing_to_release": gettext_lazy(
        "Nothing was changed: this number stands in no unchecked profile under another name. If a roster names it"
        " elsewhere, that institution has to put the name right."
    ),
    "wrong_state": gettext_lazy("This cohort admits nobody any more. Nothing was changed."),
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


@confirm_again(reading_is_free=True)
def release(request: SignedInRequest) -> HttpResponse:
    """Take a number out of a profile in which somebody else declared it unchecked."""
    institution = reached_institution(request.user, Permission.IDENTITY_VOUCH)
    form = ReleaseForm(request.POST or None)
    freed = partial(release_number, actor=request.user, place=institution)
    if request.method == "POST" and form.is_valid() and released(form, freed):
        messages.success(request, _("The number is free. Upload the roster again."))
        return redirect("accounts:import_roster")
    title = _("A number under another name")
    crumbs = trail(title, (_("Import staff roster"), reverse("accounts:import_roster")))
    return render(request, "accounts/release_number.html", {"institution": institution, "form": form, "crumbs": crumbs})


def released(form: ReleaseForm, free: Callable[..., bool]) -> bool:
    """Was the number that the form says taken away? If not, the form says why; for a base's desk as well."""
    given = {name: value for name, value in form.cleaned_data.items() if name != "original"}
    try:
        done = free(**given)
    except NotAllowed:
        raise
    except DomainError as refusal:
        form.add_error(None, REFUSALS[refusal.code])
        return False
    if not done:
        form.add_error(None, REFUSALS["nothing_to_release"])
    return done


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
