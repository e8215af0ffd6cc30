"""Word to whoever applied to a cohort: admitted, not admitted, or out of it by the base's hand; and to those whom
evidence from elsewhere or an annulment concerns: it was decided."""

from accounts.services.letters import write_to
from courses.models import AnnulmentCase, Enrolment, EvidenceBatch, ExternalEvidence
from courses.workflow import SEATED, BatchState, EnrolmentState

ENDED_BY_BASE = "courses.enrolment_ended"
EVIDENCE_DECIDED = "courses.evidence_decided"
EVIDENCE_BATCH_DECIDED = "courses.evidence_batch_decided"


def tell_admitted(*, enrolment_id: int) -> None:
    """A late delivery tells nothing that is over."""
    found = _found(enrolment_id)
    if found.state in SEATED:
        _write(found, "enrolment_admitted")


def tell_ended(*, enrolment_id: int) -> None:
    _write(_found(enrolment_id), "enrolment_ended")


def tell_evidence_decided(*, evidence_id: int) -> None:
    """Whoever submitted it, and the person, once each."""
    found = ExternalEvidence.objects.select_related(
        "submitted_by", "batch", "person__user", "person__merged_into__user"
    ).get(pk=evidence_id)
    person = found.person.merged_into or found.person
    # Of a batch that is decided as a whole whoever submitted it is told once.
    together = found.batch is not None and found.batch.state in (BatchState.ACCEPTED, BatchState.REFUSED)
    for user in dict.fromkeys([None if together else found.submitted_by, person.user]):
        if user is not None:
            write_to(user, "evidence_decided", "courses:evidence", found.pk)


def tell_evidence_batch_decided(*, batch_id: int) -> None:
    found = EvidenceBatch.objects.select_related("submitted_by").get(pk=batch_id)
    write_to(found.submitted_by, "evidence_decided", "courses:evidence_batch", found.pk)


def tell_of_annulment(*, case_id: int) -> None:
    """A courtesy copy: the notice itself was served on paper, or as the person agreed."""
    case = AnnulmentCase.objects.select_related("record__person__user", "record__person__merged_into__user").get(
        pk=case_id
    )
    person = case.record.person.merged_into or case.record.person
    if person.user is not None:
        write_to(person.user, "annulment", "courses:answer_annulment", case.pk)


def _found(enrolment_id: int) -> Enrolment:
    return Enrolment.objects.select_related("applicant", "cohort__programme__level", "cohort__base").get(
        pk=enrolment_id
    )


def _write(found: Enrolment, letter: str) -> None:
    refused = found.state == EnrolmentState.REFUSED
    # The cohort itself: its title is read in the language of the letter.
    write_to(found.applicant, letter, "courses:my_cohort", found.pk, cohort=found.cohort, refused=refused)
