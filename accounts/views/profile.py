"""One's own record: profile, claim, who looked, the hat one wears."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.forms.identity import InvitationCodeForm
from accounts.forms.profile import ClaimCodeForm, ProfileForm
from accounts.middleware import AS_MYSELF, SESSION_KEY, SignedInRequest
from accounts.models import Claim
from accounts.selectors import identity_history, looks_into, open_claim, own_person
from accounts.selectors.consents import SENSITIVE_DATA
from accounts.services import agree, confirm_claim_by_code, confirm_claim_by_invitation, resend_claim_code, save_profile
from accounts.views.security import safe_path
from accounts.workflow import ClaimState
from core.errors import DomainError

# One text for every refusal of a document: nobody learns here whom the platform knows.
PROFILE_REFUSED = gettext_lazy(
    "This document could not be accepted. Please check name and number, or ask your training base."
)


def profile(request: SignedInRequest) -> HttpResponse:
    """The profile as it stands, the open claim, or the form to fill."""
    person = own_person(request.user)
    # Whose number was released declares the own one; everybody else has a profile.
    if person is not None and person.documents.all():
        return render(request, "accounts/profile.html", {"person": person, "checks": identity_history(person)})
    if open_claim(request.user) is not None:
        return redirect("accounts:claim")
    form = ProfileForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (answer := _saved(request, form)):
        return answer
    return render(request, "accounts/profile_form.html", {"form": form})


def claim(request: SignedInRequest) -> HttpResponse:
    """A claim waits for the code on file, or for the desk of the training base."""
    waiting = open_claim(request.user)
    if waiting is None:
        return redirect("accounts:profile")
    if "resend" in request.POST:
        return _resent(request, waiting)
    invited = "invitation" in request.POST
    form = ClaimCodeForm(None if invited else request.POST or None)
    invitation = InvitationCodeForm(request.POST if invited else None)
    chosen = invitation if invited else form
    if request.method == "POST" and chosen.is_valid() and _confirmed(request, waiting, chosen):
        return redirect("accounts:profile")
    return render(request, "accounts/claim.html", {"form": form, "invitation": invitation, "claim": waiting})


def access_log(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/access_log.html", {"looks": looks_into(request.user)})


@require_POST
def wear_hat(request: SignedInRequest) -> HttpResponse:
    """Put on one of one's own hats, or none ("self")."""
    chosen = request.POST.get("membership", "")
    own = {str(hat.pk) for hat in request.hats}
    if chosen in own or chosen == AS_MYSELF:
        # Other powers, another session: a key that leaked before does not carry them.
        request.session.cycle_key()
    if chosen in own:
        request.session[SESSION_KEY] = int(chosen)
    elif chosen == AS_MYSELF:
        request.session[SESSION_KEY] = AS_MYSELF
    return redirect(safe_path(request, request.POST.get("next", "")) or "accounts:home")


def _saved(request: SignedInRequest, form: ProfileForm) -> HttpResponse | None:
    try:
        result = save_profile(
            actor=request.user,
            name=form.cleaned_data["name"],
            latin_name=form.cleaned_data["latin_name"],
            document_type=form.cleaned_data["document_type"],
            country=form.cleaned_data["country"],
            number=form.cleaned_data["number"],
        )
    except DomainError:
        form.add_error(None, PROFILE_REFUSED)
        return None
    agree(actor=request.user, code=SENSITIVE_DATA, channel="profile")
    if result.claim:
        return redirect("accounts:claim")
    messages.success(request, _("Your profile is complete. You can apply for a course now."))
    return redirect("accounts:profile")


def _resent(request: SignedInRequest, waiting: Claim) -> HttpResponse:
    try:
        resend_claim_code(actor=request.user, claim=waiting)
    except DomainError as refusal:
        messages.warning(request, CLAIM_REFUSALS.get(refusal.code, CLAIM_REFUSALS["codes_spent"]))
    else:
        messages.success(request, _("If the record holds a phone number, a new code is on its way to it."))
    return redirect("accounts:claim")


def _confirmed(request: SignedInRequest, waiting: Claim, form: ClaimCodeForm | InvitationCodeForm) -> bool:
    [(name, given)] = form.cleaned_data.items()
    confirm = confirm_claim_by_code if name == "code" else confirm_claim_by_invitation
    try:
        done = confirm(actor=request.user, claim=waiting, code=given)
    except DomainError as refusal:
        form.add_error(name, CLAIM_REFUSALS.get(refusal.code, CLAIM_REFUSALS["person_taken"]))
        return False
    if done.state == ClaimState.CONFIRMED:
        messages.success(request, _("Your record is linked to your login."))
        return True
    form.add_error(name, _("That is not the right code. Wrong tries are counted. Your institution sees when."))
    return False


CLAIM_REFUSALS = {
    "too_many_tries": gettext_lazy(
        "Too many wrong tries. Use an invitation of your institution, or show your document at the desk of a training"
        " base."
    ),
    "code_expired": gettext_lazy(
        "There is no valid code. Ask for a new one, use an invitation of your institution, or show your document at"
        " the desk of a training base."
    ),
    "codes_spent": gettext_lazy(
        "No more codes can be sent. Use an invitation of your institution, or show your document at the desk of a"
        " training base."
    ),
    "person_taken": gettext_lazy(
        "This record is linked to another login. Please ask your institution or your training base."
    ),
    "row_disputed": gettext_lazy(
        "Whether you work at the institution that gave the code is being decided. Please ask your training base."
    ),
    "named_lately": gettext_lazy("The institution that gave the code has named you only lately. Please ask it later."),
}
