"""Who may not teach, mark or issue at present, and because of which case."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.trails import trail
from core.paging import WITHOUT_SEARCH, BoundedPaginator
from credit.selectors.restrictions import restrictions as restrictions_in_reach
from credit.selectors.restrictions import with_cases

PAGE_LENGTH = 50


@require_safe
def restrictions(request: SignedInRequest) -> HttpResponse:
    if not holds(request.user, Permission.CASE_VIEW):
        raise Http404
    over = request.GET.get("over") == "1"
    rows = restrictions_in_reach(request.user, over=over)
    page = BoundedPaginator(rows, PAGE_LENGTH, most=WITHOUT_SEARCH).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": with_cases(list(page.object_list)),
        "over": over,
        "crumbs": trail(_("Restrictions"), (_("Cases"), reverse("credit:cases"))),
    }
    return render(request, "credit/restrictions.html", context)
