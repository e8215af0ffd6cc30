"""Supervision items: what somebody has to put right by a day, what is overdue, and how it was closed."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.models import Region
from accounts.permissions import Permission
from accounts.selectors.bodies import region_within
from accounts.views.trails import trail
from core import clock
from core.errors import NotAllowed
from credit import services
from credit.forms.evaluations import CloseForm, ItemForm
from credit.selectors import evaluations as selectors
from credit.views.evaluation_words import done

PAGE_SIZE = 25
MANAGES = Permission.EVALUATION_MANAGE


@require_safe
def items(request: SignedInRequest) -> HttpResponse:
    """What is open first, by day; `?show=overdue` the overdue ones alone."""
    _require(request)
    only = request.GET.get("show") == "overdue"
    rows = selectors.supervision_items(request.user, overdue=only)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    today = clock.today()
    context = {
        "page": page,
        "lines": [(one, one.is_overdue(today)) for one in page],
        "only_overdue": only,
        "crumbs": trail(_("Supervision items")),
    }
    return render(request, "credit/supervision.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_item(request: SignedInRequest) -> HttpResponse:
    _require(request)

    def region_of(text: str) -> Region:
        return region_within(request.user, MANAGES, text)

    form = ItemForm(request.POST or None, region_of=region_of, initial={"region": region_of("").code})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if done(form, lambda: services.open_item(actor=request.user, **given)):
            return redirect("credit:supervision")
    context = {"form": form, "heading": _("Open a supervision item"), "submit": _("Open it")}
    return _page(request, context)


@require_http_methods(["GET", "HEAD", "POST"])
def close_item(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.find_item(request.user, pk)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        evidence = form.cleaned_data["evidence"]
        if done(form, lambda: services.close_item(actor=request.user, item=found, evidence=evidence)):
            messages.success(request, _("Closed."))
            return redirect("credit:supervision")
    context = {
        "form": form,
        "heading": _("Close a supervision item"),
        "submit": pgettext("a supervision item", "Close it"),
        "quoted": found.issue,
    }
    return _page(request, context)


def _page(request: SignedInRequest, context: dict[str, object]) -> HttpResponse:
    up = reverse("credit:supervision")
    crumbs = trail(str(context["heading"]), (_("Supervision items"), up))
    return render(request, "credit/evaluation_form.html", {**context, "back": up, "crumbs": crumbs})


def _require(request: SignedInRequest) -> None:
    if not holds(request.user, MANAGES):
        raise NotAllowed(permission=MANAGES.value)
