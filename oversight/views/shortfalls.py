"""How a region stands over time, whom it still has to train, and where seats are free."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Region
from accounts.views.again import confirm_again
from core.exports import XLSX
from oversight.exports import region_name, shortfalls_table
from oversight.forms import DateForm
from oversight.selectors import Overview, find_region, region_overview
from oversight.views import PAGE_SIZE, as_file, region_crumbs, rule_words
from staffing.selectors.plans import year_end
from staffing.selectors.regions import Shortfalls, region_history, shortfalls


def shortfall(request: HttpRequest, code: str) -> HttpResponse:
    place, form = find_region(request.user, code), DateForm(request.GET)  # type: ignore[arg-type]
    overview, found = _found(request, place, form)
    points = region_history(request.user, place.path, as_of=overview.as_of)  # type: ignore[arg-type]
    context = {
        "overview": overview,
        "found": found,
        "page": Paginator(found.short, PAGE_SIZE).get_page(request.GET.get("page")),
        "classes": [found.inside, found.outside],
        "points": [{"label": f"{one.day:%Y-%m}", "value": one.ratio.percent_floor, "on": one.day} for one in points],
        "months": points[::-1],
        "name": region_name(place),
        "form": form,
        "on_day": f"?as_of={overview.as_of:%Y-%m-%d}" if form.day() else "",
        "crumbs": region_crumbs(request, place, _("Shortfall and trend")),
        **rule_words(overview.rule),
    }
    return render(request, "oversight/shortfall.html", context)


@confirm_again
def shortfall_table(request: HttpRequest, code: str, kind: str = XLSX) -> HttpResponse:
    place, form = find_region(request.user, code), DateForm(request.GET)  # type: ignore[arg-type]
    if form.errors:
        return redirect(f"{reverse('oversight:shortfall', args=[code])}?{request.GET.urlencode()}")
    overview, found = _found(request, place, form)
    return as_file(shortfalls_table(found, kind), "shortfall", overview, kind)


def _found(request: HttpRequest, place: Region, form: DateForm) -> tuple[Overview, Shortfalls]:
    """On a day; classes have to end before the last day of its year, the one for which is reported."""
    overview = region_overview(request.user, place, as_of=form.day())  # type: ignore[arg-type]
    until = year_end(overview.as_of)
    return overview, shortfalls(overview.answers, overview.rule, place.path, until=until)
