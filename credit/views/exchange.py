"""The exchange for whoever acts for a body: partners, what is sent to them, receipts, notices of an end, dictionary."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.imports import download
from accounts.views.trails import trail
from core import clock
from core.errors import DomainError
from core.exports import CSV, csv_table
from credit import services
from credit.forms.exchange import AcknowledgeForm, EndPartnerForm, PartnerForm, SendForm
from credit.models import ExchangePartner, FileForm
from credit.rules.exchange import accepted_bases, dictionary_on, reason_in_words
from credit.selectors import exchange as selectors
from credit.views.exchange_words import refused

PAGE_LENGTH = 25
END_HEADS = (
    gettext_lazy("Notice"), gettext_lazy("Decision"), gettext_lazy("Entity"),
    gettext_lazy("Unified social credit code"), gettext_lazy("State"), gettext_lazy("Told on"), gettext_lazy("Due"),
)  # fmt: skip
TYPES = {FileForm.JSON: "application/json", FileForm.CSV: CSV}


@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """Partners of the bodies in reach, and the newest receipts."""
    _require(request)
    page = Paginator(selectors.receipts_of(request.user), PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {
        "partners": selectors.partners_of(request.user)[:200],
        "page": page,
        "today": clock.today(),
        "may_enter": bool(selectors.own_bodies(request.user)),
        "crumbs": trail(_("Exchange with partners")),
    }
    return render(request, "credit/exchange.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def new_partner(request: SignedInRequest) -> HttpResponse:
    _require(request)
    form = PartnerForm(request.POST or None, bodies=selectors.own_bodies(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.enter_partner(actor=request.user, body=form.body(), partner=form.told())
        except DomainError as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The partner is entered."))
            return redirect("credit:exchange_partner", made.pk)
    words = {"heading": _("Enter a partner"), "submit": _("Enter it")}
    return _form_page(request, form, words, reverse("credit:exchange"))


@require_safe
def partner(request: SignedInRequest, pk: int) -> HttpResponse:
    """One partner: its basis, its receipts, the tokens of its machines."""
    found = selectors.partner_in_reach(request.user, pk)
    page = Paginator(selectors.receipts_of(request.user, found), PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {
        "partner": found,
        "page": page,
        "tokens": selectors.tokens_of(request.user, found)[:100],
        "acts": selectors.acts_for(request.user, found),
        "may_end": selectors.open_end_notices(request.user).filter(told=found).exists(),
        "running": found.is_one_on(clock.today()),
        "crumbs": _crumbs(found.name),
    }
    return render(request, "credit/exchange_partner.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def end_partner(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.own_partner(request.user, pk)
    form = EndPartnerForm(request.POST or None, initial={"valid_to": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            services.end_partner(actor=request.user, partner=found, **form.cleaned_data)
        except DomainError as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The exchange with this partner ends."))
            return redirect("credit:exchange_partner", pk)
    words = {"heading": _("End the exchange"), "submit": _("End it")}
    return _form_page(request, form, words, _to(found), found)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def send(request: SignedInRequest, pk: int) -> HttpResponse:
    """The file for the partner; every one leaves a receipt with its purpose."""
    found = selectors.own_partner(request.user, pk)
    form = SendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sent = services.send_records(actor=request.user, partner=found, **form.cleaned_data)
        except DomainError as refusal:
            refused(form, refusal)
        else:
            return download(sent.content, _name(found, sent.receipt.form), TYPES[FileForm(sent.receipt.form)])
    words = {"heading": _("Send records to the partner"), "submit": _("Make the file")}
    return _form_page(request, form, words, _to(found), found)


def _name(found: ExchangePartner, form: str) -> str:
    return f"exchange-{found.pk}-{clock.today():%Y%m%d}.{form}"


@require_safe
def receipt(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What became of each line of a file, or what went out."""
    found = selectors.receipt_in_reach(request.user, uuid)
    rows = selectors.lines_of_receipt(request.user, found)
    page = Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    lines = [(line, reason_in_words(line.reason) if line.reason else "") for line in page]
    crumbs = _crumbs(_("Receipt"), found.partner)
    return render(
        request, "credit/exchange_receipt.html", {"receipt": found, "page": page, "lines": lines, "crumbs": crumbs}
    )


@require_safe
def end_notices(request: SignedInRequest) -> HttpResponse:
    """Partners that were told of an end and have not acknowledged, with how long they have been silent."""
    if not holds(request.user, Permission.CASE_HANDLE):
        raise Http404
    page = Paginator(selectors.open_end_notices(request.user), PAGE_LENGTH).get_page(request.GET.get("page"))
    today = clock.today()
    context = {
        "page": page,
        "lines": [(one, (today - clock.day_of(one.told_at)).days) for one in page],
        "today": today,
        "crumbs": _crumbs(_("Notices of an end")),
    }
    return render(request, "credit/exchange_end_notices.html", context)


@require_safe
@confirm_again
def end_notices_file(request: SignedInRequest, pk: int) -> HttpResponse:
    """To be printed and sent to a partner that has no machine to ask: what it was told of and has not acknowledged."""
    found = selectors.own_partner(request.user, pk)
    rows = selectors.end_notice_rows(request.user, found)
    return download(
        csv_table([str(head) for head in END_HEADS], rows), f"end-notices-{pk}-{clock.today():%Y%m%d}.csv", CSV
    )


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def acknowledge(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.end_notice_to_acknowledge(request.user, pk)
    form = AcknowledgeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.acknowledge_end(actor=request.user, notice=found, **form.cleaned_data)
        except DomainError as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The acknowledgement is recorded."))
            return redirect("credit:end_notices")
    lead = f"{found.partner} · {found.case.decision_number}"
    words = {"heading": _("Record an acknowledgement"), "submit": _("Record it"), "lead": lead}
    return _form_page(request, form, words, reverse("credit:end_notices"))


@login_not_required
@require_safe
def dictionary(request: HttpRequest) -> HttpResponse:
    """What every field of an exchanged file means; the very data by which files are read and made."""
    held = dictionary_on(clock.today())
    language = {"en": "en", "ja": "ja"}.get(get_language() or "", "zh")
    context = {
        "held": held,
        "incoming": [(one, one[language]) for one in held.incoming],
        "outgoing": [(one, one[language]) for one in held.outgoing],
        "codes": [(name, one["code"], one[language]) for name, rows in held.codes.items() for one in rows],
        "bases": [
            (one, "、".join(str(number) for number in sorted(one.articles)), one.holds_on(clock.today()))
            for one in accepted_bases()
        ],
        "crumbs": trail(_("Data dictionary of the exchange")),
    }
    return render(request, "credit/exchange_dictionary.html", context)


@login_not_required
@require_safe
def dictionary_file(request: HttpRequest) -> HttpResponse:
    answer = JsonResponse(
        dictionary_on(clock.today()).as_json(), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer["Content-Disposition"] = 'attachment; filename="exchange-dictionary.json"'
    return answer


def _require(request: SignedInRequest) -> None:
    if not holds(request.user, Permission.EXCHANGE_VIEW):
        raise Http404


def _form_page(
    request: SignedInRequest, form: object, words: dict[str, str], back: str, partner: ExchangePartner | None = None
) -> HttpResponse:
    context = {"form": form, "back": back, "partner": partner, "crumbs": _crumbs(words["heading"], partner), **words}
    return render(request, "credit/exchange_form.html", context)


def _to(found: ExchangePartner) -> str:
    return reverse("credit:exchange_partner", args=[found.pk])


def _crumbs(here: str, above: ExchangePartner | None = None) -> list:
    ways = [(_("Exchange with partners"), reverse("credit:exchange"))]
    return trail(here, *ways, *([(above.name, _to(above))] if above else []))
