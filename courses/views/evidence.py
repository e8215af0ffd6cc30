"""Evidence from elsewhere for whoever submits it: the list, a new one, one with its scans, taking it back."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.models import Institution, Person
from accounts.permissions import Permission
from accounts.selectors import masked_numbers, own_person, reached_institution
from accounts.views.imports import download
from core.errors import DomainError, NotAllowed
from core.workflow import open_steps
from courses import services
from courses.forms.evidence import EvidenceFilter, EvidenceForm
from courses.models import ExternalEvidence
from courses.selectors import evidence as selectors
from courses.views.refusals import words
from courses.views.trails import evidence_trail, records_trail
from courses.workflow import EXTERNAL_EVIDENCE_STEPS

PAGE_SIZE = 25
# What a page says at which field.
AT_FIELD = {
    "scans_missing": "scans", "scan_twice": "scans", "agreement_wrong": "agreement", "in_future": "completed_on",
    "track_wrong": "track", "person_not_found": "tail", "region_missing": "region", "nobody_decides_there": "region",
}  # fmt: skip


@require_GET
def own_evidence(request: SignedInRequest) -> HttpResponse:
    """What the institution of the worn hat submitted, or what concerns oneself."""
    form = EvidenceFilter(request.GET)
    state = form.chosen()
    page = Paginator(selectors.own_evidence(request.user, state=state), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page, "filter": form, "state": state, "may_submit": _may_submit(request),
        "may_batch": holds(request.user, Permission.EVIDENCE_SUBMIT),
        "may_decide": holds(request.user, Permission.TRAINING_RECORD_CONFIRM),
        "crumbs": records_trail(_("Evidence from elsewhere")),
    }  # fmt: skip
    return render(request, "courses/own_evidence.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def submit_evidence(request: SignedInRequest) -> HttpResponse:
    """By an institution's officer for the staff, by anybody else for oneself."""
    institution, person = _for_whom(request)
    region = institution.region if institution else selectors.region_of(person) if person else None
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = EvidenceForm(*given, region=region, for_oneself=institution is None, initial=_begun(request))
    if request.method == "POST" and form.is_valid() and (made := _submitted(request, form, institution, person)):
        messages.success(request, _("Submitted. It counts once the authority has accepted it."))
        return redirect("courses:evidence", made.pk)
    context = {
        "form": form, "institution": institution, "region": region,
        "crumbs": evidence_trail(_("Submit evidence from elsewhere")),
    }  # fmt: skip
    return render(request, "courses/submit_evidence.html", context)


@require_GET
def evidence(request: SignedInRequest, pk: int) -> HttpResponse:
    """One, with its scans and what was decided."""
    found = selectors.evidence_for(request.user, pk, Permission.TRAINING_RECORD_VIEW)
    return render(request, "courses/evidence.html", facts_of(request, found))


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_evidence(request: SignedInRequest, pk: int) -> HttpResponse:
    """What it does is said first."""
    found = selectors.evidence_for(request.user, pk, Permission.EVIDENCE_SUBMIT)
    if request.method != "POST":
        context = {"evidence": found, "crumbs": evidence_trail(_("Withdraw evidence from elsewhere"))}
        return render(request, "courses/withdraw_evidence.html", context)
    try:
        services.withdraw_evidence(actor=request.user, evidence=found)
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.error(request, words(refusal))
    else:
        messages.success(request, _("Withdrawn. The training stays listed as claimed and is not counted."))
    return redirect("courses:evidence", pk)


@require_GET
def evidence_scan(request: SignedInRequest, pk: int) -> HttpResponse:
    """As a file, never shown inside the site; the person reads who opened it."""
    found = selectors.scan_for(request.user, pk)
    content = services.open_scan(actor=request.user, scan=found)
    return download(content, found.name, found.media_type)


def facts_of(request: SignedInRequest, found: ExternalEvidence) -> dict[str, Any]:
    """What the page of one shows, to whoever submitted it and to whoever decides."""
    person = found.person.merged_into or found.person
    may_withdraw = selectors.may_submit(request.user, found) and "withdraw" in open_steps(
        found, EXTERNAL_EVIDENCE_STEPS
    )
    return {
        "evidence": found,
        "person": person,
        "masked": masked_numbers([person.pk]).get(person.pk, ""),
        "scans": selectors.scans_of(found),
        "annulled": selectors.annulled(found),
        "may_withdraw": may_withdraw,
        "may_decide": holds(request.user, Permission.TRAINING_RECORD_CONFIRM),
        "crumbs": evidence_trail(found.title),
    }


def _may_submit(request: SignedInRequest) -> bool:
    return holds(request.user, Permission.EVIDENCE_SUBMIT) or not request.user.worn_memberships()


def _for_whom(request: SignedInRequest) -> tuple[Institution | None, Person | None]:
    """The hat decides: an institution's officer for its staff, whoever wears none for oneself. Raises NotAllowed."""
    if holds(request.user, Permission.EVIDENCE_SUBMIT):
        return reached_institution(request.user, Permission.EVIDENCE_SUBMIT), None
    person = own_person(request.user)
    if person is None or request.user.worn_memberships():
        raise NotAllowed(permission=Permission.EVIDENCE_SUBMIT.value)
    return None, person


def _begun(request: SignedInRequest) -> dict[str, str]:
    """A link from a list of people begins the form with a name."""
    return {"name": request.GET.get("name", "")[:100]}


def _submitted(
    request: SignedInRequest, form: EvidenceForm, institution: Institution | None, person: Person | None
) -> ExternalEvidence | None:
    try:
        if institution is not None:
            person = selectors.staff_by_tail(institution, form.cleaned_data["name"], form.cleaned_data["tail"])
        if person is None:
            raise DomainError("person_not_found")
        return services.submit_evidence(
            actor=request.user,
            person=person,
            training=form.training(),
            scans=form.cleaned_data["scans"],
            institution=institution,
            named=form.cleaned_data.get("region"),
        )
    except NotAllowed:
        raise
    except DomainError as refusal:
        form.add_error(AT_FIELD.get(refusal.code), words(refusal))
    return None
