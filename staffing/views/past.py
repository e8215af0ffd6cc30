"""The ratio in days gone by: a line with a mark for every day on which it changed and for every correction."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.middleware import SignedInRequest
from accounts.models import LeaveKind
from accounts.models.positions import EmploymentType
from accounts.views.trails import trail
from staffing.forms import RatioDateForm
from staffing.selectors import find_institution, institution_ratio
from staffing.selectors.past import Correction, Past
from staffing.selectors.past import past as days_gone
from staffing.views.ahead import axis_of, masked_of, numbered, points_of

# How many changes and corrections a page lists, the latest first.
MOST = 40
LABELS: dict[str, Promise] = {
    "start_date": gettext_lazy("Start"),
    "end_date": gettext_lazy("No longer counted from"),
    "professional": gettext_lazy("Professional staff"),
    "employment_type": gettext_lazy("Employment"),
    "full_time": gettext_lazy("Full time"),
    "leave_kind": gettext_lazy("Kind of leave"),
    "away_from": gettext_lazy("First day away"),
    "back_on": gettext_lazy("First day back"),
}
WORDS: dict[str, dict[str, Promise]] = {
    "employment_type": dict(EmploymentType.choices),
    "leave_kind": dict(LeaveKind.choices),
}


@require_GET
def past(request: SignedInRequest, id: str) -> HttpResponse:
    """As known now, or as known at an earlier moment."""
    institution = find_institution(request.user, id)
    form = RatioDateForm(request.GET or None)
    form.is_valid()
    found = days_gone(request.user, institution_ratio(institution, **form.moments()))
    changes, corrections = found.changes[::-1], found.corrections
    masked = masked_of(changes[:MOST], [one.person for one in corrections[:MOST] if one.person])
    ratio = (_("Trained-staff ratio"), reverse("staffing:ratio", args=[institution.pk]))
    context = {
        "past": found,
        "answer": found.answer,
        "form": form,
        "crumbs": trail(_("Days gone by"), ratio),
        "drawn": _drawn(found),
        "changes": numbered(changes[:MOST], masked),
        "more_changes": max(0, len(changes) - MOST),
        "earlier": changes[MOST].day if len(changes) > MOST else None,
        "corrections": [_told(one, masked) for one in corrections[:MOST]],
        "more_corrections": max(0, len(corrections) - MOST),
    }
    return render(request, "staffing/past.html", context)


def _drawn(found: Past) -> dict[str, Any]:
    until = found.answer.as_of
    points = [*points_of(found.line, until, marked=True), *(_righted(found, one) for one in found.corrections)]
    return {
        # Of one day the figure comes before what was put right on it, and the last point stays the last.
        "points": sorted(points, key=lambda one: (one["on"], "righted" in one)),
        "tried": [],
        "axis": axis_of(found.first, until),
        "threshold": found.answer.rule.value,
        "day": None,
    }


def _righted(found: Past, correction: Correction) -> dict[str, Any]:
    ratio = found.line.prospect.ratio_on(correction.day)
    words = " · ".join(one for one in (date_format(correction.day), correction.name, str(correction.kind.label)) if one)
    mark = {"url": "#corrections", "words": words, "falls": False, "rises": False}
    return {"on": correction.day, "value": ratio.percent_floor, "required": ratio.value, "mark": mark, "righted": True}


def _told(one: Correction, masked: dict[int, str]) -> dict[str, Any]:
    return {
        "one": one,
        "masked": masked.get(one.person or 0, ""),
        # The moment before it: knowledge of exactly `at` has it already.
        "before": (one.at - timedelta(microseconds=1)).isoformat(),
        "changes": [(LABELS[name], *(_word(name, value) for value in pair)) for name, *pair in one.changes],
    }


def _word(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(WORDS.get(name, {}).get(value, value))
