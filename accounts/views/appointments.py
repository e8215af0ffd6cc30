"""One appointment: which of somebody's posts is the main one, said before it is decided."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.access import can
from accounts.middleware import SignedInRequest
from accounts.models import Appointment
from accounts.permissions import Permission
from accounts.selectors.staff import held_appointment, main_ones_meeting
from accounts.services import make_primary as decide_primary
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import DomainError, NotAllowed


@confirm_again(reading_is_free=True)
def make_primary(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the choice changes (GET), and making it (POST): by the person, or by an authority of the institution."""
    held = held_appointment(request.user, Permission.APPOINTMENT_CHOOSE_PRIMARY, pk)
    own = (held.person.merged_into or held.person).user_id == request.user.pk
    back = reverse("accounts:my_institutions") if own else reverse("accounts:person", args=[held.person_id])
    if request.method == "POST":
        try:
            decide_primary(actor=request.user, appointment=held)
        except NotAllowed:
            raise
        except DomainError:
            messages.error(request, _("Somebody changed the same records at this moment. Look at the page again."))
        else:
            messages.success(request, _("It is the primary appointment now."))
        return redirect(back)
    label = _("My institutions") if own else held.person.name
    context = {"held": held, "own": own, "back": back, "crumbs": trail(_("Primary appointment"), (label, back))}
    return render(request, "accounts/primary.html", {**context, "consequences": _consequences(request, held)})


def _consequences(request: SignedInRequest, held: Appointment) -> list[str]:
    told = [_while_it_runs(held)]
    for one in main_ones_meeting(held):
        if can(request.user, Permission.APPOINTMENT_CHOOSE_PRIMARY, one):
            told.append(_("%(place)s is no longer the primary one.") % {"place": one.institution})
        else:
            told.append(_("Another institution, outside your reach, is no longer the primary one."))
    told.append(_("Where the public list of technology managers names the person, it names this institution."))
    told.append(_("The fractions stay as they are: whoever works at several institutions counts at each."))
    return told


def _while_it_runs(held: Appointment) -> str:
    facts = {"place": held.institution, "start": _day(held.start_date)}
    if held.end_date is None:
        return _("%(place)s is the primary appointment from %(start)s on.") % facts
    until = _("%(place)s is the primary appointment from %(start)s until %(last)s (the last day counted).")
    return until % {**facts, "last": _day(held.counted_until)}


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""
