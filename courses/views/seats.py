"""Seats that an institution holds in a class: reserved, listed, given back; taken back by the base."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.selectors import reached_institution
from accounts.views.trails import trail
from core.errors import DomainError, NotAllowed, WrongState
from courses import services
from courses.forms.seats import ReserveForm
from courses.models import Cohort
from courses.selectors import cohorts
from courses.selectors import seats as selectors
from courses.views.refusals import words
from courses.views.trails import public_trail

PAGE_SIZE = 50
# More than any class has seats: the rest of what was sent is not looked at.
MOST_PLACES = 500


@require_safe
def seats(request: SignedInRequest) -> HttpResponse:
    """Of the own institution."""
    if not holds(request.user, Permission.SEAT_RESERVE):
        raise NotAllowed(permission=Permission.SEAT_RESERVE.value)
    page = Paginator(selectors.reservations(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "courses/seats.html", {"page": page, "crumbs": trail(_("Reserved seats"))})


@require_http_methods(["GET", "HEAD", "POST"])
def reserve(request: SignedInRequest, pk: int) -> HttpResponse:
    """Seats without a name; whoever of the staff is admitted first takes one."""
    institution = reached_institution(request.user, Permission.SEAT_RESERVE)
    found = cohorts.public_cohort(pk)
    if found is None:
        raise Http404
    held = selectors.unnamed_held(found, institution)
    form = ReserveForm(request.POST or None, cohort=found, held=held)
    if request.method == "POST" and form.is_valid():
        try:
            services.reserve_seats(actor=request.user, cohort=found, institution=institution, **form.values())
        except NotAllowed:
            raise
        except DomainError as refusal:
            form.refuse(words(refusal), held=selectors.unnamed_held(found, institution))
        else:
            messages.success(request, _("The seats are held."))
            return redirect("courses:seats")
    context = {
        "cohort": found, "form": form, "institution": institution, "is_open": cohorts.takes_applications(found),
        "crumbs": public_trail(found, here=_("Reserve seats")),
    }  # fmt: skip
    return render(request, "courses/reserve.html", context)


@require_POST
def reserve_plan(request: SignedInRequest) -> HttpResponse:
    """The places of a plan, each `class:person`; all or none."""
    institution = reached_institution(request.user, Permission.SEAT_RESERVE)
    with _refusals_told(request):
        made = services.reserve_plan(actor=request.user, institution=institution, places=_places(request))
        held = ngettext("%(count)d seat is held.", "%(count)d seats are held.", made) % {"count": made}
        messages.success(request, held)
    return redirect("courses:seats")


@require_POST
def release(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.reservation_for(request.user, pk, Permission.SEAT_RESERVE)
    with _refusals_told(request):
        services.release_seat(actor=request.user, reservation=found)
        messages.success(request, _("The seat was given back."))
    return redirect("courses:seats")


@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.reservation_for(request.user, pk, Permission.ENROLMENT_ADMIT)
    with _refusals_told(request):
        services.withdraw_seat(actor=request.user, reservation=found, reason=request.POST.get("reason", ""))
        messages.success(request, _("The seat is free again."))
    return redirect("courses:cohort", pk=found.cohort_id)


def _places(request: SignedInRequest) -> list[tuple[Cohort, int]]:
    """What is no number is left out; the service asks who works where. Raises WrongState for a class not published."""
    pairs = [value.partition(":")[::2] for value in request.POST.getlist("place")[:MOST_PLACES]]
    asked = [(int(one), int(other)) for one, other in pairs if _is_number(one) and _is_number(other)]
    classes = cohorts.public_cohorts({cohort for cohort, _person in asked})
    if any(cohort not in classes for cohort, _person in asked):
        raise WrongState(step="reserve")
    return [(classes[cohort], person) for cohort, person in asked]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


@contextmanager
def _refusals_told(request: SignedInRequest) -> Iterator[None]:
    """What is refused is said, and nothing is changed."""
    try:
        yield
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.error(request, words(refusal))
