"""The authority's desk of returns: who filed and who did not, all clean ones in one step, decisions and judgements."""

import re
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import SignedInRequest
from accounts.models import Region
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core.errors import NotAllowed
from core.workflow import open_steps
from staffing import services
from staffing.forms.returns import JudgeForm, ReturnDecisionForm
from staffing.selectors import returns
from staffing.selectors.returns import return_for, with_days
from staffing.selectors.returns_desk import LATE, NOT_FILED, TO_DECIDE, ReturnsDesk, returns_desk, sees_desk
from staffing.selectors.returns_regions import desk_divisions, desk_region, desk_regions_above
from staffing.selectors.then_now import then_now
from staffing.views.return_words import told, why_left_out, why_moved
from staffing.views.returns import done
from staffing.workflow import RATIO_RETURN_STEPS, ReturnState

PAGE_SIZE = 25
# A return and the version that was shown of it.
PAIR = re.compile(r"\d{1,9}:\d{1,9}", re.ASCII)
DECIDES = Permission.RETURN_DECIDE
# In the order of the page; the words of a state are the state's own.
GROUPS: dict[str, Promise] = {
    TO_DECIDE: gettext_lazy("filed, to be decided"),
    NOT_FILED: gettext_lazy("not filed"),
    LATE: gettext_lazy("not filed and late"),
    ReturnState.RETURNED: gettext_lazy("returned with questions"),
    ReturnState.CORRECTING: gettext_lazy("taken back to be corrected"),
    ReturnState.CHECKED: gettext_lazy("filed before, checked again"),
    ReturnState.ACCEPTED: gettext_lazy("accepted by the authority"),
    ReturnState.CORRECTED: gettext_lazy("corrected by the authority"),
}
# What the table of divisions tells.
COLUMNS = (TO_DECIDE, NOT_FILED, LATE, ReturnState.RETURNED, ReturnState.ACCEPTED)
STEP_LABELS: dict[str, Promise] = {
    "accept": gettext_lazy("Accept the figure"),
    "return": gettext_lazy("Send it back with questions"),
    "correct": gettext_lazy("Correct it to the figure as known now"),
}
SAID: dict[str, Promise] = {
    "accept": gettext_lazy("Accepted. The institution is told."),
    "return": gettext_lazy("Sent back. The institution is told and files another version."),
    "correct": gettext_lazy(
        "Corrected: the figure as known now stands as a version of its own. The institution is told."
    ),
}


@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    found, place = _desk(request), _place(request)
    group = request.GET.get("group", "")
    group = group if group in GROUPS else ""
    counts = [(name, label, found.counts.get(name, 0)) for name, label in GROUPS.items()]
    context = {
        "desk": found,
        "place": place,
        "divisions": _divisions(found, place),
        "counts": counts,
        "heads": [GROUPS[name] for name in COLUMNS],
        "group": group,
        "page": Paginator(found.only(group), PAGE_SIZE).get_page(request.GET.get("page")),
        "crumbs": _way(request, found, place),
    }
    return render(request, "staffing/returns_desk.html", context)


def _place(request: SignedInRequest) -> Region:
    return desk_region(request.user, request.GET.get("region", ""))


def _divisions(found: ReturnsDesk, place: Region) -> list[dict[str, Any]]:
    """The numbers of each division under the heads of the table; nothing where there is one place only."""
    divisions = desk_divisions(found.lines, place)
    if [one.region for one in divisions] in ([], [place]):
        return []
    return [{"one": one, "numbers": [one.counts[name] for name in COLUMNS]} for one in divisions]


def _way(request: SignedInRequest, found: ReturnsDesk, place: Region) -> list[dict[str, str]]:
    """Back over the region above, in the same period."""
    if not request.GET.get("region"):
        return trail(_("Desk of returns"))
    desk, period = reverse("staffing:returns_desk"), f"period={found.period.row.pk}" if found.period else ""
    above = [(one.local_name, f"{desk}?{period}&region={one.code}") for one in desk_regions_above(request.user, place)]
    return trail(place.local_name, (_("Desk of returns"), f"{desk}?{period}"), *above)


@confirm_again(reading_is_free=True)
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: SignedInRequest) -> HttpResponse:
    """Exactly which ones, then one step; what moved since the list was shown is left out and said."""
    found = _desk(request)
    clean = {f"{one.standing.found.pk}:{one.standing.version.pk}": one for one in found.clean}  # type: ignore[union-attr]
    if request.method == "POST":
        return _accepted(request, request.POST.get("listed", "").split(","), found)
    context = {
        "desk": found,
        # One field, however many there are: the number of fields of a form is limited.
        "listed": ",".join(clean),
        "lines": list(clean.values()),
        "crumbs": trail(_("Accept all clean returns"), (_("Desk of returns"), reverse("staffing:returns_desk"))),
    }
    return render(request, "staffing/returns_accept.html", context)


@confirm_again(reading_is_free=True)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    found = return_for(request.user, pk, DECIDES)
    versions = returns.versions_of(found)
    if not versions:
        raise NotAllowed(permission=DECIDES.value)
    steps = [(name, STEP_LABELS[name]) for name in open_steps(found, RATIO_RETURN_STEPS) if name in STEP_LABELS]
    form = ReturnDecisionForm(request.POST or None, steps=steps, initial={"version": versions[0].pk})
    if request.method == "POST" and form.is_valid() and done(form, lambda: _taken(request, found, form)):
        messages.success(request, str(SAID[form.cleaned_data["step"]]))
        return redirect("staffing:return", pk=pk)
    moved = then_now(versions[0])
    context = {
        "found": found,
        "form": form,
        "asked": [one for version in versions for one in version.decisions.all() if one.step == "return"],
        "steps": steps,
        "version": versions[0],
        "moved": moved,
        "why": why_moved(moved),
        "period": with_days([found.period])[0],
        "crumbs": _crumbs(found, _("Decide on a return")),
    }
    return render(request, "staffing/return_decide.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def judge(request: SignedInRequest, pk: int) -> HttpResponse:
    anomaly = returns.anomaly_for(request.user, pk, DECIDES)
    found = anomaly.check_of.ratio_return
    initial = {"judgement": anomaly.judgement, "because": anomaly.judged_because}
    form = JudgeForm(request.POST or None, initial=initial)

    def write() -> object:
        return services.judge_anomaly(actor=request.user, anomaly=anomaly, **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and done(form, write):
        messages.success(request, _("Judged. No figure and no state follows from it."))
        return redirect("staffing:return", pk=found.pk)
    context = {
        "form": form,
        "heading": _("Judge an anomaly"),
        "found": found,
        "anomaly": told([anomaly], names=True)[0],
        "submit": _("Judge"),
        "crumbs": _crumbs(found, _("Judge an anomaly")),
    }
    return render(request, "staffing/return_form.html", context)


def _taken(request: SignedInRequest, found: Any, form: ReturnDecisionForm) -> object:
    values = form.cleaned_data
    given = {"actor": request.user, "ratio_return": found, "version": values["version"]}
    if values["step"] == "accept":
        return services.accept_return(**given)
    if values["step"] == "return":
        return services.send_back_return(**given, questions=values["reason"])
    return services.correct_return(**given, **{name: values[name] for name in ("name", "post", "reason")})


def _accepted(request: SignedInRequest, listed: list[str], desk: ReturnsDesk) -> HttpResponse:
    pairs = [tuple(map(int, one.split(":"))) for one in listed if PAIR.fullmatch(one)]
    rows = {one.standing.found.pk: one.standing.found for one in desk.lines if one.standing.found}
    done_with = services.accept_returns(
        actor=request.user, listed=[(rows[pk], version) for pk, version in pairs if pk in rows]
    )
    count = len(done_with.accepted)
    messages.success(request, ngettext("%(count)s accepted.", "%(count)s accepted.", count) % {"count": count})
    for found, code in done_with.left_out:
        facts = {"name": found.institution.name, "why": why_left_out(code)}
        messages.warning(request, _("Left out: %(name)s. %(why)s") % facts)
    return redirect(f"{reverse('staffing:returns_desk')}?period={desk.period.row.pk if desk.period else ''}")


def _desk(request: SignedInRequest) -> ReturnsDesk:
    if not sees_desk(request.user):
        raise NotAllowed(permission=DECIDES.value)
    asked = request.GET.get("period", "")
    found = returns_desk(request.user, int(asked) if asked.isdecimal() and len(asked) < 10 else None)
    return found.within(_place(request)) if request.GET.get("region") else found


def _crumbs(found: Any, here: str) -> list[dict[str, str]]:
    name = f"{found.institution.name} {found.period.as_of:%Y-%m-%d}"
    desk = (_("Desk of returns"), reverse("staffing:returns_desk"))
    return trail(here, desk, (name, reverse("staffing:return", args=[found.pk])))
