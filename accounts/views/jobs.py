"""The system administrator's view of the machinery: long work of everybody, and effects that wait or were given up."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.forms.jobs import JobsFilter
from accounts.middleware import SignedInRequest
from accounts.selectors import jobs as selectors
from accounts.views.trails import trail

PER_PAGE = 50


@require_safe
def all_jobs(request: SignedInRequest) -> HttpResponse:
    form = JobsFilter(request.GET)
    found = selectors.all_jobs(request.user, form.chosen())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page_obj": page,
        "lines": selectors.job_lines(page),
        "outbox": selectors.outbox_figures(request.user),
        "dead": selectors.dead_letters(request.user),
        "crumbs": trail(_("Background jobs")),
    }
    return render(request, "accounts/all_jobs.html", context)
