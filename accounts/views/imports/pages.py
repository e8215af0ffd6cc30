"""Importing a table file in three steps: upload, preview, confirm. Nothing is written before the last one.

ImportPages serves every importer, those of upper rooms too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.exports import XLSX, error_rows
from accounts.forms.imports import UploadForm
from accounts.middleware import SignedInRequest
from core import uploads
from core.errors import DomainError, NotAllowed
from core.heads import HeadsUnsure
from core.plans import Plan, PlannedRow
from core.tables import MAX_ROWS, TableUnreadable

PER_PAGE = 25
SESSION_KEY = "uploads"
# The filter for rows with remarks, beside the actions.
REMARK = "remark"
MAX_SEARCHED = 100
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
    labels: Mapping[str, str | Promise]
    # Not needed where `carry_out` or `finish` is another.
    write: Callable[[bytes, str], Plan] | None = None
    words: Mapping[str, Mapping[str, str | Promise]] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    # Where somebody says what unclear heads mean; an importer without it says that it cannot read them.
    heads_url: Callable[[str], str] | None = None
    # A file whose every line has fewer columns is no such table, whatever they are called.
    least_columns: int = 1
    # So many rows a file of this importer may hold: the form says it.
    most_rows: int = MAX_ROWS
    # Where the rows with errors are to be had as a file.
    errors_url: Callable[[str], str] | None = None

    def upload(self, request: SignedInRequest) -> HttpResponse:
        """The form; a file that can be read is kept and shown as a preview."""
        form = UploadForm(request.POST or None, request.FILES or None, most_rows=self.most_rows)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            content = file.read()
            try:
                return HttpResponseRedirect(self.kept_and_read(request, content, file.name))
            except TableUnreadable as error:
                form.add_error("file", error.sentence)
        return render(request, self.template, {"form": form, "upload_url": self.upload_url, **self.context})

    def kept_and_read(self, request: SignedInRequest, content: bytes, name: str) -> str:
        """Where to go with an uploaded file; it is kept when it can be read. Raises TableUnreadable."""
        try:
            self.preview(content)
        except HeadsUnsure as error:
            if self.heads_url is None or not error.may_be_said(self.least_columns):
                raise
            return self.heads_url(keep(request, content, name))
        return self.review_url(keep(request, content, name))

    def review(self, request: SignedInRequest, sha256: str) -> HttpResponse:
        """What the kept file will do today; confirming reads and plans it anew."""
        content, _name = kept(request, sha256)
        if content is None:
            return self.gone(request)
        if request.method == "POST":
            return self._confirm(request, sha256, content)
        try:
            plan = self.planned(content, sha256)
        except TableUnreadable:
            return HttpResponseRedirect(self.heads_url(sha256) if self.heads_url else self.upload_url)
        return self.show(request, sha256, plan, self.form(plan, None))

    def errors(self, request: SignedInRequest, sha256: str) -> HttpResponse:
        """The rows with errors as a file of the same heads, with the reason beside; for the uploader alone."""
        content, _name = kept(request, sha256)
        if content is None:
            return self.gone(request)
        return download(error_rows(self.planned(content, sha256)), _("errors.xlsx"))

    def gone(self, request: SignedInRequest) -> HttpResponse:
        messages.error(request, _("This file is no longer kept, or it has changed. Upload it again."))
        return HttpResponseRedirect(self.upload_url)

    def planned(self, content: bytes, sha256: str) -> Plan:
        """The preview of a kept file. Raises TableUnreadable."""
        return self.preview(content)

    def form(self, plan: Plan, data: QueryDict | None) -> forms.Form | None:
        """What may be ticked beside the button, if anything."""
        return None

    def carry_out(self, content: bytes, name: str, form: forms.Form | None) -> Plan:
        if self.write is None:
            raise ImproperlyConfigured("an importer has a `write`, or a `carry_out` or `finish` of its own")
        return self.write(content, name)

    def show(self, request: SignedInRequest, sha256: str, plan: Plan, form: forms.Form | None) -> HttpResponse:
        _content, name = kept(request, sha256)
        urls = {"upload_url": self.upload_url, "confirm_url": self.review_url(sha256)}
        if self.errors_url and plan.counts["error"]:
            urls["errors_url"] = self.errors_url(sha256)
        if self.heads_url:
            urls["heads_url"] = self.heads_url(sha256)
        context = self._preview_context(request, plan) | {"file_name": name, "choices": form}
        return render(request, self.template, {**context, **urls, **self.context})

    def _confirm(self, request: SignedInRequest, sha256: str, content: bytes) -> HttpResponse:
        before = self.planned(content, sha256)
        form = self.form(before, request.POST)
        if form is not None and not form.is_valid():
            return self.show(request, sha256, before, form)
        return self.finish(request, sha256, content, form)

    def finish(self, request: SignedInRequest, sha256: str, content: bytes, form: forms.Form | None) -> HttpResponse:
        """Carry the file out and say what came of it."""
        _content, name = kept(request, sha256)
        try:
            plan = self.carry_out(content, name, form)
        except NotAllowed:
            raise
        except DomainError:
            messages.error(request, _("Somebody changed the same records at this moment. Look at the preview again."))
            return HttpResponseRedirect(self.review_url(sha256))
        if plan.has_errors:
            messages.error(request, _("Nothing was written: what is there has changed, and rows have errors now."))
            return HttpResponseRedirect(self.review_url(sha256))
        forget(request, sha256)
        messages.success(request, _told(plan))
        return HttpResponseRedirect(self.done_url)

    def _preview_context(self, request: SignedInRequest, plan: Plan) -> dict[str, Any]:
        action, text = request.GET.get("action", ""), request.GET.get("q", "").strip()[:MAX_SEARCHED]
        rows = [row for row in plan.rows if _passes(row, action, text)]
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        return {
            "preview": plan,
            "action": action,
            "text": text,
            "remarked": sum(bool(row.warnings) for row in plan.rows),
            "page_obj": page,
            "rows": [self._shown(row) for row in page],
            "labels": self.labels,
            "consequences": _consequences(plan),
            "wrong": [row for row in plan.rows if row.errors][:MAX_WRONG],
            "may_confirm": not plan.has_errors and (plan.changes_something or self.offers_more(plan)),
        }

    def offers_more(self, plan: Plan) -> bool:
        """Is there something to tick although the file itself changes nothing?"""
        return False

    def _shown(self, row: PlannedRow) -> dict[str, Any]:
        """The row in words: labels instead of codes, and what follows from it below the changes."""
        changes = {
            name: [self.words.get(name, {}).get(value, value) for value in pair] for name, pair in row.changes.items()
        }
        notes = {name: [None, value] for name, value in row.notes.items()}
        return {
            "row": row.row,
            "label": row.label,
            "action": str(row.action),
            "changes": changes | notes,
            "errors": row.errors,
            "warnings": row.warnings,
        }


def _passes(row: PlannedRow, action: str, text: str) -> bool:
    """`action` is one of Action, or "remark" for rows with a remark; `text` stands in what the row shows."""
    if action == REMARK and not row.warnings:
        return False
    if action not in ("", REMARK, str(row.action)):
        return False
    if not text:
        return True
    shown = [row.label, str(row.row), *(value for pair in row.changes_as_json().values() for value in pair)]
    shown += [problem.message for problem in (*row.errors, *row.warnings)]
    return any(text.casefold() in str(one).casefold() for one in shown)


def keep(request: SignedInRequest, content: bytes, name: str) -> str:
    """Only the session that uploaded the file finds it again."""
    sha256 = uploads.keep(request.user.pk, content)
    names: dict[str, str] = request.session.get(SESSION_KEY, {})
    names.pop(sha256, None)
    for old in list(names)[: max(0, len(names) + 1 - MAX_UPLOADS)]:
        uploads.forget(request.user.pk, old)
        del names[old]
    request.session[SESSION_KEY] = names | {sha256: name}
    return sha256


def kept(request: SignedInRequest, sha256: str) -> tuple[bytes | None, str]:
    """The file and its name, if this session uploaded it and it is still there."""
    name = request.session.get(SESSION_KEY, {}).get(sha256, "")
    return (uploads.kept(request.user.pk, sha256) if name else None), name


def forget(request: SignedInRequest, sha256: str) -> None:
    uploads.forget(request.user.pk, sha256)
    forget_name(request, sha256)


def forget_name(request: SignedInRequest, sha256: str) -> None:
    """The session's half: a job that still needs the file forgets it itself."""
    names: dict[str, str] = request.session.get(SESSION_KEY, {})
    request.session[SESSION_KEY] = {key: name for key, name in names.items() if key != sha256}


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


def download(content: bytes, name: str, kind: str = XLSX) -> HttpResponse:
    """`name` may be of any writing."""
    said = str(content_disposition_header(as_attachment=True, filename=name))
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": said})
