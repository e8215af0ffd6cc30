"""A staff roster as a file: preview with what may be ticked, meaning of heads, rows with errors, template."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.exports import roster_template
from accounts.forms.imports import HeadsForm, RosterChoicesForm, asked_line
from accounts.identifiers import DocumentType
from accounts.imports.decisions import DecidedPlan, RosterChoices
from accounts.imports.roster import COLUMNS
from accounts.middleware import SignedInRequest
from accounts.models import Institution, LeaveKind, User
from accounts.models.positions import EmploymentType
from accounts.permissions import Permission
from accounts.selectors import reached_institution
from accounts.services import import_roster as write_roster
from accounts.services import preview_roster, say_heads
from accounts.services.roster_jobs import MANY_ROWS, is_large, previewed, start_import, start_preview
from accounts.views.again import confirm_again
from accounts.views.imports.pages import ImportPages, download, keep, kept
from core.columns import beginnings
from core.heads import HeadsUnsure
from core.models import Job
from core.plans import Plan

ROSTER_LABELS = {
    "name": gettext_lazy("Full name"),
    "id_type": gettext_lazy("Kind of document"),
    "id_number": gettext_lazy("Number of the document"),
    "phone": gettext_lazy("Mobile number"),
    "post": gettext_lazy("Post"),
    "professional": gettext_lazy("Professional staff"),
    "employment_type": gettext_lazy("Employment"),
    "start_date": gettext_lazy("Start"),
    "end_date": gettext_lazy("No longer counted from"),
    "counted_until": gettext_lazy("Counted until"),
    "beside": gettext_lazy("A second post beside"),
    "renamed": gettext_lazy("Another name of the same post"),
    "full_time": gettext_lazy("Full time"),
    "share": gettext_lazy("Share of working time (%)"),
    "department": gettext_lazy("Department"),
    "email": gettext_lazy("E-mail"),
    "is_primary": gettext_lazy("Primary appointment"),
    "staff_no": gettext_lazy("Staff number"),
    "leave_kind": gettext_lazy("Kind of leave"),
    "away_from": gettext_lazy("First day away"),
    "back_on": gettext_lazy("First day back"),
    "last_day_away": gettext_lazy("Last day away"),
}
ROSTER_WORDS = {
    "id_type": dict(DocumentType.choices),
    "employment_type": dict(EmploymentType.choices),
    "leave_kind": dict(LeaveKind.choices),
}


def import_roster(request: SignedInRequest) -> HttpResponse:
    return _roster_pages(request).upload(request)


@confirm_again(reading_is_free=True)
def review_roster(request: SignedInRequest, sha256: str) -> HttpResponse:
    return _roster_pages(request).review(request, sha256)


@require_GET
def download_roster_errors(request: SignedInRequest, sha256: str) -> HttpResponse:
    return _roster_pages(request).errors(request, sha256)


def roster_heads(request: SignedInRequest, sha256: str) -> HttpResponse:
    """What the columns of the kept file mean: said once, remembered for files with the same heads."""
    pages = _roster_pages(request)
    content, name = kept(request, sha256)
    if content is None:
        return pages.gone(request)
    line = asked_line(beginnings(content), request.GET)
    form = HeadsForm(line, request.POST or None)
    if request.method == "POST" and form.is_valid():
        say_heads(
            actor=request.user, institution=pages.institution, content=content, line=line.asked, fields=form.fields_said
        )
        return HttpResponseRedirect(pages.kept_and_read(request, content, name))
    context = {"form": form, "line": line, "file_name": name, "upload_url": pages.upload_url, **pages.context}
    return render(request, "accounts/roster_heads.html", context)


def job_address(job: Job) -> str:
    return reverse("core:job", args=[job.uuid])


@dataclass(frozen=True, kw_only=True)
class RosterPages(ImportPages):
    """The pages of one institution's roster: rows decided by hand and people missing from the file may be ticked."""

    institution: Institution
    actor: User

    def kept_and_read(self, request: SignedInRequest, content: bytes, name: str) -> str:
        """A file of many rows is read in the background, and the page of that job shows how far it is."""
        try:
            large = is_large(actor=self.actor, institution=self.institution, content=content)
        except HeadsUnsure:
            large = False
        if not large:
            return super().kept_and_read(request, content, name)
        sha256 = keep(request, content, name)
        return job_address(start_preview(actor=self.actor, institution=self.institution, sha256=sha256))

    def planned(self, content: bytes, sha256: str) -> Plan:
        plan = previewed(actor=self.actor, institution=self.institution, sha256=sha256)
        return plan or self.preview(content)

    def finish(self, request: SignedInRequest, sha256: str, content: bytes, form: forms.Form | None) -> HttpResponse:
        if not isinstance(form, RosterChoicesForm) or len(form.plan.rows) <= MANY_ROWS:
            return super().finish(request, sha256, content, form)
        _content, name = kept(request, sha256)
        job = start_import(
            actor=self.actor,
            institution=self.institution,
            sha256=sha256,
            file_name=name,
            choices=form.chosen(),
            seen=form.cleaned_data["seen"],
        )
        return HttpResponseRedirect(job_address(job))

    def form(self, plan: Plan, data: QueryDict | None) -> forms.Form | None:
        return RosterChoicesForm(plan, data) if isinstance(plan, DecidedPlan) else None

    def carry_out(self, content: bytes, name: str, form: forms.Form | None) -> Plan:
        chosen = form.chosen() if isinstance(form, RosterChoicesForm) else RosterChoices()
        seen = form.cleaned_data["seen"] if form else ""
        return write_roster(
            actor=self.actor,
            institution=self.institution,
            content=content,
            file_name=name,
            choices=chosen,
            seen=seen,
        )

    def offers_more(self, plan: Plan) -> bool:
        return isinstance(plan, DecidedPlan) and bool(plan.held or plan.voided or plan.missing)


@require_GET
def download_roster_template(request: SignedInRequest) -> HttpResponse:
    return download(roster_template(), _("roster-template.xlsx"))


def _roster_pages(request: SignedInRequest) -> RosterPages:
    asked = request.GET.get("institution", "")
    institution = reached_institution(request.user, Permission.ROSTER_IMPORT, asked)
    suffix = f"?institution={institution.pk}" if asked else ""
    actor: User = request.user

    def place(name: str) -> Callable[[str], str]:
        return lambda sha256: reverse(f"accounts:{name}", args=[sha256]) + suffix

    return RosterPages(
        template="accounts/import_roster.html",
        upload_url=reverse("accounts:import_roster") + suffix,
        review_url=place("review_roster"),
        heads_url=place("roster_heads"),
        # The kind of document may be said by the head of its number.
        least_columns=sum(column.required for column in COLUMNS) - 1,
        errors_url=place("roster_errors"),
        institution=institution,
        actor=actor,
        done_url=reverse("accounts:roster") + suffix,
        preview=lambda content: preview_roster(actor=actor, institution=institution, content=content),
        labels=ROSTER_LABELS,
        words=ROSTER_WORDS,
        context={"institution": institution, "asked": asked, "roster_url": reverse("accounts:roster") + suffix},
    )
