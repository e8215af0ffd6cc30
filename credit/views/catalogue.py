"""What a case may rest on: read by everybody, proposed by the bodies in charge, ended and never changed."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import holds, worn_bodies
from accounts.middleware import SignedInRequest
from accounts.models import Region, User
from accounts.permissions import Permission
from accounts.selectors.bodies import region_within
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core import clock
from core.errors import DomainError, NotAllowed
from core.paging import WITHOUT_SEARCH, BoundedPaginator
from credit.forms.catalogue import EndForm, ItemForm, MeasureForm
from credit.models import CatalogueProposal
from credit.selectors import catalogue as selectors
from credit.services import catalogue as services
from credit.views.catalogue_words import refusal

PAGE_LENGTH = 50
MANAGES = Permission.RULE_MANAGE


@login_not_required
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    page = BoundedPaginator(selectors.listed_items(), PAGE_LENGTH, most=WITHOUT_SEARCH).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "regions": selectors.names_of_regions(page.object_list),
        "measures": selectors.listed_measures(),
        "writes": _writes(request),
        "waiting": selectors.waiting_proposals(request.user).count() if _writes(request) else 0,  # type: ignore[arg-type]
        "writes_everywhere": _writes_everywhere(request),
        "today": clock.today(),
        "crumbs": trail(_("Catalogue items and measures")),
    }
    return render(request, "credit/catalogue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def new_item(request: SignedInRequest) -> HttpResponse:
    if not holds(request.user, MANAGES):
        raise NotAllowed(permission=MANAGES.value)

    def region_of(text: str) -> Region:
        return region_within(request.user, MANAGES, text)

    form = ItemForm(request.POST or None, region_of=region_of)
    return _asked(request, form, _("Propose a catalogue item"), lambda: services.propose_item(
        actor=request.user, listed=form.listed()
    ))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def new_measure(request: SignedInRequest) -> HttpResponse:
    if not _writes_everywhere(request):
        raise NotAllowed(permission=MANAGES.value)
    form = MeasureForm(request.POST or None)
    return _asked(request, form, _("Propose a measure"), lambda: services.propose_measure(
        actor=request.user, listed=form.listed()
    ))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def end_item(request: SignedInRequest, pk: int) -> HttpResponse:
    item = selectors.item_at(pk)
    if not services.may_write(request.user, item.region_path):
        raise NotAllowed(permission=MANAGES.value)
    form = EndForm(request.POST or None)
    return _asked(request, form, _("Propose the end of a catalogue item"), lambda: services.propose_item_end(
        actor=request.user, item=item, **form.cleaned_data
    ), about=f"{item}: {item.conduct}")  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def end_measure(request: SignedInRequest, pk: int) -> HttpResponse:
    if not _writes_everywhere(request):
        raise NotAllowed(permission=MANAGES.value)
    measure = selectors.measure_at(pk)
    form = EndForm(request.POST or None)
    return _asked(request, form, _("Propose the end of a measure"), lambda: services.propose_measure_end(
        actor=request.user, measure=measure, **form.cleaned_data
    ), about=str(measure))  # fmt: skip


def _asked(
    request: SignedInRequest, form: forms.Form, title: str, write: Callable[[], CatalogueProposal], about: str = ""
) -> HttpResponse:
    """The form, until it is proposed; a refusal brings it back filled."""
    if request.method == "POST" and form.is_valid():
        try:
            made = write()
        except DomainError as error:
            if error.code == "not_allowed":
                raise
            form.add_error(None, refusal(error))
        else:
            messages.success(request, _("Proposed. It holds once a second officer has adopted it."))
            return redirect("credit:catalogue_proposal", made.pk)
    crumbs = trail(title, (_("Catalogue items and measures"), reverse("credit:catalogue")))
    context = {"form": form, "title": title, "about": about, "crumbs": crumbs}
    return render(request, "credit/catalogue_form.html", context)


def _writes(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and holds(request.user, MANAGES)


def _writes_everywhere(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and any(
        body.jurisdiction == "" for body in worn_bodies(request.user, MANAGES)
    )
