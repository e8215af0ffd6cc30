"""Returns of the own institution: declared, checked, answered, attested; and the page of one return, for both sides."""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import can
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.selectors import reached_institution
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core import clock
from core.errors import DomainError
from core.workflow import open_steps, steps_for
from staffing import services
from staffing.forms.returns import AnswerForm, AttestForm, ReopenForm
from staffing.models import RatioReturn, ReturnCheck
from staffing.selectors import returns
from staffing.selectors.receipts import receipt_bytes
from staffing.selectors.returns import Period, find_return, return_for, with_days
from staffing.selectors.returns_desk import decides_on, sees_desk
from staffing.selectors.then_now import then_now
from staffing.views.return_words import public_from, refusal, told, why_moved
from staffing.workflow import RATIO_RETURN_STEPS, STANDING, ReturnState

log = logging.getLogger(__name__)
FILES, DECIDES = Permission.RETURN_FILE, Permission.RETURN_DECIDE


@require_safe
def own_returns(request: SignedInRequest) -> HttpResponse:
    """Every period that asks the own institution, with what stands in it: words where nothing was filed."""
    institution = reached_institution(request.user, FILES)
    found = returns.standings(institution)
    newest = found[0] if found else None
    context = {
        "institution": institution,
        "standings": found,
        "reminders": returns.reminders_of(institution, newest.period.row) if newest else 0,
        "history": returns.history_before(institution, newest.period.row) if newest and not newest.filed else None,
        "crumbs": trail(_("Returns of the ratio")),
    }
    return render(request, "staffing/returns.html", context)


@require_POST
def declare(request: SignedInRequest, pk: int) -> HttpResponse:
    institution, period = reached_institution(request.user, FILES), returns.period_of(pk)
    try:
        found = services.declare_return(actor=request.user, institution=institution, period=period.row)
    except DomainError as error:
        messages.error(request, refusal(error))
        return redirect("staffing:returns")
    return redirect("staffing:return", pk=found.pk)


@require_safe
def one_return(request: SignedInRequest, pk: int) -> HttpResponse:
    found = find_return(request.user, pk)
    period = with_days([found.period])[0]
    versions = returns.versions_of(found)
    check = found.checks.select_related("rule").order_by("-pk").first()
    names = can(request.user, Permission.ROSTER_VIEW, found.institution)
    shown = _shown_anomalies(found, check)
    moved = then_now(versions[0]) if versions else None
    context = {
        "found": found,
        "period": period,
        "standing": _standing(found, period),
        "check": check if found.state == ReturnState.CHECKED else None,
        "versions": versions,
        "anomalies": told(shown, names=names),
        "answered": all(one.answer for one in shown),
        "moved": moved,
        "why": why_moved(moved) if moved else [],
        "public": public_from(period, clock.today()),
        "asked": returns.question_left(found, versions),
        "crumbs": _crumbs(request, found),
        **_may(request, found, period),
    }
    return render(request, "staffing/return.html", context)


@require_POST
def check(request: SignedInRequest, pk: int) -> HttpResponse:
    found = return_for(request.user, pk, FILES)
    try:
        made = services.check_return(actor=request.user, ratio_return=found)
        odd = returns.anomalies_of([made.pk])
        messages.success(
            request,
            _("Checked. Read the figures and answer what is asked.")
            if odd
            else _("Checked. Nothing is asked: read the figures, then attest."),
        )
    except DomainError as error:
        messages.error(request, refusal(error))
    return redirect("staffing:return", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    anomaly = returns.anomaly_for(request.user, pk, FILES)
    found = anomaly.check_of.ratio_return
    form = AnswerForm(request.POST or None, initial={"answer": anomaly.answer})

    def write() -> object:
        return services.answer_anomaly(actor=request.user, anomaly=anomaly, answer=form.cleaned_data["answer"])

    if request.method == "POST" and form.is_valid() and done(form, write):
        messages.success(request, _("Answered."))
        return redirect("staffing:return", pk=found.pk)
    context = {
        "form": form,
        "heading": _("Answer a question about the figures"),
        "found": found,
        "anomaly": told([anomaly], names=True)[0],
        "submit": _("Answer"),
        "crumbs": _crumbs(request, found, _("Answer a question about the figures")),
    }
    return render(request, "staffing/return_form.html", context)


@confirm_again(reading_is_free=True)
@require_http_methods(["GET", "HEAD", "POST"])
def attest(request: SignedInRequest, pk: int) -> HttpResponse:
    """What exactly will be filed and public, then the name of whoever says that it is true."""
    found = return_for(request.user, pk, FILES)
    latest = found.checks.select_related("rule").order_by("-pk").first()
    if found.state != ReturnState.CHECKED or latest is None:
        messages.error(request, _("There is nothing to attest: check the figures first."))
        return redirect("staffing:return", pk=pk)
    form = AttestForm(request.POST or None, first=not found.filed_turn, initial={"check": latest.pk})

    def write() -> object:
        values = {name: value for name, value in form.cleaned_data.items() if name != "attests"}
        return services.attest_return(actor=request.user, ratio_return=found, **values)

    if request.method == "POST" and form.is_valid() and done(form, write):
        messages.success(request, _("Filed. The receipt is being drawn and stays on this page."))
        return redirect("staffing:return", pk=pk)
    period = with_days([found.period])[0]
    context = {
        "form": form,
        "found": found,
        "check": latest,
        "period": period,
        "public": public_from(period, clock.today()),
        "asked": returns.question_left(found, returns.versions_of(found)),
        "crumbs": _crumbs(request, found, _("Attest and file")),
    }
    return render(request, "staffing/return_attest.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    found = return_for(request.user, pk, FILES)
    form = ReopenForm(request.POST or None)

    def write() -> object:
        return services.reopen_return(actor=request.user, ratio_return=found, reason=form.cleaned_data["reason"])

    if request.method == "POST" and form.is_valid() and done(form, write):
        messages.success(request, _("Taken back. What was filed stays; check the figures and attest the next version."))
        return redirect("staffing:return", pk=pk)
    context = {
        "form": form,
        "heading": _("Take a return back to correct it"),
        "found": found,
        "submit": _("Take back"),
        "crumbs": _crumbs(request, found, _("Take a return back to correct it")),
    }
    return render(request, "staffing/return_form.html", context)


@require_safe
def receipt(request: SignedInRequest, pk: int, turn: int) -> HttpResponse:
    """The kept bytes; again is the same file. What differs from its hash is not given out."""
    found = find_return(request.user, pk)
    version = found.versions.select_related("receipt").filter(turn=turn, receipt__isnull=False).first()
    if version is None:
        raise Http404
    try:
        body = receipt_bytes(version.receipt)
    except (DomainError, OSError):
        log.exception("the receipt of version %s cannot be served", version.pk)
        context = {"found": found, "crumbs": _crumbs(request, found, "PDF")}
        return render(request, "staffing/receipt_missing.html", context, status=500)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="return-{pk}-{turn}.pdf"'
    return response


def done(form: Any, write: Callable[[], object]) -> bool:
    try:
        write()
    except DomainError as error:
        form.add_error(None, refusal(error))
        return False
    return True


def _shown_anomalies(found: RatioReturn, check: ReturnCheck | None) -> list[Any]:
    """Of the check that stands for the present state: the last one, or that of the last version."""
    if check is None:
        return []
    if found.state == ReturnState.CHECKED:
        return returns.anomalies_of([check.pk])
    versions = sorted(found.versions.all(), key=lambda one: one.turn)
    return returns.anomalies_of([versions[-1].check_of_id]) if versions else []


def _standing(found: RatioReturn, period: Period) -> returns.Standing:
    asked = bool(returns.obliged(period.row, [found.institution]))
    return returns.standing(found.institution, period, found, asked=asked, today=clock.today())


def _may(request: SignedInRequest, found: RatioReturn, period: Period) -> dict[str, bool]:
    files = can(request.user, FILES, found)
    decides = can(request.user, DECIDES, found) and decides_on(request.user, found.institution)
    steps = open_steps(found, RATIO_RETURN_STEPS)
    in_window = not period.correct_until.has_passed(clock.today())
    mine = steps_for(request.user, found, RATIO_RETURN_STEPS)
    return {
        "files": files,
        "may_check": files and "check" in steps and period.over(clock.today()),
        "may_attest": files and "attest" in steps,
        "may_reopen": files and "reopen" in steps and in_window,
        "may_decide": decides and found.state in STANDING and "return" in mine,
        "may_judge": decides and found.state == ReturnState.FILED and "return" in mine,
    }


def _crumbs(request: SignedInRequest, found: RatioReturn, here: str = "") -> list[dict[str, str]]:
    """Through the desk for whoever decides, through the own list for whoever files."""
    between = [
        (_("Desk of returns"), reverse("staffing:returns_desk"))
        if sees_desk(request.user)
        else (_("Returns of the ratio"), reverse("staffing:returns"))
    ]
    name = f"{found.institution.name} {found.period.as_of:%Y-%m-%d}"
    if not here:
        return trail(name, *between)
    return trail(here, *between, (name, reverse("staffing:return", args=[found.pk])))
