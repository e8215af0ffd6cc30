"""Word to whoever applied to a cohort: admitted, not admitted, or out of it by the base's hand."""

from accounts.services.letters import write_to
from courses.models import Enrolment
from courses.workflow import SEATED, EnrolmentState

ENDED_BY_BASE = "courses.enrolment_ended"


def tell_admitted(*, enrolment_id: int) -> None:
    """A late delivery tells nothing that is over."""
    found = _found(enrolment_id)
    if found.state in SEATED:
        _write(found, "enrolment_admitted")


def tell_ended(*, enrolment_id: int) -> None:
    _write(_found(enrolment_id), "enrolment_ended")


def _found(enrolment_id: int) -> Enrolment:
    return Enrolment.objects.select_related("applicant", "cohort__programme__level", "cohort__base").get(
        pk=enrolment_id
    )


def _write(found: Enrolment, letter: str) -> None:
    refused = found.state == EnrolmentState.REFUSED
    # The cohort itself: its title is read in the language of the letter.
    write_to(found.applicant, letter, "courses:my_cohort", found.pk, cohort=found.cohort, refused=refused)
