"""Evaluation rounds: the list, one round with its next step, who takes part, and what is published of them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import can, holds
from accounts.middleware import SignedInRequest
from accounts.models import Region
from accounts.permissions import Permission
from accounts.selectors.bodies import region_within
from accounts.selectors.hats import shown_name
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core import clock
from core.errors import NotAllowed
from core.workflow import steps_for
from credit import services
from credit.forms.evaluations import AssignForm, ReasonForm, RoundForm, SubjectsForm, UnratedForm
from credit.models import EvaluationRound
from credit.selectors import evaluations as selectors
from credit.selectors.participants import designated_in, possible_evaluators, subjects_named
from credit.views.evaluation_words import SAID, done, tried
from credit.workflow import EVALUATION_ROUND_STEPS, RoundState

PAGE_SIZE = 25
MANAGES, SEES = Permission.EVALUATION_MANAGE, Permission.EVALUATION_VIEW
STEPS: dict[str, Callable[..., EvaluationRound]] = {
    "open": services.open_round,
    "score": services.begin_scoring,
    "publicise": services.publicise_result,
    "rework": services.rework_result,
    "finalise": services.finalise_result,
    "drop": services.drop_round,
}


@require_safe
def evaluations(request: SignedInRequest) -> HttpResponse:
    """Rounds that the reader runs or scores in; and the evaluations in which the reader is the one evaluated."""
    runs = holds(request.user, MANAGES)
    rounds = Paginator(selectors.rounds(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    own = Paginator(selectors.own_subjects(request.user), PAGE_SIZE).get_page(request.GET.get("own"))
    context = {
        "page": rounds,
        "works": runs or holds(request.user, Permission.EVALUATION_SCORE),
        "runs": runs,
        "own": [(one, selectors.seen_result(one, works_on_it=False)) for one in own],
        "own_page": own,
        "crumbs": trail(_("Evaluations")),
    }
    return render(request, "credit/evaluations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_evaluation(request: SignedInRequest) -> HttpResponse:
    if not holds(request.user, MANAGES):
        raise NotAllowed(permission=MANAGES.value)
    schemes = {one.pk: one for one in selectors.schemes_for(request.user)}

    def region_of(text: str) -> Region:
        return region_within(request.user, MANAGES, text)

    choices = [(pk, f"{one.title} · {one.version}") for pk, one in schemes.items()]
    initial = {"region": region_of("").code}
    form = RoundForm(request.POST or None, schemes=choices, region_of=region_of, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, "scheme": schemes[int(form.cleaned_data["scheme"])]}
        if made := done(form, lambda: services.begin_round(actor=request.user, **given)):
            return redirect("credit:evaluation", made.pk)
    return _form_page(request, form, _("Prepare an evaluation"), _("Prepare"))


@require_safe
def evaluation(request: SignedInRequest, pk: int) -> HttpResponse:
    """One round: where it stands, the next step, who is in it with points and grade, objections."""
    found = selectors.find_round(request.user, pk)
    runs = can(request.user, MANAGES, found)
    page = Paginator(selectors.subjects_of(found), PAGE_SIZE).get_page(request.GET.get("page"))
    steps = steps_for(request.user, found, EVALUATION_ROUND_STEPS) if runs else []
    context = {
        "round": found,
        "runs": runs,
        "steps": steps,
        "waits_for_another": runs and found.state == RoundState.PUBLICITY and "finalise" not in steps,
        "until": selectors.publicity_end(found),
        "over": _publicity_is_over(found),
        "page": page,
        # Of a person the result opens for a purpose, on the page of the person.
        "lines": [(one, None if found.is_of_persons else selectors.result_of(one)) for one in page],
        # Who scores whom is for the officers of the round alone.
        "evaluators": [(one, shown_name(one.user) if runs else "") for one in selectors.evaluators_of(found)],
        "unscored": selectors.unscored(found) if runs and found.state == RoundState.SCORING else [],
        "objections": selectors.objections_of(found) if runs else [],
        "reason_form": ReasonForm(),
        "crumbs": trail(found.scheme.title, _up()),
    }
    return render(request, "credit/evaluation.html", context)


@require_POST
@confirm_again
def move_evaluation(request: SignedInRequest, pk: int, step: str) -> HttpResponse:
    found = selectors.find_round(request.user, pk, MANAGES)
    asked = {"reason": request.POST.get("reason", "")} if step == "rework" else {}
    tried(request, lambda: STEPS[step](actor=request.user, evaluation_round=found, **asked), SAID[step])
    return redirect("credit:evaluation", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def propose(request: SignedInRequest, pk: int) -> HttpResponse:
    """Whom nobody scored is named first, and left unrated only by a tick and a reason for each."""
    found = selectors.find_round(request.user, pk, MANAGES)
    missing = selectors.unscored(found) if found.state == RoundState.SCORING else []
    if request.method == "POST" and not missing:
        tried(request, lambda: services.propose_result(actor=request.user, evaluation_round=found), SAID["propose"])
        return redirect("credit:evaluation", pk)
    form = UnratedForm(request.POST if request.method == "POST" else None, missing=missing)
    if request.method == "POST" and form.is_valid():
        asked: dict[str, Any] = {"evaluation_round": found, "unrated": form.unrated()}
        if done(form, lambda: services.propose_result(actor=request.user, **asked)):
            messages.success(request, str(SAID["propose"]))
            return redirect("credit:evaluation", pk)
    return _form_page(request, form, _("Propose the result"), _("Propose the result"), found)


@require_http_methods(["GET", "HEAD", "POST"])
def add_subjects(request: SignedInRequest, pk: int) -> HttpResponse:
    """By code or name, or all that hold a designation."""
    found = selectors.find_round(request.user, pk, MANAGES)

    def named(lines: list[str]) -> tuple[list[Any], list[str]]:
        return subjects_named(request.user, found, lines)

    form = SubjectsForm(request.POST or None, named=named, persons=found.is_of_persons)
    if request.method == "POST" and form.is_valid():
        subjects = list(form.cleaned_data["lines"])
        if form.cleaned_data.get("designated"):
            subjects += designated_in(request.user, found)
        facts: dict[str, Any] = {"actor": request.user, "evaluation_round": found, "subjects": subjects}
        if done(form, lambda: services.add_subjects(**facts) or True):
            return redirect("credit:evaluation", pk)
    return _form_page(request, form, _("Who is evaluated"), _("Add"), found)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def assign_evaluator(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.find_round(request.user, pk, MANAGES)
    people = possible_evaluators(found)
    form = AssignForm(request.POST or None, choices=[(one, label) for one, (_user, label) in people.items()])
    if request.method == "POST" and form.is_valid():
        user, _label = people[int(form.cleaned_data["evaluator"])]
        if done(form, lambda: services.assign_evaluator(actor=request.user, evaluation_round=found, user=user)):
            messages.success(request, _("Assigned. This round can be reached now, and no other."))
            return redirect("credit:evaluation", pk)
    return _form_page(request, form, _("Assign an evaluator"), _("Assign"), found)


# --- what is public -------------------------------------------------------------------------------------------------
@login_not_required
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Rounds of institutions and bases whose result is open to objections or final; persons are never there."""
    page = Paginator(selectors.public_rounds(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "credit/evaluation_results.html", {"page": page})


@login_not_required
@require_safe
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """Names and grades, nothing else."""
    found = selectors.public_round(pk)
    page = Paginator(selectors.public_grades(found), PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [(one.name, one.grade, found.scheme.grade_title(one.grade)) for one in page]
    context = {"round": found, "until": selectors.publicity_end(found), "page": page, "lines": lines}
    return render(request, "credit/evaluation_result.html", context)


def _form_page(
    request: SignedInRequest, form: Any, heading: str, submit: str, found: EvaluationRound | None = None
) -> HttpResponse:
    between = [_up()]
    back = reverse("credit:evaluations")
    if found is not None:
        back = reverse("credit:evaluation", args=[found.pk])
        between.append((found.scheme.title, back))
    context = {"form": form, "heading": heading, "submit": submit, "back": back, "crumbs": trail(heading, *between)}
    return render(request, "credit/evaluation_form.html", context)


def _publicity_is_over(found: EvaluationRound) -> bool:
    end = selectors.publicity_end(found)
    return end is not None and end.has_passed(clock.today())


def _up() -> tuple[str, str]:
    return (_("Evaluations"), reverse("credit:evaluations"))
