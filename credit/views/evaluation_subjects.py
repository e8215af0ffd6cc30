"""One subject of a round: how its grade came about, scoring, the subject's own side, what follows."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import can
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from credit import services
from credit.forms.evaluations import (
    ConflictForm,
    ConsequenceForm,
    ObjectionAnswerForm,
    ObjectionForm,
    ValuesForm,
)
from credit.models import EvaluationResult, EvaluationSubject
from credit.rules.evaluation import Source, leaves_of
from credit.selectors import evaluations as selectors
from credit.services.outcomes import held_designations
from credit.views import evaluation_looks as looks
from credit.views.evaluation_words import counted_from, done, tried, value_in_words
from credit.workflow import RoundState

ANSWERS, MANAGES = Permission.EVALUATION_ANSWER, Permission.EVALUATION_MANAGE
SCORES, SEES = Permission.EVALUATION_SCORE, Permission.EVALUATION_VIEW


@require_safe
def subject(request: SignedInRequest, pk: int) -> HttpResponse:
    """The grade explains itself: points, rules, evidence, scheme, period, where to object."""
    found = selectors.find_subject(request.user, pk)
    if question := looks.asked(request, found):
        return question
    may = {name: can(request.user, permission, found) for name, permission in _MAY.items()}
    result = selectors.seen_result(found, works_on_it=may["scores"] or may["runs"])
    state = found.evaluation_round.state
    context = {
        "subject": found,
        "round": found.evaluation_round,
        "result": result,
        "grade_title": found.evaluation_round.scheme.grade_title(result.grade) if result else "",
        "lines": _lines(found, result) if result else [],
        "until": selectors.publicity_end(found.evaluation_round),
        "objections": found.objections.order_by("pk") if may["answers"] or may["runs"] else [],
        "consequences": found.consequences.order_by("pk"),
        "may": may,
        "may_evaluate": may["answers"] and state == RoundState.SELF_EVALUATION,
        "may_object": may["answers"] and state == RoundState.PUBLICITY,
        "may_score": may["scores"] and state == RoundState.SCORING,
        "may_leave": may["answers"] and _may_opt_out(found),
        "may_follow": may["runs"] and state == RoundState.FINAL,
        "crumbs": _crumbs(found, may, found.name),
    }
    return render(request, "credit/evaluation_subject.html", context)


_MAY = {"answers": ANSWERS, "runs": MANAGES, "scores": SCORES}


@require_http_methods(["GET", "HEAD", "POST"])
def score(request: SignedInRequest, pk: int) -> HttpResponse:
    """First the word about a conflict of interest, then the values; the subject's own stand beside."""
    found = selectors.find_subject(request.user, pk, SCORES)
    evaluator = selectors.own_place_as_evaluator(request.user, found.evaluation_round)
    said = selectors.declared(evaluator, found) if evaluator else None
    by_kind = selectors.values_by_kind(found)
    mine = {
        code: value for code, values in by_kind["scored"].items()
        for value in values if value.entered_by_id == request.user.pk
    }  # fmt: skip
    form = _values_form(request, found, mine, needs_evidence=True)
    if request.method == "POST" and looks.may_write(request, found) and form.is_valid():
        values = form.values()
        if done(form, lambda: services.score(actor=request.user, subject=found, values=values)):
            messages.success(request, _("Kept. The last values you enter are the ones that count."))
            return redirect("credit:evaluation_subject", pk)
    # What took longer than the look stays open is kept all the same; only what would be shown is asked for anew.
    if question := looks.asked(request, found):
        return question
    context = {
        "subject": found,
        "evaluator": evaluator,
        "said": said,
        "form": form,
        "conflict_form": ConflictForm(),
        "own": _own_words(found, by_kind["self"]),
        "crumbs": _crumbs(found, {"runs": True}, _("Score"), found.name),
    }
    return render(request, "credit/evaluation_score.html", context)


@require_POST
def declare_conflict(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.find_subject(request.user, pk, SCORES)
    form = ConflictForm(request.POST)
    if form.is_valid():
        facts = {"has_conflict": form.cleaned_data["conflict"] == "yes", "conflict": form.cleaned_data["words"]}
        said = _("Written down.")
        tried(request, lambda: services.declare_conflict(actor=request.user, subject=found, **facts), said)
    else:
        messages.error(request, _("First say whether there is a conflict of interest."))
    return redirect("credit:evaluation_score", pk)


# --- the subject's own side -----------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def evaluate_oneself(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.find_subject(request.user, pk, ANSWERS)
    given = {code: values[-1] for code, values in selectors.values_by_kind(found)["self"].items()}
    form = _values_form(request, found, given, needs_evidence=False)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if done(form, lambda: services.evaluate_oneself(actor=request.user, subject=found, values=values)):
            messages.success(request, _("Handed in. It stands beside what the evaluators find."))
            return redirect("credit:evaluation_subject", pk)
    return _form_page(request, found, form, _("Self-evaluation"), pgettext("an evaluation", "Hand in"))


@require_http_methods(["GET", "HEAD", "POST"])
def object_to_result(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.find_subject(request.user, pk, ANSWERS)
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["words"]
        if done(form, lambda: services.file_objection(actor=request.user, subject=found, words=words)):
            messages.success(
                request, _("Your objection is on file. Somebody else than who proposed the result answers.")
            )
            return redirect("credit:evaluation_subject", pk)
    return _form_page(request, found, form, _("Object to the result"), _("Object"))


@require_POST
def opt_out(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.find_subject(request.user, pk, ANSWERS)
    said = _("You are out of it and not rated. Nothing follows from that.")
    tried(request, lambda: services.opt_out(actor=request.user, subject=found), said)
    return redirect("credit:evaluation_subject", pk)


# --- the authority's side -------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def answer_objection(request: SignedInRequest, pk: int) -> HttpResponse:
    objection = selectors.find_objection(request.user, pk)
    form = ObjectionAnswerForm(request.POST or None)
    if request.method == "POST" and looks.may_write(request, objection.subject) and form.is_valid():
        facts = {"upheld": form.cleaned_data["outcome"] == "uphold", "answer": form.cleaned_data["answer"]}
        if done(form, lambda: services.answer_objection(actor=request.user, objection=objection, **facts)):
            messages.success(request, _("Answered."))
            return redirect("credit:evaluation", objection.subject.evaluation_round_id)
    if question := looks.asked(request, objection.subject):
        return question
    return _form_page(
        request, objection.subject, form, _("Answer an objection"), _("Answer"), quoted=objection.words
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def decide_consequence(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the scheme's ladder allows for the grade; a designation changes by its own steps."""
    found = selectors.find_subject(request.user, pk, MANAGES)
    result = selectors.result_of(found)
    held = {one.pk: one for one in held_designations(found)}
    form = ConsequenceForm(
        request.POST or None,
        kinds=found.evaluation_round.scheme.ladder.get(result.grade, []) if result else [],
        designations=[(one.pk, one.get_kind_display()) for one in held.values()],
    )
    if request.method == "POST" and looks.may_write(request, found) and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("kind", "document", "reason")}
        given |= {"working_days": form.cleaned_data["working_days"] or 0}
        chosen = form.cleaned_data["designation"]
        given |= {"designation": held[int(chosen)] if chosen else None}
        if done(form, lambda: services.decide_consequence(actor=request.user, subject=found, **given)):
            messages.success(request, _("Decided and written down."))
            return redirect("credit:evaluation_subject", pk)
    if question := looks.asked(request, found):
        return question
    return _form_page(request, found, form, _("What follows from the grade"), _("Decide"))


def _values_form(
    request: SignedInRequest, found: EvaluationSubject, given: dict[str, Any], *, needs_evidence: bool
) -> ValuesForm:
    leaves = [leaf for leaf in leaves_of(found.evaluation_round.scheme.tree) if leaf["source"] == Source.ENTERED]
    initial = {f"value_{code}": one.numerator for code, one in given.items()}
    initial |= {f"evidence_{code}": one.evidence for code, one in given.items()}
    return ValuesForm(request.POST or None, leaves=leaves, needs_evidence=needs_evidence, initial=initial)


def _lines(found: EvaluationSubject, result: EvaluationResult) -> list[dict[str, Any]]:
    """Each line in words; of the snapshot alone."""
    return [
        {
            "leaf": one.leaf,
            "group": one.group,
            "points": one.points,
            "value": value_in_words(one.leaf, one.line),
            "own": value_in_words(one.leaf, one.line["own"]) if one.line["own"] else "",
            "own_evidence": one.line["own_evidence"],
            "evidence": one.line["evidence"],
            "counted_from": counted_from(one.leaf, one.line["drill"]),
            "address": _source_of(found, one.leaf["source"]),
        }
        for one in selectors.explained(found, result)
    ]


def _source_of(found: EvaluationSubject, source: str) -> str:
    """Where the reader can count again."""
    if source == Source.RATIO and found.institution_id:
        return f"{reverse('staffing:ratio', args=[found.institution_id])}?as_of={found.evaluation_round.period_to}"
    return ""


def _own_words(found: EvaluationSubject, given: dict[str, list[Any]]) -> list[tuple[dict[str, Any], str, str]]:
    leaves = {leaf["code"]: leaf for leaf in leaves_of(found.evaluation_round.scheme.tree)}
    return [
        (dict(leaves[code]), str(values[-1].numerator), values[-1].evidence) for code, values in given.items()
    ]  # fmt: skip


def _may_opt_out(found: EvaluationSubject) -> bool:
    over = (RoundState.DRAFT, RoundState.FINAL, RoundState.DROPPED)
    return found.person_id is not None and found.opted_out_at is None and found.evaluation_round.state not in over


def _form_page(
    request: SignedInRequest, found: EvaluationSubject, form: Any, heading: str, submit: str, quoted: str = ""
) -> HttpResponse:
    back = reverse("credit:evaluation_subject", args=[found.pk])
    context = {
        "form": form,
        "heading": heading,
        "submit": submit,
        "back": back,
        "about": found.name,
        "quoted": quoted,
        "crumbs": trail(heading, (_("Evaluations"), reverse("credit:evaluations")), (found.name, back)),
    }
    return render(request, "credit/evaluation_form.html", context)


def _crumbs(found: EvaluationSubject, may: dict[str, bool], here: str, above: str = "") -> list[dict[str, str]]:
    between = [(_("Evaluations"), reverse("credit:evaluations"))]
    if may["runs"]:
        between.append(
            (found.evaluation_round.scheme.title, reverse("credit:evaluation", args=[found.evaluation_round_id]))
        )
    if above:
        between.append((above, reverse("credit:evaluation_subject", args=[found.pk])))
    return trail(here, *between)
