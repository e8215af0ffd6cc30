"""The institution's cockpit: the fraction, the rule behind it, the people behind it."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Appointment
from core import clock
from core.errors import NotAllowed
from staffing.forms import RatioDateForm
from staffing.selectors import (
    RatioAnswer,
    evidence_of,
    find_institution,
    history,
    institution_ratio,
    people_behind,
    uncounted_staff,
)

PAGE_SIZE = 25


def cockpit(request: HttpRequest) -> HttpResponse:
    """The worn institution's own page."""
    hat = request.hat  # type: ignore[attr-defined]
    if hat is None or hat.institution_id is None:
        raise NotAllowed(permission="ratio_view")
    return redirect("staffing:ratio", id=hat.institution_id)


def ratio(request: HttpRequest, id: str) -> HttpResponse:
    institution = find_institution(request.user, id)  # type: ignore[arg-type]
    form = RatioDateForm(request.GET or None)
    form.is_valid()
    answer = institution_ratio(institution, **form.moments())
    page = _people_page(request, answer)
    context = {
        "answer": answer,
        "form": form,
        "page": page,
        "people": _with_evidence(page, answer),
        "uncounted": uncounted_staff(institution, answer.rule, answer.as_of),
        "period_over": answer.rule.period_has_ended(clock.today()),
        "shown": request.GET.get("trained", ""),
        "texts": _texts(answer),
        "points": _points(answer),
        "paragraph": _paragraph(answer),
    }
    return render(request, "staffing/ratio.html", context)


def _people_page(request: HttpRequest, answer: RatioAnswer) -> Page:
    rows = people_behind(request.user, answer)  # type: ignore[arg-type]
    if (shown := request.GET.get("trained", "")) in ("yes", "no"):
        rows = rows.filter(Q(is_trained=shown == "yes"))
    if query := request.GET.get("q", "").strip():
        rows = rows.filter(person__name__icontains=query)
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def _with_evidence(page: Page, answer: RatioAnswer) -> list[dict[str, Any]]:
    found = evidence_of([row.person for row in page], answer.rule, answer.as_of)
    return [
        {"appointment": row, "record": found.get(row.person_id), "masked": _masked(row)} for row in page.object_list
    ]


def _masked(row: Appointment) -> str:
    documents = list(row.person.documents.all())
    return documents[0].masked if documents else ""


def _texts(answer: RatioAnswer) -> dict[str, str]:
    names = ("title", "source", "explanation", "scope_note", "period_note")
    return {name: answer.rule.text(name) for name in names}


def _points(answer: RatioAnswer) -> list[dict[str, Any]]:
    months = history(answer.institution, until=answer.as_of)
    return [{"label": f"{day:%Y-%m}", "value": one.percent_floor, "on": day} for day, one in months]


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
