"""Counts of people in secret posts: the institution enters a number, its authority decides it on paper."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.selectors import reached_institution
from accounts.views.again import confirm_again
from core.errors import DomainError, NotAllowed
from core.workflow import open_steps
from staffing import services
from staffing.forms import SealedCountForm, SealedDecisionForm
from staffing.models import SealedCount
from staffing.selectors import sealed
from staffing.workflow import SEALED_COUNT_STEPS

STEP_LABELS: dict[str, Promise] = {
    "confirm": gettext_lazy("Confirm: it counts from its first day on"),
    "refuse": gettext_lazy("Refuse: it never counts"),
    "end": gettext_lazy("End: it counts until a day"),
    "annul": gettext_lazy("Annul: it never was so"),
}
SERVICES: dict[str, Callable[..., SealedCount]] = {
    "confirm": services.confirm_sealed_count,
    "refuse": services.refuse_sealed_count,
    "end": services.end_sealed_count,
    "annul": services.annul_sealed_count,
}
WORDS: dict[str, Promise] = {
    "sealed_waiting": gettext_lazy("A number already waits for confirmation. Nothing was entered."),
    "sealed_overlaps": gettext_lazy("Another confirmed number begins on the same day or later. Annul it first."),
    "sealed_wrong": gettext_lazy("These numbers or days cannot be."),
    "wrong_state": gettext_lazy("This is no longer possible: the record has moved on in the meantime."),
    "same_person_twice": gettext_lazy("Whoever entered a number does not decide it."),
}


@require_GET
def sealed_counts(request: SignedInRequest) -> HttpResponse:
    may_enter, may_decide = (
        holds(request.user, one) for one in (Permission.SEALED_COUNT_ENTER, Permission.SEALED_COUNT_DECIDE)
    )
    if not may_enter and not may_decide:
        raise NotAllowed(permission=Permission.SEALED_COUNT_DECIDE.value)
    context = {"counts": sealed.sealed_counts(request.user), "may_enter": may_enter, "may_decide": may_decide}
    return render(request, "staffing/sealed_counts.html", context)


def enter(request: SignedInRequest) -> HttpResponse:
    institution = reached_institution(request.user, Permission.SEALED_COUNT_ENTER)
    form = SealedCountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def write() -> SealedCount:
            return services.enter_sealed_count(actor=request.user, institution=institution, **values)

        if _done(form, write):
            messages.success(request, _("Entered. It counts once the authority has confirmed it on paper."))
            return redirect("staffing:sealed_counts")
    return render(request, "staffing/sealed_enter.html", {"form": form, "institution": institution})


@confirm_again(reading_is_free=True)
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    count = sealed.find_sealed_count(request.user, pk)
    steps = [(name, STEP_LABELS[name]) for name in open_steps(count, SEALED_COUNT_STEPS)]
    form = SealedDecisionForm(request.POST or None, steps=steps)
    goes_on = _what_goes_on(count) if "annul" in dict(steps) else ""
    if request.method == "POST" and form.is_valid() and _done(form, lambda: _decided(request, count, form)):
        messages.success(request, _("Decided. The fraction follows."))
        return redirect("staffing:sealed_counts")
    went_on = list(sealed.resumed_in(count))
    context = {"form": form, "count": count, "steps": steps, "goes_on": goes_on, "went_on": went_on}
    return render(request, "staffing/sealed_decide.html", context)


def _what_goes_on(count: SealedCount) -> str:
    """Which number goes on when this one is annulled, and until when."""
    before, decided = sealed.displaced_by(count), sealed.decided_end(count)
    if before is None:
        return ""
    facts = {"staff": before.staff, "day": date_format(count.valid_from, "DATE_FORMAT")}
    again = _(
        "The number before it (%(staff)s in secret posts) ended on %(day)s because this one began. When this one "
        "is annulled, that number counts again from this day."
    )
    if decided is None:
        return again % facts
    until = _("It counts no longer from %(end)s: what ended this one was a decision, which stands.")
    return f"{again % facts} {until % {'end': date_format(decided, 'DATE_FORMAT')}}"


def _decided(request: SignedInRequest, count: SealedCount, form: SealedDecisionForm) -> SealedCount:
    values: dict[str, Any] = {"actor": request.user, "count": count}
    step = form.cleaned_data["step"]
    needed = form.NEEDS[step]
    return SERVICES[step](**values, **{needed: form.cleaned_data[needed]})


def _done(form: Any, write: Callable[[], SealedCount]) -> bool:
    try:
        write()
    except DomainError as refusal:
        if refusal.code not in WORDS:
            raise
        form.add_error(None, WORDS[refusal.code])
        return False
    return True
