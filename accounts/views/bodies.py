"""The administration's own pages: its bodies with their duties, and the table of who is competent for what."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import services
from accounts.access import can, holds
from accounts.forms.bodies import (
    BodiesFilter,
    BodyCorrectionForm,
    BodyForm,
    CompetenceEndForm,
    CompetenceForm,
    DutyForm,
    EndForm,
    PlaceAndDay,
)
from accounts.middleware import SignedInRequest
from accounts.models import Competence
from accounts.models.bodies import Matter
from accounts.permissions import Permission
from accounts.selectors import bodies as selectors
from accounts.services.body_imports import IMPORTING
from accounts.views.again import confirm_again
from accounts.views.refusals import words
from core import clock
from core.errors import DomainError, NotAllowed

PAGE_SIZE = 25


def bodies(request: SignedInRequest) -> HttpResponse:
    _require_hat(request, Permission.BODY_VIEW)
    form = BodiesFilter(request.GET)
    rows = selectors.bodies(request.user, form.chosen(), on=clock.today())
    context = {
        "form": form,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "may_manage": holds(request.user, Permission.BODY_MANAGE),
        "may_import": any(holds(request.user, one) for one in IMPORTING),
        "crumbs": _crumbs(here=_("Administrative bodies")),
    }
    return render(request, "accounts/bodies.html", context)


@confirm_again(reading_is_free=True)
def create_body(request: SignedInRequest) -> HttpResponse:
    _require_hat(request, Permission.BODY_MANAGE)
    form = BodyForm(request.POST or None)
    if form.is_valid():
        try:
            made = services.create_admin_body(actor=request.user, **_body_fields(request, form.cleaned_data))
        except DomainError as refusal:
            form.add_error(None, words(refusal))
        else:
            messages.success(request, _("The body is entered. Give it its lines of duty next."))
            return redirect("accounts:body", pk=made.pk)
    return _form_page(request, form, title=_("New body"), submit=_("Enter the body"), back=reverse("accounts:bodies"))


def body(request: SignedInRequest, pk: int) -> HttpResponse:
    card = selectors.body_card(request.user, pk)
    today = clock.today()
    context = {
        "card": card,
        "duties": [{"duty": one, "now": _holds_on(one, today)} for one in card.duties],
        "competences": [{"entry": one, "now": _holds_on(one, today)} for one in card.competences],
        "may_correct": can(request.user, Permission.BODY_MANAGE, card.body),
        "may_manage": selectors.may_enter_duty(request.user, card.body),
        "crumbs": _crumbs(here=card.body.name),
    }
    return render(request, "accounts/body.html", context)


def correct_body(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.body_for(request.user, pk, Permission.BODY_MANAGE)
    initial = {name: getattr(found, name) for name in ("name", "name_en", "name_ja", "kind")}
    form = BodyCorrectionForm(request.POST or None, initial=initial)
    if form.is_valid():
        services.correct_admin_body(actor=request.user, body=found, **form.cleaned_data)
        messages.success(request, _("The correction is saved; the earlier wording stays in the audit trail."))
        return redirect("accounts:body", pk=pk)
    return _form_page(
        request, form, title=_("Correct %(name)s") % {"name": found.name}, submit=_("Save the correction"), back=_at(pk)
    )


@confirm_again(reading_is_free=True)
def assign_duty(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.body_for(request.user, pk, Permission.COMPETENCE_MANAGE)
    if not selectors.may_enter_duty(request.user, found):
        raise NotAllowed(permission=Permission.COMPETENCE_MANAGE.value)
    form = DutyForm(request.POST or None, initial={"valid_from": clock.today()})
    if form.is_valid():
        try:
            services.assign_duty(actor=request.user, body=found, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, words(refusal))
        else:
            messages.success(request, _("The line of duty is entered."))
            return redirect("accounts:body", pk=pk)
    title = _("A line of duty of %(name)s") % {"name": found.name}
    return _form_page(request, form, title=title, submit=_("Enter the line of duty"), back=_at(pk))


@confirm_again(reading_is_free=True)
def end_duty(request: SignedInRequest, pk: int) -> HttpResponse:
    duty = selectors.duty_for(request.user, pk)
    form = EndForm(request.POST or None, initial={"valid_to": clock.today()})
    if form.is_valid():
        try:
            services.end_duty(actor=request.user, duty=duty, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, words(refusal))
        else:
            messages.success(request, _("The end of the line of duty is entered; the entry stays in the history."))
            return redirect("accounts:body", pk=duty.body_id)
    title = _("End: %(line)s of %(name)s") % {"line": duty.get_line_display(), "name": duty.body.name}
    return _form_page(request, form, title=title, submit=_("Enter the end"), back=_at(duty.body_id))


def competences(request: SignedInRequest) -> HttpResponse:
    """Who is competent in a region on a day, matter by matter; `?region=CODE&on=DAY`."""
    asked = PlaceAndDay(request.GET)
    place = selectors.region_within(request.user, Permission.BODY_VIEW, asked.said("region") or "")
    on = asked.said("on") or clock.today()
    page = selectors.competence_page(request.user, place, on=on)
    context = {
        "table": page,
        "form": asked,
        "on": on,
        "on_day": f"&on={on:%Y-%m-%d}" if asked.said("on") else "",
        "page": Paginator(page.history, PAGE_SIZE).get_page(request.GET.get("page")),
        "crumbs": _crumbs(here=_("Competent bodies")),
    }
    return render(request, "accounts/competences.html", context)


@confirm_again(reading_is_free=True)
def change_competence(request: SignedInRequest, code: str, matter: str) -> HttpResponse:
    """Name the competent body from a day on; the entry before it ends and stays."""
    place = selectors.region_within(request.user, Permission.COMPETENCE_MANAGE, code)
    if matter not in Matter.values or not selectors.may_enter_competence(request.user, matter, place):
        raise NotAllowed(permission=Permission.COMPETENCE_MANAGE.value)
    form = CompetenceForm(request.POST or None, over=place, today=clock.today())
    back = f"{reverse('accounts:competences')}?{urlencode({'region': place.code})}"
    if form.is_valid():
        try:
            services.name_competent_body(actor=request.user, matter=matter, region=place, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, words(refusal))
        else:
            messages.success(request, _("The entry is made; the earlier one stays in the history."))
            return redirect(back)
    title = f"{Matter(matter).label} · {place.local_name}"
    return _form_page(request, form, title=title, submit=_("Enter the competent body"), back=back)


@confirm_again(reading_is_free=True)
def end_competence(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let an entry end without naming another body; who answers then is said before."""
    entry = selectors.competence_for(request.user, pk)
    form = CompetenceEndForm(request.POST or None, initial={"valid_to": clock.today()})
    back = f"{reverse('accounts:competences')}?{urlencode({'region': entry.region.code})}"
    if form.is_valid():
        try:
            services.end_competence(actor=request.user, competence=entry, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, words(refusal))
        else:
            messages.success(request, _("The end is entered; the entry stays in the history."))
            return redirect(back)
    title = _("End: %(line)s of %(name)s") % {"line": entry.get_matter_display(), "name": entry.body.name}
    return _form_page(request, form, title=title, submit=_("Enter the end"), back=back, told=_after(entry))


def _after(entry: Competence) -> str:
    facts = {"region": entry.region.local_name, "matter": entry.get_matter_display()}
    if body := selectors.answers_after(entry, clock.today()):
        told = _("From the day of the end on the entry of the region above answers for %(region)s: %(body)s.")
        return told % {**facts, "body": body.name}
    told = _(
        "From the day of the end on no body is competent in %(region)s: %(matter)s. What waits for such a decision"
        " waits until one is named; pages that look for the body say so."
    )
    return told % facts


def _require_hat(request: SignedInRequest, permission: Permission) -> None:
    """Lists are empty for other hats; these pages are not even there for them."""
    if not holds(request.user, permission):
        raise NotAllowed(permission=permission.value)


def _body_fields(request: SignedInRequest, given: dict[str, Any]) -> dict[str, Any]:
    """Codes become records; what does not reach the actor is answered like what is not there."""
    fields = dict(given)
    try:
        place = selectors.region_within(request.user, Permission.BODY_MANAGE, fields.pop("region"))
    except NotAllowed:
        raise DomainError("no_such_region") from None
    parent = fields.pop("parent")
    above = selectors.bodies_over(place).filter(code=parent).first() if parent else None
    if parent and above is None:
        raise DomainError("no_such_body", body=parent)
    return {**fields, "jurisdiction": place.path, "parent": above}


def _holds_on(fact: Any, day: date) -> bool:
    return bool(fact.valid_from <= day and (fact.valid_to is None or fact.valid_to > day))


def _at(pk: int) -> str:
    return reverse("accounts:body", args=[pk])


def _crumbs(*, here: str) -> list[dict[str, str]]:
    """Home › bodies › the page itself."""
    trail = [
        {"label": _("Home"), "url": reverse("accounts:home")},
        {"label": _("Administrative bodies"), "url": reverse("accounts:bodies")},
    ]
    return trail if here == trail[-1]["label"] else [*trail, {"label": here, "url": ""}]


def _form_page(
    request: SignedInRequest, form: Any, *, title: str, submit: str, back: str, told: str = ""
) -> HttpResponse:
    """`told`: what follows, said before it is done."""
    context = {
        "form": form,
        "title": title,
        "submit": submit,
        "back": back,
        "told": told,
        "crumbs": _crumbs(here=title),
    }
    return render(request, "accounts/body_form.html", context)
