"""The public page of an institution, and its choice of what stands there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.selectors import reached_institution
from core import clock
from core.errors import DomainError, NotAllowed
from staffing import services
from staffing.selectors.public import SMALL, public_page, publication_on, shown_of


@login_not_required
@require_safe
def institution(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "staffing/public.html", {"shown": public_page(pk), "small": SMALL})


def publication(request: SignedInRequest) -> HttpResponse:
    """Exactly what everybody would read (GET); showing it from today on, or ceasing to (POST)."""
    own = reached_institution(request.user, Permission.RETURN_FILE)
    chosen = publication_on(own, clock.today()) is not None
    if request.method == "POST":
        _decide(request, hide=request.POST.get("do") == "hide")
        return redirect("staffing:publication")
    context = {"institution": own, "chosen": chosen, "shown": shown_of(own, chosen=True), "small": SMALL}
    return render(request, "staffing/publication.html", context)


def _decide(request: SignedInRequest, *, hide: bool) -> None:
    """A second click changes nothing, and is told what holds."""
    own = reached_institution(request.user, Permission.RETURN_FILE)
    try:
        (services.hide_ratio if hide else services.publish_ratio)(actor=request.user, institution=own)
    except NotAllowed:
        raise
    except DomainError:
        messages.info(request, _("It was so already."))
    else:
        done = _("The figure of each day is no longer public.") if hide else _("The figure of each day is public now.")
        messages.success(request, done)
