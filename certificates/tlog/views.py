"""The log for anybody: its page, one entry with its way to the root, and the files that machines read."""

import uuid

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from certificates.tlog import selectors

PLAIN = "text/plain; charset=utf-8"
YEAR = 365 * 24 * 3600


# --- files ----------------------------------------------------------------------------------------------------------
@login_not_required
@require_safe
@cache_control(public=True, max_age=5)
def checkpoint(request: HttpRequest) -> HttpResponse:
    if (head := selectors.published_head()) is None:
        raise Http404
    return _same_for_everybody(HttpResponse(selectors.full_note(head), content_type=PLAIN))


@login_not_required
@require_safe
def tile(request: HttpRequest, address: str) -> HttpResponse:
    """What is there never changes; what is not there yet must not be remembered as missing."""
    if (content := selectors.tile_content(address)) is None:
        raise Http404
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return _same_for_everybody(answer)


@login_not_required
@require_safe
@cache_control(public=True, max_age=300)
def policy(request: HttpRequest) -> HttpResponse:
    if not (text := selectors.policy_text()):
        raise Http404
    return _same_for_everybody(HttpResponse(text, content_type=PLAIN))


def _same_for_everybody(answer: HttpResponse) -> HttpResponse:
    """See core.middleware."""
    answer.same_for_everybody = True  # type: ignore[attr-defined]
    return answer


# --- pages ----------------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    head, whom = selectors.published_head(), selectors.policy()
    context = {
        "head": head,
        "final": head is not None and selectors.is_final(head),
        "witnesses": selectors.witness_views(head),
        "needed": whom.needed,
        "keys": whom.logs,
        "alarm": selectors.open_alarm(),
        "policy_is_unreadable": selectors.policy_is_unreadable(),
        "unwitnessed_since": selectors.unwitnessed_since(),
        "is_demo": settings.DEMO,
        "recent": selectors.recent_leaves(head),
        "address": f"{settings.SITE_URL}/tlog",
    }
    return render(request, "tlog/log.html", context)


@login_not_required
@never_cache
@require_safe
def entry(request: HttpRequest, kind: str, ref: uuid.UUID, turn: int = 0) -> HttpResponse:
    if (found := selectors.entry_view(kind=kind, ref=str(ref), turn=turn)) is None:
        raise Http404
    crumbs = [{"label": _("Public log"), "url": reverse("tlog:log")}, {"label": found.kind}]
    return render(request, "tlog/entry.html", {"entry": found, "crumbs": crumbs})


@login_not_required
@never_cache
@require_safe
def proof(request: HttpRequest, kind: str, ref: uuid.UUID, turn: int = 0) -> HttpResponse:
    if (text := selectors.proof_text(kind=kind, ref=str(ref), turn=turn)) is None:
        raise Http404
    answer, name = HttpResponse(text, content_type=PLAIN), f"{ref}-{turn}" if turn else ref
    answer["Content-Disposition"] = f'attachment; filename="{name}.tlog-proof"'
    return answer
