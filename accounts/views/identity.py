"""One's own identity: how it stands, every way to have it checked, and the outside service where one is connected."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.middleware import SignedInRequest
from accounts.models import Person
from accounts.selectors import identity_history
from accounts.selectors.identity import identity_ways
from accounts.services.identity_provider import check_by_service, provider
from accounts.views.trails import trail
from core.errors import DomainError, NotAllowed

REFUSALS = {
    "no_service": gettext_lazy("No identity service is connected to this platform. Use one of the other ways."),
    "no_document": gettext_lazy("Your record holds no document. Have it corrected under “My data” first."),
    "too_many_tries": gettext_lazy("The service was asked several times today and did not agree. Use another way."),
    "service_silent": gettext_lazy("The service does not answer. Nothing was recorded; please try again later."),
    "no_match": gettext_lazy("The service does not know this name together with this number. Use another way."),
}


def identity(request: SignedInRequest) -> HttpResponse:
    ways, service = identity_ways(request.user), provider()
    if request.method == "POST" and ways.person and not ways.checked:
        _ask(request, ways.person)
        return redirect("accounts:identity")
    context = {
        "ways": ways,
        "service": service.name if service else "",
        "checks": identity_history(ways.person) if ways.person else [],
        "crumbs": trail(_("Identity check")),
    }
    return render(request, "accounts/identity.html", context)


def _ask(request: SignedInRequest, person: Person) -> None:
    try:
        check_by_service(actor=request.user, person=person)
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.warning(request, REFUSALS[refusal.code])
    else:
        messages.success(request, _("Your identity is checked."))
