"""The last afternoon: one file to print, the sheet to sign, and ticks at the desk."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import SignedInRequest
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from certificates import services
from certificates.models import Certificate
from certificates.pdf.stack import stack
from certificates.selectors import cohort_to_issue
from certificates.selectors import handouts as selectors
from core import clock
from courses.models import Cohort


@require_http_methods(["GET", "HEAD", "POST"])
def handout(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everybody of the class with a certificate in force, by name; POST ticks who has got the paper."""
    cohort = _cohort_or_404(request, pk)
    if request.method == "POST":
        chosen = [int(value) for value in request.POST.getlist("certificate") if value.isdecimal()]
        done = services.tick_handouts(actor=request.user, cohort=cohort, certificate_ids=chosen)
        messages.success(request, ngettext("%(count)d handed out.", "%(count)d handed out.", done) % {"count": done})
        return redirect("certificates:handout", pk)
    rows = list(selectors.certificates_to_hand_out(request.user, cohort))
    context = {
        "cohort": cohort,
        "rows": rows,
        "handed": sum(hasattr(row, "handout") for row in rows),
        "parts": selectors.parts_of(len(rows)),
        "crumbs": trail(_("Hand out"), (cohort.title, reverse("courses:cohort", args=[pk]))),
    }
    return render(request, "certificates/handout.html", context)


@require_safe
@confirm_again
def print_file(request: SignedInRequest, pk: int, part: int) -> HttpResponse:
    """Stored certificates in the order of the sheet. What differs from its hash is named, and is not in the file."""
    cohort = _cohort_or_404(request, pk)
    rows = selectors.part(list(selectors.certificates_to_hand_out(request.user, cohort)), part)
    if not rows:
        return redirect("certificates:handout", pk)
    bodies, damaged = selectors.print_part(rows)
    if damaged and ("without" not in request.GET or not bodies):
        return _damaged(request, cohort, part, damaged, rest=len(bodies))
    answer = HttpResponse(stack(iter(bodies)), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="certificates-{pk}-{part}.pdf"'
    return answer


def _damaged(request: HttpRequest, cohort: Cohort, part: int, damaged: list[Certificate], *, rest: int) -> HttpResponse:
    """Whose certificates cannot be printed, with the way to a new one and to the print of the others."""
    crumbs = trail(_("Print file"), (_("Hand out"), reverse("certificates:handout", args=[cohort.pk])))
    context = {"cohort": cohort, "part": part, "damaged": damaged, "rest": rest, "crumbs": crumbs}
    return render(request, "certificates/print_damaged.html", context, status=500)


@require_safe
def signature_sheet(request: SignedInRequest, pk: int) -> HttpResponse:
    """In the same order as the print file, with room for a signature."""
    cohort = _cohort_or_404(request, pk)
    rows = selectors.certificates_to_hand_out(request.user, cohort)
    context = {"cohort": cohort, "rows": rows, "today": clock.today()}
    return render(request, "certificates/signature_sheet.html", context)


def _cohort_or_404(request: HttpRequest, pk: int) -> Cohort:
    found = cohort_to_issue(request.user, pk)  # type: ignore[arg-type]
    if found is None:
        raise Http404
    return found
