"""The people behind a ratio: who counts as what and by what evidence, who does not and why; as a page and as a file."""

from collections import Counter

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.models import Institution
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.imports import download
from accounts.views.trails import trail
from core.exports import CSV, XLSX
from core.text import name_key
from staffing.exports import people_file
from staffing.forms.people import PeopleForm
from staffing.selectors import RatioAnswer, find_institution, institution_ratio
from staffing.selectors.people import StaffStanding, TableLine, people_table, proofs_of
from staffing.views.evidence_rows import evidence_rows

PAGE_SIZE = 25


@require_GET
def people(request: SignedInRequest, id: str) -> HttpResponse:
    """As known now, or as known at an earlier moment."""
    answer, form = _answer(request, id)
    table = people_table(answer)
    lines = _asked(form, table)
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    submits = submits_evidence(request, answer.institution)
    counts = Counter(one.standing for one in table)
    context = {
        "answer": answer,
        "form": form,
        "crumbs": _crumbs(id, form),
        "page": page,
        "rows": evidence_rows(page.object_list, proofs_of(page.object_list, answer), submits=submits),
        "standings": [(one.value, one.label, counts[one]) for one in StaffStanding],
        "shown": form.chosen().get("standing", ""),
        "is_filtered": bool(form.chosen()),
        "everybody": len(table),
        "query": request.GET.urlencode(),
    }
    return render(request, "staffing/people.html", context)


@require_GET
@confirm_again
def export(request: SignedInRequest, id: str) -> HttpResponse:
    """The filtered list as XLSX: numbers masked, nothing that a spreadsheet would calculate."""
    return _exported(request, id, XLSX)


@require_GET
@confirm_again
def export_csv(request: SignedInRequest, id: str) -> HttpResponse:
    """The same as CSV, for programs that read no workbook."""
    return _exported(request, id, CSV)


def _exported(request: SignedInRequest, id: str, kind: str) -> HttpResponse:
    answer, form = _answer(request, id)
    if form.errors:
        # A file of another day than the one asked for would not say so; the page does.
        return redirect(f"{reverse('staffing:people', args=[id])}?{request.GET.urlencode()}")
    lines = _asked(form, people_table(answer))
    file = people_file(answer, lines, proofs_of(lines, answer), kind)
    ending = "csv" if kind == CSV else "xlsx"
    return download(file, f"people-{answer.institution.pk}-{answer.as_of:%Y-%m-%d}.{ending}", kind)


def submits_evidence(request: SignedInRequest, institution: Institution) -> bool:
    """The form is that of the worn institution."""
    here = request.hat is not None and request.hat.institution_id == institution.pk
    return here and holds(request.user, Permission.EVIDENCE_SUBMIT)


def _crumbs(id: str, form: PeopleForm) -> list[dict[str, str]]:
    """Back to the ratio of the same dates."""
    ratio = reverse("staffing:ratio", args=[id]) + form.dates()
    return trail(_("The people and the evidence"), (_("Trained-staff ratio"), ratio))


def _answer(request: SignedInRequest, id: str) -> tuple[RatioAnswer, PeopleForm]:
    institution = find_institution(request.user, id, Permission.ROSTER_VIEW)
    form = PeopleForm(request.GET)
    form.is_valid()
    return institution_ratio(institution, **form.moments()), form


def _asked(form: PeopleForm, lines: list[TableLine]) -> list[TableLine]:
    chosen = form.chosen()
    if shown := chosen.get("standing"):
        lines = [one for one in lines if one.standing == shown]
    if query := name_key(chosen.get("q", "")):
        lines = [one for one in lines if query in name_key(one.line.name)]
    return lines
