"""Checking without this site: the page that does it in the browser, the tool for everybody else, whom to believe."""

from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from certificates import credentials

TOOL = "verify_certificate.py"


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Nothing that is dropped there is sent; the page works when it was saved."""
    crumbs = [{"label": _("Verify a certificate"), "url": reverse("certificates:verify")}]
    context = {
        "crumbs": [*crumbs, {"label": _("Check without this site")}],
        "policy_address": settings.SITE_URL + reverse("published:policy"),
    }
    return render(request, "certificates/offline.html", context)


@login_not_required
@cache_control(public=True, max_age=300)
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    if not (text := credentials.verification_policy()):
        raise Http404
    return _plain(text.encode(), "text/plain; charset=utf-8", "policy.txt")


@login_not_required
@cache_control(public=True, max_age=300)
@require_safe
def tool(request: HttpRequest) -> HttpResponse:
    return _plain(_tool(), "text/x-python; charset=utf-8", TOOL)


@cache
def _tool() -> bytes:
    return (settings.ROOT / "tools" / TOOL).read_bytes()


def _plain(body: bytes, content_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    # See core.middleware.
    answer.same_for_everybody = True  # type: ignore[attr-defined]
    return answer
