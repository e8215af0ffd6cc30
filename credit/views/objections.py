"""What a subject says about an entry, and the officers' desk of objections."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import DomainError, NotAllowed
from credit import services
from credit.forms.files import (
    ASK,
    REJECT,
    HideForm,
    ObjectionDecisionForm,
    ObjectionFilter,
    ObjectionForm,
    StatementForm,
)
from credit.models import CreditObjection, CreditRecord
from credit.rules.publication import Audience
from credit.selectors.files import entry_in_reach
from credit.selectors.lines import line_of
from credit.selectors.statements import (
    find_objection,
    newest_of,
    objections_to,
    objections_to_decide,
    statement_to_hide,
    with_days,
)
from credit.views.words import said

PER_PAGE = 25
OBJECT, DECIDE = Permission.CREDIT_OBJECT, Permission.CREDIT_OBJECTION_DECIDE


def entry(request: SignedInRequest, pk: int) -> HttpResponse:
    """One entry of one's own file: what one has said about it, and a new version of it."""
    record = entry_in_reach(request.user, pk, OBJECT)
    newest = newest_of(request.user, record, OBJECT)
    form = StatementForm(request.POST or None, initial={"text": newest.text if newest else ""})
    if request.method == "POST" and form.is_valid():
        services.write_statement(actor=request.user, record=record, text=form.cleaned_data["text"])
        messages.success(request, _("Your statement stands beside the entry."))
        return redirect("credit:entry", pk)
    return _entry(request, record, form, ObjectionForm())


@require_POST
def object_to(request: SignedInRequest, pk: int) -> HttpResponse:
    """The entry is marked at once."""
    record = entry_in_reach(request.user, pk, OBJECT)
    form = ObjectionForm(request.POST)
    if form.is_valid():
        try:
            services.object_to(actor=request.user, record=record, words=form.cleaned_data["words"])
        except DomainError as refusal:
            form.add_error(None, said(refusal))
        else:
            messages.success(request, _("The entry is marked as disputed. Another officer decides."))
            return redirect("credit:entry", pk)
    return _entry(request, record, StatementForm(), form)


@require_POST
def take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    objection = find_objection(request.user, pk, OBJECT)
    try:
        services.take_back(actor=request.user, objection=objection)
    except DomainError as refusal:
        messages.error(request, said(refusal))
    else:
        messages.success(request, _("The objection is taken back and the mark removed."))
    return redirect("credit:entry", objection.record_id)


@require_safe
def objections(request: SignedInRequest) -> HttpResponse:
    """Those of the own region, oldest first."""
    if not holds(request.user, DECIDE):
        raise NotAllowed(permission=DECIDE.value)
    form = ObjectionFilter(request.GET)
    page = Paginator(objections_to_decide(request.user, form.chosen()), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": form,
        "page_obj": page,
        "lines": with_days(list(page.object_list)),
        "crumbs": trail(_("Objections to credit records")),
    }
    return render(request, "credit/objections.html", context)


@confirm_again(reading_is_free=True)
def objection(request: SignedInRequest, pk: int) -> HttpResponse:
    """One objection with its entry, and the decision."""
    found = find_objection(request.user, pk)
    form = ObjectionDecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _decided(request, found, form):
        return redirect("credit:objection", pk)
    context = {
        "shown": with_days([found])[0],
        "line": line_of(found.record, Audience.REGION),
        "statement": newest_of(request.user, found.record, DECIDE),
        "made_by_me": found.record.entered_by_id == request.user.pk,
        "form": form,
        "crumbs": trail(_("Objection"), (_("Objections to credit records"), reverse("credit:objections"))),
    }
    return render(request, "credit/objection.html", context)


@confirm_again(reading_is_free=True)
def hide(request: SignedInRequest, pk: int) -> HttpResponse:
    """A statement that holds data about somebody else."""
    statement = statement_to_hide(request.user, pk)
    form = HideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.hide_statement(actor=request.user, statement=statement, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            form.add_error(None, said(refusal))
        else:
            messages.success(request, _("The statement is hidden; its author reads why."))
            return redirect("credit:objections")
    context = {"statement": statement, "form": form, "crumbs": trail(_("Hide a statement"))}
    return render(request, "credit/hide.html", context)


def _entry(
    request: SignedInRequest, record: CreditRecord, statement: StatementForm, objection: ObjectionForm
) -> HttpResponse:
    line = line_of(record, Audience.SUBJECT)
    context: dict[str, Any] = {
        "line": line,
        # What was refused is said where it was asked.
        "may_object": bool(objection.errors) or not (line.is_struck or line.fields["disputed"]),
        "newest": newest_of(request.user, record, OBJECT),
        "objections": objections_to(record),
        "statement_form": statement,
        "objection_form": objection,
        "of_entity": record.institution_id is not None,
        "crumbs": trail(_("Entry"), _own_file(record)),
    }
    return render(request, "credit/entry.html", context)


def _own_file(record: CreditRecord) -> tuple[str, str]:
    if record.institution_id:
        return _("Our credit file"), reverse("credit:my_entity")
    return _("My credit file"), reverse("credit:my_file")


def _decided(request: SignedInRequest, found: CreditObjection, form: ObjectionDecisionForm) -> bool:
    told = form.cleaned_data
    try:
        if told["decision"] == ASK:
            services.ask_others(actor=request.user, objection=found, whom=told["asked"])
        else:
            services.decide_objection(
                actor=request.user,
                objection=found,
                upheld=told["decision"] != REJECT,
                reason=told["reason"],
                document=told["document"],
                changes=form.changes(),
            )
    except DomainError as refusal:
        form.add_error(None, said(refusal))
        return False
    messages.success(request, _("It is recorded."))
    return True
