"""Proofs of an institution's ratio: those there are, a new one, one in full, and its files."""

import logging
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import can
from accounts.middleware import SignedInRequest
from accounts.models import Institution
from accounts.permissions import Permission
from accounts.selectors.own import is_own
from accounts.views.trails import trail
from certificates.selectors.files import stored_bytes
from core import clock
from core.errors import DomainError
from staffing import services
from staffing.forms.proofs import ProofForm
from staffing.models import RatioProof
from staffing.selectors import find_institution
from staffing.selectors.proof_checks import verify_in_hand
from staffing.selectors.proofs import csv_bytes, find_proof, json_bytes, lines_of, proofs_of, samples_of, verify_path
from staffing.selectors.sealed import sealed_on, sealed_rows

log = logging.getLogger(__name__)
WORDS: dict[str, Promise] = {
    "proof_day_to_come": gettext_lazy("A day to come cannot be proven. Choose today or an earlier day."),
    "proof_moment_to_come": gettext_lazy("Nobody knows yet what will be known then. Leave it empty for now."),
    "proof_known_before_day": gettext_lazy("This is before the day itself. Choose the day or a later one."),
    "proof_too_large": gettext_lazy("There are too many people for one proof."),
    "proof_moved_meanwhile": gettext_lazy("The roster was changed at this very moment. Nothing was made; try again."),
}


def proofs(request: SignedInRequest, id: str) -> HttpResponse:
    """Newest first; POST makes one, for whoever may."""
    institution = find_institution(request.user, id)
    form = ProofForm(request.POST or request.GET or None)
    if request.method == "POST" and form.is_valid() and (made := _made(request, institution, form)):
        messages.success(request, _("The proof is made. Its sealed file follows within a minute."))
        return redirect("staffing:proof", made.reference)
    context = {
        "institution": institution,
        "proofs": proofs_of(request.user, institution)[:200],
        "form": form,
        "may_prove": can(request.user, Permission.RATIO_PROVE, institution),
        "sealed": sealed_on(sealed_rows(institution), clock.today()).staff,
        "crumbs": trail(_("Proofs"), _to_ratio(institution)),
    }
    return render(request, "staffing/proofs.html", context)


def _made(request: SignedInRequest, institution: Institution, form: ProofForm) -> RatioProof | None:
    try:
        return services.make_proof(actor=request.user, institution=institution, **form.moments())
    except DomainError as refusal:
        if refusal.code not in WORDS:
            raise
        form.add_error(None, str(WORDS[refusal.code]))
        return None


@require_safe
def proof(request: SignedInRequest, reference: str) -> HttpResponse:
    """What it says, whether it stands, its files, and for authorities the way to an audit."""
    found = find_proof(request.user, reference)
    may_audit = can(request.user, Permission.RATIO_AUDIT, found) and not is_own(request.user, found.institution)
    context = {
        "proof": found,
        "answer": verify_in_hand(found),
        "lines": lines_of(found),
        "check_path": verify_path(found),
        "may_audit": may_audit,
        "samples": samples_of(request.user, found) if may_audit else [],
        "crumbs": _to_list(found, found.reference),
    }
    return render(request, "staffing/proof.html", context)


@require_safe
def pdf(request: SignedInRequest, reference: str) -> HttpResponse:
    """The sealed bytes as stored; what differs from its hash is not given out."""
    found = find_proof(request.user, reference)
    kept = getattr(found, "file", None)
    try:
        body = stored_bytes(kept) if kept else b""
    except (DomainError, OSError):
        log.exception("the file of proof %s cannot be served", reference)
        return _missing(request, found, status=500)
    return _file(body, f"{reference}.pdf", "application/pdf") if body else _missing(request, found, status=404)


@require_safe
def json_file(request: SignedInRequest, reference: str) -> HttpResponse:
    found = find_proof(request.user, reference)
    return _file(json_bytes(found, lines_of(found)), f"{reference}.json", "application/json")


@require_safe
def csv_file(request: SignedInRequest, reference: str) -> HttpResponse:
    found = find_proof(request.user, reference)
    return _file(csv_bytes(found, lines_of(found)), f"{reference}.csv", "text/csv; charset=utf-8")


def to_proof(found: RatioProof, here: str | Promise) -> list[dict[str, str]]:
    """The way to a page of a proof."""
    return _to_list(found, here, (found.reference, reverse("staffing:proof", args=[found.reference])))


def _to_list(found: RatioProof, here: str | Promise, *between: tuple[str, str]) -> list[dict[str, str]]:
    listed = (_("Proofs"), reverse("staffing:proofs", args=[found.institution.pk]))
    return trail(here, _to_ratio(found.institution), listed, *between)


def _to_ratio(institution: Institution) -> tuple[str, str]:
    return institution.name, reverse("staffing:ratio", args=[institution.pk])


def _missing(request: SignedInRequest, found: RatioProof, *, status: int) -> HttpResponse:
    context: dict[str, Any] = {"proof": found, "lost": status != 404, "crumbs": to_proof(found, "PDF")}
    return render(request, "staffing/proof_file_missing.html", context, status=status)


def _file(body: bytes, name: str, content_type: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
