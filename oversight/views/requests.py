"""The request centre: one's own data (copy, correction, erasure), and the office's list with its deadlines."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.selectors import own_person
from accounts.views.again import confirm_again
from core import clock
from core.errors import DomainError, NotAllowed
from core.text import mask_number
from core.workflow import steps_for
from oversight import services
from oversight.forms.requests import CorrectionForm, ReasonForm
from oversight.models import DataRequest
from oversight.selectors.requests import (
    is_late,
    kept_after_erasure,
    my_request,
    my_requests,
    request_to_answer,
    requests_to_answer,
)
from oversight.services.copies import copy_of_data
from oversight.workflow import DATA_REQUEST_STEPS, OPEN, RequestState

PAGE_SIZE = 25
REFUSALS = {
    "already_asked": gettext_lazy("You have asked for this already; the request below is still open."),
    "no_person": gettext_lazy("There is no record yet that could be corrected: fill in your profile first."),
    "still_appointed": gettext_lazy(
        "An institution still names this person on its roster. It has to end the appointment first: refuse for now."
    ),
    "document_taken": gettext_lazy(
        "This number already belongs to another record. Look into a likely duplicate first."
    ),
    "no_document": gettext_lazy("There is no document on file that could be corrected."),
    "not_allowed": gettext_lazy(
        "Whoever took the request into review does not also carry it out: a second person must."
    ),
    "same_person_twice": gettext_lazy(
        "Whoever took the request into review does not also carry it out: a second person must."
    ),
}
SAID = {
    "take": gettext_lazy("Taken into review. Another person carries it out after comparing the original document."),
    "carry_out": gettext_lazy("Carried out. It is written down."),
    "refuse": gettext_lazy("Refused. The person reads the reasons."),
}
OTHERWISE = gettext_lazy("The request is no longer open. Nothing was changed.")


# --- one's own data -------------------------------------------------------------------------------------------------
@require_safe
def my_data(request: SignedInRequest) -> HttpResponse:
    """What one can ask for, and what was asked."""
    now = clock.now()
    rows = [
        {
            "request": one,
            "late": is_late(one),
            "open": one.state in OPEN,
            "ready": bool(one.expires_at and now < one.expires_at),
        }
        for one in my_requests(request.user)
    ]
    return render(request, "oversight/my_data.html", {"rows": rows, "person": own_person(request.user)})


@require_POST
@confirm_again
def ask_copy(request: SignedInRequest) -> HttpResponse:
    return _try(
        request,
        lambda: services.ask_for_copy(actor=request.user),
        _("Your copy is being made. It is ready within a day."),
    )


@confirm_again(reading_is_free=True)
def ask_correction(request: SignedInRequest) -> HttpResponse:
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _try(
            request,
            lambda: services.ask_for_correction(actor=request.user, **form.cleaned_data),
            _("Your request is on its way. Two people look at it."),
        )
    return render(request, "oversight/ask_correction.html", {"form": form, "person": own_person(request.user)})


@confirm_again(reading_is_free=True)
def ask_erasure(request: SignedInRequest) -> HttpResponse:
    """What goes and what stays, each with its law, before anybody clicks."""
    if request.method == "POST":
        return _try(
            request,
            lambda: services.ask_for_erasure(actor=request.user),
            _("Your request is on its way; you can take it back."),
        )
    kept = kept_after_erasure(own_person(request.user), request.user)
    return render(request, "oversight/ask_erasure.html", {"kept": kept})


@require_POST
def withdraw(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    own = my_request(request.user, uuid)
    return _try(request, lambda: services.withdraw_request(actor=request.user, request=own), _("Taken back."))


@require_safe
@confirm_again
def download_copy(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The ZIP, for its owner alone, for a day."""
    content = copy_of_data(my_request(request.user, uuid))
    if content is None:
        messages.warning(request, _("This copy is no longer there. Ask for a new one."))
        return redirect("oversight:my_data")
    headers = {"Content-Disposition": 'attachment; filename="my-data.zip"'}
    return HttpResponse(content, content_type="application/zip", headers=headers)


# --- the office -----------------------------------------------------------------------------------------------------
@require_safe
def requests(request: SignedInRequest) -> HttpResponse:
    """Open requests by deadline, or the closed ones; for whoever answers them the page is there, for others not."""
    if not holds(request.user, Permission.DATA_REQUEST_REVIEW):
        raise NotAllowed(permission=Permission.DATA_REQUEST_REVIEW.value)
    closed = request.GET.get("state") == "closed"
    page = Paginator(requests_to_answer(request.user, closed=closed), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [{"request": one, "late": is_late(one)} for one in page]
    return render(request, "oversight/requests.html", {"page_obj": page, "rows": rows, "closed": closed})


@confirm_again(reading_is_free=True)
def decide_request(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One request: what is wanted, masked; take it, carry it out, or refuse with reasons."""
    found = request_to_answer(request.user, uuid)
    form = ReasonForm(request.POST if request.POST.get("step") == "refuse" else None)
    if request.method == "POST" and (request.POST.get("step") != "refuse" or form.is_valid()):
        return _step(request, found, form)
    context = {
        "request_shown": found,
        "wanted": _shown(found),
        "form": form,
        "late": is_late(found),
        "kept": kept_after_erasure(found.person, found.user) if found.kind == "deletion" else [],
        "steps": steps_for(request.user, found, DATA_REQUEST_STEPS),
        "waits_for_another": found.state == RequestState.IN_REVIEW,
    }
    return render(request, "oversight/request.html", context)


def _step(request: SignedInRequest, found: DataRequest, form: ReasonForm) -> HttpResponse:
    steps: dict[str, Callable[[], Any]] = {
        "take": lambda: services.take_request(actor=request.user, request=found),
        "carry_out": lambda: services.carry_out(actor=request.user, request=found),
        "refuse": lambda: services.refuse_request(
            actor=request.user, request=found, reason=form.cleaned_data.get("reason", "")
        ),
    }
    step = request.POST.get("step", "")
    if step in steps:
        _said(request, steps[step], str(SAID[step]))
    return redirect("oversight:decide_request", found.uuid)


def _try(request: SignedInRequest, act: Callable[[], Any], words: str) -> HttpResponse:
    _said(request, act, words)
    return redirect("oversight:my_data")


def _said(request: SignedInRequest, act: Callable[[], Any], words: str) -> None:
    try:
        act()
    except DomainError as refusal:
        messages.warning(request, REFUSALS.get(refusal.code, OTHERWISE))
    else:
        messages.success(request, words)


def _shown(found: DataRequest) -> dict[str, str]:
    """What a correction wants, with the number masked: the reviewer compares it with the document they are shown."""
    wanted = json.loads(found.wanted) if found.wanted else {}
    return {"name": wanted.get("name", ""), "number": mask_number(wanted["number"]) if wanted.get("number") else ""}
