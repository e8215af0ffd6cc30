"""A wrong name at the desk: one page says what follows, one confirmation does it, one page prints the new paper."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import SignedInRequest
from accounts.views.again import confirm_again
from certificates import services
from certificates.forms.corrections import NameForm
from certificates.models import Certificate
from certificates.selectors import decisions as selectors
from certificates.selectors.awards import enrolment_of
from certificates.services.corrections import NameCorrection
from certificates.views.decisions import NOT_NOW, REFUSALS, crumbs
from certificates.workflow import CertificateState
from core.errors import DomainError, NotAllowed

MORE_REFUSALS = {
    "own_record": gettext_lazy("This is your own record: another officer of the base corrects it."),
    "name_same": gettext_lazy("The register says this already. If the certificate says otherwise, replace it."),
    "name_missing": gettext_lazy("A name is needed."),
    "seal_failed": gettext_lazy(
        "The name is corrected; the new certificate could not be sealed. The old one stays in force: try again."
    ),
}
FOLLOWS = [
    gettext_lazy("The register says the corrected name from now on; the look at the document is recorded."),
    gettext_lazy("A new certificate with a new number is issued at once, and the present one is replaced."),
    gettext_lazy("The next page prints the new one; verification of the old one names the new number."),
]


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def correct_name(request: SignedInRequest, number: str) -> HttpResponse:
    found = _certificate_or_404(request, number)
    person = found.training_record.person
    form = NameForm(request.POST or None, initial={"name": person.name, "latin_name": person.latin_name})
    if request.method == "POST" and form.is_valid() and (made := _corrected(request, found, form)):
        messages.success(request, _("The name is corrected and the new certificate is issued. Print it now."))
        return redirect("certificates:reprint", made.number)
    context = {
        "certificate": found,
        "form": form,
        "consequences": FOLLOWS,
        "is_open": found.state == CertificateState.ISSUED,
        "crumbs": crumbs(found, _("Correct the name")),
    }
    return render(request, "certificates/correct_name.html", context)


@require_safe
def reprint(request: SignedInRequest, number: str) -> HttpResponse:
    """The one new certificate: print it, tick it as handed out, and back to the class."""
    found = _certificate_or_404(request, number)
    enrolment = enrolment_of(found.training_record)
    context = {
        "certificate": found,
        "print_url": reverse("certificates:download", args=[number]) + "?print=1",
        "cohort": enrolment.cohort if enrolment else None,
        "crumbs": crumbs(found, _("Print it")),
    }
    return render(request, "certificates/reprint.html", context)


def _corrected(request: SignedInRequest, found: Certificate, form: NameForm) -> Certificate | None:
    said = form.cleaned_data
    correction = NameCorrection(said["name"], said["latin_name"], said["paper_back"])
    try:
        return services.correct_name_on_certificate(actor=request.user, certificate=found, correction=correction)
    except NotAllowed:
        raise
    except DomainError as refusal:
        form.add_error(None, (MORE_REFUSALS | REFUSALS).get(refusal.code, NOT_NOW))
        return None


def _certificate_or_404(request: SignedInRequest, number: str) -> Certificate:
    found = selectors.certificate_to_manage(request.user, number)
    if found is None:
        raise Http404
    return found
