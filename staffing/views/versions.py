"""Versions of ratio rules: read and compared by anybody, written by one officer and adopted by another."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import can, holds, worn_bodies
from accounts.middleware import SignedInRequest
from accounts.models import Region, User
from accounts.permissions import Permission
from accounts.selectors.bodies import region_within
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core import clock
from core.errors import DomainError, NotAllowed
from core.workflow import steps_for
from courses.selectors.content import levels
from staffing import services
from staffing.forms.versions import TEXTS, CompareForm, EffectForm, RefuseForm, RuleForm, filled
from staffing.models import RatioRule
from staffing.selectors.effects import effects
from staffing.selectors.versions import (
    adopted,
    adopted_rule,
    adopted_versions,
    managed_rule,
    open_versions,
    region_at,
)
from staffing.views.rule_words import differences, told
from staffing.workflow import RATIO_RULE_STEPS, RuleState

PAGE_SIZE = 25
REFUSALS: dict[str, Promise] = {
    "same_person_twice": gettext_lazy("You wrote or proposed this version: a second person adopts or refuses it."),
    "wrong_state": gettext_lazy("Somebody has decided on this version in the meantime. Nothing was changed."),
    "reason_missing": gettext_lazy("Please say why it is refused. Nothing was changed."),
    "rule_begins_twice": gettext_lazy(
        "Another version of this requirement begins on the same day. Nothing was adopted; choose another first day."
    ),
    "rule_of_another_region": gettext_lazy(
        "This short name belongs to a requirement of another region. Nothing was saved; choose another one."
    ),
    "rule_counts_nobody": gettext_lazy("Choose at least one kind of employment and one of training."),
    "rule_cannot_be": gettext_lazy("These days or this binding cannot be. Nothing was saved."),
}
SAID: dict[str, Promise] = {
    "propose": gettext_lazy("Proposed. A second person can adopt it now."),
    "adopt": gettext_lazy("Adopted. From its first day on figures are by this version."),
    "refuse": gettext_lazy("Refused. Nothing changes."),
    "withdraw": gettext_lazy("Withdrawn. Nothing changes."),
}
STEPS: dict[str, Callable[..., RatioRule]] = {
    "propose": services.propose_rule,
    "adopt": services.adopt_rule,
    "refuse": services.refuse_rule,
    "withdraw": services.withdraw_rule,
}


@login_not_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every adopted version, and for whoever manages rules what is open."""
    versions = adopted_versions()
    manages, waiting = _manages(request), _open(request)
    context = {
        "adopted": versions,
        "open": waiting,
        "manages": manages,
        "compare": CompareForm(rules=[*versions, *waiting]),
        "today": clock.today(),
        "crumbs": _crumbs(request, _("Versions of the requirement")),
    }
    return render(request, "staffing/rules.html", context)


@login_not_required
@require_safe
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """An adopted version: public law."""
    return _rule_page(request, adopted_rule(pk))


@require_safe
def open_rule(request: SignedInRequest, pk: int) -> HttpResponse:
    """Any version of the own region, with what can be done with it."""
    return _rule_page(request, managed_rule(request.user, pk))


def _rule_page(request: HttpRequest, found: RatioRule) -> HttpResponse:
    before = found.drafted_from
    context = {
        "rule": found,
        "lines": told(found),
        "texts": {name: found.text(name) for name in TEXTS},
        "before": before,
        "differences": differences(before, found) if before else None,
        "steps": _steps(request, found),
        "is_open": found.state in (RuleState.DRAFT, RuleState.PROPOSED),
        "may_edit": _manages(request) and found.state == RuleState.DRAFT,
        "manages": _manages(request),
        "refuse_form": RefuseForm(),
        "crumbs": _crumbs(request, str(found), *_between()),
    }
    return render(request, "staffing/rule.html", context)


@login_not_required
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Any two adopted versions in plain words; whoever manages rules may also choose what is open."""
    # Law first, which everybody compares.
    offered = [*adopted_versions(), *_open(request)]
    form = CompareForm(request.GET or None, rules=offered)
    pair = None
    if form.is_valid():
        found = {str(one.pk): one for one in offered}
        pair = [found[form.cleaned_data[name]] for name in ("before", "after")]
    context = {
        "form": form,
        "pair": pair,
        "differences": differences(*pair) if pair else None,
        "crumbs": _crumbs(request, _("Compare two versions"), *_between()),
    }
    return render(request, "staffing/rule_compare.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_rule(request: SignedInRequest, pk: int) -> HttpResponse:
    """A draft that begins with the words of version `pk`."""
    begun = adopted_rule(pk) if adopted().filter(pk=pk).exists() else managed_rule(request.user, pk)
    form = _form(request, begun.words | _own_beginning(request, begun), begun)
    if request.method == "POST" and form.is_valid():
        facts: dict[str, Any] = {"words": form.words(), "drafted_from": begun}
        if made := _done(form, lambda: services.write_rule(actor=request.user, **facts)):
            return redirect("staffing:open_rule", made.pk)
    return _edit_page(request, form, begun, _("Draft a version"))


@require_http_methods(["GET", "HEAD", "POST"])
def edit_rule(request: SignedInRequest, pk: int) -> HttpResponse:
    draft = managed_rule(request.user, pk)
    form = _form(request, draft.words)
    if request.method == "POST" and form.is_valid():
        facts: dict[str, Any] = {"words": form.words(), "draft": draft}
        if _done(form, lambda: services.write_rule(actor=request.user, **facts)):
            return redirect("staffing:open_rule", pk)
    return _edit_page(request, form, draft, _("Change the draft"))


@require_POST
@confirm_again
def decide_rule(request: SignedInRequest, pk: int, step: str) -> HttpResponse:
    """Propose, adopt, refuse or withdraw."""
    found = managed_rule(request.user, pk)
    asked = {"reason": request.POST.get("reason", "")} if step == "refuse" else {}
    try:
        STEPS[step](actor=request.user, rule=found, **asked)
    except DomainError as refusal:
        if refusal.code not in REFUSALS:
            raise
        messages.error(request, str(REFUSALS[refusal.code]))
    else:
        messages.success(request, str(SAID[step]))
    return redirect("staffing:open_rule", pk)


@require_safe
def effect(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who would meet it and who not, beside the version in force; nothing is stored."""
    found = managed_rule(request.user, pk)
    form = EffectForm(request.GET if "on" in request.GET else {"on": max(found.valid_from, clock.today())})
    result = effects(request.user, found, on=form.cleaned_data["on"]) if form.is_valid() else None
    shown = result.flips if result and request.GET.get("show") == "flips" else result.lines if result else []
    context = {
        "rule": found,
        "form": form,
        "result": result,
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
        "only_flips": request.GET.get("show") == "flips",
        "crumbs": _crumbs(request, _("Effect"), *_between(), (str(found), reverse("staffing:open_rule", args=[pk]))),
    }
    return render(request, "staffing/rule_effect.html", context)


def _open(request: HttpRequest) -> list[RatioRule]:
    return list(open_versions(request.user)) if _manages(request) else []  # type: ignore[arg-type]


def _own_beginning(request: SignedInRequest, begun: RatioRule) -> dict[str, Any]:
    """What a new draft does not take over: its first day, and from another region's requirement region and name."""
    own = {"valid_from": None, "valid_to": None}
    if can(request.user, Permission.RULE_MANAGE, begun):
        return own
    own_regions = (body.jurisdiction for body in worn_bodies(request.user, Permission.RULE_MANAGE))
    return own | {"code": "", "region_path": next(own_regions, begun.region_path)}


def _form(request: SignedInRequest, words: dict[str, Any], begun: RatioRule | None = None) -> RuleForm:
    """For whoever manages rules of some region. Raises NotAllowed."""
    if not holds(request.user, Permission.RULE_MANAGE):
        raise NotAllowed(permission=Permission.RULE_MANAGE.value)

    def region_of(text: str) -> Region:
        return region_within(request.user, Permission.RULE_MANAGE, text)

    initial = filled(words, region_at(words["region_path"]).code)
    value = begun.value if begun else None
    return RuleForm(request.POST or None, initial=initial, levels=levels(), region_of=region_of, begun_value=value)


def _edit_page(request: SignedInRequest, form: RuleForm, begun: RatioRule, heading: str) -> HttpResponse:
    context = {
        "form": form,
        "begun": begun,
        "heading": heading,
        "back": _address(begun),
        "crumbs": _crumbs(request, heading, *_between(), (str(begun), _address(begun))),
    }
    return render(request, "staffing/rule_edit.html", context)


def _done(form: RuleForm, write: Callable[[], RatioRule]) -> RatioRule | None:
    try:
        return write()
    except DomainError as refusal:
        if refusal.code not in REFUSALS:
            raise
        form.add_error(None, str(REFUSALS[refusal.code]))
        return None


def _steps(request: HttpRequest, found: RatioRule) -> list[str]:
    return steps_for(request.user, found, RATIO_RULE_STEPS) if _manages(request) else []  # type: ignore[arg-type]


def _manages(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and holds(request.user, Permission.RULE_MANAGE)


def _address(found: RatioRule) -> str:
    return reverse("staffing:rule" if found.state == RuleState.ADOPTED else "staffing:open_rule", args=[found.pk])


def _between() -> list[tuple[str, str]]:
    return [(_("Versions of the requirement"), reverse("staffing:rules"))]


def _crumbs(request: HttpRequest, here: str, *between: tuple[str, str]) -> list[dict[str, str]]:
    crumbs = trail(here, *between)
    if not request.user.is_authenticated:
        crumbs[0]["url"] = reverse("wagtail_serve", args=[""])
    return crumbs
