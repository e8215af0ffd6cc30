"""One's own hats: what one may wear, invitations to answer, places to ask, and leaving."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.forms.hats import JoinForm
from accounts.middleware import AS_MYSELF, SESSION_KEY, SignedInRequest
from accounts.models import Invitation, Membership
from accounts.permissions import Role
from accounts.selectors import hats as selectors
from accounts.services import accept_invitation, ask_to_join, decline_invitation, leave, withdraw_request
from accounts.services.granting import bodies_over
from accounts.services.invitations import token_hash
from accounts.services.joining import ASKED_FOR, is_last, is_last_security_admin
from core.errors import DomainError

# The digest of the letter that this session opened last.
LETTER = "letter"
REFUSALS = {
    "expired": gettext_lazy("The invitation is older than seven days. Please ask for a new one."),
    "letter_missing": gettext_lazy("Open the link in the newest letter first; only whoever holds it can accept."),
    "no_longer_given": gettext_lazy(
        "Whoever invited you can no longer give this role: they have left, or somebody else holds it now."
    ),
    "restricted": gettext_lazy("A decision in force keeps you from that work there. Nothing was changed."),
    "already_member": gettext_lazy("You hold this role there already."),
    "asked_already": gettext_lazy("You have asked already; the answer is still to come."),
    "another_administrator": gettext_lazy(
        "You already are an administrator. System, security and audit stay with three people."
    ),
    "last_security_admin": gettext_lazy(
        "You are the last security administrator: after you nobody could give a role any more. Bring in another one"
        " first."
    ),
    "last_member": gettext_lazy("You are the last one here. Say that you know it, then leave."),
    "wrong_state": gettext_lazy("This has been answered in the meantime."),
}


@require_safe
def my_hats(request: SignedInRequest) -> HttpResponse:
    context = {
        "hats_held": request.hats,
        "invitations": selectors.own_invitations(request.user),
        "requests": selectors.own_requests(request.user),
    }
    return render(request, "accounts/my_hats.html", context)


def leave_hat(request: SignedInRequest, pk: int) -> HttpResponse:
    """What leaving will do, and doing it."""
    hat = selectors.own_hat(request.user, pk)
    if request.method == "POST":
        try:
            leave(actor=request.user, membership=hat, knows_it_is_the_last="last" in request.POST)
        except DomainError as refusal:
            messages.error(request, _words(refusal))
            return redirect("accounts:leave_hat", pk=pk)
        request.session[SESSION_KEY] = AS_MYSELF
        _stay_signed_in(request)
        messages.success(request, _("You have left. The hat is off from this moment."))
        return redirect("accounts:my_hats")
    if is_last_security_admin(hat):
        messages.warning(request, str(REFUSALS["last_security_admin"]))
        return redirect("accounts:my_hats")
    last = is_last(hat)
    context = {"hat_left": hat, "last": last, "answers_then": bodies_over(hat.place)[:1] if last else []}
    return render(request, "accounts/hat_leave.html", {**context, "consequences": _consequences(hat, last)})


@require_safe
def invitation_letter(request: SignedInRequest, token: str) -> HttpResponse:
    """Where the link of the letter leads: on to the invitation, or to the word that it went to another address."""
    digest = token_hash(token)
    found = selectors.invitation_by_token(digest)
    if found is None:
        return render(request, "accounts/invitation_gone.html", {}, status=404)
    if found in selectors.own_invitations(request.user):
        request.session[LETTER] = digest
        return redirect("accounts:invitation", uuid=found.uuid)
    return render(request, "accounts/invitation_elsewhere.html", {"masked": found.masked}, status=403)


def invitation(request: SignedInRequest, uuid: str) -> HttpResponse:
    """Who invites to what (GET); yes or no (POST)."""
    found = selectors.own_invitation(request.user, uuid)
    if request.method == "POST" and {"accept", "decline"} & set(request.POST):
        return _answered(request, found, yes="accept" in request.POST)
    inviter = selectors.shown_name(found.invited_by)
    context = {"invitation": found, "inviter": inviter, "opened": found.is_opened_by(_letter(request))}
    return render(request, "accounts/invitation.html", context)


@require_safe
def join(request: SignedInRequest) -> HttpResponse:
    """Find the institution or base to ask."""
    query = request.GET.get("q", "").strip()[:60]
    return render(request, "accounts/join.html", {"query": query, "places": _links(query)})


def ask(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    place = selectors.place_to_join(kind, pk)
    form = JoinForm(request.POST or None, roles=ASKED_FOR[kind])
    if request.method == "POST" and form.is_valid():
        try:
            ask_to_join(actor=request.user, place=place, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, _words(refusal))
        else:
            messages.success(request, _("You have asked. The answer will stand on this page."))
            return redirect("accounts:my_hats")
    return render(request, "accounts/join_form.html", {"place": place, "form": form})


@require_POST
def withdraw_asking(request: SignedInRequest, pk: int) -> HttpResponse:
    asked = selectors.own_request(request.user, pk)
    try:
        withdraw_request(actor=request.user, request=asked)
    except DomainError as refusal:
        messages.warning(request, _words(refusal))
    else:
        messages.success(request, _("Your request is withdrawn."))
    return redirect("accounts:my_hats")


def _answered(request: SignedInRequest, found: Invitation, *, yes: bool) -> HttpResponse:
    try:
        if yes:
            hat = accept_invitation(actor=request.user, invitation=found, letter=_letter(request))
            request.session[SESSION_KEY] = hat.pk
            _stay_signed_in(request)
        else:
            decline_invitation(actor=request.user, invitation=found)
    except DomainError as refusal:
        messages.error(request, _words(refusal))
        return redirect("accounts:my_hats")
    messages.success(request, _("You wear the new hat now.") if yes else _("You have declined."))
    return redirect("accounts:home" if yes else "accounts:my_hats")


def _letter(request: SignedInRequest) -> str:
    return str(request.session.get(LETTER, ""))


def _stay_signed_in(request: SignedInRequest) -> None:
    """Every session of the login has ended; this one goes on under a new key."""
    request.user.refresh_from_db(fields=["session_epoch"])
    update_session_auth_hash(request, request.user)


def _links(query: str) -> list[dict[str, Any]]:
    kinds = {"Institution": "institution", "TrainingBase": "base"}
    found = selectors.places_to_join(query)
    return [{"place": place, "kind": kinds[type(place).__name__]} for place in found]


def _consequences(hat: Membership, last: bool) -> list[str]:
    told = [
        _("From this moment you no longer act for %(place)s as %(role)s.")
        % {"place": hat.place, "role": Role(hat.role).label},
        _("What you have done stays on record under your name."),
    ]
    if last and (above := bodies_over(hat.place)):
        told.append(
            _("You are the last one here. %(body)s answers until somebody new is invited.") % {"body": above[0]}
        )
    return told


def _words(refusal: DomainError) -> str:
    return str(REFUSALS.get(refusal.code, _("This is not possible any more. Please look at the list again.")))
