"""Entries by an officer: a new one, and a second one that corrects or withdraws. The file has to be open."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.middleware import SignedInRequest
from accounts.models import Institution, Person
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import DomainError
from credit import services
from credit.forms.files import CorrectionForm, EntryForm
from credit.models import CreditRecord
from credit.rules.publication import Audience
from credit.selectors.files import entity_in_reach, entry_in_reach, person_in_reach
from credit.selectors.lines import line_of
from credit.views.files import open_now
from credit.views.words import said


@confirm_again(reading_is_free=True)
def enter(request: SignedInRequest, pk: int) -> HttpResponse:
    """A fact into a person's file."""
    person = person_in_reach(request.user, pk, Permission.CREDIT_RECORD_ENTER)
    return _enter(request, person, "credit:file")


@confirm_again(reading_is_free=True)
def enter_entity(request: SignedInRequest, pk: int) -> HttpResponse:
    """A fact into an entity's file, with the department or base it concerns."""
    entity = entity_in_reach(request.user, pk, Permission.CREDIT_RECORD_ENTER)
    return _enter(request, entity, "credit:entity")


@confirm_again(reading_is_free=True)
def correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """The second entry. Shows the first, so the file has to be open."""
    record = entry_in_reach(request.user, pk, Permission.CREDIT_RECORD_ENTER)
    subject, page = _file_of(record)
    if open_now(request, subject) is None:
        return redirect(page, subject.pk)
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _corrected(request, record, form):
        return redirect(page, subject.pk)
    context = {
        "line": line_of(record, Audience.REGION),
        "form": form,
        "crumbs": trail(_("Correct or withdraw an entry"), (_("Credit file"), reverse(page, args=[subject.pk]))),
    }
    return render(request, "credit/correct.html", context)


def _enter(request: SignedInRequest, subject: Person | Institution, page: str) -> HttpResponse:
    if open_now(request, subject) is None:
        return redirect(page, subject.pk)
    form = EntryForm(request.POST or None, subject=subject)
    if request.method == "POST" and form.is_valid() and _entered(request, form):
        return redirect(page, subject.pk)
    context = {
        "subject": subject,
        "form": form,
        "crumbs": trail(_("Enter a fact"), (_("Credit file"), reverse(page, args=[subject.pk]))),
    }
    return render(request, "credit/enter.html", context)


def _entered(request: SignedInRequest, form: EntryForm) -> bool:
    try:
        services.enter_record(actor=request.user, **form.told())
    except DomainError as refusal:
        form.add_error(None, said(refusal))
        return False
    messages.success(request, _("The entry is made. Whom it is about sees it, and can object to it."))
    return True


def _corrected(request: SignedInRequest, record: CreditRecord, form: CorrectionForm) -> bool:
    told = {name: form.cleaned_data[name] for name in ("document", "reason")}
    try:
        if form.withdraws:
            services.withdraw_record(actor=request.user, record=record, **told)
        else:
            services.correct_record(actor=request.user, record=record, changes=form.changes(), **told)
    except DomainError as refusal:
        form.add_error(None, said(refusal))
        return False
    messages.success(request, _("The second entry is made; the first is shown struck through."))
    return True


def _file_of(record: CreditRecord) -> tuple[Person | Institution, str]:
    if record.institution is not None:
        return record.institution, "credit:entity"
    person: Person = record.person  # type: ignore[assignment]
    return person.merged_into or person, "credit:file"
