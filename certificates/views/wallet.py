"""The holder's own: links that share a certificate, taking them back; and the page behind such a link."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import SignedInRequest
from certificates import services
from certificates.selectors import wallet as selectors
from core.errors import DomainError


@require_POST
def share(request: SignedInRequest, number: str) -> HttpResponse:
    found = selectors.own_certificate(request.user, number)
    if found is None:
        raise Http404
    try:
        services.share_certificate(actor=request.user, certificate=found)
    except DomainError as refusal:
        if refusal.code != "too_many_links":
            raise
        messages.warning(request, _("So many links are open already: take one back first."))
    else:
        messages.success(request, _("The link is ready below. Whoever has it reads your full name until it ends."))
    return redirect("certificates:certificate", number)


@require_POST
def withdraw(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    link = selectors.own_link(request.user, uuid)
    if link is None:
        raise Http404
    services.withdraw_link(actor=request.user, link=link)
    messages.success(request, _("The link is taken back; nobody reads anything there any more."))
    return redirect("certificates:certificate", link.certificate.number)


@login_not_required
@never_cache
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """What verification says, with the holder's full name. A link that is not open is like one that never was."""
    if wait := services.wait_by_code(request.META["REMOTE_ADDR"]):
        answer = render(request, "certificates/too_many.html", {"wait": wait}, status=429)
        answer["Retry-After"] = str(wait)
        return answer
    found = selectors.shared_answer(token)
    if request.method != "HEAD":
        services.count_verification(found.certificate if found else None)
    if found is None:
        return render(request, "certificates/link_closed.html", status=404)
    return render(request, "certificates/outcome.html", {"answer": found, "shared": True})
