"""Word to whoever applied to a cohort: admitted, not admitted, or out of it by the base's hand; and to those whom
evidence from elsewhere concerns: it was decided."""

from accounts.services.letters import write_to
from courses.models import Enrolment, ExternalEvidence
from courses.workflow import SEATED, EnrolmentState

ENDED_BY_BASE = "courses.enrolment_ended"
EVIDENCE_DECIDED = "courses.evidence_decided"


def tell_admitted(*, enrolment_id: int) -> None:
    """A late delivery tells nothing that is over."""
    found = _found(enrolment_id)
    if found.state in SEATED:
        _write(found, "enrolment_admitted")


def tell_ended(*, enrolment_id: int) -> None:
    _write(_found(enrolment_id), "enrolment_ended")


def tell_evidence_decided(*, evidence_id: int) -> None:
    """Whoever submitted it, and the person, once each."""
    found = ExternalEvidence.objects.select_related("submitted_by", "person__user", "person__merged_into__user").get(
        pk=evidence_id
    )
    person = found.person.merged_into or found.person
    for user in dict.fromkeys([found.submitted_by, person.user]):
        if user is not None:
            write_to(user, "evidence_decided", "courses:evidence", found.pk)


def _found(enrolment_id: int) -> Enrolment:
    return Enrolment.objects.select_related("applicant", "cohort__programme__level", "cohort__base").get(
        pk=enrolment_id
    )


def _write(found: Enrolment, letter: str) -> None:
    refused = found.state == EnrolmentState.REFUSED
    # The cohort itself: its title is read in the language of the letter.
    write_to(found.applicant, letter, "courses:my_cohort", found.pk, cohort=found.cohort, refused=refused)
