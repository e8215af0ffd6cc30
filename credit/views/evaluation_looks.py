"""A look into the evaluation of a person: purpose first, then fifteen minutes; the person reads who looked."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import can
from accounts.forms.purpose import PurposeForm
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import NotAllowed
from credit import services
from credit.access import leave_open
from credit.models import EvaluationSubject
from credit.selectors import evaluations as selectors
from credit.views.files import hat_id, open_now


def asked(request: SignedInRequest, found: EvaluationSubject) -> HttpResponse | None:
    """The question what for, which shows nothing of it; None for the person, while it is open, and of a place."""
    return None if _is_free(request, found) or open_now(request, found) else _ask(request, found, PurposeForm())


def may_write(request: SignedInRequest, found: EvaluationSubject) -> bool:
    """Nothing is written about a person by whoever never said what for; what took longer than the look is kept."""
    return _is_free(request, found) or selectors.was_opened(request.user, found)


def _is_free(request: SignedInRequest, found: EvaluationSubject) -> bool:
    return found.person is None or can(request.user, Permission.EVALUATION_ANSWER, found)


@require_POST
@confirm_again
def open_evaluation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write the look down, then show it. A try without the power to look is written down as refused."""
    form = PurposeForm(request.POST)
    if not form.is_valid() and (found := _in_reach(request, pk)) and found.person is not None:
        return _ask(request, found, form)
    entry = services.open_evaluation(actor=request.user, subject_id=pk, purpose=form.stated())
    if entry is None or not entry.granted:
        raise NotAllowed(permission=Permission.EVALUATION_VIEW.value)
    found = selectors.find_subject(request.user, pk)
    leave_open(request.session, subject=found, hat_id=hat_id(request), purpose=entry.purpose)
    return redirect("credit:evaluation_subject", pk)


def _in_reach(request: SignedInRequest, pk: int) -> EvaluationSubject | None:
    try:
        return selectors.find_subject(request.user, pk)
    except NotAllowed:
        return None


def _ask(request: SignedInRequest, found: EvaluationSubject, form: PurposeForm) -> HttpResponse:
    crumbs = trail(_("Purpose of the look into an evaluation"), (_("Evaluations"), reverse("credit:evaluations")))
    return render(request, "credit/evaluation_purpose.html", {"subject": found, "form": form, "crumbs": crumbs})
