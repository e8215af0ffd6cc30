"""The work list of a body: reports to answer, and its cases by the day on which their next step is due."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
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
LONGEST = 100


@require_safe
def case_list(request: SignedInRequest) -> HttpResponse:
    if not holds(request.user, Permission.CASE_VIEW):
        raise Http404
    over, late = request.GET.get("over") == "1", request.GET.get("late") == "1"
    text = request.GET.get("q", "").strip()[:LONGEST]
    rows = selectors.cases_of_body(request.user, over=over, late=late, text=text)
    page = BoundedPaginator(rows.values_list("pk", flat=True), PER_PAGE).get_page(request.GET.get("page"))
    reports = [] if over or late or text else selectors.reports_to_accept(request.user)[:PER_PAGE]
    today, cases = clock.today(), selectors.listed_cases(list(page))
    context = {
        "page": page,
        "cases": cases,
        "case_rows": _case_rows(cases, today),
        "over": over,
        "late": late,
        "text": text,
        "kept": f"&{urlencode({'q': text})}" if text else "",
        "longest": LONGEST,
        "report_rows": _report_rows(reports, today),
        "crumbs": trail(_("Cases")),
    }
    return render(request, "credit/cases.html", context)


# A list shows many rows: each is written in one piece, its words and addresses looked up once for all of them.
CASE = """<tr>
<th scope="row">{number}</th>
<td>{about}{unit}</td>
<td>{state}</td>
<td>{due}{mark}</td>
<td><a href="{door}">{opens}<span class="visually-hidden"> {number}</span></a></td>
</tr>"""
REPORT = """<tr>
<th scope="row">{about}{unit}</th>
<td>{ground}</td>
<td>{due}{mark}</td>
<td><a href="{door}">{opens}<span class="visually-hidden"> {about}</span></a></td>
</tr>"""


def _case_rows(cases: Iterable[CaseLine], today: date) -> SafeString:
    door, opens = numbered("credit:case"), _("Open")
    states = {value: str(label) for value, label in CaseState.choices}
    late, provisional = _mark("soon", _("late")), _mark("provisional", _("provisional"))
    return _joined(
        format_html(
            CASE,
            number=case.number,
            about=person_name(case.person) if case.person else case.institution,
            unit=_unit(case.unit),
            state=badge(case.state, states[case.state]),
            due=day(case.due_on) if case.due_on else "—",
            # Nothing is late on a day that is not certain yet.
            mark=(provisional if case.is_provisional else _if_late(case.due_on, today, late)) if case.due_on else "",
            door=door(case.pk),
            opens=opens,
        )
        for case in cases
    )


def _report_rows(reports: Iterable[CaseReport], today: date) -> SafeString:
    door, opens, late = numbered("credit:accept"), _("Open"), _mark("soon", _("late"))
    grounds = {value: str(label) for value, label in Ground.choices}
    return _joined(
        format_html(
            REPORT,
            about=one.said_of,
            unit=_unit(one.said_at),
            ground=grounds[one.ground],
            due=day(one.due_on),
            mark=_if_late(one.due_on, today, late),
            door=door(one.pk),
            opens=opens,
        )
        for one in reports
    )


def _joined(rows: Iterable[SafeString]) -> SafeString:
    return mark_safe("".join(rows))  # noqa: S308 - every row is


def _unit(name: str) -> SafeString | str:
    return format_html(' <span class="small muted">{}</span>', name) if name else ""


def _mark(tone: str, word: str) -> SafeString:
    return format_html(" {}", badge(tone, word))


def _if_late(on: date, today: date, late: SafeString) -> SafeString | str:
    return late if on < today else ""
