"""A case as its subject reads it, in three blocks: what is said, what may follow, by when. Also on a phone."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import can
from accounts.middleware import SignedInRequest
from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors.hats import shown_name
from accounts.views.trails import trail
from core.errors import DomainError
from credit import services
from credit.forms.reports import OwnAnswerForm, RecusalForm, RepairForm
from credit.models import AdministrativeCase
from credit.rules.cases import Missing, rule_of
from credit.selectors import cases as selectors
from credit.selectors.letters import letters_of
from credit.views.cases import refused
from credit.workflow.cases import HEARING, OVER, CaseState

COMMITMENT = gettext_lazy(
    "We commit ourselves to keep the laws of technology transfer, to have put right what was found, and to accept that "
    "a breach of this commitment is recorded."
)


@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    rows = selectors.own_cases(request.user)[:100]
    return render(
        request, "credit/own_cases.html", {"cases": rows, "crumbs": trail(_("Cases about me or my institution"))}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: SignedInRequest, pk: int) -> HttpResponse:
    """One page for all that a subject can do; each act is a button of its own form."""
    case = selectors.own_case(request.user, pk)
    answers = can(request.user, Permission.CASE_ANSWER, case)
    acts = _acts(case) if answers else []
    posted = request.POST.get("act", "")
    forms_ = {name: _form(name, case, request.POST if name == posted else None) for name in acts}
    if request.method == "POST" and posted in acts and _done(request, case, posted, forms_[posted]):
        messages.success(request, _("It is recorded, and the authority is told."))
        return redirect("credit:own_case", pk)
    rule = rule_of(case.rule_version)
    context = {
        "case": case,
        "acts": forms_,
        "answers": answers,
        "remedies": rule.remedies,
        "missing": _missing(case),
        "intended": [one.measure for one in case.measures.all() if not one.ordered],
        "ordered": [one for one in case.measures.all() if one.ordered],
        "letters": letters_of(request.user, case, Permission.CASE_ANSWER),
        "crumbs": trail(case.notice_number, (_("Cases about me or my institution"), reverse("credit:own_cases"))),
    }
    return render(request, "credit/own_case.html", context)


def _acts(case: AdministrativeCase) -> list[str]:
    """What the subject may do now."""
    found = []
    if case.state in HEARING and (not case.said_all or case.state == CaseState.REOPENED):
        found.append("answer")
    if case.state in HEARING and not case.said_all:
        found.append("waive")
    if case.state in HEARING and case.hearing_asked_on is None and case.intended in rule_of(case.rule_version).hearing:
        found.append("hearing")
    if case.decided_on is None and case.state not in OVER:
        found.append("recusal")
    asked = any(one.state == "asked" for one in case.repairs.all())
    if case.state == CaseState.IN_FORCE and not asked:
        found.append("repair")
    return found


def _form(name: str, case: AdministrativeCase, data: Any) -> forms.Form:
    if name == "answer":
        return OwnAnswerForm(data, hearing_asked=case.hearing_asked_on is not None)
    if name == "repair":
        return RepairForm(data, initial={"commitment": COMMITMENT})
    if name == "recusal":
        form = RecusalForm(data, prefix="recusal")
        people = {one.pk: _role(_("investigator"), one) for one in (case.officer_one, case.officer_two) if one}
        for role, one in (
            (_("who signed the notice"), case.noticed_by),
            (_("who leads the hearing"), case.hearing_chair),
        ):
            if one is not None:
                people.setdefault(one.pk, _role(role, one))
        form.fields["officer"].choices = [(str(pk), label) for pk, label in people.items()]  # type: ignore[attr-defined]
        return form
    return forms.Form(data)


def _may_step_aside(case: AdministrativeCase) -> list[User]:
    return [one for one in (case.officer_one, case.officer_two, case.noticed_by, case.hearing_chair) if one]


def _role(role: str, user: User) -> str:
    """Whoever is concerned is told who acts (Penalty Law art. 43): the name, where the login has a profile."""
    return f"{shown_name(user)} · {role}"


def _done(request: SignedInRequest, case: AdministrativeCase, name: str, form: forms.Form) -> bool:
    if not form.is_valid():
        return False
    said = form.cleaned_data
    try:
        if name == "answer":
            services.answer_notice(actor=request.user, case=case, **said)
        elif name == "waive":
            services.waive_answer(actor=request.user, case=case)
        elif name == "hearing":
            services.ask_hearing(actor=request.user, case=case)
        elif name == "repair":
            services.ask_repair(actor=request.user, case=case, **said)
        else:
            known = {str(one.pk): one for one in _may_step_aside(case)}
            officer = known[said["officer"]]
            services.ask_recusal(actor=request.user, case=case, officer=officer, reason=said["reason"])
    except DomainError as refusal:
        refused(form, refusal)
        return False
    return True


def _missing(case: AdministrativeCase) -> list[Missing]:
    """Of the conditions of a repair those that only time or nobody here can meet."""
    found = services.missing_for_repair(case, corrected="x", committed=True)
    return [one for one in found if one != Missing.NOT_IN_FORCE]
