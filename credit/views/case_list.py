"""The work list of a body: reports to answer, and its cases by the day on which their next step is due."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.trails import trail
from core import clock
from core.addresses import numbered
from core.paging import BoundedPaginator
from core.templatetags.ui import badge, day, person_name
from credit.models.reports import CaseReport, Ground
from credit.selectors import cases as selectors
from credit.selectors.cases import CaseLine
from credit.workflow.cases import CaseState

# As many lines as the page is measured with (benchmarks/lists.py).
PER_PAGE = 20
# Worked off from the top: nobody leafs through a hundred pages of cases, and to count them all was a tenth of the page.
MOST = 2_000
LONGEST = 100


@require_safe
def case_list(request: SignedInRequest) -> HttpResponse:
    if not holds(request.user, Permission.CASE_VIEW):
        raise Http404
    over, late = request.GET.get("over") == "1", request.GET.get("late") == "1"
    text = request.GET.get("q", "").strip()[:LONGEST]
    rows = selectors.cases_of_body(request.user, over=over, late=late, text=text)
    page = BoundedPaginator(rows.values_list("pk", flat=True), PER_PAGE, most=MOST).get_page(request.GET.get("page"))
    reports = [] if over or late or text else selectors.reports_to_accept(request.user)[:PER_PAGE]
    today = clock.today()
    context = {
        "page": page,
        "cases": _case_cells(selectors.listed_cases(list(page)), today),
        "over": over,
        "late": late,
        "text": text,
        "longest": LONGEST,
        "reports": _report_cells(reports, today),
        "crumbs": trail(_("Cases")),
    }
    return render(request, "credit/cases.html", context)


def _case_cells(cases: Iterable[CaseLine], today: date) -> list[dict[str, Any]]:
    """The rows as the page prints them; words and addresses are looked up once for all of them."""
    door, opens = numbered("credit:case"), _("Open")
    states = {value: str(label) for value, label in CaseState.choices}
    late, provisional = badge("late", _("late")), badge("provisional", _("provisional"))
    return [
        {
            "number": case.number,
            "about": person_name(case.person) if case.person else case.institution,
            "unit": case.unit,
            "state": badge(case.state, states[case.state]),
            "due": _due(case.due_on, today, late, provisional if case.is_provisional else ""),
            "door": _door(door(case.pk), opens, case.number),
        }
        for case in cases
    ]


def _report_cells(reports: Iterable[CaseReport], today: date) -> list[dict[str, Any]]:
    door, opens, late = numbered("credit:accept"), _("Open"), badge("late", _("late"))
    grounds = {value: str(label) for value, label in Ground.choices}
    return [
        {
            "about": one.said_of,
            "unit": one.said_at,
            "ground": grounds[one.ground],
            "due": _due(one.due_on, today, late, ""),
            "door": _door(door(one.pk), opens, one.said_of),
        }
        for one in reports
    ]


def _due(on: date | None, today: date, late: SafeString, provisional: SafeString | str) -> SafeString | str:
    """Nothing is late on a day that is not certain yet."""
    if on is None:
        return "—"
    mark = provisional or (late if on < today else "")
    return mark_safe(f"{escape(day(on))} {mark}" if mark else escape(day(on)))  # noqa: S308 - every part is escaped


def _door(address: str, opens: str, which: str) -> SafeString:
    return format_html('<a href="{}">{}<span class="visually-hidden"> {}</span></a>', address, opens, which)
