"""Letters of cases: taken along as PDF or DOCX, made at once by an officer who does not wait, and other editions."""

import logging
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import SignedInRequest
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from certificates.selectors.files import stored_bytes
from core.errors import DomainError
from credit import services
from credit.forms.letters import EditionForm
from credit.models import AdministrativeCase, CaseLetter, SelfRegulatoryCase
from credit.selectors.cases import acting_page
from credit.selectors.letters import find_letter
from credit.selectors.self_cases import self_case

log = logging.getLogger(__name__)
KINDS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
REFUSALS: dict[str, Promise] = {
    "nothing_changed": gettext_lazy("The new edition would say the same, word for word. Nothing was changed."),
    "superseded": gettext_lazy("There is a newer edition already. Nothing was changed."),
    "own_case": gettext_lazy("This concerns you or a place you act for: somebody else has to handle it."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def case_file(request: SignedInRequest, uuid: UUID, form: str) -> HttpResponse:
    return _file(request, uuid, form, under_own_rules=False)


@require_http_methods(["GET", "HEAD", "POST"])
def self_file(request: SignedInRequest, uuid: UUID, form: str) -> HttpResponse:
    return _file(request, uuid, form, under_own_rules=True)


@require_POST
def make_case_letters(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is due and not there yet."""
    return _made(request, acting_page(request.user, pk).case)


@require_POST
def make_self_letters(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    return _made(request, self_case(request.user, uuid))


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def new_case_edition(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Of the own body's letters alone; bodies above read."""
    letter = find_letter(request.user, uuid, under_own_rules=False, handles=True)
    case = acting_page(request.user, letter.case_id or 0).case
    crumbs = trail(_("Another edition"), (_("Cases"), reverse("credit:cases")), (case.case_number, _page(case)))
    return _edition(request, letter, case, "credit/letters/edition.html", crumbs)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def new_self_edition(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    letter = find_letter(request.user, uuid, under_own_rules=True, handles=True)
    case = self_case(request.user, letter.of.uuid)
    crumbs = trail(_("Another edition"), (_("Own rules"), reverse("credit:self_desk")), (case.case_number, _page(case)))
    return _edition(request, letter, case, "credit/rules_of/letter_edition.html", crumbs)


def _file(request: SignedInRequest, uuid: UUID, form: str, *, under_own_rules: bool) -> HttpResponse:
    """The bytes as they were kept; what differs from its hash is not given out. Whom it concerns reads; whoever handles
    the case sends for it, and that is written down."""
    handles = request.method == "POST"
    letter = find_letter(request.user, uuid, under_own_rules=under_own_rules, handles=handles)
    try:
        body = stored_bytes(letter.kept(form))
    except (DomainError, OSError):
        log.exception("letter %s cannot be served", letter.uuid)
        messages.error(request, _("The file cannot be read at the moment. Tell whoever keeps the platform running."))
        return redirect(_page(letter.of, concerned=not handles))
    if handles:
        services.note_reading(actor=request.user, letter=letter, form=form)
    answer = HttpResponse(body, content_type=KINDS[form])
    answer["Content-Disposition"] = f'attachment; filename="{letter.kind}-{letter.edition}.{form}"'
    return answer


def _made(request: SignedInRequest, case: AdministrativeCase | SelfRegulatoryCase) -> HttpResponse:
    try:
        made = services.make_letters(actor=request.user, case=case)
    except DomainError as refusal:
        messages.error(request, _words(refusal))
    else:
        said = _("The letters are made.") if made else _("Every letter that is due is there.")
        messages.success(request, said)
    return redirect(_page(case))


def _edition(request: SignedInRequest, letter: CaseLetter, case: Any, template: str, crumbs: Any) -> HttpResponse:
    form = EditionForm(request.POST or None, letter=letter)
    if request.method == "POST" and form.is_valid():
        try:
            services.make_edition(actor=request.user, letter=letter, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, _words(refusal))
        else:
            messages.success(request, _("The new edition is made; the one before stays beside it."))
            return redirect(_page(case))
    return render(request, template, {"letter": letter, "case": case, "form": form, "crumbs": crumbs})


def _words(refusal: DomainError) -> str:
    """Raises what is out of reach again."""
    if refusal.code == "not_allowed":
        raise refusal
    if refusal.code == "glyphs_missing":
        characters = refusal.facts["characters"]
        return _(
            "No font of the platform has these characters: %(characters)s. The letter was not made; tell whoever keeps "
            "the platform running."
        ) % {"characters": characters}
    return str(REFUSALS.get(refusal.code, _("Something is missing or does not fit. Nothing was changed.")))


def _page(case: AdministrativeCase | SelfRegulatoryCase, *, concerned: bool = False) -> str:
    if isinstance(case, AdministrativeCase):
        return reverse("credit:own_case" if concerned else "credit:case", args=[case.pk])
    return reverse("credit:self_mine_case" if concerned else "credit:self_case", args=[case.uuid])
