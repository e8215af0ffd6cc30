"""The staff roster of one institution: every appointment, filtered by the address."""

from collections.abc import Container
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import can
from accounts.forms.imports import RosterFilter
from accounts.middleware import SignedInRequest
from accounts.models import Appointment
from accounts.permissions import Permission
from accounts.selectors import reached_institution
from accounts.selectors import roster as roster_of
from accounts.selectors.notices import disputed_among
from core import clock

PER_PAGE = 25


@require_GET
def roster(request: SignedInRequest) -> HttpResponse:
    """Of the worn institution, or of the one in the address if it reaches the actor."""
    asked = request.GET.get("institution", "")
    institution = reached_institution(request.user, Permission.ROSTER_VIEW, asked)
    form, today = RosterFilter(request.GET), clock.today()
    chosen = form.chosen()
    page = Paginator(roster_of(request.user, institution, chosen, on=today), PER_PAGE).get_page(request.GET.get("page"))
    suffix = f"?institution={institution.pk}" if asked else ""
    disputed = disputed_among(page)
    may_import = can(request.user, Permission.ROSTER_IMPORT, institution)
    context = {
        "institution": institution,
        "asked": asked,
        "roster_url": reverse("accounts:roster") + suffix,
        "import_url": reverse("accounts:import_roster") + suffix if may_import else "",
        "filter": form,
        "is_filtered": bool(chosen),
        "page_obj": page,
        "lines": [_line(appointment, today, disputed) for appointment in page],
        "notices_url": reverse("accounts:notices") + suffix,
        "today": today,
    }
    return render(request, "accounts/roster.html", context)


def _line(appointment: Appointment, today: date, disputed: Container[int]) -> dict[str, Any]:
    person = appointment.person.merged_into or appointment.person
    documents = appointment.person.documents.all()
    end = appointment.end_date
    return {
        "appointment": appointment,
        "person": person,
        "masked": documents[0].masked if documents else "",
        "counted_until": end - timedelta(days=1) if end else None,
        "standing": _standing(appointment, today),
        "disputed": appointment.pk in disputed,
    }


def _standing(appointment: Appointment, today: date) -> dict[str, str]:
    if appointment.voided_at:
        return {"tone": "no", "label": _("voided by decision")}
    if appointment.start_date > today:
        return {"tone": "soon", "label": _("from a later day")}
    if appointment.end_date and appointment.end_date <= today:
        return {"tone": "neutral", "label": _("left")}
    return {"tone": "ok", "label": _("working here")}
