"""Cases of a body: the work list, reports to accept, one page per case with the one next step."""

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import worn_bodies
from accounts.forms.purpose import PurposeForm
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core import clock
from core.errors import DomainError
from credit import services
from credit.forms.case_steps import StepForm
from credit.forms.cases import STEP_FORMS
from credit.forms.reports import (
    FileCaseForm,
    RecusalAnswerForm,
    RefuseReportForm,
    RepairAnswerForm,
    ReportForm,
)
from credit.models import CaseReport
from credit.selectors import cases as selectors
from credit.selectors.letters import letters_of
from credit.selectors.subjects import candidates
from credit.views.case_words import NOT_NOW, REFUSALS
from credit.workflow.cases import ReportState

PAGE_LENGTH = 25
# Possible, but never what a case waits for.
ASIDE = frozenset({"record", "drop", "annul", "postpone", "reopen", "hearing-request", "repair-request", "recusal"})


def refused(form: forms.Form, refusal: DomainError) -> None:
    """The form comes back filled, with what happened; out of reach is answered as everywhere."""
    if refusal.code == "not_allowed":
        raise refusal
    form.add_error(None, REFUSALS.get(refusal.code, NOT_NOW))


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: SignedInRequest) -> HttpResponse:
    """Anybody with a login says what happened; the address of the receipt is the only way back to it."""
    # Asked for the places within a place: the form comes back as it was filled, and nothing is checked yet.
    asks = "places" in request.POST
    form = ReportForm(initial=request.POST.dict()) if asks else ReportForm(request.POST or None)
    if request.method == "POST" and not asks and form.is_valid():
        try:
            made = services.make_report(actor=request.user, said=form.told())
        except DomainError as refusal:
            refused(form, refusal)
        else:
            return redirect("credit:receipt", made.uuid)
    return render(request, "credit/report_misconduct.html", {"form": form, "crumbs": trail(_("Report misconduct"))})


@require_safe
def receipt(request: SignedInRequest, receipt: uuid.UUID) -> HttpResponse:
    """Where a report stands, for whoever kept its address."""
    found = selectors.report_by_receipt(receipt)
    return render(request, "credit/receipt.html", {"report": found, "crumbs": trail(_("My report"))})


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def accept(request: SignedInRequest, pk: int) -> HttpResponse:
    """A report as it came: file a case, or refuse it with reasons."""
    found = selectors.report_for(request.user, pk)
    refusing = request.POST.get("step") == "refuse"
    about = request.GET.get("of", "").strip() or found.said_of
    form = FileCaseForm(
        None if refusing else request.POST or None,
        report=found,
        items=selectors.items_in(found.region.path, clock.today()),
        found=candidates(request.user, about) if found.state == ReportState.RECEIVED else [],
        actor=request.user,
    )
    no = RefuseReportForm(request.POST if refusing else None, prefix="no")
    if request.method == "POST" and (answer := _decided(request, found, no if refusing else form)):
        return answer
    context = {"report": found, "form": form, "about": about, "no": no, "crumbs": _crumbs(_("Report"))}
    return render(request, "credit/accept.html", context)


def _decided(request: SignedInRequest, found: CaseReport, form: FileCaseForm | RefuseReportForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        if isinstance(form, RefuseReportForm):
            services.refuse_report(actor=request.user, report=found, reason=form.cleaned_data["reason"])
            messages.success(request, _("The report is answered with your reason."))
            return redirect("credit:cases")
        case = services.file_case(actor=request.user, report=found, filing=form.filing())
    except DomainError as refusal:
        refused(form, refusal)
        return None
    messages.success(request, _("The case is filed."))
    return redirect("credit:case", case.pk)


@require_POST
@confirm_again
def reveal_reporter(request: SignedInRequest, pk: int) -> HttpResponse:
    """How to reach whoever reported, once, for a stated purpose."""
    found = selectors.report_for(request.user, pk)
    form = PurposeForm(request.POST)
    said = form.is_valid()
    contact = services.reveal_reporter(actor=request.user, report=found, purpose=form.stated()) if said else ""
    context = {"report": found, "form": form, "contact": contact, "said": said, "crumbs": _crumbs(_("Reporter"))}
    return render(request, "credit/reporter.html", context)


@require_safe
def case(request: SignedInRequest, pk: int) -> HttpResponse:
    """Facts and documents at the left, the one next step with its deadline at the right, and the next case."""
    found = selectors.case_page(request.user, pk)
    next_step = next((name for name in found.steps if name not in ASIDE), "")
    context = {
        "found": found,
        "case": found.case,
        "next_step": STEP_FORMS[next_step].title if next_step else "",
        "next_address": reverse("credit:step", args=[pk, next_step]) if next_step else "",
        "others": [(name, STEP_FORMS[name].title) for name in found.steps if name != next_step],
        "following": selectors.next_case(request.user, found.case),
        "letters": letters_of(request.user, found.case, Permission.CASE_VIEW),
        "waiting": services.letters_wait(found.case),
        "acts": found.case.body in worn_bodies(request.user, Permission.CASE_HANDLE),
        "today": clock.today(),
        "crumbs": _crumbs(found.case.number),
    }
    return render(request, "credit/case.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def step(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """One step: what it asks, filled in beforehand; it comes back filled when it is refused."""
    found = selectors.acting_page(request.user, pk)
    if name not in found.steps and request.method != "POST":
        raise Http404
    kind = STEP_FORMS.get(name)
    if kind is None:
        raise Http404
    form = kind(request.POST or None, case=found.case, actor=request.user)
    if request.method == "POST" and form.is_valid() and _taken(form):
        messages.success(request, _("The step is recorded."))
        return redirect("credit:case", pk)
    # Of the class, not the class itself: a template would call it.
    words = {"title": kind.title, "about": kind.about}
    context = {"case": found.case, "found": found, "form": form, **words}
    return render(request, "credit/step.html", {**context, "crumbs": _crumbs(found.case.number, pk)})


def _taken(form: StepForm) -> bool:
    try:
        form.carry_out()
    except DomainError as refusal:
        refused(form, refusal)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def recusal(request: SignedInRequest, pk: int, recusal: int) -> HttpResponse:
    """Does an officer step aside? Decided by a colleague, with reasons."""
    found = selectors.acting_page(request.user, pk)
    asked, officer = next(((one, name) for one, name in found.recusals if one.pk == recusal), (None, ""))
    if asked is None:
        raise Http404
    form = RecusalAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = {"uphold": form.cleaned_data["uphold"] == "yes", "answer": form.cleaned_data["answer"]}
        try:
            services.decide_recusal(actor=request.user, recusal=asked, **words)
        except DomainError as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The request is answered."))
            return redirect("credit:case", pk)
    context = {"case": found.case, "recusal": asked, "officer": officer, "form": form}
    return render(request, "credit/recusal.html", {**context, "crumbs": _crumbs(found.case.number, pk)})


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def repair(request: SignedInRequest, pk: int, repair: int) -> HttpResponse:
    """Whoever determined it repairs it: granted, or refused with reasons."""
    found = selectors.acting_page(request.user, pk)
    asked = next((one for one in found.repairs if one.pk == repair), None)
    if asked is None:
        raise Http404
    form = RepairAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = services.grant_repair if form.cleaned_data["grant"] == "yes" else services.refuse_repair
        try:
            act(actor=request.user, repair=asked, answer=form.cleaned_data["answer"])
        except DomainError as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The application is answered."))
            return redirect("credit:case", pk)
    context = {"case": found.case, "repair": asked, "form": form, "crumbs": _crumbs(found.case.number, pk)}
    return render(request, "credit/repair.html", context)


def _crumbs(here: str, pk: int = 0) -> list:
    above = [(_("Cases"), reverse("credit:cases"))]
    if pk:
        above.append((here, reverse("credit:case", args=[pk])))
        return trail(_("Step"), *above)
    return trail(here, *above)
