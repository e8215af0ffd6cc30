"""Reports of a credit file: made for oneself, to hand on, or for an authority's case; and their sealed PDF."""

import logging

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import SignedInRequest
from accounts.models import Institution, Person
from accounts.permissions import Permission
from accounts.selectors import own_person
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from certificates.selectors.files import stored_bytes
from core.errors import DomainError, NotAllowed
from credit import services
from credit.models import CreditReport
from credit.rules.publication import Audience
from credit.selectors.files import entity_in_reach, own_entity, person_in_reach
from credit.selectors.papers import find_report, reports_of, verify_path
from credit.views.files import open_now

log = logging.getLogger(__name__)


@require_POST
def mine(request: SignedInRequest) -> HttpResponse:
    """Of one's own file, as one sees it oneself."""
    if (person := own_person(request.user)) is None:
        return redirect("credit:my_file")
    return _made(request, person, Audience.SUBJECT)


@require_POST
def ours(request: SignedInRequest) -> HttpResponse:
    """Of the entity's file: as its officers see it, or as everybody does, to hand on."""
    if (entity := own_entity(request.user)) is None:
        return redirect("credit:my_entity")
    return _made(request, entity, Audience.PUBLIC if request.POST.get("for") == "public" else Audience.SUBJECT)


@require_POST
@confirm_again
def of_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """For the case for which the file is open."""
    return _for_case(request, person_in_reach(request.user, pk), "credit:file")


@require_POST
@confirm_again
def of_entity(request: SignedInRequest, pk: int) -> HttpResponse:
    return _for_case(request, entity_in_reach(request.user, pk), "credit:entity")


@require_safe
def report(request: SignedInRequest, reference: str) -> HttpResponse:
    """One report, its sealed file, and the earlier ones."""
    found = _found(request, reference)
    subject = found.institution or found.person
    context = {
        "report": found,
        "earlier": reports_of(request.user, subject, found.audience)[:20] if subject else [],
        "check_path": verify_path(found),
        "crumbs": trail(_("Credit report"), _to_file(found)),
    }
    return render(request, "credit/paper.html", context)


@require_safe
def report_file(request: SignedInRequest, reference: str) -> HttpResponse:
    """The sealed bytes as stored; what differs from its hash is not given out."""
    found = _found(request, reference)
    kept = getattr(found, "file", None)
    try:
        body = stored_bytes(kept) if kept and found.sealed_content else b""
    except (DomainError, OSError):
        log.exception("the file of report %s cannot be served", reference)
        messages.error(request, _("The file cannot be read at the moment. Make a new report."))
        return redirect("credit:report", reference)
    if not body:
        messages.info(request, _("The sealed PDF is being made; look again in a minute."))
        return redirect("credit:report", reference)
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{reference}.pdf"'
    return answer


def _for_case(request: SignedInRequest, subject: Person | Institution, page: str) -> HttpResponse:
    if (look := open_now(request, subject)) is None:
        return redirect(page, subject.pk)
    return _made(request, subject, Audience.REGION, look.purpose)


def _made(request: SignedInRequest, subject: Person | Institution, audience: str, purpose: str = "") -> HttpResponse:
    try:
        made = services.make_paper(actor=request.user, subject=subject, audience=audience, purpose=purpose)
    except DomainError as refusal:
        if refusal.code != "report_too_large":
            raise
        messages.error(request, _("There are too many entries for one report."))
        return redirect("accounts:home")
    messages.success(request, _("The report is made. Its sealed file follows within a minute."))
    return redirect("credit:report", made.reference)


def _found(request: SignedInRequest, reference: str) -> CreditReport:
    """An authority reads it while the file is open. Raises NotAllowed."""
    try:
        return find_report(request.user, reference, Audience.SUBJECT)
    except NotAllowed:
        found = find_report(request.user, reference, Audience.REGION)
    subject = found.institution or found.person
    if subject is None or open_now(request, subject) is None:
        raise NotAllowed(permission=Permission.CREDIT_FILE_VIEW.value)
    return found


def _to_file(found: CreditReport) -> tuple[str, str]:
    if found.audience != Audience.REGION:
        own = (
            ("credit:my_entity", _("Our credit file"))
            if found.institution_id
            else ("credit:my_file", _("My credit file"))
        )
        return own[1], reverse(own[0])
    if found.institution_id:
        return _("Credit file of the entity"), reverse("credit:entity", args=[found.institution_id])
    return _("Credit file"), reverse("credit:file", args=[found.person_id])
