"""The staff roster of one institution: every appointment, filtered by the address, of any day and as known then."""

from collections.abc import Container, Sequence
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import holds
from accounts.exports import CSV, XLSX, roster_table
from accounts.forms.imports import RosterFilter
from accounts.middleware import SignedInRequest
from accounts.models import Appointment, Institution
from accounts.permissions import Permission
from accounts.selectors import masked_numbers, reached_institution
from accounts.selectors.notices import disputed_among
from accounts.selectors.staff import StaffRow, believed_roster, people_by_id
from accounts.selectors.staff import roster as roster_of
from accounts.views.again import confirm_again
from accounts.views.imports import download
from core import clock

PER_PAGE = 25
Row = Appointment | StaffRow


@require_GET
def roster(request: SignedInRequest) -> HttpResponse:
    """Of the worn institution, or of the one in the address if it reaches the actor."""
    asked = request.GET.get("institution", "")
    institution = reached_institution(request.user, Permission.ROSTER_VIEW, asked)
    form = RosterFilter(request.GET)
    page = Paginator(_rows(request, institution, form), PER_PAGE).get_page(request.GET.get("page"))
    suffix = f"?institution={institution.pk}" if asked else ""
    rows = [_as_row(row) for row in page]
    may_import = holds(request.user, Permission.ROSTER_IMPORT)
    context = {
        "institution": institution,
        "asked": asked,
        "roster_url": reverse("accounts:roster") + suffix,
        "export_url": f"{reverse('accounts:roster_export')}?{request.GET.urlencode()}",
        "csv_url": f"{reverse('accounts:roster_export_csv')}?{request.GET.urlencode()}",
        "import_url": reverse("accounts:import_roster") + suffix if may_import else "",
        "may_move": holds(request.user, Permission.APPOINTMENT_TRANSFER),
        "suffix": suffix,
        "filter": form,
        "is_filtered": bool(form.chosen()),
        "page_obj": page,
        "lines": lines_of(rows, _day(form), disputed_among(rows)),
        "notices_url": reverse("accounts:notices") + suffix,
        "day": _day(form),
        "moment": form.moment(),
    }
    return render(request, "accounts/roster.html", context)


@require_GET
@confirm_again
def export(request: SignedInRequest) -> HttpResponse:
    """The filtered list as XLSX: numbers masked, nothing that a spreadsheet would calculate."""
    return _exported(request, XLSX, "roster.xlsx")


@require_GET
@confirm_again
def export_csv(request: SignedInRequest) -> HttpResponse:
    """The same as CSV, for programs that read no workbook."""
    return _exported(request, CSV, "roster.csv")


def _exported(request: SignedInRequest, kind: str, name: str) -> HttpResponse:
    institution = reached_institution(request.user, Permission.ROSTER_VIEW, request.GET.get("institution", ""))
    form = RosterFilter(request.GET)
    rows = [_as_row(row) for row in _rows(request, institution, form)]
    lines = lines_of(rows, _day(form))
    return download(roster_table(institution, lines, on=_day(form), known_at=form.moment(), kind=kind), name, kind)


def _day(form: RosterFilter) -> date:
    return form.day() or clock.today()


def _rows(request: SignedInRequest, institution: Institution, form: RosterFilter) -> QuerySet[Any]:
    chosen, known_at = form.chosen(), form.moment()
    if known_at is None:
        return roster_of(request.user, institution, chosen, on=_day(form))
    return believed_roster(request.user, institution, chosen, on=_day(form), known_at=known_at)


def _as_row(row: Any) -> Row:
    return row if isinstance(row, Appointment) else StaffRow(*row)


def lines_of(rows: Sequence[Row], today: date, disputed: Container[int] = ()) -> list[dict[str, Any]]:
    """What a line shows; people and their masked numbers come in two statements for all of them."""
    survivors = [_survivor(row) for row in rows]
    people, masked = people_by_id(survivors), masked_numbers(survivors)
    return [
        {
            "appointment": row,
            "person": people[survivor],
            "masked": masked.get(survivor, ""),
            "counted_until": row.counted_until,
            "standing": _standing(row, today),
            "disputed": row.pk in disputed,
        }
        for row, survivor in zip(rows, survivors, strict=True)
    ]


def _survivor(row: Row) -> int:
    if isinstance(row, StaffRow):
        return row.person
    return row.person.merged_into_id or row.person_id


def _standing(row: Row, today: date) -> dict[str, str]:
    if isinstance(row, Appointment) and row.voided_at:
        return {"tone": "no", "label": _("voided by decision")}
    if row.start_date > today:
        return {"tone": "soon", "label": _("from a later day")}
    if row.end_date and row.end_date <= today:
        return {"tone": "neutral", "label": _("left")}
    return {"tone": "ok", "label": _("working here")}
