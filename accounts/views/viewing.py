"""View as: saying why and as what, stopping, and the list of pages for the members of the place."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.forms.hats import ViewAsForm
from accounts.middleware import SignedInRequest
from accounts.middleware.viewing import VIEWING_KEY
from accounts.models.positions import FIELD_OF
from accounts.selectors import viewing as selectors
from accounts.services.viewing import AT_MOST, roles_to_view, start_viewing, stop_viewing
from accounts.views.again import confirm_again

PER_PAGE = 50


@confirm_again(reading_is_free=True)
def view_as(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """As which role and why (GET); begin (POST)."""
    place = selectors.place_to_view(request.user, kind, pk)
    form = ViewAsForm(request.POST or None, roles=roles_to_view(place))
    if request.method == "POST" and form.is_valid():
        viewing = start_viewing(actor=request.user, place=place, **form.cleaned_data)
        # Other powers, another session.
        request.session.cycle_key()
        request.session[VIEWING_KEY] = viewing.pk
        return redirect("accounts:home")
    context = {"place": place, "form": form, "minutes": AT_MOST.seconds // 60}
    return render(request, "accounts/view_as.html", context)


@require_POST
def stop(request: SignedInRequest) -> HttpResponse:
    """Back under the own hat."""
    viewing = getattr(request, "viewing", None)
    if viewing is None:
        return redirect("accounts:home")
    stop_viewing(actor=request.user, viewing=viewing)
    request.session.pop(VIEWING_KEY, None)
    request.session.cycle_key()
    kind = FIELD_OF[type(viewing.place)]
    return redirect("accounts:members", kind=kind, pk=viewing.place.pk)


@require_safe
def viewed_pages(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every request of one viewing, for the members of the place and the authority."""
    viewing, pages = selectors.viewed_pages(request.user, pk)
    page = Paginator(pages, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/viewed_pages.html", {"viewing_read": viewing, "page_obj": page})
