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
from certificates.pdf.receipt import receipt
from certificates.pdf.stack import stack
from certificates.selectors import cohort_to_issue
from certificates.selectors import handouts as selectors
from core import clock
from core.errors import DomainError
from courses.models import Cohort


@require_http_methods(["GET", "HEAD", "POST"])
def handout(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everybody of the class with a certificate in force, in the order asked for; POST ticks who has got the paper."""
    cohort = _cohort_or_404(request, pk)
    if request.method == "POST":
        chosen = [int(value) for value in request.POST.getlist("certificate") if value.isdecimal()]
        done = services.tick_handouts(actor=request.user, cohort=cohort, certificate_ids=chosen)
        messages.success(request, ngettext("%(count)d handed out.", "%(count)d handed out.", done) % {"count": done})
        return redirect(reverse("certificates:handout", args=[pk]) + _asked(request))
    rows, order = _in_order(request, cohort)
    context = {
        "cohort": cohort,
        "rows": rows,
        "order": order,
        "seated": selectors.is_seated(rows),
        "asked": _asked(request),
        "handed": sum(hasattr(row, "handout") for row in rows),
        "parts": selectors.parts_of(len(rows)),
        "crumbs": trail(_("Hand out"), (cohort.title, reverse("courses:cohort", args=[pk]))),
    }
    return render(request, "certificates/handout.html", context)


@require_safe
@confirm_again
def print_file(request: SignedInRequest, pk: int, part: int) -> HttpResponse:
    """Stored certificates in the order of the sheet, which lies behind them where it is asked for (`sheet`).

    What differs from its hash is named, and is not in the file.
    """
    cohort = _cohort_or_404(request, pk)
    everybody, order = _in_order(request, cohort)
    rows = selectors.part(everybody, part)
    if not rows:
        return redirect("certificates:handout", pk)
    bodies, damaged = selectors.print_part(rows)
    if damaged and ("without" not in request.GET or not bodies):
        return _damaged(request, cohort, part, damaged, rest=len(bodies))
    to_sign = [row for row in rows if row not in damaged] if "sheet" in request.GET else []
    sheet = _sheet(request, cohort, to_sign, order) if to_sign else b""
    return _pdf(stack(iter(bodies), behind=sheet), f"certificates-{pk}-{part}.pdf")


def _damaged(
    request: SignedInRequest, cohort: Cohort, part: int, damaged: list[Certificate], *, rest: int
) -> HttpResponse:
    """Whose certificates cannot be printed, with the way to a new one and to the print of the others."""
    crumbs = trail(_("Print file"), (_("Hand out"), reverse("certificates:handout", args=[cohort.pk])))
    context = {"cohort": cohort, "part": part, "damaged": damaged, "rest": rest, "crumbs": crumbs}
    context |= {"asked": _asked(request), "with_sheet": "sheet" in request.GET}
    return render(request, "certificates/print_damaged.html", context, status=500)


@require_safe
def signature_sheet(request: SignedInRequest, pk: int) -> HttpResponse:
    """In the same order as the print file, with room for a signature."""
    cohort = _cohort_or_404(request, pk)
    rows, order = _in_order(request, cohort)
    context = {
        "cohort": cohort,
        "rows": rows,
        "order": order,
        "seated": selectors.is_seated(rows),
        "asked": _asked(request),
        "today": clock.today(),
    }
    return render(request, "certificates/signature_sheet.html", context)


@require_safe
def signature_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same sheet as a file for the printer: A4, its heads on every page."""
    cohort = _cohort_or_404(request, pk)
    rows, order = _in_order(request, cohort)
    if not rows:
        return redirect("certificates:handout", pk)
    sheet = _sheet(request, cohort, rows, order)
    if not sheet:
        return redirect(reverse("certificates:handout", args=[pk]) + _asked(request))
    return _pdf(sheet, f"receipt-{pk}.pdf")


def _sheet(request: SignedInRequest, cohort: Cohort, rows: list[Certificate], order: str) -> bytes:
    """Empty where it cannot be drawn: the certificates do not wait for it, and the next page says so."""
    try:
        return receipt(cohort, rows, order=order, on=clock.today())
    except DomainError as refusal:
        if refusal.code != "glyphs_missing":
            raise
        sentence = _("The sheet is not in the file: the fonts lack %(characters)s. Print it from “Signature sheet”.")
        messages.error(request, sentence % refusal.facts)
        return b""


def _in_order(request: SignedInRequest, cohort: Cohort) -> tuple[list[Certificate], str]:
    """The list, the sheet and the print file ask here alone, so that they agree."""
    asked = selectors.NAME if request.GET.get("order") == selectors.NAME else selectors.SEAT
    rows = list(selectors.certificates_to_hand_out(request.user, cohort, asked))
    return rows, asked if selectors.is_seated(rows) else selectors.NAME


def _asked(request: SignedInRequest) -> str:
    return "?order=name" if request.GET.get("order") == selectors.NAME else ""


def _pdf(body: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def _cohort_or_404(request: HttpRequest, pk: int) -> Cohort:
    found = cohort_to_issue(request.user, pk)  # type: ignore[arg-type]
    if found is None:
        raise Http404
    return found
