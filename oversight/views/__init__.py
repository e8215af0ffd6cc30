"""An office's pages: its region down to the institution, and the institution down to the people's files."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import can, holds
from accounts.models import Region
from accounts.permissions import Permission
from accounts.selectors import masked_numbers
from accounts.views.again import confirm_again
from accounts.views.imports import download
from core import clock
from core.exports import CSV, XLSX
from core.text import name_key
from oversight.exports import institution_paragraph, institutions_table, region_name, region_paragraph
from oversight.forms import DateForm, InstitutionsForm
from oversight.selectors import Overview, find_region, home_region, institution_card, region_overview, regions_above
from oversight.selectors.tiles import tiles
from oversight.views.region_rows import division_rows, figures, institution_rows, tile_items
from staffing.models import RatioRule
from staffing.selectors import people_behind

PAGE_SIZE = 25


def regions(request: HttpRequest) -> HttpResponse:
    """The region of the worn hat."""
    return _region_page(request, home_region(request.user))  # type: ignore[arg-type]


def region(request: HttpRequest, code: str) -> HttpResponse:
    return _region_page(request, find_region(request.user, code))  # type: ignore[arg-type]


@confirm_again
def region_table(request: HttpRequest, code: str, kind: str = XLSX) -> HttpResponse:
    """The institutions of the region page, all that pass the same filters."""
    form = InstitutionsForm(request.GET)
    place = find_region(request.user, code)  # type: ignore[arg-type]
    if form.errors:
        # A file of another day than the one asked for would not say so; the page does.
        return redirect(f"{reverse('oversight:region', args=[code])}?{request.GET.urlencode()}")
    overview = region_overview(request.user, place, as_of=form.day())  # type: ignore[arg-type]
    return as_file(institutions_table(overview.answers.passing(form.asked()), kind), "institutions", overview, kind)


def as_file(content: bytes, name: str, overview: Overview, kind: str) -> HttpResponse:
    ending = "csv" if kind == CSV else "xlsx"
    return download(content, f"{name}-{overview.region.code}-{overview.as_of:%Y-%m-%d}.{ending}", kind)


def institution(request: HttpRequest, pk: int) -> HttpResponse:
    """One institution: what it is, its ratio, the people counted, and the way to their files."""
    form = DateForm(request.GET)
    card = institution_card(request.user, pk, as_of=form.day())  # type: ignore[arg-type]
    people = people_behind(request.user, card.answer)  # type: ignore[arg-type]
    if query := request.GET.get("q", "").strip():
        people = [line for line in people if name_key(query) in name_key(line.name)]
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("page"))
    masked = masked_numbers(line.person for line in page.object_list)
    context = {
        "card": card,
        "answer": card.answer,
        "form": form,
        "page": page,
        "people": [{**vars(line), "masked": masked.get(line.person, "")} for line in page.object_list],
        "query": query,
        "sees_people": holds(request.user, Permission.ROSTER_VIEW),  # type: ignore[arg-type]
        "may_manage": can(request.user, Permission.PLACE_MANAGE, card.institution),  # type: ignore[arg-type]
        "sees_members": holds(request.user, Permission.MEMBER_VIEW),  # type: ignore[arg-type]
        "may_view_as": holds(request.user, Permission.PLACE_VIEW_AS),  # type: ignore[arg-type]
        "opens_files": holds(request.user, Permission.CREDIT_FILE_VIEW),  # type: ignore[arg-type]
        "crumbs": region_crumbs(request, card.institution.region, card.institution.name),
        "paragraph": institution_paragraph(card.answer),
        **rule_words(card.answer.rule),
    }
    return render(request, "oversight/institution.html", context)


def _region_page(request: HttpRequest, place: Region) -> HttpResponse:
    form = InstitutionsForm(request.GET)
    overview = region_overview(request.user, place, as_of=form.day())  # type: ignore[arg-type]
    name, on_day = region_name(place), f"?as_of={overview.as_of:%Y-%m-%d}" if form.day() else ""
    page = Paginator(overview.answers.passing(form.asked()), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "overview": overview,
        "name": name,
        "form": form,
        "page": page,
        "rows": institution_rows(page, on_day),
        "division_rows": division_rows(overview, name, on_day),
        "sum": figures(overview.total),
        "on_day": on_day,
        "crumbs": region_crumbs(request, place),
        "sees_returns": holds(request.user, Permission.RETURN_DECIDE),  # type: ignore[arg-type]
        "paragraph": region_paragraph(overview),
        "tiles": tile_items(tiles(overview), on_day) if overview.divisions else "",
        **rule_words(overview.rule),
    }
    return render(request, "oversight/region.html", context)


def region_crumbs(request: HttpRequest, place: Region, leaf: str = "") -> list[dict[str, Any]]:
    """Home, the regions from the top of the jurisdiction down, and the page itself."""
    on_day = f"?as_of={day:%Y-%m-%d}" if (day := DateForm(request.GET).day()) else ""
    above = regions_above(request.user, place)  # type: ignore[arg-type]
    regions_on_the_way = [*above, place] if leaf else above
    links = [
        {"label": region_name(one), "url": reverse("oversight:region", args=[one.code]) + on_day}
        for one in regions_on_the_way
    ]
    home = {"label": _("Home"), "url": reverse("accounts:home")}
    return [home, *links, {"label": leaf or region_name(place)}]


def rule_words(rule: RatioRule) -> dict[str, str]:
    ended = rule.period_has_ended(clock.today())
    return {"source": rule.text("source"), "period_note": rule.text("period_note") if ended else ""}
