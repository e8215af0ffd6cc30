"""Revocation for a false fact: the base gives notice and a second person decides; the holder reads and answers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import holds
from accounts.forms.hearings import AnswerForm, ConsideredForm, NoticeForm, PaperAnswerForm
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from certificates import services
from certificates.models import Certificate, RevocationCase
from certificates.selectors import decisions as selectors
from certificates.views.decisions import crumbs
from certificates.workflow import REVOCATION_STEPS
from core import clock
from core.errors import DomainError
from core.workflow import steps_for

PAGE_LENGTH = 25
REFUSALS = {
    "own_record": gettext_lazy("This certificate is yours: somebody else has to decide."),
    "served_in_future": gettext_lazy("A notice cannot have been handed over on a day to come."),
    "served_before_issue": gettext_lazy("The notice cannot be older than the certificate."),
    "revocation_runs": gettext_lazy("A revocation of this certificate runs already. Nothing was changed."),
    "still_time_to_answer": gettext_lazy("The holder still has time to answer. Nothing was changed."),
    "same_person_twice": gettext_lazy("You gave the notice: a second person has to decide."),
    "wrong_state": gettext_lazy("Somebody has decided in the meantime. Nothing was changed."),
    "answered_meanwhile": gettext_lazy(
        "The holder's answer came while this page was open. Nothing was changed: read it above, then decide."
    ),
    "answer_day_wrong": gettext_lazy(
        "An answer comes on the day of the notice at the earliest, and not in the future."
    ),
}
DECISIONS = {"revoke": services.revoke_by_case, "drop": services.drop_case}
NOT_NOW = gettext_lazy("This cannot be done with the certificate as it stands. Nothing was changed.")


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def notice(request: SignedInRequest, number: str) -> HttpResponse:
    """What is said to be false; the certificate does not change yet."""
    certificate = selectors.certificate_to_manage(request.user, number)
    if certificate is None:
        raise Http404
    form = NoticeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (case := _noticed(request, certificate, form)):
        messages.success(request, _("The notice is recorded."))
        return redirect("certificates:revocation", case.pk)
    trail_ = crumbs(certificate, _("Notice before a revocation"))
    return render(request, "certificates/notice.html", {"certificate": certificate, "form": form, "crumbs": trail_})


@require_safe
def revocations(request: SignedInRequest) -> HttpResponse:
    if not holds(request.user, Permission.CERTIFICATE_VIEW):
        raise Http404
    closed = request.GET.get("closed") == "1"
    rows = selectors.revocations(request.user, closed=closed)
    page = Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {"page": page, "closed": closed, "today": clock.today(), "crumbs": trail(_("Revocations"))}
    return render(request, "certificates/revocations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def revocation(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was said, what was answered, and the decision of a second person."""
    case = selectors.revocation(request.user, pk)
    if case is None or not holds(request.user, Permission.CERTIFICATE_VIEW):
        raise Http404
    on_paper = request.POST.get("step") == "record"
    form = ConsideredForm(None if on_paper else request.POST or None, initial={"heard": case.heard})
    paper = PaperAnswerForm(request.POST if on_paper else None, prefix="paper", initial={"came_on": clock.today()})
    if request.method == "POST" and (_recorded(request, case, paper) if on_paper else _closed(request, case, form)):
        messages.success(request, _("The answer is recorded.") if on_paper else _("The decision is recorded."))
        return redirect("certificates:revocation", pk)
    steps = steps_for(request.user, case, REVOCATION_STEPS)
    context = {
        "case": case,
        "certificate": case.certificate,
        "form": form,
        "heard": case.heard,
        "paper": paper if "record" in steps and case.answered_at is None else None,
        "manages": holds(request.user, Permission.CERTIFICATE_MANAGE) and case.is_open,
        "may_revoke": "revoke" in steps or case.noticed_by != request.user,
        "waits": case.waits,
        "crumbs": trail(case.certificate.number, (_("Revocations"), reverse("certificates:revocations"))),
    }
    return render(request, "certificates/revocation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """The holder's page: what is said, what may follow, by when."""
    case = selectors.revocation(request.user, pk, Permission.CERTIFICATE_OWN)
    if case is None:
        raise Http404
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _answered(request, case, form):
        messages.success(request, _("Your answer is with the training base."))
        return redirect("certificates:answer_revocation", pk)
    may_answer = case.is_open and not case.is_answered_by_holder
    context = {
        "case": case,
        "certificate": case.certificate,
        "form": form,
        "may_answer": may_answer,
        "crumbs": trail(_("Before a decision"), (_("My certificates"), reverse("certificates:mine"))),
    }
    return render(request, "certificates/answer.html", context)


def _noticed(request: SignedInRequest, certificate: Certificate, form: NoticeForm) -> RevocationCase | None:
    given = services.Notice(**form.cleaned_data)
    try:
        return services.give_notice(actor=request.user, certificate=certificate, notice=given)
    except DomainError as refusal:
        form.add_error(None, REFUSALS.get(refusal.code, NOT_NOW))
        return None


def _recorded(request: SignedInRequest, case: RevocationCase, form: PaperAnswerForm) -> bool:
    if not form.is_valid():
        return False
    try:
        services.record_answer(actor=request.user, case=case, paper=services.PaperAnswer(**form.cleaned_data))
    except DomainError as refusal:
        if refusal.code == "not_allowed":
            raise
        form.add_error(None, REFUSALS.get(refusal.code, NOT_NOW))
        return False
    return True


def _closed(request: SignedInRequest, case: RevocationCase, form: ConsideredForm) -> bool:
    if not form.is_valid():
        return False
    decide = DECISIONS.get(request.POST.get("step", ""))
    if decide is None:
        form.add_error(None, _("Please choose one of the two decisions. Nothing was changed."))
        return False
    try:
        decide(actor=request.user, case=case, **form.cleaned_data)
    except DomainError as refusal:
        if refusal.code == "not_allowed":
            raise
        form.add_error(None, REFUSALS.get(refusal.code, NOT_NOW))
        return False
    return True


def _answered(request: SignedInRequest, case: RevocationCase, form: AnswerForm) -> bool:
    try:
        services.answer_revocation(actor=request.user, case=case, answer=form.cleaned_data["answer"])
    except DomainError as refusal:
        form.add_error(None, REFUSALS.get(refusal.code, NOT_NOW))
        return False
    return True
