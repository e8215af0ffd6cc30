"""The audit administrator's pages: the trail of what was done, the ledger of who looked, and both as a table."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import require_everywhere
from accounts.forms.audit import LedgerForm, QuestionForm, TrailForm
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.selectors import audit as selectors
from accounts.selectors.viewing import looks_as_places
from accounts.services import audit_exports
from accounts.views.again import confirm_again
from accounts.views.imports import download
from accounts.views.trails import trail as crumbs

PER_PAGE = 50


@never_cache
def trail(request: SignedInRequest) -> HttpResponse:
    """Found entries; sent, the form finds out who is meant, so that no address or name stands in an address bar."""
    require_everywhere(request.user, Permission.AUDIT_VIEW)
    if request.method == "POST":
        return _asked_of_trail(request, TrailForm(request.POST))
    return _trail_page(request, TrailForm.asked(request.GET))


@require_POST
@confirm_again
def export(request: SignedInRequest) -> HttpResponse:
    """What was not understood is asked back: a file of more than was asked for would mislead."""
    form = TrailForm(request.POST)
    if not form.is_valid():
        return _trail_page(request, form)
    return download(audit_exports.export_trail(actor=request.user, asked=form.question()), "audit-trail.xlsx")


@never_cache
def ledger(request: SignedInRequest) -> HttpResponse:
    require_everywhere(request.user, Permission.ACCESS_LEDGER_VIEW)
    if request.method == "POST":
        return _asked_of_ledger(request, LedgerForm(request.POST))
    return _ledger_page(request, LedgerForm.asked(request.GET))


@require_POST
@confirm_again
def export_looks(request: SignedInRequest) -> HttpResponse:
    form = LedgerForm(request.POST)
    if not form.is_valid():
        return _ledger_page(request, form)
    return download(audit_exports.export_ledger(actor=request.user, asked=form.question()), "access-ledger.xlsx")


# --- the trail ------------------------------------------------------------------------------------------------------
def _asked_of_trail(request: SignedInRequest, form: TrailForm) -> HttpResponse:
    ids = _meant(form, "who", "actor", partial(selectors.logins_meant, request.user, permission=Permission.AUDIT_VIEW))
    if not form.is_valid():
        return _trail_page(request, form)
    return redirect(f"{reverse('accounts:audit')}?{form.query(**ids)}")


def _trail_page(request: SignedInRequest, form: TrailForm) -> HttpResponse:
    page = _page(request, form, selectors.audit_trail(request.user, form.question()))
    context = {
        "lines": selectors.trail_lines(page),
        "actors": selectors.logins_shown(request.user, form.ids("actor"), permission=Permission.AUDIT_VIEW),
        "crumbs": crumbs(_("Audit trail")),
        **_shared(form, page),
    }
    return render(request, "accounts/audit.html", context)


# --- the ledger -----------------------------------------------------------------------------------------------------
def _asked_of_ledger(request: SignedInRequest, form: LedgerForm) -> HttpResponse:
    reading = Permission.ACCESS_LEDGER_VIEW
    ids = _meant(form, "who", "actor", partial(selectors.logins_meant, request.user, permission=reading))
    ids |= _meant(form, "whom", "person", partial(selectors.persons_meant, request.user))
    if not form.is_valid():
        return _ledger_page(request, form)
    return redirect(f"{reverse('accounts:access_ledger')}?{form.query(**ids)}")


def _ledger_page(request: SignedInRequest, form: LedgerForm) -> HttpResponse:
    page = _page(request, form, selectors.access_ledger(request.user, form.question()))
    reading = Permission.ACCESS_LEDGER_VIEW
    context = {
        "lines": selectors.ledger_lines(page),
        "actors": selectors.logins_shown(request.user, form.ids("actor"), permission=reading),
        "persons": selectors.persons_shown(request.user, form.ids("person")),
        "viewings": looks_as_places(request.user, form.question()) if form.is_valid() else [],
        "viewings_url": f"{reverse('accounts:audit')}?{_viewings(form)}",
        "crumbs": crumbs(_("Access ledger")),
        **_shared(form, page),
    }
    return render(request, "accounts/access_ledger.html", context)


def _viewings(form: LedgerForm) -> str:
    """The same question to the trail, which holds every look as another place."""
    asked = {name: value for name, value in form.hidden().items() if name in ("actor", "first", "last")}
    return urlencode(asked | {"verb": "accounts.viewing_started"})


def _meant(form: QuestionForm, field: str, name: str, find: Callable[[str], list[int]]) -> dict[str, list[int]]:
    """The ids that the words of a field mean, under the name they have in the address; nobody is an error."""
    words = form.said(field)
    if not words:
        return {}
    found = find(words)
    if not found:
        form.add_error(
            field, _("Nobody has exactly this e-mail address, verified number or name. Parts of one find nothing.")
        )
    return {name: found}


def _page(request: SignedInRequest, form: QuestionForm, found: QuerySet[Any]) -> Page[Any]:
    """A question that was not understood has no answer: showing more than was asked for would mislead."""
    return Paginator(found if form.is_valid() else found.none(), PER_PAGE).get_page(request.GET.get("page"))


def _shared(form: QuestionForm, page: Page[Any]) -> dict[str, Any]:
    return {"form": form, "page_obj": page, "most": audit_exports.EXPORT_ROWS, "asked": form.hidden()}
