"""A partner's file in three steps: upload, preview line by line, confirm. Nothing is written before the last one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.middleware import SignedInRequest
from accounts.views.again import confirm_again
from accounts.views.imports.pages import forget, keep, kept
from accounts.views.trails import trail
from core.errors import DomainError, NotAllowed
from credit import services
from credit.forms.exchange import ExchangeFileForm
from credit.models import CreditRecord, ExchangePartner
from credit.rules.exchange import reason_in_words
from credit.selectors import exchange as selectors
from credit.services.exchange_plans import ExchangePlan, PlannedLine
from credit.views.exchange_words import refused, said

PAGE_LENGTH = 50


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest, pk: int) -> HttpResponse:
    """A file that can be read is kept for a day, sealed, and shown as a preview."""
    partner = selectors.own_partner(request.user, pk)
    form = ExchangeFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            services.look_into_file(actor=request.user, partner=partner, content=content)
        except NotAllowed:
            raise
        except DomainError as refusal:
            refused(form, refusal, "file")
        else:
            return redirect("credit:exchange_review", pk, keep(request, content, file.name))
    crumbs = _crumbs(_("Receive a file"), partner)
    return render(request, "credit/exchange_upload.html", {"form": form, "partner": partner, "crumbs": crumbs})


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def review(request: SignedInRequest, pk: int, sha256: str) -> HttpResponse:
    """What the kept file would do today; confirming reads and plans it anew."""
    partner = selectors.own_partner(request.user, pk)
    content, name = kept(request, sha256)
    if content is None or not services.was_looked_into(request.user, partner, sha256):
        messages.error(request, _("This file is no longer kept, or it has changed. Upload it again."))
        return redirect("credit:exchange_upload", pk)
    if request.method == "POST" and (answer := _received(request, partner, sha256, content)):
        return answer
    plan = services.preview_file(actor=request.user, partner=partner, content=content)
    page = Paginator(plan.lines, PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {
        "partner": partner,
        "plan": plan,
        "earlier": services.receipt_of(partner, plan.sha256),
        "page": page,
        "lines": [_in_words(line) for line in page],
        "file_name": name,
        "crumbs": _crumbs(_("Preview"), partner),
    }
    return render(request, "credit/exchange_review.html", context | _counts(plan))


def _received(request: SignedInRequest, partner: ExchangePartner, sha256: str, content: bytes) -> HttpResponse | None:
    seen, compared = request.POST.get("seen", "")[:32], request.POST.get("names_compared") == "on"
    try:
        receipt = services.receive_file(
            actor=request.user, partner=partner, content=content, seen=seen, names_compared=compared
        )
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.error(request, said(refusal))
        return None
    forget(request, sha256)
    messages.success(request, _("The file is received: every line has its outcome in this receipt."))
    return redirect("credit:exchange_receipt", receipt.uuid)


def _in_words(line: PlannedLine) -> dict[str, object]:
    """A line as it is shown: whom it was found to concern by name, the numbers of documents nowhere."""
    kind = line.values.get("kind", "")
    return {
        "row": line.row,
        "record_number": line.record_number,
        "kind": CreditRecord.Kind(kind).label if kind else "",
        "subject": line.subject.name if line.subject else "",
        "named": line.named if line.names_differ else "",
        "outcome": line.outcome,
        "reason": reason_in_words(line.reason) if line.reason else "",
        "detail": line.errors[0].message if line.errors else "",
    }


def _counts(plan: ExchangePlan) -> dict[str, int]:
    return dict(plan.counts)


def _crumbs(here: str, partner: ExchangePartner) -> list:
    above = (partner.name, reverse("credit:exchange_partner", args=[partner.pk]))
    return trail(here, (_("Exchange with partners"), reverse("credit:exchange")), above)
