"""A notice as the person sees it: behind the link without a login, and under "my institutions" signed in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.forms.notices import AnswerForm, LinkAnswerForm
from accounts.middleware import SignedInRequest
from accounts.models import Appointment, AppointmentNotice
from accounts.selectors import own_person, system_user
from accounts.selectors.notices import notice_behind, own_notice, own_notices
from accounts.selectors.staff import is_over, primary_appointment
from accounts.services import answer_by_link, answer_notice
from accounts.views.trails import trail
from core import clock
from core.errors import DomainError
from core.text import mask_name

REFUSALS = {
    "link_unknown": gettext_lazy("This link is not valid any more. Ask the institution for a new one."),
    "link_expired": gettext_lazy("This link is too old. Ask the institution for a new one, or sign in."),
    "too_many_tries": gettext_lazy(
        "Too many wrong tries: this link is closed. Sign in, or ask the institution for a new link."
    ),
    "denial_stands": gettext_lazy(
        "This entry is waiting for an officer's decision. To confirm it, sign in and answer under “My institutions”."
    ),
    "already_decided": gettext_lazy("An officer has decided on this already. Please turn to the authority."),
}


@login_not_required
@never_cache
def notice(request: HttpRequest, token: str) -> HttpResponse:
    """Institution, post, first day and masked name; nothing else without a login."""
    found = notice_behind(token)
    if found is None:
        raise Http404
    form = LinkAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _answered(form, token):
        messages.success(request, _("Your answer is recorded."))
        return redirect("accounts:notice", token)
    context = {**_shown(found), "form": form, "expired": clock.now() > found.expires_at}
    return render(request, "accounts/notice.html", context)


def my_institutions(request: SignedInRequest) -> HttpResponse:
    """Who names the signed-in person, and what became of it."""
    person = own_person(request.user)
    main = primary_appointment(person, clock.today()) if person else None
    lines = [_line(one, main) for one in own_notices(request.user)]
    context = {"lines": lines, "form": AnswerForm(), "crumbs": trail(_("My institutions"))}
    return render(request, "accounts/my_institutions.html", context)


@require_POST
def answer_own(request: SignedInRequest, pk: int) -> HttpResponse:
    """The signed-in person's answer to one of the notices above."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the two answers. Nothing was changed."))
        return redirect("accounts:my_institutions")
    found = own_notice(request.user, pk)
    try:
        answer_notice(actor=request.user, notice=found, denies=form.denies, words=form.cleaned_data["words"])
    except DomainError as refusal:
        messages.error(request, REFUSALS[refusal.code])
    else:
        messages.success(request, _("Your answer is recorded."))
    return redirect("accounts:my_institutions")


def _answered(form: LinkAnswerForm, token: str) -> bool:
    fields = {name: form.cleaned_data[name] for name in ("tail", "words")}
    try:
        answer_by_link(actor=system_user(), token=token, denies=form.denies, **fields)
    except DomainError as refusal:
        if refusal.code == "tail_wrong":
            left = refusal.facts["left"]
            form.add_error("tail", _("This does not fit. Tries left: %(left)s") % {"left": left})
        else:
            form.add_error(None, REFUSALS[refusal.code])
        return False
    return True


def _shown(found: AppointmentNotice) -> dict[str, Any]:
    appointment = found.appointment
    return {
        "institution": appointment.institution.name,
        "post": appointment.post,
        "start": appointment.start_date,
        "name": mask_name(appointment.person.name),
        "answer": found.answer,  # type: ignore[attr-defined]
    }


def _line(found: AppointmentNotice, main: Appointment | None) -> dict[str, Any]:
    disputes = sorted(found.appointment.disputes.all(), key=lambda one: one.pk)
    last = disputes[-1] if disputes else None
    appointment = found.appointment
    ended = is_over(appointment, clock.today())
    return {
        "notice": found,
        "appointment": appointment,
        "is_main": appointment == main,
        "may_be_main": appointment != main and not ended and not appointment.voided_at,
        "dispute": last,
        "decided": last is not None and last.state in ("upheld", "rejected"),
    }
