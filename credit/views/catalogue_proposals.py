"""What is proposed for the catalogues: a second officer reads it here, and adopts or refuses it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.selectors.hats import shown_name
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import DomainError, NotAllowed
from core.paging import WITHOUT_SEARCH, BoundedPaginator
from core.workflow import steps_for
from credit.forms.evaluations import ReasonForm
from credit.models import CatalogueProposal
from credit.selectors import catalogue as selectors
from credit.services import catalogue as services
from credit.views.catalogue_words import refusal, words_of
from credit.workflow import CATALOGUE_PROPOSAL_STEPS

PAGE_LENGTH = 50
MANAGES = Permission.RULE_MANAGE
ACTS: dict[str, Callable[..., CatalogueProposal]] = {
    "adopt": services.adopt_proposal,
    "refuse": services.refuse_proposal,
    "withdraw": services.withdraw_proposal,
}
SAID = {
    "adopt": gettext_lazy("Adopted. It holds from its day on."),
    "refuse": gettext_lazy("Refused. Whoever proposed it reads the reason."),
    "withdraw": gettext_lazy("Withdrawn. Nothing was entered."),
}


@require_safe
def proposals(request: SignedInRequest) -> HttpResponse:
    """Those that wait, the oldest first; `?show=decided` those decided, the newest first."""
    if not holds(request.user, MANAGES):
        raise NotAllowed(permission=MANAGES.value)
    decided = request.GET.get("show") == "decided"
    rows = selectors.decided_proposals(request.user) if decided else selectors.waiting_proposals(request.user)
    page = BoundedPaginator(rows, PAGE_LENGTH, most=WITHOUT_SEARCH).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [(one, shown_name(one.proposed_by)) for one in page],
        "regions": selectors.names_of_regions(page.object_list),
        "decided": decided,
        "crumbs": trail(_("Proposals for the catalogues"), _up()),
    }
    return render(request, "credit/catalogue_proposals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def proposal(request: SignedInRequest, pk: int) -> HttpResponse:
    """One proposal, every word of it, with what the reader may do."""
    found = selectors.proposal_for(request.user, pk)
    act = request.POST.get("act", "")
    form = ReasonForm(request.POST if act == "refuse" else None)
    if request.method == "POST" and act in ACTS and (act != "refuse" or form.is_valid()):
        try:
            ACTS[act](actor=request.user, proposal=found, **form.cleaned_data if act == "refuse" else {})
        except DomainError as error:
            if error.code == "not_allowed":
                raise
            messages.error(request, refusal(error))
        else:
            messages.success(request, SAID[act])
        return redirect("credit:catalogue_proposal", pk)
    return _page(request, found, form)


def _page(request: SignedInRequest, found: CatalogueProposal, form: ReasonForm) -> HttpResponse:
    own = found.proposed_by_id == request.user.pk
    steps = steps_for(request.user, found, CATALOGUE_PROPOSAL_STEPS)
    listed = (_("Proposals for the catalogues"), reverse("credit:catalogue_proposals"))
    context = {
        "proposal": found,
        "words": words_of(found, selectors.names_of_regions([found])),
        "proposer": shown_name(found.proposed_by),
        "decider": shown_name(found.decided_by) if found.decided_by else "",
        "own": own,
        "steps": [name for name in steps if own or name != "withdraw"],
        "form": form,
        "crumbs": trail(str(found), _up(), listed),
    }
    return render(request, "credit/catalogue_proposal.html", context)


def _up() -> tuple[str, str]:
    return (_("Catalogue items and measures"), reverse("credit:catalogue"))
