"""Filing with a receiving body: the desk of what waits, lists, the file that goes out, and the one that comes back."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import can, holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.imports import ImportPages, download
from accounts.views.trails import trail
from certificates import services
from certificates.forms.filing import AsideForm, SendingForm
from certificates.models import FilingList
from certificates.selectors import filing as selectors
from certificates.services.filing import Sending, form_of
from certificates.workflow import FILING_LIST_STEPS, FilingState, SentHow
from core.errors import DomainError
from core.workflow import steps_for

PAGE_LENGTH = 50
STAGES = {
    "": gettext_lazy("All that waits"),
    selectors.UNLISTED: gettext_lazy("In no list yet"),
    selectors.DRAWN_UP: gettext_lazy("In a list that was not sent"),
    selectors.SENT: gettext_lazy("Sent, number awaited"),
}
REFUSALS = {
    "nothing_to_file": gettext_lazy("Nobody of these can be listed: choose people who stand in no list yet."),
    "day_wrong": gettext_lazy("The day lies in the future, or before the list was drawn up. Nothing was recorded."),
    "document_missing": gettext_lazy("The number of the letter or receipt is missing. Nothing was recorded."),
    "line_settled": gettext_lazy("This line has its number, or was set aside before. Nothing was changed."),
    "reason_missing": gettext_lazy("Please say why. Nothing was changed."),
    "not_issued_yet": gettext_lazy("Certificates of this list are still to be issued. It stays open until then."),
    "wrong_state": gettext_lazy("Somebody has changed this list in the meantime. Nothing was changed by you."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: SignedInRequest) -> HttpResponse:
    """Who waits for a number, the longest first; POST draws up lists of those that were ticked."""
    _require_hat(request, Permission.CERTIFICATE_VIEW)
    if request.method == "POST":
        return _drawn_up(request)
    stage = request.GET.get("stage", "")
    rows = selectors.at_stage(selectors.awards_to_file(request.user), stage)
    page = Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": selectors.awaiting_lines(page),
        "stage": stage if stage in STAGES else "",
        "stages": STAGES,
        "writes": holds(request.user, Permission.CERTIFICATE_ISSUE),
        "crumbs": trail(_("Waiting for filing")),
    }
    return render(request, "certificates/filing_desk.html", context)


@require_safe
def lists(request: SignedInRequest) -> HttpResponse:
    _require_hat(request, Permission.CERTIFICATE_VIEW)
    state = request.GET.get("state", "")
    page = Paginator(selectors.filing_lists(request.user, state=state), PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {"page": page, "state": state, "states": FilingState.choices, "crumbs": _crumbs(_("Filing lists"))}
    return render(request, "certificates/filing_lists.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def filing_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """One list line by line; POST records that it was sent, drops or closes it."""
    found = _list_or_404(request, pk)
    form = SendingForm(request.POST if request.POST.get("step") == "send" else None)
    if request.method == "POST" and _stepped(request, _writable(request, found), form):
        return redirect("certificates:filing_list", pk)
    writes = can(request.user, Permission.CERTIFICATE_ISSUE, found)
    context = {
        "list": found,
        "lines": selectors.lines_of(request.user, found),
        "steps": steps_for(request.user, found, FILING_LIST_STEPS) if writes else [],
        "writes": writes,
        "form": form,
        "to_issue": selectors.records_to_issue(request.user, found),
        "crumbs": _crumbs(found.number, lists=True),
    }
    return render(request, "certificates/filing_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def aside(request: SignedInRequest, pk: int, line: int) -> HttpResponse:
    """A line that gets no number, said before it is done."""
    found = _writable(request, _list_or_404(request, pk))
    chosen = next((one for one in selectors.lines_of(request.user, found) if one.pk == line), None)
    if chosen is None:
        raise Http404
    form = AsideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["why"]
        _try(request, lambda: services.set_line_aside(actor=request.user, filing=found, line_id=line, why=why))
        return redirect("certificates:filing_list", pk)
    context = {"list": found, "line": chosen, "form": form, "crumbs": _crumbs(_("Set aside"), lists=True, filing=found)}
    return render(request, "certificates/filing_aside.html", context)


@require_POST
@confirm_again
def filing_file(request: SignedInRequest, pk: int) -> HttpResponse:
    """The list in the body's form; it opens document numbers, and everybody named reads so."""
    found = _writable(request, _list_or_404(request, pk))
    try:
        body, kind, name = services.export_list(actor=request.user, filing=found)
    except DomainError as refusal:
        _tell(request, refusal)
        return redirect("certificates:filing_list", pk)
    return download(body, name, kind)


# --- the answer -------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    return _answer_pages(request, pk).upload(request)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def review_answer(request: SignedInRequest, pk: int, sha256: str) -> HttpResponse:
    return _answer_pages(request, pk).review(request, sha256)


@require_safe
def answer_errors(request: SignedInRequest, pk: int, sha256: str) -> HttpResponse:
    return _answer_pages(request, pk).errors(request, sha256)


def _answer_pages(request: SignedInRequest, pk: int) -> ImportPages:
    found, actor = _writable(request, _list_or_404(request, pk)), request.user
    if found.state in (FilingState.DRAFT, FilingState.DROPPED):
        raise Http404
    return ImportPages(
        template="certificates/filing_answer.html",
        upload_url=reverse("certificates:filing_answer", args=[pk]),
        review_url=lambda sha256: reverse("certificates:review_filing_answer", args=[pk, sha256]),
        errors_url=lambda sha256: reverse("certificates:filing_answer_errors", args=[pk, sha256]),
        done_url=reverse("certificates:filing_list", args=[pk]),
        preview=lambda content: services.preview_answer(actor=actor, filing=found, content=content),
        write=lambda content, name: services.import_answer(actor=actor, filing=found, content=content, file_name=name),
        labels={"filing_number": gettext_lazy("Filing number")},
        context={
            "list": found,
            "heads": list(form_of(found).answer.values()),
            "crumbs": _crumbs(_("Import numbers"), lists=True, filing=found),
        },
    )


# --- parts ------------------------------------------------------------------------------------------------------------
def _drawn_up(request: SignedInRequest) -> HttpResponse:
    _require_hat(request, Permission.CERTIFICATE_ISSUE)
    base = next((hat.base for hat in request.user.worn_memberships() if hat.base), None)
    if base is None:
        raise Http404
    chosen = [int(value) for value in request.POST.getlist("record") if value.isdecimal()]
    try:
        made = services.draw_up_lists(actor=request.user, base=base, record_ids=chosen)
    except DomainError as refusal:
        _tell(request, refusal)
        return redirect("certificates:filing")
    sentence = ngettext("%(count)d list was drawn up.", "%(count)d lists were drawn up.", len(made))
    messages.success(request, sentence % {"count": len(made)})
    return redirect("certificates:filing_list", made[0].pk) if len(made) == 1 else redirect("certificates:filing_lists")


def _stepped(request: SignedInRequest, found: FilingList, form: SendingForm) -> bool:
    """The button that was pressed. False: the form of sending is shown again, filled in."""
    step = request.POST.get("step")
    if step == "send":
        return form.is_valid() and _try(request, lambda: _sent(request, found, form.cleaned_data))
    if step == "drop":
        return _try(request, lambda: services.drop_list(actor=request.user, filing=found))
    if step == "close":
        return _try(request, lambda: services.close_list(actor=request.user, filing=found))
    return True


def _sent(request: SignedInRequest, found: FilingList, said: dict[str, Any]) -> FilingList:
    sending = Sending(said["on"], SentHow(said["how"]), said["document"])
    return services.send_list(actor=request.user, filing=found, sending=sending)


def _try(request: SignedInRequest, act: Any) -> bool:
    """What is refused is said; the page is shown anew either way."""
    try:
        act()
    except DomainError as refusal:
        _tell(request, refusal)
        return True
    messages.success(request, _("It is recorded."))
    return True


def _tell(request: SignedInRequest, refusal: DomainError) -> None:
    if refusal.code not in REFUSALS:
        raise refusal
    messages.error(request, str(REFUSALS[refusal.code]))


def _require_hat(request: SignedInRequest, permission: Permission) -> None:
    if not holds(request.user, permission):
        raise Http404


def _list_or_404(request: SignedInRequest, pk: int) -> FilingList:
    found = selectors.filing_list(request.user, pk)
    if found is None:
        raise Http404
    return found


def _writable(request: SignedInRequest, found: FilingList) -> FilingList:
    """An authority reads and no more."""
    if not can(request.user, Permission.CERTIFICATE_ISSUE, found):
        raise Http404
    return found


def _crumbs(here: str, *, lists: bool = False, filing: FilingList | None = None) -> list[dict[str, str]]:
    way = [(_("Waiting for filing"), reverse("certificates:filing"))]
    if lists:
        way.append((_("Filing lists"), reverse("certificates:filing_lists")))
    if filing:
        way.append((filing.number, reverse("certificates:filing_list", args=[filing.pk])))
    return trail(here, *way)
