"""The subject's voice: statements beside an entry, objections to it, and how an officer decides on them."""

from typing import Any

from django.db import transaction

from accounts.access import office_of, require
from accounts.models import Person, User
from accounts.permissions import Permission
from core import audit, clock
from core.errors import DomainError
from core.workflow import advance
from credit.models import (
    STATEMENT_LENGTH,
    CreditObjection,
    CreditRecord,
    ObjectionDecision,
    StatementHidden,
    SubjectStatement,
)
from credit.rules.figures import figure
from credit.services.entries import require_other_than, write_correction, write_withdrawal
from credit.workflow import CREDIT_OBJECTION_STEPS, UNDECIDED


@transaction.atomic
def write_statement(*, actor: User, record: CreditRecord, text: str) -> SubjectStatement:
    """A new version of what the subject says; nothing takes it back. Raises `too_long`."""
    require(actor, Permission.CREDIT_OBJECT, record)
    text = text.strip()
    if len(text) > STATEMENT_LENGTH:
        raise DomainError("too_long", most=STATEMENT_LENGTH)
    locked = _locked(record)
    last = SubjectStatement.objects.filter(record=locked).order_by("-turn").first()
    if text == (last.text if last else "") and not hasattr(last, "hidden"):
        return last or SubjectStatement(record=locked, turn=0)
    statement = SubjectStatement.objects.create(
        record=locked, turn=last.turn + 1 if last else 1, text=text, written_by=actor
    )
    audit.record(actor, "credit.statement_written", locked, turn=statement.turn)
    return statement


@transaction.atomic
def hide_statement(*, actor: User, statement: SubjectStatement, reason: str) -> StatementHidden:
    """Only because it holds data about somebody else; what it says of the entry is the subject's own affair.

    Raises `reason_missing`, `own_record`, `already_hidden`.
    """
    require(actor, Permission.CREDIT_OBJECTION_DECIDE, statement)
    record = _locked(statement.record)
    require_other_than(actor, record.person or record.institution)
    if not reason.strip():
        raise DomainError("reason_missing")
    if StatementHidden.objects.filter(statement=statement).exists():
        raise DomainError("already_hidden")
    hidden = StatementHidden.objects.create(
        statement=statement,
        reason=reason.strip(),
        hidden_by=actor,
        body_name=office_of(actor, Permission.CREDIT_OBJECTION_DECIDE),
    )
    audit.record(actor, "credit.statement_hidden", record, turn=statement.turn, reason=hidden.reason)
    return hidden


@transaction.atomic
def object_to(*, actor: User, record: CreditRecord, words: str) -> CreditObjection:
    """The entry is marked as disputed from this moment. Raises `words_missing`, `already_open`, `already_corrected`."""
    require(actor, Permission.CREDIT_OBJECT, record)
    if not words.strip():
        raise DomainError("words_missing", field="words")
    locked = _locked(record)
    if CreditRecord.objects.filter(corrects=locked).exists():
        raise DomainError("already_corrected")
    if CreditObjection.objects.filter(record=locked, state__in=UNDECIDED).exists():
        raise DomainError("already_open")
    days = figure("objection_decide", on=clock.today())
    objection = CreditObjection.objects.create(
        record=locked, words=words.strip()[:1000], opened_by=actor, working_days=days
    )
    audit.record(actor, "credit.objection_opened", objection, record=locked.pk)
    return objection


def take_back(*, actor: User, objection: CreditObjection) -> CreditObjection:
    """By the subject; the mark goes."""
    return advance(objection, "withdraw", CREDIT_OBJECTION_STEPS, actor=actor)


@transaction.atomic
def ask_others(*, actor: User, objection: CreditObjection, whom: str) -> CreditObjection:
    """Others have to check: once, and with the days that this gives. Raises `words_missing`."""
    if not whom.strip():
        raise DomainError("words_missing", field="whom")
    more = figure("objection_ask_others", on=objection.opened_on)
    days = {"asked": whom.strip()[:200], "working_days": objection.working_days + more}
    asked = advance(objection, "ask", CREDIT_OBJECTION_STEPS, actor=actor, changes=days)
    _require_another(actor, asked.record)
    return asked


@transaction.atomic
def decide_objection(
    *,
    actor: User,
    objection: CreditObjection,
    upheld: bool,
    reason: str,
    document: str = "",
    changes: dict[str, Any] | None = None,
) -> ObjectionDecision:
    """Upheld with `changes`: a correcting entry; without: the entry is withdrawn. Rejected: it stays, with the reason.

    Raises `reason_missing`, `document_missing`, `same_person_twice` (who made the entry does not judge it),
    `own_record`, NotAllowed, WrongState.
    """
    if not reason.strip():
        raise DomainError("reason_missing")
    step = "uphold" if upheld else "reject"
    decided = advance(objection, step, CREDIT_OBJECTION_STEPS, actor=actor, reason=reason)
    record = _locked(decided.record)
    _require_another(actor, record)
    entry = _second_entry(actor, record, document=document, reason=reason, changes=changes) if upheld else None
    return ObjectionDecision.objects.create(
        objection=decided,
        upheld=upheld,
        reason=reason.strip(),
        entry=entry,
        decided_by=actor,
        body_name=office_of(actor, Permission.CREDIT_OBJECTION_DECIDE),
    )


@transaction.atomic
def forget_words(*, actor: User, person: Person) -> int:
    """Of somebody who is erased: what they said goes; that something was said, and the decision, stay. How many."""
    require(actor, Permission.DATA_REQUEST_REVIEW, person)
    people = [person.pk, *person.merged.values_list("pk", flat=True)]
    said = SubjectStatement.objects.filter(record__person__in=people).exclude(text="").update(text="")
    objected = CreditObjection.objects.filter(record__person__in=people).exclude(words="").update(words="")
    if said or objected:
        audit.record(actor, "credit.words_forgotten", person, statements=said, objections=objected)
    return said + objected


def _second_entry(
    actor: User, record: CreditRecord, *, document: str, reason: str, changes: dict[str, Any] | None
) -> CreditRecord:
    if changes:
        return write_correction(actor, record, document=document, reason=reason, changes=changes)
    return write_withdrawal(actor, record, document=document, reason=reason)


def _require_another(actor: User, record: CreditRecord) -> None:
    if record.entered_by_id == actor.pk:
        raise DomainError("same_person_twice")
    require_other_than(actor, record.person or record.institution)


def _locked(record: CreditRecord) -> CreditRecord:
    """What is said about one entry is said one after the other."""
    rows = CreditRecord.objects.select_for_update(of=("self",)).select_related("person__merged_into", "institution")
    found: CreditRecord = rows.get(pk=record.pk)
    return found
