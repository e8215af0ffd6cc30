"""An employer's batch check: upload, preview, confirm; then the answers row by row, and as a table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import SignedInRequest
from accounts.models import Institution, User
from accounts.permissions import Permission
from accounts.selectors import reached_institution
from accounts.views.again import confirm_again
from accounts.views.imports import ImportPages, download
from accounts.views.imports.pages import forget_name
from accounts.views.trails import trail
from certificates import exports, services
from certificates.models import BatchCheck
from certificates.models.checks import Way
from certificates.rules import Outcome, figure
from certificates.selectors import checks as selectors
from core import clock
from core.errors import DomainError
from core.models import Job
from core.plans import Plan

PAGE_LENGTH = 50
LABELS = {
    "number": gettext_lazy("Certificate number"),
    "way": gettext_lazy("How it is asked"),
    "code": gettext_lazy("Verification code"),
    "name": gettext_lazy("Name"),
}


@dataclass(frozen=True, kw_only=True)
class CheckPages(ImportPages):
    """The three steps of every table file; the last one starts a job, and nothing is asked before it."""

    institution: Institution
    actor: User

    def finish(self, request: SignedInRequest, sha256: str, content: bytes, form: forms.Form | None) -> HttpResponse:
        try:
            made = services.start_check(actor=self.actor, institution=self.institution, content=content)
        except DomainError as refusal:
            if refusal.code not in ("too_many_today", "rows_with_errors", "nothing_to_check"):
                raise
            messages.error(request, _refused(refusal))
            return HttpResponseRedirect(self.review_url(sha256))
        forget_name(request, sha256)
        return redirect("certificates:check", made.uuid)

    def _preview_context(self, request: SignedInRequest, plan: Plan) -> dict[str, Any]:
        context = super()._preview_context(request, plan)
        stopped = selectors.stopped_check(self.actor, self.institution, plan.sha256)
        known: int = stopped.answered if stopped else 0  # type: ignore[attr-defined]
        count = len(plan.rows) - known
        sentence = ngettext("%(n)s certificate is checked.", "%(n)s certificates are checked.", count) % {"n": count}
        kept = ngettext("%(n)s row has its answer.", "%(n)s rows have their answers.", known) % {"n": known}
        words = {"confirm_title": _("Check these certificates?"), "confirm_label": _("Start the check")}
        return context | words | {"consequences": [one for one, number in ((sentence, count), (kept, known)) if number]}


@require_safe
def checks(request: SignedInRequest) -> HttpResponse:
    institution = _institution(request)
    page = Paginator(selectors.batch_checks(request.user, institution), PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {"page": page, "institution": institution, "crumbs": trail(_("Check certificates"))}
    return render(request, "certificates/checks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    return _pages(request).upload(request)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def review(request: SignedInRequest, sha256: str) -> HttpResponse:
    return _pages(request).review(request, sha256)


@require_safe
def check_errors(request: SignedInRequest, sha256: str) -> HttpResponse:
    return _pages(request).errors(request, sha256)


@require_safe
def check_template(request: SignedInRequest) -> HttpResponse:
    _institution(request)
    return download(exports.check_template(), "certificates.xlsx")


@never_cache
@require_safe
def check(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The answers so far, filtered by outcome; a reload shows the rest."""
    found = _check_or_404(request, uuid)
    outcome = request.GET.get("outcome", "")
    rows = selectors.lines_of_check(request.user, found, outcome)
    page = Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    lines = selectors.shown_lines(found, page)
    others = selectors.other_answers(found, page)
    outcomes = selectors.outcomes_of_check(found)
    context = {
        "check": found,
        "page": page,
        "lines": [(line, exports.outcome_words(line), _numbers(others.get(line.row.line, []))) for line in lines],
        "outcome": outcome if outcome in Outcome.values else "",
        "outcomes": outcomes,
        "answered": sum(number for _code, _words, number in outcomes),
        "stopped": bool(found.job and not found.finished_at and found.job.state in Job.OVER),
        "own_job": bool(found.job and found.job.owner_id == request.user.pk),
        "crumbs": trail(_("Answers"), (_("Check certificates"), reverse("certificates:checks"))),
    }
    return render(request, "certificates/check.html", context)


@require_POST
@confirm_again
def check_file(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Every answer in one table; of whom one sees the name on the page, the name stands here as well."""
    found = _check_or_404(request, uuid)
    body = services.export_check(actor=request.user, check=found)
    return download(body, f"checks-{found.asked_at:%Y%m%d-%H%M}.xlsx")


# --- parts ------------------------------------------------------------------------------------------------------------
def _institution(request: SignedInRequest) -> Institution:
    return reached_institution(request.user, Permission.CERTIFICATE_CHECK)


def _check_or_404(request: SignedInRequest, uuid: UUID) -> BatchCheck:
    found = selectors.batch_check(request.user, uuid)
    if found is None:
        raise Http404
    return found


def _numbers(lines: list[int]) -> str:
    return pgettext("between two numbers of lines", ", ").join(str(one) for one in lines)


def _pages(request: SignedInRequest) -> CheckPages:
    institution, actor = _institution(request), request.user

    def place(name: str) -> Callable[[str], str]:
        return lambda sha256: reverse(f"certificates:{name}", args=[sha256])

    def preview(content: bytes) -> Plan:
        return services.preview_check(actor=actor, institution=institution, content=content)

    most = figure("check_rows", on=clock.today())
    return CheckPages(
        most_rows=most,
        template="certificates/check_upload.html",
        upload_url=reverse("certificates:new_check"),
        review_url=place("review_check"),
        errors_url=place("check_errors"),
        done_url=reverse("certificates:checks"),
        preview=preview,
        labels=LABELS,
        words={"way": dict(Way.choices)},
        institution=institution,
        actor=actor,
        context={
            "institution": institution,
            "most": most,
            "most_a_day": figure("check_rows_a_day", on=clock.today()),
            "crumbs": trail(_("New check"), (_("Check certificates"), reverse("certificates:checks"))),
        },
    )


def _refused(refusal: DomainError) -> str:
    if refusal.code == "too_many_today":
        sentence = _("Your institution may check %(most)s rows a day; %(left)s are left today. Nothing was asked.")
        return sentence % refusal.facts
    return _("Nothing was asked: correct the file, and upload it again.")
