"""The institution's cockpit: the fraction, the rule behind it, the people behind it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.access import can
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from core import clock
from core.errors import NotAllowed
from staffing.forms import RatioDateForm
from staffing.models import RatioRule
from staffing.selectors import (
    RatioAnswer,
    disputed_staff,
    find_institution,
    history,
    institution_ratio,
    uncounted_staff,
)
from staffing.selectors.ahead import ahead
from staffing.selectors.beside import Beside, ratios_beside
from staffing.selectors.people import TableLine, counted_table, proofs_of
from staffing.selectors.plans import plan_for, year_end
from staffing.selectors.returns import current_standing
from staffing.selectors.versions import counts
from staffing.views.evidence_rows import evidence_rows
from staffing.views.people import submits_evidence

# So many of the people; all of them, searched and filtered, are a page of their own.
PEOPLE_SHOWN = 10


def cockpit(request: SignedInRequest) -> HttpResponse:
    """The worn institution's own page."""
    hat = request.hat
    if hat is None or hat.institution_id is None:
        raise NotAllowed(permission="ratio_view")
    return redirect("staffing:ratio", id=hat.institution_id)


def ratio(request: SignedInRequest, id: str) -> HttpResponse:
    institution = find_institution(request.user, id)
    form = RatioDateForm(request.GET or None)
    form.is_valid()
    answer = institution_ratio(institution, **form.moments())
    files = can(request.user, Permission.RETURN_FILE, institution)
    named = can(request.user, Permission.ROSTER_VIEW, institution)
    people = counted_table(answer)[:PEOPLE_SHOWN] if named else []
    context = {
        "answer": answer,
        "form": form,
        "named": named,
        "asked": request.GET.urlencode(),
        "rows": _rows(people, answer, submits=submits_evidence(request, institution)),
        # How it stands in its periods is never asked as of an earlier moment.
        "standing": current_standing(institution, facts=None if answer.known_then else answer.facts),
        "files_return": files,
        "opens_return": files or can(request.user, Permission.RETURN_DECIDE, institution),
        **_about(answer),
        **_ahead(request, answer),
    }
    return render(request, "staffing/ratio.html", context)


def _about(answer: RatioAnswer) -> dict[str, Any]:
    """What follows from the answer alone, whoever reads it."""
    return {
        "uncounted": uncounted_staff(answer),
        "disputed": disputed_staff(answer),
        "beside": _beside(answer),
        "period_over": answer.rule.period_has_ended(clock.today()),
        "texts": _texts(answer),
        "points": _points(answer),
        "paragraph": _paragraph(answer),
    }


def _ahead(request: SignedInRequest, answer: RatioAnswer) -> dict[str, Any]:
    """What is to come from today on; nothing where another day or an earlier knowledge is asked for."""
    if not answer.of_today:
        return {}
    found = ahead(request.user, answer.facts)
    return {"ahead": found, "plan": plan_for(found, year_end(found.today))}


def _rows(people: list[TableLine], answer: RatioAnswer, *, submits: bool) -> SafeString:
    return evidence_rows(people, proofs_of(people, answer), submits=submits)


def _beside(answer: RatioAnswer) -> list[tuple[Beside, int]]:
    """The other ways to count; with the one of full-time staff, of how many nobody has said whether they are."""
    unsaid = _unsaid(answer)
    full_time = RatioRule.StaffCounted.FULL_TIME.label
    return [(one, unsaid if one.rule is None and one.label == full_time else 0) for one in ratios_beside(answer)]


def _unsaid(answer: RatioAnswer) -> int:
    there = answer.facts.there(answer.rule, answer.as_of)
    asked = [row for row in there if counts(row, answer.rule, RatioRule.StaffCounted.PROFESSIONAL)]
    said = {row.person for row in asked if row.full_time}
    return len({row.person for row in asked if row.full_time is None} - said)


def _texts(answer: RatioAnswer) -> dict[str, str]:
    names = ("title", "source", "explanation", "scope_note", "period_note")
    return {name: answer.rule.text(name) for name in names}


def _points(answer: RatioAnswer) -> list[dict[str, Any]]:
    return [{"label": f"{day:%Y-%m}", "value": one.percent_floor, "on": day} for day, one in history(answer)]


def _paragraph(answer: RatioAnswer) -> str:
    """One correct paragraph with numbers, date and source, to paste into a report."""
    facts = {
        "name": answer.institution.name,
        "day": date_format(answer.as_of, "DATE_FORMAT"),
        "staff": answer.ratio.staff,
        "trained": answer.ratio.trained,
        "percent": answer.ratio.percent_floor,
        "value": answer.rule.value,
        "outcome": answer.ratio.outcome.label,
        "source": answer.rule.text("source"),
    }
    if answer.ratio.percent_floor is None:
        return _("As of %(day)s, %(name)s has no professional staff; the ratio does not apply (%(source)s).") % facts
    return (
        _(
            "As of %(day)s, %(name)s has %(staff)s professional staff, of whom %(trained)s have received specialised "
            "training: %(percent)s%% (rounded down), requirement not below %(value)s%%, %(outcome)s. "
            "Source: %(source)s."
        )
        % facts
    )
