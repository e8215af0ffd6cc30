"""Inquiry into a case: two officers, their findings, the review of the law; recusals; a case that is dropped."""

from dataclasses import dataclass

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors.hats import officers_at
from core import audit, clock
from core.errors import NotAllowed
from core.workflow import advance
from credit.models import AdministrativeCase, Recusal
from credit.services.case_common import filled, locked_for, refuse, require_body, take
from credit.workflow.cases import OVER, RECUSAL_STEPS, RecusalState


@dataclass(frozen=True)
class Officer:
    """An investigator, and the number of the certificate that lets the officer enforce the law (art. 42)."""

    user: User
    certificate: str


@transaction.atomic
def assign_officers(*, actor: User, case: AdministrativeCase, one: Officer, two: Officer) -> AdministrativeCase:
    """Two different officers of the body. Raises `certificate_missing`, `same_officer`, `not_of_this_body`."""
    found = locked_for(actor, case)
    of_body = set(officers_at(found.body, Permission.CASE_HANDLE))
    refuse(
        {
            "certificate_missing": not (one.certificate.strip() and two.certificate.strip()),
            "same_officer": one.user == two.user or one.certificate.strip() == two.certificate.strip(),
            "not_of_this_body": not {one.user.pk, two.user.pk} <= of_body,
        }
    )
    return take(
        actor,
        found,
        "assign",
        officer_one=one.user,
        officer_one_certificate=one.certificate.strip(),
        officer_two=two.user,
        officer_two_certificate=two.certificate.strip(),
    )


@transaction.atomic
def write_findings(*, actor: User, case: AdministrativeCase, findings: str, evidence: str) -> AdministrativeCase:
    """By one of the two alone. Raises NotAllowed (`not_an_investigator`), `findings_missing`, `evidence_missing`."""
    found = locked_for(actor, case)
    if actor.pk not in found.officers:
        raise NotAllowed("not_an_investigator", case=found.pk)
    refuse(filled(findings=findings, evidence=evidence))
    written = {"findings": findings.strip(), "evidence": evidence.strip()}
    return take(actor, found, "find", found_by=actor, found_on=clock.today(), **written)


@transaction.atomic
def review_law(*, actor: User, case: AdministrativeCase, opinion: str) -> AdministrativeCase:
    """法制审核 (art. 58), by nobody who investigated. Raises `opinion_missing`, NotAllowed (`same_person_twice`)."""
    found = locked_for(actor, case)
    refuse(filled(opinion=opinion))
    if actor.pk in found.officers:
        raise NotAllowed("same_person_twice", steps=["find"])
    said = opinion.strip()
    return take(actor, found, "review", reviewed_by=actor, reviewed_on=clock.today(), review_opinion=said)


@transaction.atomic
def drop_case(*, actor: User, case: AdministrativeCase, reason: str) -> AdministrativeCase:
    """Before anybody was noticed: nothing that the subject would have to answer was found. Raises `reason_missing`."""
    found = locked_for(actor, case)
    refuse(filled(reason=reason))
    return take(actor, found, "drop", ended_on=clock.today(), ended_by=actor, end_reason=reason.strip())


@transaction.atomic
def ask_recusal(*, actor: User, case: AdministrativeCase, officer: User, reason: str, document: str = "") -> Recusal:
    """By the subject, or by a colleague, also of oneself (art. 43); pauses nothing, and is decided before the case is.
    `document`: of a request that came on paper, where it lies.

    Raises `reason_missing`, `case_over`, `not_of_this_body`, `recusal_runs`.
    """
    if not AdministrativeCase.objects.filter(pk=case.pk).allowed(actor, Permission.CASE_ANSWER).exists():
        require(actor, Permission.CASE_HANDLE, case)
        require_body(actor, case.body_id)
    found = AdministrativeCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    refuse(filled(reason=reason))
    refuse(
        {
            "case_over": found.state in OVER or found.decided_on is not None,
            "not_of_this_body": officer.pk not in officers_at(found.body, Permission.CASE_HANDLE),
            "recusal_runs": found.recusals.filter(officer=officer, state=RecusalState.ASKED).exists(),
        }
    )
    words = {"reason": reason.strip(), "document": document.strip()}
    asked = Recusal.objects.create(case=found, officer=officer, asked_by=actor, **words)
    audit.record(actor, "credit.recusal.ask", asked)
    return asked


@transaction.atomic
def decide_recusal(*, actor: User, recusal: Recusal, uphold: bool, answer: str) -> Recusal:
    """By a colleague who is not the one concerned. Raises `answer_missing`, NotAllowed (`own_recusal`)."""
    require(actor, Permission.CASE_HANDLE, recusal)
    require_body(actor, recusal.case.body_id)
    refuse(filled(answer=answer))
    if actor.pk == recusal.officer_id:
        raise NotAllowed("own_recusal", case=recusal.case_id)
    changes = {"decided_by": actor, "decided_at": clock.now(), "answer": answer.strip()}
    return advance(recusal, "uphold" if uphold else "reject", RECUSAL_STEPS, actor=actor, changes=changes)
