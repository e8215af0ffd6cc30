"""The completion review (结业审核): one table of trainee x condition, and the button for those who meet all."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from core.errors import DomainError, NotAllowed
from courses import services
from courses.forms.rows import row_ids
from courses.models import Cohort
from courses.rules import Condition
from courses.selectors.cohorts import cohort_for, sessions_missed
from courses.selectors.completion import reviews_of
from courses.views.refusals import words
from courses.views.trails import base_trail
from courses.workflow import UNDER_WAY, EnrolmentState


@confirm_again(reading_is_free=True)
def completion_review(request: SignedInRequest, pk: int) -> HttpResponse:
    found = cohort_for(request.user, pk, Permission.COMPLETION_REVIEW)
    if request.method == "POST":
        _complete(request, found)
        return redirect("courses:completion_review", pk=pk)
    reviews = reviews_of(request.user, found)
    gaps = sessions_missed(found, [review.enrolment for review in reviews])
    context = {
        "cohort": found,
        "crumbs": base_trail(found, here=_("Completion review")),
        "lines": [{"review": one, "gap": gaps.get(one.enrolment.pk)} for one in reviews],
        "ready": sum(one.ready for one in reviews),
        "completed": sum(one.enrolment.state == EnrolmentState.COMPLETED for one in reviews),
        "conditions": Condition,
        "under_way": found.state in UNDER_WAY,
    }
    return render(request, "courses/completion_review.html", context)


def _complete(request: SignedInRequest, found: Cohort) -> None:
    chosen = row_ids(request.POST.getlist("enrolment"))
    try:
        outcome = services.complete_enrolments(actor=request.user, cohort=found, enrolment_ids=chosen)
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.error(request, words(refusal))
        return
    if made := len(outcome.records):
        told = ngettext("%d training record is made.", "%d training records are made.", made)
        messages.success(request, told % made)
    if refused := len(outcome.refused):
        told = ngettext(
            "%d trainee does not meet every condition and was left out.",
            "%d trainees do not meet every condition and were left out.",
            refused,
        )
        messages.warning(request, told % refused)
    if not made and not refused:
        messages.info(request, _("Nobody was chosen."))
