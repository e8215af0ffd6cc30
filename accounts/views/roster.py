"""The staff roster of one institution: every appointment, filtered by the address, of any day and as known then."""

from collections.abc import Callable, Container, Sequence
from datetime import date
from html import escape
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import holds
from accounts.exports import CSV, XLSX, roster_table
from accounts.forms.imports import RosterFilter
from accounts.middleware import SignedInRequest
from accounts.models import Institution
from accounts.models.positions import EmploymentType
from accounts.permissions import Permission
from accounts.selectors import masked_numbers, reached_institution
from accounts.selectors.notices import DENIED, disputed_among
from accounts.selectors.roster import Believed, Present, believed_roster
from accounts.selectors.roster import roster as roster_of
from accounts.selectors.staff import StaffRow, is_over, people_by_id
from accounts.views.again import confirm_again
from accounts.views.imports import download
from core import clock
from core.addresses import numbered
from core.paging import BoundedPaginator
from core.templatetags.ui import badge, day, person_chip

# As many lines as the page is measured with (benchmarks/lists.py): each costs as much as everything around the table.
PER_PAGE = 20


class Step(NamedTuple):
    """What can be done with a line: the route, the word, and what a screen reader says."""

    name: str
    word: str | Promise
    label: str | Promise


CHANGES = (
    Step("staffing:left", gettext_lazy("leaves"), gettext_lazy("%(name)s leaves")),
    Step("staffing:away", gettext_lazy("is away"), gettext_lazy("%(name)s is away for a time")),
    Step("staffing:changed", gettext_lazy("changes"), gettext_lazy("%(name)s changes")),
    Step("staffing:corrected", gettext_lazy("correct"), gettext_lazy("Correct the entry of %(name)s")),
)
MOVES = (Step("staffing:moved", gettext_lazy("move"), gettext_lazy("Move %(name)s to another institution")),)
DISPUTED = {
    "word": gettext_lazy("disputed"),
    "why": gettext_lazy("The person says not to work here; an officer decides, and until then the row counts."),
}


@require_GET
def roster(request: SignedInRequest) -> HttpResponse:
    """Of the worn institution, or of the one in the address if it reaches the actor."""
    asked = request.GET.get("institution", "")
    institution = reached_institution(request.user, Permission.ROSTER_VIEW, asked)
    form = RosterFilter(request.GET)
    page = BoundedPaginator(_rows(request, institution, form), PER_PAGE).get_page(request.GET.get("page"))
    suffix = f"?institution={institution.pk}" if asked else ""
    rows = [StaffRow(*row) for row in page]
    lines = _lines(rows, form)
    denied_url = f"{reverse('accounts:notices')}?standing={DENIED}" + suffix.replace("?", "&")
    may_import = holds(request.user, Permission.ROSTER_IMPORT)
    may_move = holds(request.user, Permission.APPOINTMENT_TRANSFER)
    steps = CHANGES if may_import else MOVES if may_move else ()
    context = {
        "institution": institution,
        "asked": asked,
        "roster_url": reverse("accounts:roster") + suffix,
        "export_url": f"{reverse('accounts:roster_export')}?{request.GET.urlencode()}",
        "csv_url": f"{reverse('accounts:roster_export_csv')}?{request.GET.urlencode()}",
        "import_url": reverse("accounts:import_roster") + suffix if may_import else "",
        "may_change": bool(steps),
        "suffix": suffix,
        "filter": form,
        "is_filtered": bool(form.chosen()),
        "page_obj": page,
        "lines": lines,
        "rows": _rows_of(lines, disputed_among(rows), _doors(steps, suffix), denied_url),
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
    if form.errors:
        # A file of something else than what was asked for would not say so; the page does.
        return redirect(f"{reverse('accounts:roster')}?{request.GET.urlencode()}")
    lines = _lines([StaffRow(*row) for row in _rows(request, institution, form)], form)
    return download(roster_table(institution, lines, on=_day(form), known_at=form.moment(), kind=kind), name, kind)


def _day(form: RosterFilter) -> date:
    return form.day() or clock.today()


def _rows(request: SignedInRequest, institution: Institution, form: RosterFilter) -> Present | Believed:
    chosen, known_at = form.chosen(), form.moment()
    if known_at is None:
        return roster_of(request.user, institution, chosen, on=_day(form))
    return believed_roster(request.user, institution, chosen, on=_day(form), known_at=known_at)


def _lines(rows: Sequence[StaffRow], form: RosterFilter) -> list[dict[str, Any]]:
    """What a line shows; names and masked numbers come in a statement each for all of them."""
    day, people = _day(form), [row.person for row in rows]
    nameless = [row.person for row in rows if not row.name]
    names = {pk: one.name for pk, one in people_by_id(nameless).items()} if nameless else {}
    masked, words = masked_numbers(people), _standings()
    return [
        {
            "appointment": row,
            "name": row.name or names[row.person],
            "masked": masked.get(row.person, ""),
            "counted_until": row.counted_until,
            "post": row.post,
            **words[_standing(row, day)],
        }
        for row in rows
    ]


# Each row is written in one piece of parts that are escaped: words and addresses once for all rows.
ROW = """<tr>
<th scope="row">{person}</th>
<td>{post}{department}</td>
<td>{professional}</td>
<td>{employment}</td>
<td>{start}</td>
<td>{until}</td>
<td>{standing}{disputed}{why}</td>
{doors}
</tr>"""
Door = tuple[Callable[[int], str], str, str]


def _rows_of(
    lines: list[dict[str, Any]], disputed: Container[int], doors: Sequence[Door], denied_url: str
) -> SafeString:
    person_url = numbered("accounts:person")
    employment = {value: escape(str(label)) for value, label in EmploymentType.choices}
    yes_no = {True: escape(_("yes")), False: escape(_("no"))}
    mark = format_html(" {}", badge("soon", DISPUTED["word"], DISPUTED["why"]))
    rows = []
    for line in lines:
        row, name, until = line["appointment"], line["name"], line["counted_until"]
        cells = {
            "person": person_chip(name, line["masked"], "" if row.voided_at else person_url(row.person)),
            "post": escape(row.post),
            "department": _below(row.department),
            "professional": yes_no[row.professional],
            "employment": employment[row.employment_type],
            "start": day(row.start_date),
            "until": day(until) if until else "–",
            "standing": badge(line["tone"], line["standing"]),
            "disputed": mark if row.pk in disputed else "",
            "why": _why(row, denied_url),
            "doors": _links(row, name, doors),
        }
        rows.append(ROW.format_map(cells))
    return mark_safe("".join(rows))  # noqa: S308 - every part is escaped


def _below(department: str) -> SafeString | str:
    return format_html('<br><span class="small muted">{}</span>', department) if department else ""


def _why(row: StaffRow, denied_url: str) -> SafeString | str:
    """The reason of the decision that took the row out, and the way to what the person said."""
    if row.voided_at is None:
        return ""
    said = '<br><span class="small">{}</span> <a class="small" href="{}">{}</a>'
    return format_html(said, row.why_voided or "", denied_url, _("What the person said"))


def _doors(steps: Sequence[Step], suffix: str) -> list[Door]:
    """Addresses, words and labels of what can be done, escaped."""
    return [
        (_with_tail(numbered(step.name), escape(suffix)), escape(str(step.word)), escape(str(step.label)))
        for step in steps
    ]


def _with_tail(address: Callable[[int], str], tail: str) -> Callable[[int], str]:
    return lambda pk: address(pk) + tail


def _links(row: StaffRow, name: str, doors: Sequence[Door]) -> SafeString:
    """The cell of what can be done with a row, if this reader can do anything here; nothing with one taken out."""
    if not doors:
        return SafeString("")
    who = {"name": escape(name)}
    links = [f'<a href="{door(row.pk)}" aria-label="{label % who}">{word}</a>' for door, word, label in doors]
    return mark_safe(f"<td>{'' if row.voided_at else ' · '.join(links)}</td>")  # noqa: S308


def _standings() -> dict[str, dict[str, str]]:
    return {
        "voided": {"tone": "no", "standing": _("voided by decision")},
        "later": {"tone": "soon", "standing": _("from a later day")},
        "moved": {"tone": "neutral", "standing": _("ended; works here in another post")},
        "left": {"tone": "neutral", "standing": _("left")},
        "here": {"tone": "ok", "standing": _("working here")},
    }


def _standing(row: StaffRow, today: date) -> str:
    if row.voided_at:
        return "voided"
    if row.start_date > today:
        return "later"
    if is_over(row, today):
        return "moved" if row.still_here else "left"
    return "here"
