"""Agreements of mutual recognition: all of them, entering one, ending one."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import DomainError, NotAllowed
from courses import services
from courses.forms.evidence import EndRecognitionForm, RecognitionForm
from courses.models import MutualRecognition
from courses.selectors import evidence as selectors
from courses.views.refusals import words
from courses.views.trails import recognitions_trail


@require_GET
def recognitions(request: SignedInRequest) -> HttpResponse:
    if not holds(request.user, Permission.TRAINING_RECORD_CONFIRM):
        raise NotAllowed(permission=Permission.TRAINING_RECORD_CONFIRM.value)
    rows = [(one, selectors.may_end(request.user, one)) for one in selectors.recognitions()[:200]]
    context = {
        "rows": rows, "may_enter": bool(selectors.entering_paths(request.user)),
        "crumbs": trail(_("Mutual recognition")),
    }  # fmt: skip
    return render(request, "courses/recognitions.html", context)


@confirm_again(reading_is_free=True)
def enter_recognition(request: SignedInRequest) -> HttpResponse:
    if not selectors.entering_paths(request.user):
        raise NotAllowed(permission=Permission.TRAINING_RECORD_CONFIRM.value)
    form = RecognitionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if _done(form, lambda: services.enter_recognition(actor=request.user, **values)):
            messages.success(request, _("Entered. Trainings completed while it holds can be recognised under it."))
            return redirect("courses:recognitions")
    context = {"form": form, "crumbs": recognitions_trail(_("Enter an agreement"))}
    return render(request, "courses/enter_recognition.html", context)


@confirm_again(reading_is_free=True)
def end_recognition(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.recognition_to_end(request.user, pk)
    form = EndRecognitionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if _done(form, lambda: services.end_recognition(actor=request.user, agreement=found, **values)):
            messages.success(request, _("Ended. What was accepted under it stays."))
            return redirect("courses:recognitions")
    context = {"form": form, "agreement": found, "crumbs": recognitions_trail(_("End an agreement"))}
    return render(request, "courses/end_recognition.html", context)


def _done(form: forms.Form, write: Callable[[], MutualRecognition]) -> bool:
    try:
        write()
    except NotAllowed:
        form.add_error(None, _("Neither region lies in your jurisdiction. Nothing was entered."))
        return False
    except DomainError as refusal:
        form.add_error(None, words(refusal))
        return False
    return True
