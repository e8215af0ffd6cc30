"""The first page after the login: what to do next, by the hat one wears."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts.middleware import SignedInRequest
from accounts.permissions import Role
from accounts.selectors import open_claim, own_person, person_card
from accounts.selectors.notices import unanswered_institutions
from accounts.selectors.offices import office_figures
from accounts.selectors.privacy import shared_contact
from accounts.selectors.staff import primary_appointment
from accounts.selectors.waiting import waiting_lines
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
    }
    return render(request, "accounts/home_trainee.html", context)


def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """A person as an institution or a regulator sees them: appointments there, document masked."""
    card = person_card(request.user, pk)
    found = card["person"]
    more = {"contact": shared_contact(request.user, found), "main": primary_appointment(found, clock.today())}
    return render(request, "accounts/person.html", {**card, **more})
