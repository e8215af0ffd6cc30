"""The security administrator's pages: find one login, look at it, change it with a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import require_everywhere
from accounts.forms.logins import FindForm, ReasonForm
from accounts.middleware import SignedInRequest
from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors import logins as selectors
from accounts.selectors.audit import shown_login
from accounts.services import logins as services
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import DomainError

NOT_AN_ADDRESS = gettext_lazy(
    "This is neither an e-mail address (name@example.cn) nor a mobile number (11 digits, or + and the country code)."
)
NOBODY = gettext_lazy("No login has exactly this address or verified number.")
REFUSALS = {
    "reason_missing": gettext_lazy("Write a reason: those concerned must be able to read it."),
    "own_login": gettext_lazy("This is your own login: another security administrator has to do it."),
    "login_erased": gettext_lazy("This login was erased at its owner's request. It stays as it is."),
    "closed_already": gettext_lazy("This login is closed already. Nothing was changed."),
    "open_already": gettext_lazy("This login is open already. Nothing was changed."),
    "last_administrator": gettext_lazy(
        "Nobody else holds this administrator's role with an open login. Give the role to a second person first."
    ),
    "no_second_factor": gettext_lazy("This login has no second factor that could be reset."),
    "administrator_login": gettext_lazy(
        "The second factor of an administrator is not reset. End the role under “Memberships” and invite the person"
        " with a new login."
    ),
}


@dataclass(frozen=True)
class Change:
    """One thing that is done to a login, and how the page says it before and after."""

    service: Callable[..., User]
    title: Promise
    button: Promise
    done: Promise
    consequences: tuple[Promise, ...]


CHANGES = {
    "close": Change(
        services.close_login,
        gettext_lazy("Close the login"),
        gettext_lazy("Close it"),
        gettext_lazy("The login is closed and its owner is told."),
        (
            gettext_lazy("Nobody can sign in with it until it is reopened."),
            gettext_lazy("Every session of it ends at once."),
            gettext_lazy("What its owner did and holds stays on record; roles are not ended by this."),
        ),
    ),
    "reopen": Change(
        services.reopen_login,
        gettext_lazy("Reopen the login"),
        gettext_lazy("Reopen it"),
        gettext_lazy("The login is open again and its owner is told."),
        (gettext_lazy("Its owner can sign in again; sessions of before stay over."),),
    ),
    "end-sessions": Change(
        services.end_login_sessions,
        gettext_lazy("End all sessions"),
        gettext_lazy("End the sessions"),
        gettext_lazy("All sessions of the login have ended."),
        (gettext_lazy("Whoever is signed in with it has to sign in again."),),
    ),
    "reset-second-factor": Change(
        services.reset_second_factor,
        gettext_lazy("Reset the second factor"),
        gettext_lazy("Reset it"),
        gettext_lazy("The second factor is reset and the owner is told."),
        (
            gettext_lazy("Authenticator app, passkeys and recovery codes of this login stop working."),
            gettext_lazy("Until a new one is set up, the password alone opens the set-up: make sure who is asking."),
            gettext_lazy("Every session of it ends at once, and the owner gets a message."),
        ),
    ),
}


@never_cache
def logins(request: SignedInRequest) -> HttpResponse:
    """The search. What is typed is sent, so that it stands in no address."""
    require_everywhere(request.user, Permission.LOGIN_VIEW)
    form = FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (found := _found(request, form)):
        return redirect("accounts:login", uuid=found.uuid)
    context = {"form": form, "figures": selectors.login_figures(request.user), "crumbs": trail(_("Logins"))}
    return render(request, "accounts/logins.html", context)


@never_cache
@require_safe
def login(request: SignedInRequest, uuid: str) -> HttpResponse:
    card = selectors.login_card(request.user, uuid)
    context = {"card": card, "crumbs": trail(card.shown, _way())}
    return render(request, "accounts/login.html", context)


@confirm_again(reading_is_free=True)
def change_login(request: SignedInRequest, uuid: str, step: str) -> HttpResponse:
    """What it will do, a reason, and then it is done."""
    user = selectors.login_for(request.user, uuid, Permission.LOGIN_MANAGE)
    if (change := CHANGES.get(step)) is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, user, change, form):
        return redirect("accounts:login", uuid=uuid)
    shown, back = shown_login(user), reverse("accounts:login", args=[uuid])
    context = {"change": change, "form": form, "shown": shown, "back": back}
    context["crumbs"] = trail(change.title, _way(), (shown, back))
    return render(request, "accounts/login_change.html", context)


def _found(request: SignedInRequest, form: FindForm) -> User | None:
    try:
        found = selectors.login_meant(request.user, form.cleaned_data["who"])
    except DomainError:
        form.add_error("who", NOT_AN_ADDRESS)
        return None
    if found is None:
        form.add_error("who", NOBODY)
    return found


def _changed(request: SignedInRequest, user: User, change: Change, form: ReasonForm) -> bool:
    try:
        change.service(actor=request.user, user=user, reason=form.cleaned_data["reason"])
    except DomainError as refusal:
        if refusal.code not in REFUSALS:
            raise
        form.add_error(None, str(REFUSALS[refusal.code]))
        return False
    messages.success(request, str(change.done))
    return True


def _way() -> tuple[Any, str]:
    return _("Logins"), reverse("accounts:logins")
