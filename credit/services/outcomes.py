"""What follows a result: objections and their answers, consequences from the ladder, supervision items."""

from datetime import date

from django.db import transaction

from accounts import services as accounts
from accounts.access import office_of, require
from accounts.models import Designation, Institution, Region, TrainingBase, User
from accounts.models.bodies import holding_on
from accounts.permissions import Permission
from accounts.selectors import system_user
from accounts.services.places import require_region
from core import audit, clock
from core.calendar import working_day_deadline
from core.errors import DomainError, NotAllowed
from core.workflow import advance
from credit.models import (
    CreditRecord,
    EvaluationConsequence,
    EvaluationObjection,
    EvaluationSubject,
    SupervisionItem,
)
from credit.rules.evaluation import OF_PERSONS, Consequence
from credit.selectors.evaluations import publicity_end, result_of
from credit.services.entries import file_of
from credit.services.records import record_fact
from credit.services.rounds import proposed_it
from credit.workflow import EVALUATION_OBJECTION_STEPS, SUPERVISION_ITEM_STEPS, RoundState

ANSWERS, MANAGES = Permission.EVALUATION_ANSWER, Permission.EVALUATION_MANAGE


@transaction.atomic
def file_objection(*, actor: User, subject: EvaluationSubject, words: str) -> EvaluationObjection:
    """While the result is open to them. It costs nothing and can make nothing worse. Raises `words_missing`,
    `not_open_to_objections`, `objection_open`."""
    require(actor, ANSWERS, subject)
    if not words.strip():
        raise DomainError("words_missing")
    found = subject.evaluation_round
    end = publicity_end(found)
    if found.state != RoundState.PUBLICITY or end is None or end.has_passed(clock.today()):
        raise DomainError("not_open_to_objections")
    if subject.objections.filter(state="open").exists():
        raise DomainError("objection_open")
    made = EvaluationObjection.objects.create(
        subject=subject, words=words.strip(), filed_by=actor, filed_at=clock.now()
    )
    # The verb of a step, so that the table keeps apart who objected and who answers.
    audit.record(actor, "credit.evaluationobjection.file", made)
    return made


@transaction.atomic
def answer_objection(*, actor: User, objection: EvaluationObjection, upheld: bool, answer: str) -> EvaluationObjection:
    """With reasons, by somebody else than who proposed the result. Raises `reason_missing`, `same_person_twice`."""
    require(actor, MANAGES, objection)
    if not answer.strip():
        raise DomainError("reason_missing")
    if proposed_it(actor, objection.subject.evaluation_round):
        raise NotAllowed("same_person_twice", steps=["propose"])
    changes = {"answer": answer.strip(), "answered_by": actor, "answered_at": clock.now()}
    step = "uphold" if upheld else "reject"
    return advance(objection, step, EVALUATION_OBJECTION_STEPS, actor=actor, changes=changes)


@transaction.atomic
def decide_consequence(
    *,
    actor: User,
    subject: EvaluationSubject,
    kind: str,
    document: str,
    reason: str,
    working_days: int = 0,
    designation: Designation | None = None,
) -> EvaluationConsequence:
    """One step of the scheme's ladder for a final grade; a status changes by its own steps, in the same transaction.

    Raises `not_final`, `not_on_the_ladder`, `document_missing`, `reason_missing`, `deadline_missing`,
    `designation_of_another`, and whatever the designation's own step refuses.
    """
    require(actor, MANAGES, subject)
    _check_consequence(subject, kind, document, reason, working_days)
    if designation is not None:
        _change_designation(actor, subject, designation, kind, document, reason, working_days)
    today = clock.today()
    due_on = working_day_deadline(today, working_days).day if kind == Consequence.RECTIFY else None
    made = EvaluationConsequence.objects.create(
        subject=subject,
        kind=kind,
        of_person=subject.person_id is not None,
        document=document.strip(),
        reason=reason.strip(),
        due_on=due_on,
        designation=designation,
        decided_by=actor,
        decided_at=clock.now(),
    )
    audit.record(actor, "credit.consequence_decided", made, kind=kind)
    if kind == Consequence.COMMEND:
        enter_commendation(made)
    return made


def enter_commendation(made: EvaluationConsequence) -> None:
    """A positive fact of the file, where there is one: a base may have no host. A department or base is named in it."""
    subject, round_ = made.subject.of, made.subject.evaluation_round
    try:
        entity, unit = file_of(subject)
    except DomainError:
        return
    name = f"{subject.name}：" if unit else ""
    record_fact(
        actor=system_user(),
        subject=entity,
        category=CreditRecord.Category.POSITIVE,
        kind=CreditRecord.Kind.AWARD,
        occurred_on=clock.day_of(made.decided_at),
        publisher=office_of(made.decided_by, MANAGES),
        source=f"credit.evaluationconsequence:{made.pk}",
        facts={"title": {"zh": f"{name}{round_.scheme.text('title', 'zh-hans')}"}, "number": made.document},
    )


def held_designations(subject: EvaluationSubject) -> list[Designation]:
    """Those that a consequence could change today."""
    place = subject.institution or subject.base
    return list(place.designations.filter(holding_on(clock.today())).order_by("pk")) if place else []


@transaction.atomic
def open_item(
    *,
    actor: User,
    region: Region,
    issue: str,
    owner: str,
    due_on: date,
    place: Institution | TrainingBase | None = None,
    subject: EvaluationSubject | None = None,
) -> SupervisionItem:
    """Something that somebody has to put right by a day. Raises `words_missing`, `due_in_the_past`."""
    require_region(actor, MANAGES, region)
    if not issue.strip() or not owner.strip():
        raise DomainError("words_missing")
    if due_on < clock.today():
        raise DomainError("due_in_the_past")
    made = SupervisionItem.objects.create(
        region=region,
        institution=place if isinstance(place, Institution) else None,
        base=place if isinstance(place, TrainingBase) else None,
        subject=subject,
        issue=issue.strip(),
        owner=owner.strip(),
        due_on=due_on,
        opened_by=actor,
        opened_at=clock.now(),
    )
    audit.record(actor, "credit.supervision_item_opened", made, due_on=due_on.isoformat())
    return made


@transaction.atomic
def close_item(*, actor: User, item: SupervisionItem, evidence: str) -> SupervisionItem:
    """With what shows that it is done; no day closes it by itself. Raises `evidence_missing`."""
    require(actor, MANAGES, item)
    if not evidence.strip():
        raise DomainError("evidence_missing")
    changes = {"closing_evidence": evidence.strip(), "closed_by": actor, "closed_at": clock.now()}
    return advance(item, "close", SUPERVISION_ITEM_STEPS, actor=actor, changes=changes)


def _check_consequence(subject: EvaluationSubject, kind: str, document: str, reason: str, working_days: int) -> None:
    found, result = subject.evaluation_round, result_of(subject)
    if found.state != RoundState.FINAL or result is None:
        raise DomainError("not_final")
    allowed = set(found.scheme.ladder.get(result.grade, []))
    if subject.person_id is not None:
        allowed &= OF_PERSONS
    if kind not in allowed:
        raise DomainError("not_on_the_ladder", kind=kind, grade=result.grade)
    if not document.strip():
        raise DomainError("document_missing")
    if not reason.strip():
        raise DomainError("reason_missing")
    if kind == Consequence.RECTIFY and working_days < 1:
        raise DomainError("deadline_missing")


def _change_designation(
    actor: User,
    subject: EvaluationSubject,
    designation: Designation,
    kind: str,
    document: str,
    reason: str,
    working_days: int,
) -> None:
    """By the steps of designations, with all that they ask: competence, second officer, periods."""
    place = (designation.institution_id, designation.base_id)
    if place != (subject.institution_id, subject.base_id):
        raise DomainError("designation_of_another")
    told = {"actor": actor, "designation": designation, "document": document, "note": reason}
    if kind == Consequence.RECTIFY:
        accounts.rectify_designation(working_days=working_days, **told)  # type: ignore[arg-type]
    elif kind == Consequence.REMOVE:
        accounts.revoke_designation(**told)  # type: ignore[arg-type]
    else:
        raise DomainError("not_on_the_ladder", kind=kind)
