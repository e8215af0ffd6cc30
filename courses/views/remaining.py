"""What remains for a trainee, as the steps that a page shows."""

from typing import Any

from django.utils.translation import gettext as _

from courses.models import Enrolment
from courses.rules import Condition, Progress, missing
from courses.templatetags.delivery import class_hours
from courses.workflow import SEATED, EnrolmentState


def remaining(enrolment: Enrolment, progress: Progress) -> list[dict[str, Any]]:
    """Application, seat, conditions, completion: those that are done, the ones due now, the ones that follow."""
    seated = enrolment.state in SEATED
    lacking = {one.code for one in missing(progress)}
    completed = enrolment.state == EnrolmentState.COMPLETED
    return [
        _step(_("Application"), done=True, due=False),
        _step(_("Admission by the base"), done=seated, due=not seated, note=_admission(enrolment)),
        *(_condition(code, progress, done=completed or code not in lacking, due=seated) for code in Condition),
        _step(_("Completion review"), done=completed, due=seated and not lacking, note=_review(completed, lacking)),
        _step(_("Certificate"), done=False, due=completed),
    ]


def _step(label: str, *, done: bool, due: bool, note: str = "") -> dict[str, Any]:
    return {"label": label, "state": "done" if done else "now" if due else "next", "note": note}


def _condition(code: Condition, progress: Progress, *, done: bool, due: bool) -> dict[str, Any]:
    label, note = {
        Condition.HOURS: (
            _("Class hours: lessons and sessions"),
            _("%(have)s of %(need)s class hours")
            % _numbers(class_hours(progress.hours), class_hours(progress.hours_needed)),
        ),
        Condition.ATTENDANCE: (
            _("Attendance"),
            _("%(have)s%% of the session hours, at least %(need)s%%")
            % _numbers(progress.attendance or 0, progress.attendance_needed),
        ),
        Condition.EXAM: (_("Examination"), _exam(progress)),
        Condition.IDENTITY: (
            _("Identity checked"),
            ""
            if progress.identity_checked
            else _("Show your original document at the base's desk, or to an officer of your institution."),
        ),
    }[code]
    return _step(label, done=done, due=due, note=note)


def _exam(progress: Progress) -> str:
    if progress.score is None:
        return _("Not sat yet; %(need)s points pass") % {"need": progress.score_needed}
    return _("%(have)s points, %(need)s pass") % _numbers(progress.score, progress.score_needed)


def _admission(enrolment: Enrolment) -> str:
    if enrolment.state == EnrolmentState.APPLIED:
        return _("The base decides. Have your original document ready.")
    if enrolment.state == EnrolmentState.WAITLISTED:
        return _("You are on the waiting list. The base admits when a seat is free.")
    return ""


def _review(completed: bool, lacking: set[Condition]) -> str:
    if completed:
        return _("Your training record is made.")
    return "" if lacking else _("Everything is there; the base completes the review.")


def _numbers(have: object, need: object) -> dict[str, str]:
    return {"have": str(have), "need": str(need)}
