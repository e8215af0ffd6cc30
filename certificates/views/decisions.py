"""Decisions about a certificate, and the lists of what waits for one."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from certificates import services
from certificates.forms.decisions import DecideForm, SupersedeForm, SuspendForm
from certificates.models import Certificate
from certificates.selectors import decisions as selectors
from certificates.selectors.disagreements import disagreeing_in_reach
from certificates.workflow import CERTIFICATE_STEPS, STEP_TITLES, Ground
from core.errors import DomainError
from core.workflow import open_steps

PAGE_LENGTH = 25
FOLLOWS = {
    "suspend": [
        gettext_lazy("Verification answers from now on: suspended, something is being checked."),
        gettext_lazy("It is no penalty and says nothing about conduct; the last day is shown to the holder."),
        gettext_lazy("It is not lifted by itself: somebody decides before that day."),
    ],
    "resume": [gettext_lazy("Verification answers from now on: registered as normal.")],
    "supersede": [
        gettext_lazy(
            "A new certificate with a new number is made from today's facts, and the present one is replaced."
        ),
        gettext_lazy("The bytes of the present one are kept; verification of it names the new number."),
        gettext_lazy("A wrong name is corrected in the person's record first."),
    ],
    "deregister": [
        gettext_lazy("The certificate ends without fault, for good; the training it proves remains a fact."),
    ],
    "revoke": [
        gettext_lazy("The certificate is taken back, for good; verification says so from now on."),
        gettext_lazy("Only what a court has ordered: name court and number in the note."),
    ],
}
SERVICES = {
    "suspend": services.suspend_certificate,
    "resume": services.resume_certificate,
    "deregister": services.deregister_certificate,
    "revoke": services.revoke_certificate,
}
REFUSALS = {
    "ground_not_allowed": gettext_lazy("This step is not taken on that ground."),
    "suspension_too_long": gettext_lazy("A check may last thirty days at most; choose an earlier last day."),
    "suspension_ends_before": gettext_lazy("The last day lies before the suspension, or has passed."),
    "day_out_of_order": gettext_lazy("The day lies in the future, or before the last change of this certificate."),
    "wrong_state": gettext_lazy("Somebody has changed this certificate in the meantime. Nothing was changed by you."),
    "register_differs": gettext_lazy(
        "The register and the public log disagree about the state of this certificate: somebody has changed it past the"
        " platform. Nothing was changed. It can be revoked; for anything else ask the operators of the platform."
    ),
    "own_record": gettext_lazy("This certificate is yours: somebody else has to decide."),
    "revocation_runs": gettext_lazy("A revocation of this certificate runs: it is decided first. Nothing was changed."),
    "identity_not_checked": gettext_lazy("The identity has not been checked: no new certificate can be made yet."),
    "glyphs_missing": gettext_lazy("The fonts lack characters of the corrected name. Nothing was changed."),
    "seal_failed": gettext_lazy(
        "The seal could not be put on. Try again in a while: the new certificate then says what is true at that moment."
    ),
    "facts_changed_meanwhile": gettext_lazy("Somebody else is making the new certificate right now. Try again."),
    "draft_of_another_number": gettext_lazy(
        "The correction changes level or base, or lies after the day of issue: the kept number cannot say so. Ask the"
        " operators of the platform."
    ),
    "no_place_for_issuers": gettext_lazy(
        "The design in force has no place for the bodies that issue together with the base. Nothing was changed."
    ),
    "name_too_long": gettext_lazy("The corrected name is too long for the sheet. Nothing was changed."),
}
# Refusals whose words fit, too, where a number is allotted already.
KEEPS_NUMBER = frozenset({"seal_failed", "facts_changed_meanwhile", "draft_of_another_number"})
NOT_MADE = gettext_lazy("The new certificate cannot be made as things stand.")
NOT_NOW = gettext_lazy("This cannot be done with the certificate as it stands. Nothing was changed.")


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def decide(request: SignedInRequest, number: str, step: str) -> HttpResponse:
    """One step, said before it is taken."""
    certificate = _certificate_or_404(request, number)
    if step not in STEP_TITLES:
        raise Http404
    form = _form(step, request.POST or None)
    if request.method == "POST" and form.is_valid() and (found := _decided(request, certificate, step, form)):
        messages.success(request, _("The decision is recorded."))
        return redirect("certificates:certificate", found.number)
    facts = services.facts_today(actor=request.user, certificate=certificate) if step == "supersede" else []
    context = {
        "certificate": certificate,
        "form": form,
        "heading": STEP_TITLES[step],
        "consequences": FOLLOWS[step],
        "is_open": step in open_steps(certificate, CERTIFICATE_STEPS),
        "facts": facts,
        "nothing_differs": bool(facts) and not any(fact.differs for fact in facts),
        "crumbs": crumbs(certificate, str(STEP_TITLES[step])),
    }
    return render(request, "certificates/decide.html", context)


@require_safe
def suspensions(request: SignedInRequest) -> HttpResponse:
    """Every suspended certificate in reach; those whose last day is near or over stand first."""
    _require_hat(request)
    page = _page(request, selectors.suspended_certificates(request.user))
    context = {
        "page": page,
        "lines": selectors.suspension_lines(list(page)),
        "disagreeing": disagreeing_in_reach(request.user)[:PAGE_LENGTH],
        "manages": holds(request.user, Permission.CERTIFICATE_MANAGE),
        "crumbs": trail(_("Suspended certificates")),
    }
    return render(request, "certificates/suspensions.html", context)


def crumbs(certificate: Certificate, last: str) -> Any:
    address = reverse("certificates:certificate", args=[certificate.number])
    return trail(last, (certificate.number, address))


def _form(step: str, data: Any) -> Form:
    if step == "supersede":
        return SupersedeForm(data)
    if step == "suspend":
        return SuspendForm(data, step=step)
    # A false fact goes another way: notice, answer, second person.
    return DecideForm(data, step=step, without=frozenset({Ground.FALSE_FACT}) if step == "revoke" else frozenset())


def _decided(request: SignedInRequest, certificate: Certificate, step: str, form: Form) -> Certificate | None:
    said = {name: value for name, value in form.cleaned_data.items() if value}
    try:
        if step == "supersede":
            return services.supersede_certificate(actor=request.user, certificate=certificate, **said)
        return SERVICES[step](actor=request.user, certificate=certificate, **said)
    except DomainError as refusal:
        form.add_error(None, _words(refusal, certificate))
        return None


def _words(refusal: DomainError, certificate: Certificate) -> str:
    """What was kept is said: a number that is allotted stays so, and its certificate is still to be made."""
    number = selectors.successor_in_the_making(certificate)
    if not number:
        return str(REFUSALS.get(refusal.code, NOT_NOW))
    kept = _("The present certificate holds on. Number %(number)s is kept for the new one: nobody sees it yet.")
    what = REFUSALS.get(refusal.code) if refusal.code in KEEPS_NUMBER else NOT_MADE
    return f"{what} {kept % {'number': number}}"


def _require_hat(request: SignedInRequest) -> None:
    if not holds(request.user, Permission.CERTIFICATE_VIEW):
        raise Http404


def _certificate_or_404(request: SignedInRequest, number: str) -> Certificate:
    found = selectors.certificate_to_manage(request.user, number)
    if found is None:
        raise Http404
    return found


def _page(request: SignedInRequest, rows: Any) -> Any:
    return Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
