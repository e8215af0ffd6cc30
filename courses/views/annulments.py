"""Annulling a training record: an office gives notice and somebody else decides; the person reads and answers."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import holds
from accounts.forms.hearings import AnswerForm, NoticeForm, PaperAnswerForm
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from core import clock
from core.errors import DomainError, NotAllowed
from core.workflow import steps_for
from courses import services
from courses.forms.annulments import AnnulmentDecisionForm
from courses.models import AnnulmentCase
from courses.selectors import annulments as selectors
from courses.views.refusals import words
from courses.views.trails import annulments_trail, records_trail
from courses.workflow import ANNULMENT_STEPS

PAGE_SIZE = 25
ANNULS, OWN = Permission.TRAINING_RECORD_ANNUL, Permission.TRAINING_RECORD_OWN
STEPS = ("annul", "drop")
# What the same code means here.
HERE: dict[str, Promise] = {
    "same_person_twice": gettext_lazy("You gave the notice or submitted the evidence: somebody else does it."),
    "own_record": gettext_lazy("This record is yours: somebody else has to decide. Nothing was changed."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def notice(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is said to be false; the record counts until somebody else has decided."""
    record = selectors.record_to_annul(request.user, pk)
    if record is None:
        raise Http404
    form = NoticeForm(request.POST or None)

    def write() -> AnnulmentCase:
        given = services.Notice(**form.cleaned_data)
        return services.notice_annulment(actor=request.user, record=record, notice=given)

    if request.method == "POST" and (case := _done(form, write)):
        messages.success(request, _("The notice is recorded."))
        return redirect("courses:annulment", case.pk)
    context = {
        "record": record,
        "running": selectors.running_case(request.user, record),
        "form": form,
        "crumbs": records_trail(_("Notice before an annulment")),
    }
    return render(request, "courses/annulment_notice.html", context)


@require_safe
def annulments(request: SignedInRequest) -> HttpResponse:
    if not holds(request.user, ANNULS):
        raise NotAllowed(permission=ANNULS.value)
    closed = request.GET.get("closed") == "1"
    page = Paginator(selectors.annulments(request.user, closed=closed), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "closed": closed, "crumbs": records_trail(_("Annulments"))}
    return render(request, "courses/annulments.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def annulment(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was said, what was answered, and the decision of somebody else."""
    case = selectors.annulment_case(request.user, pk)
    if case is None:
        raise Http404
    on_paper = request.POST.get("step") == "record"
    given = None if on_paper else request.POST or None
    form = AnnulmentDecisionForm(given, answered=case.answered_at is not None, initial={"heard": case.heard})
    paper = PaperAnswerForm(request.POST if on_paper else None, prefix="paper", initial={"came_on": clock.today()})
    if request.method == "POST" and (_recorded(request, case, paper) if on_paper else _decided(request, case, form)):
        messages.success(request, _("The answer is recorded.") if on_paper else _("The decision is recorded."))
        return redirect("courses:annulment", pk)
    steps = steps_for(request.user, case, ANNULMENT_STEPS)
    context = {
        "case": case,
        "record": case.record,
        "person": case.record.person.merged_into or case.record.person,
        "form": form,
        "heard": case.heard,
        "paper": paper if "record" in steps and case.answered_at is None else None,
        "manages": case.is_open,
        "may_annul": case.noticed_by_id != request.user.pk,
        "waits": case.waits,
        "crumbs": annulments_trail(case.record.title),
    }
    return render(request, "courses/annulment.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """The person's page: what is said, what may follow, by when."""
    case = selectors.annulment_case(request.user, pk, OWN)
    if case is None:
        raise Http404
    form = AnswerForm(request.POST or None)

    def write() -> AnnulmentCase:
        return services.answer_annulment(actor=request.user, case=case, answer=form.cleaned_data["answer"])

    if request.method == "POST" and _done(form, write):
        messages.success(request, _("Your answer is with the office that decides."))
        return redirect("courses:answer_annulment", pk)
    context = {
        "case": case,
        "record": case.record,
        "form": form,
        "may_answer": case.is_open and not case.is_answered_by_holder,
        "crumbs": records_trail(_("Before an annulment")),
    }
    return render(request, "courses/annulment_answer.html", context)


def _recorded(request: SignedInRequest, case: AnnulmentCase, form: PaperAnswerForm) -> AnnulmentCase | None:
    def write() -> AnnulmentCase:
        paper = services.PaperAnswer(**form.cleaned_data)
        return services.record_annulment_answer(actor=request.user, case=case, paper=paper)

    return _done(form, write)


def _decided(request: SignedInRequest, case: AnnulmentCase, form: AnnulmentDecisionForm) -> AnnulmentCase | None:
    step = request.POST.get("step", "")

    def write() -> AnnulmentCase:
        said = form.cleaned_data
        decision = services.Decision(said["considered"], said["reason"])
        return services.decide_annulment(
            actor=request.user, case=case, step=step, decision=decision, heard=said["heard"]
        )

    if step not in STEPS:
        form.add_error(None, _("Please choose one of the two decisions. Nothing was changed."))
        return None
    return _done(form, write)


def _done(form: forms.Form, write: Callable[[], AnnulmentCase]) -> AnnulmentCase | None:
    """Whoever is out of reach altogether is answered like everybody else there; other refusals have words."""
    if not form.is_valid():
        return None
    try:
        return write()
    except DomainError as refusal:
        if refusal.code == "not_allowed":
            raise
        form.add_error(None, str(HERE[refusal.code]) if refusal.code in HERE else words(refusal))
        return None
