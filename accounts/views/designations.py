"""Designations: the list by state, one with its timeline and next steps, the application, every step."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import services
from accounts.access import can, holds
from accounts.forms import designations as forms
from accounts.middleware import SignedInRequest
from accounts.models import Designation
from accounts.permissions import Permission
from accounts.selectors import designations as selectors
from accounts.services.designations import kinds_for
from accounts.views.again import confirm_again
from accounts.views.refusals import words
from accounts.workflow import APPLY, DESIGNATION_STEPS, DesignationState
from core import clock
from core.errors import DomainError, NotAllowed
from core.workflow import steps_for

PAGE_SIZE = 25
S = DesignationState
# The order of one that goes its way.
WAY = (S.APPLIED, S.REVIEWING, S.PUBLICITY, S.DESIGNATED)
TONES = {
    S.DESIGNATED: "ok",
    S.RECTIFICATION: "soon",
    S.SUSPENDED: "soon",
    S.PUBLICITY: "soon",
    S.REVOKED: "no",
    S.REFUSED: "no",
}
STEP_WORDS: dict[str, Promise] = {
    APPLY: gettext_lazy("Apply for a designation"),
    "review": gettext_lazy("Begin the review"),
    "publicise": gettext_lazy("Publish for objections"),
    "designate": gettext_lazy("Grant the designation"),
    "refuse": gettext_lazy("Do not grant it"),
    "withdraw": gettext_lazy("Withdraw the application"),
    "suspend": gettext_lazy("Suspend the designation"),
    "resume": gettext_lazy("Lift the suspension"),
    "rectify": gettext_lazy("Order rectification"),
    "restore": gettext_lazy("Accept the rectification"),
    "revoke": gettext_lazy("Revoke the designation"),
    "leave": gettext_lazy("Leave the list"),
}
CONSEQUENCES: dict[str, Promise] = {
    "review": gettext_lazy("The applicant sees that the application is under review. Somebody else grants it later."),
    "publicise": gettext_lazy("Everybody can read it on the public register; nothing is decided before the last day."),
    "designate": gettext_lazy("It appears on the public register and counts from the day you enter."),
    "refuse": gettext_lazy("The application ends. The applicant reads your reason and can apply again."),
    "withdraw": gettext_lazy("The application ends. You can apply again later."),
    "suspend": gettext_lazy(
        "The public register marks it as suspended from today on. Its dates and its duties run on."
    ),
    "resume": gettext_lazy("The mark goes and the designation stands as before."),
    "rectify": gettext_lazy("It counts on meanwhile. It can be revoked only after the last day has passed."),
    "restore": gettext_lazy("The rectification ends and the designation stands as before."),
    "revoke": gettext_lazy("It no longer counts from today on. Figures of earlier days stay as they are."),
    "leave": gettext_lazy("It no longer counts from today on. Certificates and history stay."),
}
GRAVE = frozenset({"refuse", "suspend", "revoke", "leave", "withdraw"})
# Refused before the last day of publicity or of rectification has passed.
AFTER_A_PERIOD = frozenset({"designate", "refuse", "revoke"})
FORMS: dict[str, type[Form]] = {
    "review": forms.NoteForm,
    "publicise": forms.DocumentForm,
    "designate": forms.GrantForm,
    "refuse": forms.ReasonForm,
    "withdraw": forms.NoteForm,
    "suspend": forms.RevokeForm,
    "resume": forms.DocumentForm,
    "rectify": forms.RectifyForm,
    "restore": forms.DocumentForm,
    "revoke": forms.RevokeForm,
    "leave": forms.ReasonForm,
}
SERVICES: dict[str, Callable[..., Designation]] = {
    "review": services.review_designation,
    "publicise": services.publicise_designation,
    "designate": services.grant_designation,
    "refuse": services.refuse_designation,
    "withdraw": services.withdraw_designation,
    "suspend": services.suspend_designation,
    "resume": services.resume_designation,
    "rectify": services.rectify_designation,
    "restore": services.restore_designation,
    "revoke": services.revoke_designation,
    "leave": services.leave_designation,
}


def designations(request: SignedInRequest) -> HttpResponse:
    if not holds(request.user, Permission.DESIGNATION_VIEW):
        raise NotAllowed(permission=Permission.DESIGNATION_VIEW.value)
    form = forms.DesignationsFilter(request.GET)
    rows = selectors.designations(request.user, form.chosen())
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = selectors.state_counts(request.user)
    context = {
        "form": form,
        "page": page,
        "rows": [{"one": one, "tone": tone(one.state)} for one in page],
        "tabs": [(value, S(value).label, count) for value, count in counts.items()],
        "total": sum(counts.values()),
        "state": form.chosen().get("state", ""),
        "may_apply": holds(request.user, Permission.DESIGNATION_APPLY),
        "crumbs": _crumbs(),
    }
    return render(request, "accounts/designations.html", context)


def apply(request: SignedInRequest) -> HttpResponse:
    """The worn hat's institution or base asks for a status."""
    subject = selectors.own_subject(request.user)
    form = forms.ApplicationForm(request.POST or None, kinds=kinds_for(subject))
    if form.is_valid():
        try:
            made = services.apply_for_designation(actor=request.user, subject=subject, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, words(refusal))
        else:
            messages.success(request, _("The application is handed in. You see each step of it here."))
            return redirect("accounts:designation", pk=made.pk)
    title = _("Apply for a designation")
    context = {"form": form, "title": title, "submit": _("Hand in the application"), "crumbs": _crumbs(title)}
    return render(request, "accounts/body_form.html", {**context, "back": reverse("accounts:designations")})


def designation(request: SignedInRequest, pk: int) -> HttpResponse:
    card = selectors.designation_card(request.user, pk)
    over = bool(card.deadline and card.deadline.has_passed(clock.today()))
    context = {
        "card": card,
        "one": card.designation,
        "tone": tone(card.designation.state),
        "events": [{"event": event, "label": STEP_WORDS.get(event.step, event.step)} for event in card.events],
        "way": _way(card.designation),
        "steps": _buttons(request, card.designation, early=bool(card.deadline) and not over),
        "over": over,
        "crumbs": _crumbs(str(card.designation.subject)),
    }
    return render(request, "accounts/designation.html", context)


@confirm_again(reading_is_free=True)
def designation_step(request: SignedInRequest, pk: int, step: str) -> HttpResponse:
    """What a step needs and does (GET), and taking it (POST)."""
    rule = DESIGNATION_STEPS.get(step)
    if rule is None:
        raise NotAllowed(permission=Permission.DESIGNATION_DECIDE.value)
    found = selectors.designation_for(request.user, pk, Permission(rule.who))
    if found.state not in rule.sources:
        messages.error(request, words(DomainError("wrong_state")))
        return redirect("accounts:designation", pk=pk)
    extra: dict[str, Any] = {"today": clock.today()} if step == "designate" else {}
    form = FORMS[step](request.POST if request.method == "POST" else None, **extra)
    if form.is_valid() and (answer := _taken(request, found, step, form)):
        return answer
    context = {
        "one": found,
        "form": form,
        "step": step,
        "button": STEP_WORDS[step],
        "consequences": [CONSEQUENCES[step]],
        "button_tone": "danger" if step in GRAVE else "primary",
        "crumbs": _crumbs(str(STEP_WORDS[step])),
    }
    return render(request, "accounts/designation_step.html", context)


def tone(state: str) -> str:
    return TONES.get(S(state), "neutral")


def _taken(request: SignedInRequest, found: Designation, step: str, form: Form) -> HttpResponse | None:
    try:
        taken = SERVICES[step](actor=request.user, designation=found, **form.cleaned_data)
    except DomainError as refusal:
        if isinstance(refusal, NotAllowed) and refusal.code != "same_person_twice":
            raise
        form.add_error(None, words(refusal))
        return None
    messages.success(request, _("The designation is now: %(state)s.") % {"state": taken.get_state_display()})
    return redirect("accounts:designation", pk=found.pk)


def _buttons(request: SignedInRequest, found: Designation, *, early: bool) -> list[dict[str, Any]]:
    """The one next step first, in the colour of the way; what ends it after it. `early`: a period has not passed."""
    steps = [
        step
        for step in steps_for(request.user, found, DESIGNATION_STEPS)
        if can(request.user, DESIGNATION_STEPS[step].who, found) and not (early and step in AFTER_A_PERIOD)
    ]
    return [
        {
            "label": STEP_WORDS[step],
            "url": reverse("accounts:designation_step", args=[found.pk, step]),
            "tone": "" if step in GRAVE else "primary",
        }
        for step in steps
    ]


def _way(found: Designation) -> list[dict[str, str]]:
    if found.state not in WAY:
        return [{"label": str(S(found.state).label), "state": "now"}]
    here = WAY.index(S(found.state))
    states = ["done" if place < here else "now" if place == here else "next" for place in range(len(WAY))]
    return [{"label": str(one.label), "state": state} for one, state in zip(WAY, states, strict=True)]


def _crumbs(here: str = "") -> list[dict[str, str]]:
    trail = [
        {"label": _("Home"), "url": reverse("accounts:home")},
        {"label": _("Designations"), "url": reverse("accounts:designations")},
    ]
    return [*trail, {"label": here, "url": ""}] if here else trail
