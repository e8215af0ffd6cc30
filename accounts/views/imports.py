"""Importing a table file in three steps: upload, preview, confirm. Nothing is written before the last one.

ImportPages serves every importer, those of upper rooms too; below it stand rosters and institutions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from accounts.access import holds
from accounts.exports import XLSX, institutions_template, roster_template
from accounts.forms.imports import UploadForm
from accounts.identifiers import DocumentType
from accounts.middleware import SignedInRequest
from accounts.models import Institution, User
from accounts.models.places import Rank
from accounts.models.positions import EmploymentType
from accounts.permissions import Permission
from accounts.selectors import reached_institution
from accounts.services import import_institutions as write_institutions
from accounts.services import import_roster as write_roster
from accounts.services import preview_institutions, preview_roster
from core import uploads
from core.errors import DomainError, NotAllowed
from core.plans import Plan, PlannedRow
from core.tables import TableUnreadable

PER_PAGE = 25
SESSION_KEY = "uploads"
# A session holds the names of the last few files only.
MAX_UPLOADS = 5
# So many rows with errors are listed above the table, where a narrow screen shows them whole.
MAX_WRONG = 10


@dataclass(frozen=True)
class ImportPages:
    """One importer. `preview` and `write` are services bound to actor and place; `words` show codes as words."""

    template: str
    upload_url: str
    review_url: Callable[[str], str]
    done_url: str
    preview: Callable[[bytes], Plan]
    write: Callable[[bytes, str], Plan]
    labels: Mapping[str, str | Promise]
    words: Mapping[str, Mapping[str, str | Promise]] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)

    def upload(self, request: SignedInRequest) -> HttpResponse:
        """The form; a file that can be read is kept and shown as a preview."""
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            content = file.read()
            try:
                self.preview(content)
            except TableUnreadable as error:
                form.add_error("file", error.sentence)
            else:
                return HttpResponseRedirect(self.review_url(_keep(request, content, file.name)))
        return render(request, self.template, {"form": form, "upload_url": self.upload_url, **self.context})

    def review(self, request: SignedInRequest, sha256: str) -> HttpResponse:
        """What the kept file will do today; confirming reads and plans it anew."""
        name = request.session.get(SESSION_KEY, {}).get(sha256)
        content = uploads.kept(request.user.pk, sha256) if name else None
        if content is None:
            messages.error(request, _("This file is no longer kept, or it has changed. Upload it again."))
            return HttpResponseRedirect(self.upload_url)
        if request.method == "POST":
            return self._confirm(request, sha256, content, name)
        context = self._preview_context(request, self.preview(content))
        urls = {"upload_url": self.upload_url, "confirm_url": self.review_url(sha256)}
        return render(request, self.template, {**context, **urls, **self.context, "file_name": name})

    def _confirm(self, request: SignedInRequest, sha256: str, content: bytes, name: str) -> HttpResponse:
        try:
            plan = self.write(content, name)
        except NotAllowed:
            raise
        except DomainError:
            messages.error(request, _("Somebody changed the same records at this moment. Look at the preview again."))
            return HttpResponseRedirect(self.review_url(sha256))
        if plan.has_errors:
            messages.error(request, _("Nothing was written: what is there has changed, and rows have errors now."))
            return HttpResponseRedirect(self.review_url(sha256))
        _forget(request, sha256)
        messages.success(request, _told(plan))
        return HttpResponseRedirect(self.done_url)

    def _preview_context(self, request: SignedInRequest, plan: Plan) -> dict[str, Any]:
        action = request.GET.get("action", "")
        rows = [row for row in plan.rows if action in ("", str(row.action))]
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        return {
            "preview": plan,
            "action": action,
            "page_obj": page,
            "rows": [self._shown(row) for row in page],
            "labels": self.labels,
            "consequences": _consequences(plan),
            "wrong": [row for row in plan.rows if row.errors][:MAX_WRONG],
            "may_confirm": plan.changes_something and not plan.has_errors,
        }

    def _shown(self, row: PlannedRow) -> dict[str, Any]:
        """The row in words: labels instead of codes, and what follows from it below the changes."""
        changes = {
            name: [self.words.get(name, {}).get(value, value) for value in pair] for name, pair in row.changes.items()
        }
        notes = {name: [None, value] for name, value in row.notes.items()}
        return {
            "row": row.row,
            "action": str(row.action),
            "changes": changes | notes,
            "errors": row.errors,
            "warnings": row.warnings,
        }


def _keep(request: SignedInRequest, content: bytes, name: str) -> str:
    """Only the session that uploaded the file finds it again."""
    sha256 = uploads.keep(request.user.pk, content)
    names: dict[str, str] = request.session.get(SESSION_KEY, {})
    names.pop(sha256, None)
    for old in list(names)[: max(0, len(names) + 1 - MAX_UPLOADS)]:
        uploads.forget(request.user.pk, old)
        del names[old]
    request.session[SESSION_KEY] = names | {sha256: name}
    return sha256


def _forget(request: SignedInRequest, sha256: str) -> None:
    uploads.forget(request.user.pk, sha256)
    request.session[SESSION_KEY] = {key: name for key, name in request.session[SESSION_KEY].items() if key != sha256}


def _consequences(plan: Plan) -> list[str]:
    counts, remarked = plan.counts, sum(bool(row.warnings) for row in plan.rows)
    sentences = [
        (counts["create"], ngettext("%(n)s new record is made.", "%(n)s new records are made.", counts["create"])),
        (counts["update"], ngettext("%(n)s record is changed.", "%(n)s records are changed.", counts["update"])),
        (
            counts["unchanged"],
            ngettext("%(n)s row changes nothing.", "%(n)s rows change nothing.", counts["unchanged"]),
        ),
        (remarked, ngettext("%(n)s row has a remark.", "%(n)s rows have remarks.", remarked)),
    ]
    return [sentence % {"n": count} for count, sentence in sentences if count]


def _told(plan: Plan) -> str:
    counts = plan.counts
    changed = counts["create"] + counts["update"]
    if not changed:
        return _("Nothing had to be changed: everything in the file is already known.")
    sentence = ngettext("%(count)s row was taken over.", "%(count)s rows were taken over.", changed)
    return sentence % {"count": changed}


# --- rosters --------------------------------------------------------------------------------------------------------
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
    "full_time": gettext_lazy("Full time"),
    "share": gettext_lazy("Share of working time (%)"),
    "department": gettext_lazy("Department"),
    "email": gettext_lazy("E-mail"),
    "staff_no": gettext_lazy("Staff number"),
}
ROSTER_WORDS = {"id_type": dict(DocumentType.choices), "employment_type": dict(EmploymentType.choices)}


def import_roster(request: SignedInRequest) -> HttpResponse:
    return _roster_pages(request).upload(request)


def review_roster(request: SignedInRequest, sha256: str) -> HttpResponse:
    return _roster_pages(request).review(request, sha256)


@require_GET
def download_roster_template(request: SignedInRequest) -> HttpResponse:
    return download(roster_template(), "roster.xlsx")


def _roster_pages(request: SignedInRequest) -> ImportPages:
    asked = request.GET.get("institution", "")
    institution = reached_institution(request.user, Permission.ROSTER_IMPORT, asked)
    suffix = f"?institution={institution.pk}" if asked else ""
    actor: User = request.user
    return ImportPages(
        template="accounts/import_roster.html",
        upload_url=reverse("accounts:import_roster") + suffix,
        review_url=lambda sha256: reverse("accounts:review_roster", args=[sha256]) + suffix,
        done_url=reverse("accounts:roster") + suffix,
        preview=lambda content: preview_roster(actor=actor, institution=institution, content=content),
        write=lambda content, name: write_roster(actor=actor, institution=institution, content=content, file_name=name),
        labels=ROSTER_LABELS,
        words=ROSTER_WORDS,
        context={"institution": institution, "roster_url": reverse("accounts:roster") + suffix},
    )


# --- institutions ---------------------------------------------------------------------------------------------------
INSTITUTION_LABELS = {
    "name": gettext_lazy("Name of the institution"),
    "uscc": gettext_lazy("Unified social credit code"),
    "category": gettext_lazy("Category"),
    "level": gettext_lazy("Level"),
    "region_code": gettext_lazy("Region"),
    "parent": gettext_lazy("Parent organisation"),
}
INSTITUTION_WORDS = {"category": dict(Institution.Category.choices), "level": dict(Rank.choices)}


def import_institutions(request: SignedInRequest) -> HttpResponse:
    return _institution_pages(request).upload(request)


def review_institutions(request: SignedInRequest, sha256: str) -> HttpResponse:
    return _institution_pages(request).review(request, sha256)


@require_GET
def download_institutions_template(request: SignedInRequest) -> HttpResponse:
    return download(institutions_template(), "institutions.xlsx")


def _institution_pages(request: SignedInRequest) -> ImportPages:
    actor: User = request.user
    if not holds(actor, Permission.INSTITUTION_IMPORT):
        raise NotAllowed(permission=Permission.INSTITUTION_IMPORT.value)
    return ImportPages(
        template="accounts/import_institutions.html",
        upload_url=reverse("accounts:import_institutions"),
        review_url=lambda sha256: reverse("accounts:review_institutions", args=[sha256]),
        done_url=reverse("accounts:import_institutions"),
        preview=lambda content: preview_institutions(actor=actor, content=content),
        write=lambda content, name: write_institutions(actor=actor, content=content, file_name=name),
        labels=INSTITUTION_LABELS,
        words=INSTITUTION_WORDS,
    )


def download(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
