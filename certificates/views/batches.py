"""Issue by batch: the lists, the page on which it is approved (on a phone, too), and what steers its job."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from certificates import services
from certificates.models import IssueBatch
from certificates.selectors import batches as selectors
from certificates.selectors.joint import in_words, lists_of_batch
from certificates.workflow import ISSUE_BATCH_STEPS
from core import clock, jobs
from core.errors import DomainError
from core.workflow import steps_for

PAGE_LENGTH = 25
REFUSALS = {
    "same_person_twice": gettext_lazy("You asked for this batch: a second person has to approve it."),
    "second_person_needed": gettext_lazy(
        "So many certificates, together with those you issued alone today or for this class, need a second person."
    ),
    "nothing_to_issue": gettext_lazy("Nobody of this list can get a certificate now."),
    "reason_missing": gettext_lazy("Please say why it is refused."),
    "wrong_state": gettext_lazy("Somebody has decided on this batch in the meantime. Nothing was changed."),
    "issuers_changed": gettext_lazy(
        "Others issue with the base now than when this batch was agreed to. Nothing was changed: ask for a new one."
    ),
}


@require_safe
def batches(request: SignedInRequest) -> HttpResponse:
    _require_hat(request)
    page = Paginator(selectors.batches(request.user), PAGE_LENGTH).get_page(request.GET.get("page"))
    return render(request, "certificates/batches.html", {"page": page, "crumbs": trail(_("Issue by batch"))})


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def new(request: SignedInRequest) -> HttpResponse:
    """Choose records from a list; POST keeps the dry run and leads to it."""
    _require_hat(request)
    if request.method == "POST" and (made := _asked(request)):
        return redirect("certificates:batch", made.pk)
    page = Paginator(selectors.records_without_certificate(request.user), 100).get_page(request.GET.get("page"))
    context = {"page": page, "crumbs": _crumbs(_("Issue for a list")), "alone_up_to": selectors.alone_up_to()}
    return render(request, "certificates/new_batch.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def batch(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was asked for and by whom; approve, refuse, withdraw; then how far the job is and what failed."""
    found = _batch_or_404(request, pk)
    if request.method == "POST":
        _decide(request, found)
        return redirect("certificates:batch", pk)
    lines, open_now = selectors.batch_lines(request.user, found), steps_for(request.user, found, ISSUE_BATCH_STEPS)
    second = bool(open_now) and selectors.needs_second(found)
    context = {
        "batch": found,
        "lines": lines,
        "failed": [line for line in lines if line.failed],
        "together": [(one, in_words(one)) for one in lists_of_batch(found)],
        "second": second,
        "steps": [step for step in open_now if {"confirm": not second, "approve": second}.get(step, True)],
        "now": clock.now(),
        "progress": selectors.batch_progress(found),
        "stopped_by": jobs.failure_words(found.job.error) if found.job else "",
        "crumbs": _crumbs(_("One batch")),
    }
    return render(request, "certificates/batch.html", context)


@require_POST
def steer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Pause, resume, start or try again: nothing is decided anew."""
    found, what = _batch_or_404(request, pk), request.POST.get("what")
    if what == "pause":
        services.pause_batch(actor=request.user, batch=found)
    elif what == "resume":
        services.resume_batch(actor=request.user, batch=found)
    else:
        with _refusals_told(request):
            _again(request, found, what or "")
    return redirect("certificates:batch", pk)


def _again(request: SignedInRequest, found: IssueBatch, what: str) -> None:
    if what == "restart":
        services.restart_batch(actor=request.user, batch=found)
        return
    failed = [line.item.record_id for line in selectors.batch_lines(request.user, found) if line.failed]
    chosen = [key for key in failed if what in ("all", str(key)) and key]
    services.retry_item(actor=request.user, batch=found, record_ids=chosen)


def _asked(request: SignedInRequest) -> IssueBatch | None:
    chosen = [int(value) for value in request.POST.getlist("record") if value.isdecimal()][: selectors.MOST]
    base = next((hat.base for hat in request.user.worn_memberships() if hat.base), None)
    if base is None:
        raise Http404
    try:
        return services.ask_for_records(actor=request.user, base=base, record_ids=chosen)
    except DomainError as refusal:
        messages.warning(request, str(REFUSALS.get(refusal.code, REFUSALS["nothing_to_issue"])))
        return None


def _decide(request: SignedInRequest, found: IssueBatch) -> None:
    """The button that was pressed."""
    step = request.POST.get("step")
    with _refusals_told(request):
        if step == "approve":
            services.approve_batch(actor=request.user, batch=found)
        elif step == "confirm":
            services.confirm_batch(actor=request.user, batch=found)
        elif step == "refuse":
            services.refuse_batch(actor=request.user, batch=found, reason=request.POST.get("reason", ""))
        elif step == "withdraw":
            services.withdraw_batch(actor=request.user, batch=found)


@contextmanager
def _refusals_told(request: SignedInRequest) -> Iterator[None]:
    """What is refused is said, and nothing is changed."""
    try:
        yield
    except DomainError as refusal:
        if refusal.code not in REFUSALS:
            raise
        messages.error(request, str(REFUSALS[refusal.code]))


def _require_hat(request: HttpRequest) -> None:
    if not holds(request.user, Permission.CERTIFICATE_ISSUE):  # type: ignore[arg-type]
        raise Http404


def _batch_or_404(request: SignedInRequest, pk: int) -> IssueBatch:
    found = selectors.batch_of(request.user, pk)
    if found is None:
        raise Http404
    return found


def _crumbs(here: str) -> list[dict[str, str]]:
    return trail(here, (_("Issue by batch"), reverse("certificates:batches")))
