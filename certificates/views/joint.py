"""The page of a class on which its base names who issues the certificates together with it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.middleware import SignedInRequest
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from certificates import selectors, services
from certificates.forms.joint import CoIssuersForm, as_written, field_of
from certificates.models import CoIssuers
from certificates.selectors import joint
from certificates.views.findings import WORDS
from core.errors import DomainError, NotAllowed
from courses.models import Cohort

REFUSALS = {
    "issuers_settled": gettext_lazy(
        "In the meantime a certificate of this class got its number, or a batch of it was asked for. Nothing was"
        " changed."
    ),
    "nobody_named": gettext_lazy("No body was named. Nothing was changed."),
    "basis_missing": gettext_lazy("Say by which document it was agreed."),
}
PROBLEMS = {
    "missing": gettext_lazy("The name in this language is missing: the certificate says it in all three."),
    "too_long": gettext_lazy("The name is longer than %(detail)s characters and does not fit on the certificate."),
    "too_many": gettext_lazy("More than %(detail)s bodies do not fit on the certificate."),
    "named_twice": gettext_lazy("This body is named already, or is the base itself."),
    "several_bodies": gettext_lazy("One name names one body: “%(detail)s” stands between two."),
    "other_language": gettext_lazy("This is not written in the language of this name."),
    "glyphs_missing": gettext_lazy("The fonts lack characters of this name: %(detail)s"),
}
FOLLOWS = [
    gettext_lazy(
        "Every certificate of this class will name the base and these bodies, in this order and with all names."
    ),
    gettext_lazy("Verification, the credential and the file say the same. The seal on it is not theirs."),
    gettext_lazy(
        "It can be changed until a batch of this class is asked for or the first certificate has its number; after that"
        " never again, for a correction neither."
    ),
]


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def co_issuers(request: SignedInRequest, pk: int) -> HttpResponse:
    cohort = selectors.cohort_to_issue(request.user, pk)
    if cohort is None:
        raise Http404
    named = joint.co_issuers(request.user, cohort)
    initial = as_written(named.bodies, "") if named else {}
    form = CoIssuersForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _named(request, cohort, form):
        messages.success(request, _("It is recorded who issues the certificates of this class."))
        return redirect("certificates:co_issuers", pk)
    context = {
        "cohort": cohort,
        "named": named,
        "bodies": joint.in_words(named),
        "settled": joint.is_settled(cohort),
        "form": form,
        "consequences": FOLLOWS,
        "crumbs": trail(_("Who issues"), (_("Issue certificates"), reverse("certificates:issue", args=[pk]))),
    }
    return render(request, "certificates/co_issuers.html", context)


def _named(request: SignedInRequest, cohort: Cohort, form: CoIssuersForm) -> CoIssuers | None:
    given = form.given()
    try:
        return services.name_co_issuers(
            actor=request.user, cohort=cohort, bodies=[body for _at, body in given], basis=form.cleaned_data["basis"]
        )
    except NotAllowed:
        raise
    except DomainError as refusal:
        for one in refusal.facts.get("problems", []):
            form.add_error(field_of(given[one.body][0], one.language), _words(one))
        if refusal.code != "names_refused":
            form.add_error(None, REFUSALS[refusal.code])
        return None


def _words(problem: services.NameProblem) -> str:
    if problem.code in PROBLEMS:
        return str(PROBLEMS[problem.code]) % {"detail": problem.detail}
    return f"{WORDS[problem.code]} {problem.detail}".strip()
