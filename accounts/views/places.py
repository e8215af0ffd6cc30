"""One institution or one base: entered, put right, moved to another region; a base's own card."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import services
from accounts.access import can, holds
from accounts.forms import places as forms
from accounts.middleware import SignedInRequest
from accounts.models import Institution, Region, TrainingBase
from accounts.permissions import Permission
from accounts.selectors import places as selectors
from accounts.selectors.bodies import region_within
from accounts.views.again import confirm_again
from accounts.views.refusals import words
from core import clock
from core.errors import DomainError, NotAllowed

PAGE_SIZE = 25


@confirm_again(reading_is_free=True)
def create_institution(request: SignedInRequest) -> HttpResponse:
    _require_hat(request, Permission.INSTITUTION_IMPORT)
    form = forms.NewInstitutionForm(request.POST or None)

    def enter(given: dict[str, Any]) -> HttpResponse:
        given["region"] = _region(request, Permission.INSTITUTION_IMPORT, given["region"])
        given["parent"] = selectors.named_institution(given["parent"])
        given["demo"] = given["region"].demo
        made = services.create_institution(actor=request.user, **given)
        messages.success(request, _("The institution is entered."))
        return redirect("oversight:institution", pk=made.pk)

    return _answer(request, form, enter, title=_("Register an institution"), back=reverse("oversight:regions"))


@confirm_again(reading_is_free=True)
def correct_institution(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.institution_to_manage(request.user, pk)
    initial = {name: getattr(found, name) for name in ("name", "category", "level", "uscc")}
    initial["parent"] = found.parent.uscc if found.parent else ""
    form = forms.InstitutionCorrectionForm(request.POST or None, initial=initial)

    def enter(given: dict[str, Any]) -> HttpResponse:
        given["parent"] = selectors.named_institution(given["parent"])
        services.correct_institution(actor=request.user, institution=found, **given)
        messages.success(request, _("The correction is saved; the earlier wording stays in the audit trail."))
        return redirect("oversight:institution", pk=pk)

    title = _("Correct %(name)s") % {"name": found.name}
    return _answer(request, form, enter, title=title, back=reverse("oversight:institution", args=[pk]))


@confirm_again(reading_is_free=True)
def move_institution(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.institution_to_manage(request.user, pk)
    return _move(request, found, reverse("oversight:institution", args=[pk]))


@confirm_again(reading_is_free=True)
def move_base(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.base_for(request.user, pk, Permission.PLACE_MANAGE)
    return _move(request, found, reverse("accounts:base", args=[pk]))


def bases(request: SignedInRequest) -> HttpResponse:
    """The bases of the jurisdiction."""
    _require_hat(request, Permission.PLACE_MANAGE)
    query = request.GET.get("q", "").strip()[:100]
    page = Paginator(selectors.bases(request.user, query), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/bases.html", {"page": page, "query": query, "crumbs": _crumbs()})


def base(request: SignedInRequest, pk: int) -> HttpResponse:
    card = selectors.base_card(request.user, pk)
    context = {
        "card": card,
        "may_manage": can(request.user, Permission.PLACE_MANAGE, card.base),
        "crumbs": _crumbs(card.base.local_name),
    }
    return render(request, "accounts/base.html", context)


@confirm_again(reading_is_free=True)
def create_base(request: SignedInRequest) -> HttpResponse:
    _require_hat(request, Permission.BASE_REGISTER)
    form = forms.NewBaseForm(request.POST or None)

    def enter(given: dict[str, Any]) -> HttpResponse:
        given["region"] = _region(request, Permission.BASE_REGISTER, given["region"])
        given["host"] = selectors.named_institution(given["host"])
        given["demo"] = given["region"].demo
        made = services.create_base(actor=request.user, **given)
        messages.success(request, _("%(name)s is entered under the code %(code)s.") % vars(made))
        return redirect("accounts:home")

    return _answer(request, form, enter, title=_("New training base"), back=reverse("accounts:home"))


@confirm_again(reading_is_free=True)
def correct_base(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.base_for(request.user, pk, Permission.PLACE_MANAGE)
    initial = {name: getattr(found, name) for name in forms.BaseForm.base_fields}
    initial["host"] = found.host.uscc if found.host else ""
    form = forms.BaseCorrectionForm(request.POST or None, initial=initial)

    def enter(given: dict[str, Any]) -> HttpResponse:
        given["host"] = selectors.named_institution(given["host"])
        services.correct_base(actor=request.user, base=found, **given)
        messages.success(request, _("The correction is saved; the earlier wording stays in the audit trail."))
        return redirect("accounts:base", pk=pk)

    title = _("Correct %(name)s") % {"name": found.name}
    return _answer(request, form, enter, title=title, back=reverse("accounts:base", args=[pk]))


def _move(request: SignedInRequest, subject: Institution | TrainingBase, back: str) -> HttpResponse:
    form = forms.MoveForm(request.POST or None, today=clock.today())

    def enter(given: dict[str, Any]) -> HttpResponse:
        given["region"] = _region(request, Permission.PLACE_MANAGE, given["region"])
        services.move_place(actor=request.user, subject=subject, **given)
        messages.success(request, _("The move is recorded: from now on the bodies of the new region are in charge."))
        return redirect(back)

    title = _("Move %(name)s out of %(region)s") % {"name": subject.name, "region": subject.region.local_name}
    return _answer(request, form, enter, title=title, back=back, consequences=_of_a_move(subject))


def _of_a_move(subject: Institution | TrainingBase) -> list[str]:
    facts = {"name": subject.name, "region": subject.region.local_name}
    return [
        _("From this moment the bodies of the new region are in charge of %(name)s; those of %(region)s no longer are.")
        % facts,
        _("Its people, records and figures go with it: the new region's figures hold it, also of earlier days."),
        _("It cannot be undone, only moved back by another paper. Whoever acts for it keeps their roles."),
    ]


def _answer(
    request: SignedInRequest,
    form: Any,
    enter: Callable[[dict[str, Any]], HttpResponse],
    *,
    title: str,
    back: str,
    consequences: Sequence[str] = (),
) -> HttpResponse:
    """The form, filled as it came when a rule says no; otherwise what `enter` answers."""
    if form.is_valid():
        try:
            return enter(dict(form.cleaned_data))
        except NotAllowed:
            raise
        except DomainError as refusal:
            form.add_error(None, words(refusal))
    context = {"form": form, "title": title, "submit": _("Save"), "back": back, "consequences": consequences}
    crumbs = [{"label": _("Home"), "url": reverse("accounts:home")}, {"label": title, "url": ""}]
    return render(request, "accounts/body_form.html", {**context, "crumbs": crumbs})


def _region(request: SignedInRequest, permission: Permission, code: str) -> Region:
    """What does not reach the actor is answered like what is not there."""
    try:
        return region_within(request.user, permission, code)
    except NotAllowed:
        raise DomainError("no_such_region") from None


def _require_hat(request: SignedInRequest, permission: Permission) -> None:
    if not holds(request.user, permission):
        raise NotAllowed(permission=permission.value)


def _crumbs(here: str = "") -> list[dict[str, str]]:
    trail = [
        {"label": _("Home"), "url": reverse("accounts:home")},
        {"label": _("Training bases"), "url": reverse("accounts:bases")},
    ]
    return [*trail, {"label": here, "url": ""}] if here else trail
