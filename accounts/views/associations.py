"""Associations from both sides: where one's institution is a member, whom one's association has, each step of it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts import services
from accounts.forms import associations as forms
from accounts.middleware import SignedInRequest
from accounts.models import AssociationMember, Institution
from accounts.permissions import Permission
from accounts.selectors import associations as selectors
from accounts.selectors import reached_institution
from accounts.views.again import confirm_again
from accounts.views.refusals import words
from accounts.views.trails import trail
from accounts.workflow import ASSOCIATION_STEPS, MemberState
from core import clock
from core.errors import DomainError, NotAllowed
from core.workflow import open_steps

PAGE_SIZE = 25
S = MemberState
TONES = {S.MEMBER: "ok", S.PROPOSED: "soon", S.APPLIED: "soon"}
# What a step is called on its button, and what it does.
STEPS: dict[str, tuple[Promise, Promise]] = {
    "accept": (
        gettext_lazy("Become a member"),
        gettext_lazy("From today on the institution is a member; everybody can read it on the public register."),
    ),
    "decline": (gettext_lazy("Decline"), gettext_lazy("The association reads it. It can propose again later.")),
    "retract": (gettext_lazy("Take the proposal back"), gettext_lazy("The institution no longer sees a question.")),
    "admit": (
        gettext_lazy("Admit as a member"),
        gettext_lazy("From today on the institution is a member; everybody can read it on the public register."),
    ),
    "refuse": (
        gettext_lazy("Do not admit"),
        gettext_lazy("The institution reads your reason. It can apply again later."),
    ),
    "withdraw": (
        gettext_lazy("Withdraw the application for membership"),
        gettext_lazy("The association no longer sees a question. You can apply again later."),
    ),
    "end": (
        gettext_lazy("End the membership"),
        gettext_lazy("From that day on the institution is no longer a member. Earlier days stay on record."),
    ),
    "leave": (
        gettext_lazy("Leave the association"),
        gettext_lazy("From that day on the institution is no longer a member. Earlier days stay on record."),
    ),
}
SERVICES = {
    "accept": services.accept_proposal,
    "decline": services.decline_proposal,
    "retract": services.retract_proposal,
    "admit": services.admit_member,
    "refuse": services.refuse_member,
    "withdraw": services.withdraw_application,
    "end": services.end_member,
    "leave": services.leave_association,
}
GRAVE = frozenset({"decline", "refuse", "end", "leave"})
# What a question waits for.
YES = frozenset({"accept", "admit"})


@require_safe
def associations(request: SignedInRequest) -> HttpResponse:
    """Where the institution of the worn hat is a member, was asked, has asked."""
    institution = reached_institution(request.user, Permission.ASSOCIATION_JOIN)
    rows = selectors.association_rows(request.user, institution)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "institution": institution,
        "page_obj": page,
        "lines": _lines(request, page, Permission.ASSOCIATION_JOIN),
        "is_association": institution.category == selectors.ASSOCIATION,
        "waiting": selectors.waiting_for_answer(request.user).filter(association=institution).count(),
        "crumbs": trail(_("Associations")),
    }
    return render(request, "accounts/associations.html", context)


@require_safe
def find_association(request: SignedInRequest) -> HttpResponse:
    institution = reached_institution(request.user, Permission.ASSOCIATION_JOIN)
    query = request.GET.get("q", "").strip()[:60]
    rows = selectors.associations_to_join(institution, query)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    title = _("Join an association")
    context = {"page_obj": page, "query": query, "title": title, "crumbs": trail(title, _way())}
    return render(request, "accounts/association_find.html", context)


def join_association(request: SignedInRequest, pk: int) -> HttpResponse:
    """What applying does (GET), and applying (POST)."""
    institution = reached_institution(request.user, Permission.ASSOCIATION_JOIN)
    association = selectors.association(pk)
    form = forms.YesForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.apply_for_membership(actor=request.user, institution=institution, association=association)
        except DomainError as refusal:
            form.add_error(None, words(refusal))
        else:
            messages.success(request, _("You have applied; the association answers. Its answer will stand here."))
            return redirect("accounts:associations")
    told = _("The association reads the name of your institution and decides; you can withdraw until then.")
    context = {
        **_question(_("Apply for membership"), association, told, form),
        "back": reverse("accounts:find_association"),
    }
    return render(request, "accounts/association_step.html", context)


def members(request: SignedInRequest) -> HttpResponse:
    """The members of the own association (GET), and proposing one (POST)."""
    association = selectors.own_association(request.user)
    form = forms.ProposeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _proposed(request, association, form):
        return redirect("accounts:association_members")
    chosen = forms.MembersFilter(request.GET)
    rows = selectors.member_rows(request.user, association, chosen.chosen())
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "association": association,
        "form": form,
        "chosen": chosen,
        "filtered": bool(chosen.chosen()),
        "page_obj": page,
        "lines": _lines(request, page, Permission.ASSOCIATION_KEEP),
        "total": selectors.members_on(association, clock.today()).count(),
        "crumbs": trail(_("Member institutions"), _way()),
    }
    return render(request, "accounts/association_members.html", context)


@confirm_again(reading_is_free=True)
def association_step(request: SignedInRequest, pk: int, step: str) -> HttpResponse:
    """What a step does (GET), and taking it (POST)."""
    found = selectors.member_for(request.user, pk, step)
    back, other = _sides(step, found)
    if found.state not in ASSOCIATION_STEPS[step].sources:
        messages.error(request, words(DomainError("wrong_state")))
        return redirect(back)
    form = _form(step, request)
    if form.is_valid() and _taken(request, found, step, form):
        return redirect(back)
    label, told = STEPS[step]
    context = {**_question(label, other, told, form), "back": back, "tone": "danger" if step in GRAVE else "primary"}
    return render(request, "accounts/association_step.html", context)


# --- the parts ------------------------------------------------------------------------------------------------------
def _lines(request: SignedInRequest, rows: Page, permission: str) -> list[dict[str, Any]]:
    """With the steps of the reader's side, by the permission that speaks for it."""
    asked = selectors.asked_by(request.user, rows)
    return [_line(one, permission, own=one.pk in asked) for one in rows]


def _line(member: AssociationMember, permission: str, *, own: bool) -> dict[str, Any]:
    keeps = permission == Permission.ASSOCIATION_KEEP
    rules = ((name, ASSOCIATION_STEPS[name]) for name in open_steps(member, ASSOCIATION_STEPS))
    taken = [name for name, rule in rules if rule.who == permission and not (own and rule.apart_from)]
    return {
        "one": member,
        "other": member.institution if keeps else member.association,
        "tone": TONES.get(S(member.state), "neutral"),
        "state": _state(member),
        "steps": [
            {
                "label": STEPS[name][0],
                "url": reverse("accounts:association_step", args=[member.pk, name]),
                "yes": name in YES,
            }
            for name in taken
        ],
    }


def _state(member: AssociationMember) -> str:
    """One whose end has been told is a member until then."""
    if member.valid_to and member.valid_to > clock.today():
        return _("membership ends on %(day)s") % {"day": date_format(member.valid_to)}
    return str(S(member.state).label)


def _form(step: str, request: SignedInRequest) -> Form:
    sent = request.POST if request.method == "POST" else None
    must = step in ("refuse", "end")
    if step in ("end", "leave"):
        return forms.EndForm(sent, must=must, today=clock.today())
    if step in ("decline", "refuse"):
        return forms.DeclineForm(sent, must=must)
    return forms.YesForm(sent)


def _proposed(request: SignedInRequest, association: Institution, form: forms.ProposeForm) -> bool:
    try:
        made = services.propose_member(actor=request.user, association=association, **form.cleaned_data)
    except NotAllowed:
        raise
    except DomainError as refusal:
        form.add_error("code", words(refusal))
        return False
    messages.success(request, _("Proposed: %(name)s. The institution answers.") % {"name": made.institution.name})
    return True


def _taken(request: SignedInRequest, found: AssociationMember, step: str, form: Form) -> bool:
    try:
        taken = SERVICES[step](actor=request.user, member=found, **form.cleaned_data)  # type: ignore[operator]
    except DomainError as refusal:
        if isinstance(refusal, NotAllowed) and refusal.code != "same_person_twice":
            raise
        form.add_error(None, words(refusal))
        return False
    messages.success(request, _("The membership is now: %(state)s.") % {"state": _state(taken)})
    return True


def _sides(step: str, member: AssociationMember) -> tuple[str, Institution]:
    """Where the reader came from, and who the other side is."""
    if ASSOCIATION_STEPS[step].who == Permission.ASSOCIATION_KEEP:
        return reverse("accounts:association_members"), member.institution
    return reverse("accounts:associations"), member.association


def _question(label: str | Promise, other: Institution, told: str | Promise, form: Form) -> dict[str, Any]:
    crumbs = trail(label, _way())
    return {"button": label, "other": other, "consequences": [told], "form": form, "crumbs": crumbs}


def _way() -> tuple[str, str]:
    return _("Associations"), reverse("accounts:associations")
