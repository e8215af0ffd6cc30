"""What the regulator finds about rosters: denied rows to decide on, and institutions that have not told people."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import holds
from accounts.forms.notices import DecisionForm, DisputeFilter
from accounts.middleware import SignedInRequest
from accounts.models import AppointmentDispute
from accounts.permissions import Permission
from accounts.selectors import masked_numbers
from accounts.selectors.notices import decided_before, dispute_card, disputes_of, overdue_institutions
from accounts.services import decide_dispute
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from accounts.workflow import DisputeState
from core import clock
from core.errors import DomainError, NotAllowed

PER_PAGE = 25
MOST_OVERDUE = 50
REFUSALS = {
    "own_record": gettext_lazy("This row is about you: another officer has to decide."),
    "wrong_state": gettext_lazy("Somebody has decided on this row in the meantime. Nothing was changed."),
}


@require_GET
def disputes(request: SignedInRequest) -> HttpResponse:
    """The own region's; the open ones unless asked otherwise."""
    if not holds(request.user, Permission.DISPUTE_DECIDE):
        raise NotAllowed(permission=Permission.DISPUTE_DECIDE.value)
    form = DisputeFilter(request.GET)
    page = Paginator(disputes_of(request.user, state=form.chosen()), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": form,
        "page_obj": page,
        "chosen": form.chosen(),
        "crumbs": trail(_("Disputed staff rows")),
        "overdue": overdue_institutions(request.user, on=clock.today())[:MOST_OVERDUE],
    }
    return render(request, "accounts/disputes.html", context)


@confirm_again(reading_is_free=True)
def dispute(request: SignedInRequest, pk: int) -> HttpResponse:
    """One denied row with what is known, and the decision: only this changes the count."""
    found = dispute_card(request.user, pk)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _decided(request, found, form):
        return redirect("accounts:dispute", pk)
    person = found.appointment.person.merged_into or found.appointment.person
    context = {
        "dispute": found,
        "appointment": found.appointment,
        "person": person,
        "masked": masked_numbers([person.pk]).get(person.pk, ""),
        "earlier": decided_before(found),
        "form": form,
        "crumbs": trail(person.name, (_("Disputed staff rows"), reverse("accounts:disputes"))),
        "is_open": found.state == DisputeState.OPEN,
    }
    return render(request, "accounts/dispute.html", context)


def _decided(request: SignedInRequest, found: AppointmentDispute, form: DecisionForm) -> bool:
    fields = {name: form.cleaned_data[name] for name in ("reason", "document")}
    try:
        decide_dispute(actor=request.user, dispute=found, upheld=form.upheld, **fields)
    except DomainError as refusal:
        form.add_error(None, REFUSALS.get(refusal.code, REFUSALS["wrong_state"]))
        return False
    messages.success(request, _("The decision is recorded."))
    return True
