"""Training records in reach."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from courses.selectors.records import CLAIMED_ONLY, COUNTED_ONLY
from courses.selectors.records import training_records as records

PAGE_SIZE = 25
NAME_LENGTH = 100


def training_records(request: SignedInRequest) -> HttpResponse:
    """People and the standing of their records; `standing` and `q` narrow the list."""
    standing = request.GET.get("standing", "")
    name = request.GET.get("q", "").strip()[:NAME_LENGTH]
    rows = records(request.user, standing=standing, name=name)
    context = {
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "standing": standing,
        "name": name,
        "choices": {"counted": COUNTED_ONLY, "claimed": CLAIMED_ONLY},
        "may_import": holds(request.user, Permission.TRAINING_RECORD_CLAIM),
    }
    return render(request, "courses/training_records.html", context)
