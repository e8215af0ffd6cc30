"""Leaves of absence: who is away, and entering, correcting and withdrawing one, with the new fraction before saving."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import services
from accounts.access import can
from accounts.forms.appointments import LeaveCorrectionForm, LeaveForm, LeaveWithdrawalForm
from accounts.middleware import SignedInRequest
from accounts.models import Institution, LeaveOfAbsence
from accounts.permissions import Permission
from accounts.selectors import reached_institution
from accounts.selectors.leaves import held_leave, recorded_leaves, stands_instead
from accounts.selectors.staff import held_appointment
from core import clock
from staffing.selectors.versions import rule_on
from staffing.views.changes import Page, answer

PAGE_SIZE = 25


@require_GET
def leaves(request: SignedInRequest, id: str) -> HttpResponse:
    """Of one institution, the one begun last first, and whether the requirement in force counts them."""
    institution = reached_institution(request.user, Permission.ROSTER_VIEW, id)
    found = Paginator(recorded_leaves(request.user, institution), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "institution": institution,
        "page": found,
        "rule": rule_on(clock.today()),
        "today": clock.today(),
        "corrects": can(request.user, Permission.ROSTER_IMPORT, institution),
    }
    return render(request, "staffing/leaves.html", context)


def away(request: SignedInRequest, pk: int) -> HttpResponse:
    actor, held = request.user, held_appointment(request.user, Permission.ROSTER_IMPORT, pk)
    page = Page(
        title=_("Somebody is away for a time"),
        form=LeaveForm(request.POST or None),
        institution=held.institution,
        preview=lambda values: [services.preview_leave(actor=actor, appointment=held, values=values)],
        write=lambda values: services.record_leave(actor=actor, appointment=held, values=values),
        done=_("The leave is recorded."),
        appointment=held,
        back=_list(held.institution),
    )
    return answer(request, page)


def correct_leave(request: SignedInRequest, pk: int) -> HttpResponse:
    if later := stands_instead(request.user, pk):
        return _to_what_stands(request, later, "staffing:correct_leave")
    actor, leave = request.user, held_leave(request.user, pk)
    held = leave.appointment
    form = LeaveCorrectionForm(request.POST or None, initial=LeaveForm.present(leave))
    page = Page(
        title=_("A leave ends, or was wrongly entered"),
        form=form,
        institution=held.institution,
        preview=lambda values: [services.preview_leave(actor=actor, appointment=held, values=values, instead_of=leave)],
        write=lambda values: services.correct_leave(
            actor=actor, leave=leave, values=values, reason=form.cleaned_data["reason"]
        ),
        done=_("The correction is recorded; what was believed before stays readable."),
        appointment=held,
        back=_list(held.institution),
    )
    return answer(request, page)


def withdraw_leave(request: SignedInRequest, pk: int) -> HttpResponse:
    if later := stands_instead(request.user, pk):
        return _to_what_stands(request, later, "staffing:withdraw_leave")
    actor, leave = request.user, held_leave(request.user, pk)
    page = Page(
        title=_("There was no such leave"),
        form=LeaveWithdrawalForm(request.POST or None),
        institution=leave.appointment.institution,
        preview=lambda _values: [services.preview_withdrawal(actor=actor, leave=leave)],
        write=lambda values: services.withdraw_leave(actor=actor, leave=leave, reason=values["reason"]),
        done=_("The leave is withdrawn; what was believed before stays readable."),
        appointment=leave.appointment,
        back=_list(leave.appointment.institution),
    )
    return answer(request, page)


def _to_what_stands(request: SignedInRequest, later: LeaveOfAbsence, name: str) -> HttpResponse:
    """The address of a row that was put right leads on; whoever sent a form there reads that nothing was saved."""
    if later.withdrawn:
        messages.warning(request, _("This leave was withdrawn in the meantime: there was none."))
        return redirect(_list(later.appointment.institution))
    messages.warning(request, _("This leave was corrected in the meantime. This is what stands now."))
    return redirect(name, later.pk)


def _list(institution: Institution) -> str:
    return reverse("staffing:leaves", args=[institution.pk])
