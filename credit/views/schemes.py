"""Evaluation schemes: read by anybody once adopted, written by one officer and adopted by another, replayed before."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import can, holds, worn_bodies
from accounts.middleware import SignedInRequest
from accounts.models import User
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import NotAllowed
from core.workflow import steps_for
from credit import services
from credit.forms.evaluations import ReasonForm
from credit.forms.schemes import SchemeForm
from credit.models import EvaluationScheme
from credit.rules.evaluation import shares_of
from credit.selectors import evaluations as selectors
from credit.views.evaluation_words import done, tried
from credit.workflow import EVALUATION_SCHEME_STEPS, SchemeState

PAGE_SIZE = 25
MANAGES = Permission.SCHEME_MANAGE
STEPS: dict[str, Callable[..., EvaluationScheme]] = {
    "propose": services.propose_scheme,
    "adopt": services.adopt_scheme,
    "refuse": services.refuse_scheme,
    "withdraw": services.withdraw_scheme,
}
SAID = {
    "propose": gettext_lazy("Proposed. A second person can adopt the scheme now."),
    "adopt": gettext_lazy("Adopted. Rounds can be begun by this scheme."),
    "refuse": gettext_lazy("Refused. The scheme is not used."),
    "withdraw": gettext_lazy("Withdrawn. The scheme is not used."),
}


@login_not_required
@require_safe
def schemes(request: HttpRequest) -> HttpResponse:
    """Every adopted version, and for whoever manages schemes what is open."""
    context = {
        "adopted": selectors.adopted_schemes(),
        "open": selectors.open_schemes(request.user) if _manages(request) else [],  # type: ignore[arg-type]
        "manages": _manages(request),
        "crumbs": _crumbs(request, _("Evaluation schemes")),
    }
    return render(request, "credit/schemes.html", context)


@login_not_required
@require_safe
def scheme(request: HttpRequest, pk: int) -> HttpResponse:
    """An adopted version: whoever is evaluated can read by what."""
    return _scheme_page(request, selectors.adopted_scheme(pk))


@require_safe
def open_scheme(request: SignedInRequest, pk: int) -> HttpResponse:
    return _scheme_page(request, selectors.managed_scheme(request.user, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def new_scheme(request: SignedInRequest, pk: int) -> HttpResponse:
    """A draft that begins with the words of an adopted version."""
    if not holds(request.user, MANAGES):
        raise NotAllowed(permission=MANAGES.value)
    begun = _beginning(request, pk)
    words = begun.words | _own_beginning(request, begun)
    form = SchemeForm(request.POST or None, begun=words)
    if request.method == "POST" and form.is_valid():
        facts: dict[str, Any] = {"words": form.words(), "drafted_from": begun}
        if made := done(form, lambda: services.write_scheme(actor=request.user, **facts)):
            return redirect("credit:open_scheme", made.pk)
    return _edit_page(request, form, begun, _("Draft an evaluation scheme"))


@require_http_methods(["GET", "HEAD", "POST"])
def edit_scheme(request: SignedInRequest, pk: int) -> HttpResponse:
    draft = selectors.managed_scheme(request.user, pk)
    form = SchemeForm(request.POST or None, begun=draft.words)
    if request.method == "POST" and form.is_valid():
        facts: dict[str, Any] = {"words": form.words(), "draft": draft}
        if done(form, lambda: services.write_scheme(actor=request.user, **facts)):
            return redirect("credit:open_scheme", pk)
    return _edit_page(request, form, draft, _("Change the draft of the scheme"))


@require_POST
@confirm_again
def decide_scheme(request: SignedInRequest, pk: int, step: str) -> HttpResponse:
    found = selectors.managed_scheme(request.user, pk)
    asked = {"reason": request.POST.get("reason", "")} if step == "refuse" else {}
    tried(request, lambda: STEPS[step](actor=request.user, scheme=found, **asked), SAID[step])
    return redirect("credit:open_scheme", pk)


@require_safe
def replay(request: SignedInRequest, pk: int) -> HttpResponse:
    """The version on the last final round of its kind: who would move, and why; nothing is stored."""
    found = selectors.managed_scheme(request.user, pk)
    answer = selectors.replayed(request.user, found)
    page = Paginator(answer.moves if answer else [], PAGE_SIZE).get_page(request.GET.get("page"))
    here = (str(found), reverse("credit:open_scheme", args=[pk]))
    context = {"scheme": found, "replay": answer, "page": page, "crumbs": _crumbs(request, _("Replay"), _up(), here)}
    return render(request, "credit/scheme_replay.html", context)


def _scheme_page(request: HttpRequest, found: EvaluationScheme) -> HttpResponse:
    manages = _manages(request)
    shares = shares_of(found.tree)
    whole = sum(shares.values(), Fraction(0))
    context = {
        "scheme": found,
        # Exact: three sevenths are no decimal.
        "shares": {code: str(share) for code, share in shares.items()},
        "sum": str(whole),
        "rest": 1 - whole,
        "explanation": found.text("explanation"),
        "source": found.text("source"),
        "steps": steps_for(request.user, found, EVALUATION_SCHEME_STEPS) if manages else [],  # type: ignore[arg-type]
        "manages": manages,
        "is_open": found.state in (SchemeState.DRAFT, SchemeState.PROPOSED),
        "may_edit": manages and found.state == SchemeState.DRAFT,
        "reason_form": ReasonForm(),
        "crumbs": _crumbs(request, str(found), _up()),
    }
    return render(request, "credit/scheme.html", context)


def _beginning(request: SignedInRequest, pk: int) -> EvaluationScheme:
    try:
        return selectors.adopted_scheme(pk)
    except NotAllowed:
        return selectors.managed_scheme(request.user, pk)


def _own_beginning(request: SignedInRequest, begun: EvaluationScheme) -> dict[str, Any]:
    """From another region's scheme a draft takes neither region nor name."""
    own: dict[str, Any] = {"valid_from": None}
    if can(request.user, MANAGES, begun):
        return own
    paths = (body.jurisdiction for body in worn_bodies(request.user, MANAGES))
    return own | {"code": "", "region_path": next(paths, begun.region_path)}


def _edit_page(request: SignedInRequest, form: SchemeForm, begun: EvaluationScheme, heading: str) -> HttpResponse:
    name = "credit:scheme" if begun.state == SchemeState.ADOPTED else "credit:open_scheme"
    back = reverse(name, args=[begun.pk])
    context = {
        "form": form,
        "heading": heading,
        "submit": _("Save the draft"),
        "back": back,
        "about": str(begun),
        "crumbs": _crumbs(request, heading, _up(), (str(begun), back)),
    }
    return render(request, "credit/evaluation_form.html", context)


def _manages(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and holds(request.user, MANAGES)


def _up() -> tuple[str, str]:
    return (_("Evaluation schemes"), reverse("credit:schemes"))


def _crumbs(request: HttpRequest, here: str, *between: tuple[str, str]) -> list[dict[str, str]]:
    crumbs = trail(here, *between)
    if not request.user.is_authenticated:
        crumbs[0]["url"] = reverse("wagtail_serve", args=[""])
    return crumbs
