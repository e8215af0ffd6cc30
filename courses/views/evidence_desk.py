"""Evidence from elsewhere for the office that decides: the list, and the decision on one."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import DomainError, NotAllowed
from courses import services
from courses.forms.evidence import EvidenceDecisionForm, EvidenceFilter
from courses.models import ExternalEvidence
from courses.selectors import evidence as selectors
from courses.views.evidence import PAGE_SIZE, facts_of
from courses.views.refusals import words
from courses.workflow import EvidenceState

STEPS: dict[str, Promise] = {
    "accept": gettext_lazy("Accept: the training counts from its day of completion"),
    "refuse": gettext_lazy("Refuse: it stays claimed and never counts"),
}
SERVICES: dict[str, Callable[..., ExternalEvidence]] = {
    "accept": services.accept_evidence,
    "refuse": services.refuse_evidence,
}


@require_GET
def evidence_desk(request: SignedInRequest) -> HttpResponse:
    """Those that wait, unless asked otherwise; the oldest first."""
    if not holds(request.user, Permission.TRAINING_RECORD_CONFIRM):
        raise NotAllowed(permission=Permission.TRAINING_RECORD_CONFIRM.value)
    form = EvidenceFilter(request.GET)
    state = form.chosen(EvidenceState.SUBMITTED)
    form.initial = {"state": state}
    page = Paginator(selectors.evidence_desk(request.user, state=state), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page, "filter": EvidenceFilter({"state": state}), "state": state,
        "crumbs": trail(_("Desk of evidence")),
    }  # fmt: skip
    return render(request, "courses/evidence_desk.html", context)


@confirm_again(reading_is_free=True)
def decide_evidence(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.evidence_for(request.user, pk, Permission.TRAINING_RECORD_CONFIRM)
    steps = [(name, STEPS[name]) for name in _open(found)]
    form = EvidenceDecisionForm(request.POST or None, steps=steps)
    if request.method == "POST" and form.is_valid() and _decided(request, found, form):
        messages.success(request, _("The decision is recorded."))
        return redirect("courses:evidence", pk)
    context = {**facts_of(request, found), "form": form, "steps": steps, "to_annul": selectors.to_annul(found)}
    return render(request, "courses/decide_evidence.html", context)


def _open(found: ExternalEvidence) -> list[str]:
    return list(STEPS) if found.state == EvidenceState.SUBMITTED else []


def _decided(request: SignedInRequest, found: ExternalEvidence, form: EvidenceDecisionForm) -> bool:
    step = form.cleaned_data["step"]
    given = {} if step == "accept" else {"reason": form.cleaned_data["reason"]}
    try:
        SERVICES[step](actor=request.user, evidence=found, **given)
    except DomainError as refusal:
        # Whoever may not decide on this very one reads why: the page itself reaches them.
        form.add_error(None, words(refusal))
        return False
    return True
