"""The first page after the login: what to do next, by the hat one wears."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.middleware import SignedInRequest
from accounts.permissions import Role
from accounts.selectors import open_claim, own_person, person_card
from accounts.selectors.notices import unanswered_institutions
from accounts.selectors.offices import office_figures
from accounts.selectors.privacy import shared_contact
from accounts.selectors.staff import is_over, primary_appointment
from accounts.selectors.waiting import PERSON, waiting_lines
from accounts.views.trails import trail
from core import clock

TEMPLATES: dict[str, str] = {
    Role.BASE_MANAGER: "accounts/home_base.html",
    Role.INSTRUCTOR: "accounts/home_instructor.html",
    Role.INVIGILATOR: "accounts/home_invigilator.html",
    Role.INSTITUTION_OFFICER: "accounts/home_institution.html",
    Role.REGULATOR: "accounts/home_regulator.html",
    Role.EVALUATOR: "accounts/home_evaluator.html",
    Role.AUDITOR: "accounts/home_auditor.html",
    Role.EDITOR: "accounts/home_editor.html",
    Role.SYSTEM_ADMIN: "accounts/home_system_admin.html",
    Role.SECURITY_ADMIN: "accounts/home_security_admin.html",
    Role.AUDIT_ADMIN: "accounts/home_audit_admin.html",
}


def home(request: SignedInRequest) -> HttpResponse:
    if request.hat is not None:
        role = request.hat.role
        context: dict[str, Any] = {
            "place": request.hat.place,
            "figures": office_figures(request.user, role),
            "waiting": waiting_lines(request.user, role),
        }
        return render(request, TEMPLATES[role], context)
    context = {
        "person": own_person(request.user),
        "claim": open_claim(request.user),
        "named_by": unanswered_institutions(request.user),
        "waiting": [line for line in waiting_lines(request.user, PERSON) if line.waiting.count],
    }
    return render(request, "accounts/home_trainee.html", context)


def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """A person as an institution or a regulator sees them: appointments there, document masked."""
    card = person_card(request.user, pk)
    found = card["person"]
    today = clock.today()
    # A row that has ended, or was taken out of the count, is corrected elsewhere.
    running = [row.pk for row in card["appointments"] if row.voided_at is None and not is_over(row, today)]
    more: dict[str, Any] = {"changeable": running, "crumbs": trail(found.name, *_way(request))}
    more |= {"contact": shared_contact(request.user, found), "main": primary_appointment(found, today)}
    return render(request, "accounts/person.html", {**card, **more})


def _way(request: SignedInRequest) -> list[tuple[str, str]]:
    """The list that one comes from: an institution's roster; an authority comes from many."""
    hat = request.hat
    if hat is None or hat.role != Role.INSTITUTION_OFFICER:
        return []
    return [(_("Staff roster"), reverse("accounts:roster"))]
