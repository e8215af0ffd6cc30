"""The exam room for whoever supervises: sittings of the base, seats, arrivals, incidents. A reload shows the rest."""

from random import SystemRandom
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import can, holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.selectors.hats import shown_name
from accounts.views.trails import trail
from core import clock
from core.errors import DomainError, NotAllowed
from courses.exams import services
from courses.exams.forms import ArrivalForm, IncidentForm
from courses.exams.models import Sitting
from courses.exams.rules import room_refusal
from courses.exams.selectors import rooms as selectors

PER_PAGE = 25
REFUSALS = {
    "room_not_open": gettext_lazy("The room opens two hours before the examination. Nothing was written down."),
    "room_closed": gettext_lazy("The room closed a day after the examination. Nothing was written down."),
    "sitting_over": gettext_lazy("The examination is over: seats are no longer given."),
}
STATES = {
    selectors.EXPECTED: ("neutral", gettext_lazy("not arrived")),
    selectors.ARRIVED: ("ok", gettext_lazy("arrived")),
    selectors.WRITING: ("ok", gettext_lazy("writing")),
    selectors.TIME_OVER: ("soon", gettext_lazy("time is over")),
    selectors.HANDED_IN: ("neutral", gettext_lazy("handed in")),
}


@require_safe
def rooms(request: SignedInRequest) -> HttpResponse:
    if not holds(request.user, Permission.EXAM_SUPERVISE):
        raise NotAllowed(permission=Permission.EXAM_SUPERVISE.value)
    page = Paginator(selectors.supervised_sittings(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "now": clock.now(), "crumbs": trail(_("Examinations"))}
    return render(request, "exams/rooms.html", context)


@never_cache
@require_safe
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    return _room_page(request, selectors.room_for(request.user, pk))


@require_POST
def seats(request: SignedInRequest, pk: int) -> HttpResponse:
    """Seats by lot, for everybody who has none yet."""
    sitting = selectors.room_for(request.user, pk)
    try:
        given = services.give_seats(actor=request.user, sitting=sitting, random=SystemRandom())
    except DomainError as refusal:
        messages.error(request, _refused(refusal))
        return redirect("exams:room", pk=pk)
    messages.success(request, ngettext("%(count)d seat given.", "%(count)d seats given.", given) % {"count": given})
    return redirect("exams:room", pk=pk)


@require_POST
def arrival(request: SignedInRequest, pk: int) -> HttpResponse:
    """The document of a candidate was seen at the door."""
    sitting = selectors.room_for(request.user, pk)
    form = ArrivalForm(request.POST)
    if not form.is_valid():
        raise NotAllowed(permission=Permission.EXAM_SUPERVISE.value)
    try:
        services.record_arrival(actor=request.user, sitting=sitting, person_id=form.cleaned_data["person"])
    except DomainError as refusal:
        messages.error(request, _refused(refusal))
    return redirect("exams:room", pk=pk)


@require_POST
def incident(request: SignedInRequest, pk: int) -> HttpResponse:
    sitting = selectors.room_for(request.user, pk)
    form = IncidentForm(request.POST, people=_people(selectors.seats(request.user, sitting)))
    if not form.is_valid():
        return _room_page(request, sitting, form)
    try:
        services.record_incident(actor=request.user, sitting=sitting, **form.said())
    except DomainError as refusal:
        form.add_error(None, _refused(refusal))
        return _room_page(request, sitting, form)
    messages.success(request, _("The incident is written down."))
    return redirect("exams:room", pk=pk)


def _room_page(request: SignedInRequest, sitting: Sitting, form: IncidentForm | None = None) -> HttpResponse:
    seats = selectors.seats(request.user, sitting)
    now = clock.now()
    context = {
        "sitting": sitting,
        "lines": [{"seat": seat, "tone": STATES[seat.state][0], "label": STATES[seat.state][1]} for seat in seats],
        "counts": [(label, sum(seat.state == state for seat in seats)) for state, (_tone, label) in STATES.items()],
        "incidents": [(one, shown_name(one.by)) for one in selectors.room_entries(request.user, sitting)],
        "form": form or IncidentForm(people=_people(seats)),
        "now": now,
        "seated": any(seat.number for seat in seats),
        "may_seat": sitting.closes_at > now
        and any(seat.number is None for seat in seats)
        and can(request.user, Permission.EXAM_MANAGE, sitting),
        "closed": REFUSALS.get(room_refusal(sitting.opens_at, sitting.closes_at, now), ""),
        "crumbs": trail(sitting.title, (_("Examinations"), reverse("exams:sittings"))),
    }
    return render(request, "exams/room.html", context)


def _people(seats: list[selectors.Seat]) -> list[tuple[int, str]]:
    return [(seat.person, f"{seat.name} {seat.masked}".strip()) for seat in seats]


def _refused(refusal: DomainError) -> Any:
    if refusal.code not in REFUSALS:
        raise refusal
    return REFUSALS[refusal.code]
