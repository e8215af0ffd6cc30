"""Tokens of a partner's machines: made and shown once, revoked at any time."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import SignedInRequest
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import DomainError, NotAllowed
from credit import services
from credit.forms.exchange import TokenForm
from credit.models import ExchangePartner
from credit.selectors import exchange as selectors
from credit.views.exchange_words import refused, said


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def new_token(request: SignedInRequest, pk: int) -> HttpResponse:
    """The answer to the form is the only page that ever shows the token."""
    partner = selectors.own_partner(request.user, pk)
    form = TokenForm(request.POST or None)
    crumbs = _crumbs(_("Make a token"), partner)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.make_token(actor=request.user, partner=partner, **form.cleaned_data)
        except DomainError as refusal:
            refused(form, refusal)
        else:
            return render(request, "credit/exchange_token.html", {"made": made, "partner": partner, "crumbs": crumbs})
    words = {"heading": _("Make a token"), "submit": _("Make it")}
    back = reverse("credit:exchange_partner", args=[pk])
    context = {"form": form, "partner": partner, "back": back, "crumbs": crumbs, **words}
    return render(request, "credit/exchange_form.html", context)


@require_POST
@confirm_again
def revoke_token(request: SignedInRequest, pk: int) -> HttpResponse:
    token = selectors.own_token(request.user, pk)
    try:
        services.revoke_token(actor=request.user, token=token)
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.error(request, said(refusal))
    else:
        messages.success(request, _("The token is revoked: it is answered no longer."))
    return redirect("credit:exchange_partner", token.partner_id)


def _crumbs(here: str, partner: ExchangePartner) -> list:
    above = (partner.name, reverse("credit:exchange_partner", args=[partner.pk]))
    return trail(here, (_("Exchange with partners"), reverse("credit:exchange")), above)
