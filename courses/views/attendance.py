"""Taking attendance of one session, on a phone as on a desk."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from core.errors import DomainError, NotAllowed
from courses import services
from courses.forms.attendance import REST_PRESENT, AttendanceForm
from courses.models import Attendance, Session
from courses.selectors import cohorts as selectors
from courses.views.refusals import words
from courses.views.trails import base_trail
from courses.workflow import UNDER_WAY


def attendance(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.session_for(request.user, pk, Permission.ATTENDANCE_MARK)
    trainees = selectors.taking_part(request.user, found.cohort, Permission.ATTENDANCE_MARK)
    finished = selectors.finished(request.user, found.cohort, Permission.ATTENDANCE_MARK)
    marks = selectors.marks_of(found)
    form = AttendanceForm(request.POST if request.method == "POST" else None, enrolments=trainees, marks=marks)
    if request.method == "POST" and form.is_valid() and _save(request, found, form):
        return redirect("courses:attendance", pk=pk)
    context = {
        "session": found,
        "crumbs": base_trail(found.cohort, here=found.title),
        "form": form,
        "lines": form.lines(),
        "trainees": len(trainees),
        "marked": sum(one.pk in marks for one in trainees),
        "finished": [(one, marks.get(one.pk, ""), _label(marks.get(one.pk))) for one in finished],
        "finished_marked": sum(one.pk in marks for one in finished),
        "rest_present": REST_PRESENT,
        "under_way": found.cohort.state in UNDER_WAY,
    }
    return render(request, "courses/attendance.html", context)


def _label(mark: str | None) -> str:
    return str(Attendance.Status(mark).label) if mark else _("not marked")


def _save(request: SignedInRequest, found: Session, form: AttendanceForm) -> bool:
    given = form.marks(rest_present=REST_PRESENT in request.POST)
    try:
        changed = services.mark_attendance(actor=request.user, session=found, marks=given)
    except NotAllowed:
        raise
    except DomainError as refusal:
        form.add_error(None, words(refusal))
        return False
    count = len(changed)
    saved = ngettext("Saved: %d trainee changed.", "Saved: %d trainees changed.", count) % count
    messages.success(request, saved if count else _("Nothing was changed."))
    return True
