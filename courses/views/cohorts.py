"""A base's cohorts: the board, a new cohort, one cohort with its steps, its sessions and its exam."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import can, holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from core.errors import DomainError, NotAllowed
from core.workflow import open_steps
from courses import services
from courses.forms.cohorts import CohortForm, ExamForm, ReasonForm, SessionForm
from courses.forms.rows import row_ids
from courses.models import Cohort
from courses.selectors import cohorts as selectors
from courses.selectors.seats import held_in
from courses.views.refusals import words
from courses.views.trails import base_trail
from courses.workflow import ADMITTING, COHORT_STEPS, UNDER_WAY, CohortState, EnrolmentState

PAGE_SIZE = 25
# When the exam room, the review, the issue and the hand-out are what comes next.
TOWARDS_PAPER = UNDER_WAY | {CohortState.CLOSED}


def cohorts(request: SignedInRequest) -> HttpResponse:
    """The board: cohorts by state, those that need hands first."""
    chosen = request.GET.get("state", "")
    state = chosen if chosen in {*CohortState.values, selectors.TO_DECIDE} else ""
    page = Paginator(selectors.board(request.user, state=state), PAGE_SIZE).get_page(request.GET.get("page"))
    counts = selectors.board_counts(request.user)
    context = {
        "page_obj": page,
        "cards": [{"cohort": one, "due": _due(one)} for one in page],
        "state": state,
        "tabs": _tabs(counts, state, page.paginator.count),
        "total": sum(counts.values()),
        "today": selectors.sessions_today(request.user),
        "may_create": holds(request.user, Permission.COHORT_MANAGE),
    }
    return render(request, "courses/cohorts.html", context)


def create_cohort(request: SignedInRequest) -> HttpResponse:
    """`?copy=ID` takes everything but the dates from an earlier cohort."""
    base = request.hat.base if request.hat else None
    if base is None or not holds(request.user, Permission.COHORT_MANAGE):
        raise NotAllowed(permission=str(Permission.COHORT_MANAGE))
    copied = row_ids(request.GET.getlist("copy")[:1])
    source = selectors.cohort_for(request.user, copied[0], Permission.COHORT_MANAGE) if copied else None
    form = CohortForm(request.POST or None, copy_from=source)
    if form.is_valid():
        try:
            made = services.create_cohort(actor=request.user, base=base, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, words(refusal))
        else:
            messages.success(request, _("The cohort is made, as a draft. Look through its sessions, then report it."))
            return redirect("courses:cohort", pk=made.pk)
    return render(
        request,
        "courses/cohort_form.html",
        {"form": form, "base": base, "source": source, "crumbs": base_trail(None, here=_("New cohort"))},
    )


def cohort(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.cohort_for(request.user, pk)
    sessions = selectors.sessions_of(found)
    rows = selectors.attendance_map(request.user, found, sessions)
    waiting = Paginator(selectors.applications_of(request.user, found), PAGE_SIZE)
    may_manage = can(request.user, Permission.COHORT_MANAGE, found)
    context = {
        "cohort": found,
        "crumbs": base_trail(found),
        "sessions": sessions,
        "rows": rows,
        "page_obj": waiting.get_page(request.GET.get("page")),
        "steps": _way(found),
        "open_steps": _buttons(request, found),
        "hours": selectors.hours_of(sessions),
        "attendance": _attendance(rows),
        "may_manage": may_manage,
        "unseen": selectors.unseen(request.user, found) if may_manage else (),
        "may_mark": may_manage or can(request.user, Permission.ATTENDANCE_MARK, found),
        "towards_paper": may_manage and found.state in TOWARDS_PAPER,
        "completed": sum(row.enrolment.state == EnrolmentState.COMPLETED for row in rows),
        "may_release": may_manage and found.state in ADMITTING,
        "full": found.taken >= found.capacity,  # type: ignore[attr-defined]
        "only_held": found.seats_left < 1,  # type: ignore[attr-defined]
        "reserved": held_in(request.user, found) if may_manage and found.reserved else (),  # type: ignore[attr-defined]
    }
    return render(request, "courses/cohort.html", context)


@confirm_again(reading_is_free=True)
def cohort_step(request: SignedInRequest, pk: int, step: str) -> HttpResponse:
    """What a step will do and to whom (GET), and doing it (POST)."""
    found = selectors.cohort_for(request.user, pk, Permission.COHORT_MANAGE)
    if step not in open_steps(found, COHORT_STEPS):
        messages.error(request, _("This is no longer possible: the record has moved on in the meantime."))
        return redirect("courses:cohort", pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None) if step == "cancel" else None
    if request.method == "POST" and (form is None or form.is_valid()):
        return _take(request, found, step, form.cleaned_data if form else {})
    context = {
        "cohort": found,
        "step": step,
        "form": form,
        "button": _step_words(step),
        "crumbs": base_trail(found, here=_step_words(step)),
    }
    return render(request, "courses/cohort_step.html", {**context, "consequences": _consequences(found, step)})


def session(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move one session."""
    found = selectors.session_for(request.user, pk, Permission.COHORT_MANAGE)
    initial = {"starts_at": found.starts_at, "ends_at": found.ends_at, "place": found.place}
    form = SessionForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            services.move_session(actor=request.user, session=found, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, words(refusal))
        else:
            messages.success(request, _("The session is moved."))
            return redirect("courses:cohort", pk=found.cohort_id)
    return render(
        request,
        "courses/cohort_session.html",
        {"form": form, "session": found, "crumbs": base_trail(found.cohort, here=found.title)},
    )


def cohort_exam(request: SignedInRequest, pk: int) -> HttpResponse:
    """Set the exam of the cohort, or move it."""
    found = selectors.cohort_for(request.user, pk, Permission.EXAM_MANAGE)
    sitting = found.sitting
    initial = {"opens_at": sitting.opens_at, "closes_at": sitting.closes_at} if sitting else {}
    form = ExamForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            services.schedule_exam(actor=request.user, cohort=found, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, words(refusal))
        else:
            messages.success(request, _("The times of the exam are set."))
            return redirect("courses:cohort", pk=pk)
    return render(
        request,
        "courses/cohort_exam.html",
        {"form": form, "cohort": found, "crumbs": base_trail(found, here=_("Times of the exam"))},
    )


STEPS: dict[str, Callable[..., Cohort]] = {
    "file": services.file_cohort,
    "open": services.open_cohort,
    "begin": services.begin_cohort,
    "assess": services.assess_cohort,
    "close": services.close_cohort,
    "cancel": services.cancel_cohort,
}
# The order of a cohort that goes its way; cancelling is no part of it.
WAY = ("draft", "filed", "open", "running", "assessing", "closed")


def _take(request: SignedInRequest, found: Cohort, step: str, given: dict[str, Any]) -> HttpResponse:
    try:
        advanced = STEPS[step](actor=request.user, cohort=found, **given)
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.error(request, words(refusal))
    else:
        message = _("The cohort is now: %(state)s.")
        messages.success(request, message % {"state": advanced.get_state_display()})
    return redirect("courses:cohort", pk=found.pk)


def _step_words(step: str) -> str:
    return {
        "file": _("Report the cohort"),
        "open": _("Open for applications"),
        "begin": _("Begin teaching"),
        "assess": _("Begin the assessment"),
        "close": _("Close the cohort"),
        "cancel": _("Call the cohort off"),
    }[step]


def _consequences(found: Cohort, step: str) -> list[str]:
    waiting = found.to_decide + found.waiting  # type: ignore[attr-defined]
    return {
        "file": [_("The plan counts as reported from now on; its sessions can still be moved.")],
        "open": [_("The cohort appears in the catalogue and anybody can apply.")],
        "begin": [
            _("Applications end; people on the waiting list can still be admitted."),
            _("Everybody admitted attends from now on, and attendance can be marked."),
        ],
        "assess": [_("Teaching ends. The completion review decides who gets a training record.")],
        "close": [
            _("Everybody who has not completed by then has not completed; this cannot be undone."),
            ngettext("%d waiting application is refused.", "%d waiting applications are refused.", waiting) % waiting,
        ],
        "cancel": [
            _("The cohort does not take place; this cannot be undone."),
            _("Every place and every application in it ends. Credited hours stay in the ledger."),
        ],
    }[step]


def _buttons(request: SignedInRequest, found: Cohort) -> list[dict[str, Any]]:
    if not can(request.user, Permission.COHORT_MANAGE, found):
        return []
    steps = open_steps(found, COHORT_STEPS)
    return [
        {
            "label": _step_words(step),
            "url": reverse("courses:cohort_step", args=[found.pk, step]),
            "tone": "" if step in ("cancel", "close") else "primary",
        }
        for step in steps
    ]


def _way(found: Cohort) -> list[dict[str, str]]:
    if found.state == CohortState.CANCELLED:
        return [{"label": str(CohortState.CANCELLED.label), "state": "now"}]
    here = WAY.index(found.state)
    states = ["done" if place < here else "now" if place == here else "next" for place in range(len(WAY))]
    labels = [str(CohortState(value).label) for value in WAY]
    return [{"label": label, "state": state} for label, state in zip(labels, states, strict=True)]


def _attendance(rows: list[selectors.MapRow]) -> int | None:
    """Percent of the marks that were made so far, rounded down."""
    marks = [mark for row in rows for mark in row.marks if mark]
    there = [mark for mark in marks if mark in ("present", "online")]
    return 100 * len(there) // len(marks) if marks else None


def _tabs(counts: dict[str, int], state: str, shown: int) -> list[tuple[str, Any, int]]:
    """One per state; what the first page leads to has one while it is looked at."""
    tabs: list[tuple[str, Any, int]] = [(value, CohortState(value).label, counts[value]) for value in counts]
    return [(state, _("Applications"), shown), *tabs] if state == selectors.TO_DECIDE else tabs


def _due(one: Any) -> str:
    """What the cohort waits for, in one sentence."""
    if one.state in ADMITTING and one.to_decide:
        sentence = ngettext("%d application to decide", "%d applications to decide", one.to_decide)
        return sentence % one.to_decide
    return {
        CohortState.DRAFT: _("Look through the sessions, then report it"),
        CohortState.FILED: _("Open it for applications"),
        CohortState.OPEN: _("No application to decide"),
        CohortState.RUNNING: "" if one.next_session else _("No session left: begin the assessment"),
        CohortState.ASSESSING: _("Completion review"),
    }.get(one.state, "")
