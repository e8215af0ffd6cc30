"""Who acts for a place: the list, inviting, answering requests, ending. For those who may give roles there."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import holds
from accounts.forms.hats import InviteForm, WhyForm
from accounts.middleware import SignedInRequest
from accounts.models import JoinRequest, Membership, User
from accounts.models.positions import FIELD_OF
from accounts.permissions import ADMINISTRATORS, Permission, Role
from accounts.selectors import hats as selectors
from accounts.selectors.viewing import viewings_of
from accounts.services import accept_request, end_hat, invite, refuse_request, second_invitation, withdraw_invitation
from accounts.services.granting import bodies_over, may_give, roles_to_give
from accounts.services.joining import is_last
from accounts.views.again import confirm_again
from core.errors import DomainError, NotAllowed

PER_PAGE = 25
REFUSALS = {
    "own_address": gettext_lazy("This is your own address; nobody gives a role to oneself."),
    "no_messages": gettext_lazy("No text message can be sent at the moment. Use an e-mail address."),
    "invited_already": gettext_lazy("This address is invited already and has not answered yet."),
    "too_many_invitations": gettext_lazy("You have sent many invitations today. Please go on tomorrow."),
    "already_member": gettext_lazy("They hold this role here already."),
    "restricted": gettext_lazy("A decision in force keeps this person from that work here. Nothing was changed."),
    "own_hat": gettext_lazy("This is your own hat. Leave it on the page of your hats."),
    "another_administrator": gettext_lazy(
        "They already are an administrator. System, security and audit stay with three people."
    ),
    "national_body_only": gettext_lazy("Administrators of the platform sit at the national body."),
    "same_person_twice": gettext_lazy(
        "You sent this invitation yourself: another security administrator has to agree."
    ),
    "expired": gettext_lazy("The invitation is older than seven days. Please ask for a new one."),
    "wrong_state": gettext_lazy("This has been answered in the meantime."),
}


@require_safe
def own_members(request: SignedInRequest) -> HttpResponse:
    """Of the place whose hat one wears."""
    place = selectors.managed_place(request.user)
    return redirect("accounts:members", kind=FIELD_OF[type(place)], pk=place.pk)


@confirm_again(reading_is_free=True)
def members(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """The list (GET), and inviting (POST)."""
    place = selectors.managed_place(request.user, kind, pk)
    roles = roles_to_give(request.user, place)
    form = InviteForm(request.POST or None, roles=roles)
    if request.method == "POST" and form.is_valid() and _invited(request, place, form):
        return redirect("accounts:members", kind=kind, pk=pk)
    found = selectors.place_members(request.user, place)
    page = Paginator(found.members, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "place": place,
        "form": form if roles else None,
        "page_obj": page,
        "lines": [_line(request, one, place) for one in page],
        "invitations": found.invitations,
        "requests": [_asking(request, one, place) for one in found.requests],
        "viewings": viewings_of(request.user, place),
        "view_as_url": _view_as(request, kind, pk),
        "may_withdraw": bool(roles_to_give(request.user, place, also_later=True)),
    }
    return render(request, "accounts/members.html", context)


def _view_as(request: SignedInRequest, kind: str, pk: int) -> str:
    may = kind != "admin_body" and holds(request.user, Permission.PLACE_VIEW_AS)
    return reverse("accounts:view_as", args=[kind, pk]) if may else ""


@confirm_again(reading_is_free=True)
def end_member(request: SignedInRequest, pk: int) -> HttpResponse:
    """What ending will do, the reason, and doing it."""
    membership = selectors.managed_membership(request.user, pk)
    if not may_give(request.user, membership.role, membership.place, also_later=True):
        raise NotAllowed(role=membership.role)
    place, form = membership.place, WhyForm(request.POST or None)
    back = reverse("accounts:members", args=[FIELD_OF[type(place)], place.pk])
    if request.method == "POST" and form.is_valid():
        try:
            end_hat(actor=request.user, membership=membership, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            messages.error(request, _words(refusal))
        else:
            messages.success(request, _("The hat is off from this moment; open sessions have ended."))
        return redirect(back)
    context = {
        "membership": membership,
        **_who(membership.user),
        "consequences": _consequences(membership),
        "form": form,
        "back": back,
    }
    return render(request, "accounts/member_end.html", context)


@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    invitation = selectors.managed_invitation(request.user, pk)
    try:
        withdraw_invitation(actor=request.user, invitation=invitation)
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.warning(request, _words(refusal))
    else:
        messages.success(request, _("The invitation is withdrawn; its link no longer works."))
    return redirect("accounts:members", kind=FIELD_OF[type(invitation.place)], pk=invitation.place.pk)


@require_POST
@confirm_again
def second(request: SignedInRequest, pk: int) -> HttpResponse:
    """The yes of another security administrator to an invitation to an administrator's office."""
    invitation = selectors.managed_invitation(request.user, pk)
    try:
        second_invitation(actor=request.user, invitation=invitation)
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.warning(request, _words(refusal))
    else:
        messages.success(request, _("You have agreed; the invitation is on its way."))
    return redirect("accounts:members", kind=FIELD_OF[type(invitation.place)], pk=invitation.place.pk)


@require_safe
def requests(request: SignedInRequest) -> HttpResponse:
    """Everything that waits for an answer in reach of the worn hat."""
    page = Paginator(selectors.requests_to_answer(request.user), PER_PAGE).get_page(request.GET.get("page"))
    lines = [{"request": one, **_who(one.user)} for one in page]
    return render(request, "accounts/join_requests.html", {"page_obj": page, "lines": lines})


@confirm_again(reading_is_free=True)
def answer_request(request: SignedInRequest, pk: int) -> HttpResponse:
    """Accept, or refuse with a reason."""
    asked = selectors.managed_request(request.user, pk)
    if not may_give(request.user, asked.role, asked.place):
        raise NotAllowed(role=asked.role)
    form = WhyForm(request.POST if "refuse" in request.POST else None)
    if form.is_valid() or ("accept" in request.POST and not form.is_bound):
        return _answered(request, asked, form.cleaned_data["reason"] if form.is_bound else "")
    context = {"asked": asked, **_who(asked.user), "role": Role(asked.role).label, "form": form}
    return render(request, "accounts/join_request.html", context)


def _answered(request: SignedInRequest, asked: JoinRequest, reason: str) -> HttpResponse:
    try:
        if reason:
            refuse_request(actor=request.user, request=asked, reason=reason)
        else:
            accept_request(actor=request.user, request=asked)
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.error(request, _words(refusal))
    else:
        messages.success(request, _("The request is refused.") if reason else _("The request is accepted."))
    return redirect("accounts:members", kind=FIELD_OF[type(asked.place)], pk=asked.place.pk)


def _invited(request: SignedInRequest, place: selectors.Place, form: InviteForm) -> bool:
    try:
        invite(actor=request.user, place=place, role=form.cleaned_data["role"], email=form.address())
    except NotAllowed:
        raise
    except DomainError as refusal:
        form.add_error("email" if form.cleaned_data.get("email") else "phone", _words(refusal))
        return False
    waits = form.cleaned_data["role"] in ADMINISTRATORS
    told = (
        _("Noted. The letter goes out when another security administrator has agreed on this page.")
        if waits
        else _("The invitation is on its way; it holds for seven days.")
    )
    messages.success(request, told)
    return True


def _asking(request: SignedInRequest, asked: JoinRequest, place: selectors.Place) -> dict[str, Any]:
    may_answer = may_give(request.user, asked.role, place)
    return {"request": asked, **_who(asked.user), "may_answer": may_answer}


def _who(user: User) -> dict[str, str]:
    return {"name": selectors.shown_name(user), "contact": selectors.contact_beside(user)}


def _line(request: SignedInRequest, membership: Membership, place: selectors.Place) -> dict[str, Any]:
    own = membership.user_id == request.user.pk
    return {
        "membership": membership,
        **_who(membership.user),
        "own": own,
        "may_end": not own and may_give(request.user, membership.role, place, also_later=True),
    }


def _consequences(membership: Membership) -> list[str]:
    told = [
        _("From this moment %(name)s no longer acts for %(place)s.")
        % {"name": selectors.shown_name(membership.user), "place": membership.place},
        _("Open sessions end; what they have done stays on record under their name."),
    ]
    if is_last(membership) and (above := bodies_over(membership.place)):
        told.append(_("Nobody is left then; %(body)s answers until somebody new is invited.") % {"body": above[0]})
    return told


def _words(refusal: DomainError) -> str:
    return str(REFUSALS.get(refusal.code, _("This is not possible any more. Please look at the list again.")))
