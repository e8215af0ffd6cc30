"""The first page after the login: what to do next, by the hat one wears."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.permissions import Role
from accounts.selectors import open_claim, own_person, person_card

TEMPLATES = {
    Role.BASE_MANAGER: "accounts/home_base.html",
    Role.INSTITUTION_OFFICER: "accounts/home_institution.html",
    Role.REGULATOR: "accounts/home_regulator.html",
    Role.AUDITOR: "accounts/home_regulator.html",
    Role.EDITOR: "accounts/home_editor.html",
}


def home(request: HttpRequest) -> HttpResponse:
    hat = request.hat  # type: ignore[attr-defined]
    if hat is not None:
        return render(request, TEMPLATES[hat.role], {"place": hat.place})
    context = {"person": own_person(request.user), "claim": open_claim(request.user)}
    return render(request, "accounts/home_trainee.html", context)


def person(request: HttpRequest, pk: int) -> HttpResponse:
    """A person as an institution or a regulator sees them: appointments there, document masked."""
    return render(request, "accounts/person.html", person_card(request.user, pk))
