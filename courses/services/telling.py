"""Word to whoever applied to a cohort: admitted, not admitted, or out of it by the base's hand."""

from accounts.services.letters import write_to
from courses.models import Enrolment
from courses.workflow import EnrolmentState

ENDED_BY_BASE = "courses.enrolment_ended"


def tell_admitted(*, enrolment_id: int) -> None:
    _write(enrolment_id, "enrolment_admitted")


def tell_ended(*, enrolment_id: int) -> None:
    _write(enrolment_id, "enrolment_ended")


def _write(enrolment_id: int, letter: str) -> None:
    rows = Enrolment.objects.select_related("applicant", "cohort__programme__level", "cohort__base")
    found = rows.get(pk=enrolment_id)
    refused = found.state == EnrolmentState.REFUSED
    # The cohort itself: its title is read in the language of the letter.
    write_to(found.applicant, letter, "courses:my_cohort", found.pk, cohort=found.cohort, refused=refused)
