"""Likely doubles: the list, two records side by side with what would join, and taking a merge back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import holds
from accounts.forms.doubles import APART, FIRST, PairForm, UndoForm
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.selectors.doubles import Side, likely_doubles, merge_card, running_merges, side_of
from accounts.services import dismiss_double, merge_persons, unmerge_persons
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import DomainError, NotAllowed

PER_PAGE = 25
TITLE = gettext_lazy("Likely doubles")
REFUSALS = {
    "already_merged": gettext_lazy("One of the two has been joined already. Nothing was changed."),
    "has_doubles": gettext_lazy(
        "The record that would disappear stands for others itself. Part those first, or join in the other direction."
    ),
    "both_have_logins": gettext_lazy(
        "Both records have a login. One login has to be closed by its owner first; nothing was changed."
    ),
    "login_would_hide": gettext_lazy(
        "The record with the login has to stand for both. Choose the other direction; nothing was changed."
    ),
    "own_record": gettext_lazy("One of the records is your own: another officer has to decide."),
    "not_allowed": gettext_lazy("National and provincial offices join records. Nothing was changed."),
}


@require_GET
def doubles(request: SignedInRequest) -> HttpResponse:
    """Pairs to look at, and the merges that hold."""
    if not holds(request.user, Permission.PERSON_MERGE):
        raise NotAllowed(permission=Permission.PERSON_MERGE.value)
    page = Paginator(likely_doubles(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "merges": running_merges(request.user)[:PER_PAGE], "crumbs": trail(TITLE)}
    return render(request, "accounts/doubles.html", context)


@confirm_again(reading_is_free=True)
def pair(request: SignedInRequest, first: int, second: int) -> HttpResponse:
    """Both side by side, masked, with everything that would join."""
    sides = [side_of(request.user, first), side_of(request.user, second)]
    form = PairForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _judged(request, sides, form):
        return redirect("accounts:doubles")
    context = {
        "sides": sides,
        "form": form,
        "counts": [
            (label, left, right) for (label, left), (_same, right) in zip(*(s.counts for s in sides), strict=True)
        ],
        "crumbs": trail(sides[0].person.name, (TITLE, reverse("accounts:doubles"))),
    }
    return render(request, "accounts/double_pair.html", context)


@confirm_again(reading_is_free=True)
def undo_merge(request: SignedInRequest, pk: int) -> HttpResponse:
    """Part two records that were joined."""
    merge = merge_card(request.user, pk)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            unmerge_persons(actor=request.user, merge=merge, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            form.add_error(None, REFUSALS.get(refusal.code, REFUSALS["already_merged"]))
        else:
            messages.success(request, _("The records are parted again; each holds what stood with it."))
            return redirect("accounts:doubles")
    context = {"merge": merge, "form": form, "crumbs": trail(merge.into.name, (TITLE, reverse("accounts:doubles")))}
    return render(request, "accounts/double_undo.html", context)


def _judged(request: SignedInRequest, sides: list[Side], form: PairForm) -> bool:
    verdict, reason = form.cleaned_data["verdict"], form.cleaned_data["reason"]
    left, right = (side.person for side in sides)
    try:
        if verdict == APART:
            dismiss_double(actor=request.user, first=left, second=right, reason=reason)
        else:
            into, merged = (left, right) if verdict == FIRST else (right, left)
            merge_persons(actor=request.user, merged=merged, into=into, reason=reason)
    except DomainError as refusal:
        form.add_error(None, REFUSALS.get(refusal.code, REFUSALS["already_merged"]))
        return False
    messages.success(request, _("Noted. The pair is off the list."))
    return True
