"""Entries by an officer's hand: a fact with its document, and the second entry that corrects or withdraws a first."""

import uuid
from datetime import date
from typing import Any

from django.db import transaction

from accounts.access import office_of, require
from accounts.models import Institution, Person, TrainingBase, User
from accounts.permissions import Permission
from accounts.selectors.own import is_own
from core import audit, clock
from core.errors import DomainError
from credit.models import CreditRecord
from credit.rules.figures import amount_classes

Category, Kind = CreditRecord.Category, CreditRecord.Kind
# What an officer may enter, and as what; whatever else stands in a file comes from the rooms below.
BY_HAND: dict[str, str] = {
    Kind.AWARD: Category.POSITIVE,
    Kind.COMMITMENT_KEPT: Category.POSITIVE,
    Kind.TEACHING: Category.POSITIVE,
    Kind.DEAL_FILED: Category.POSITIVE,
    Kind.NOTE: Category.OTHER,
}


@transaction.atomic
def enter_record(
    *,
    actor: User,
    subject: Person | Institution | TrainingBase,
    kind: str,
    occurred_on: date,
    document: str,
    title: str = "",
    number: str = "",
    amount_class: str = "",
) -> CreditRecord:
    """One positive or other fact. Of a department or a base it goes into the file of its parent or host.

    A filed deal is its registration number and the class of its amount, nothing else. Raises `no_credit_code`,
    `own_record`, `document_missing`, `day_to_come`, `words_missing`, `not_by_hand`.
    """
    entity, unit = file_of(subject)
    require(actor, Permission.CREDIT_RECORD_ENTER, entity)
    if kind not in BY_HAND:
        raise DomainError("not_by_hand", kind=kind)
    require_other_than(actor, entity)
    facts = _facts(kind, title=title, number=number, amount_class=amount_class)
    return _entered(
        actor, entity, unit, kind=kind, category=BY_HAND[kind], occurred_on=occurred_on, document=document, facts=facts
    )


@transaction.atomic
def correct_record(
    *, actor: User, record: CreditRecord, document: str, reason: str, changes: dict[str, Any]
) -> CreditRecord:
    """The same fact, said rightly: `changes` of `occurred_on`, and of `title`, `number`, `amount_class` of the facts.

    The first entry stays and is shown struck through. Raises also `already_corrected`, `nothing_changed`,
    `reason_missing`.
    """
    require(actor, Permission.CREDIT_RECORD_ENTER, record)
    first = _locked(record)
    require_other_than(actor, first.person or first.institution)
    return write_correction(actor, first, document=document, reason=reason, changes=changes)


@transaction.atomic
def withdraw_record(*, actor: User, record: CreditRecord, document: str, reason: str) -> CreditRecord:
    """The entry should not stand there at all: a second one says so."""
    require(actor, Permission.CREDIT_RECORD_ENTER, record)
    first = _locked(record)
    require_other_than(actor, first.person or first.institution)
    return write_withdrawal(actor, first, document=document, reason=reason)


def file_of(subject: Person | Institution | TrainingBase) -> tuple[Person | Institution, dict[str, Any]]:
    """In whose file it stands, and the columns that name the unit. Raises `no_credit_code`."""
    if isinstance(subject, Person):
        return subject.merged_into or subject, {}
    unit: dict[str, Any] = {}
    if isinstance(subject, TrainingBase):
        entity, unit = subject.host, {"base": subject}
    else:
        entity, unit = (subject, {}) if subject.uscc else (subject.parent, {"department": subject})
    if entity is None or not entity.uscc:
        raise DomainError("no_credit_code", subject=subject.pk)
    return entity, unit


# --- in the transaction of whoever decides ----------------------------------------------------------------------------
def write_correction(
    actor: User, first: CreditRecord, *, document: str, reason: str, changes: dict[str, Any]
) -> CreditRecord:
    facts = {**first.facts, **_changed_facts(first, changes), "reason": _in_words(reason)}
    occurred_on = changes.get("occurred_on") or first.occurred_on
    if occurred_on == first.occurred_on and all(facts.get(key) == first.facts.get(key) for key in _WORDS):
        raise DomainError("nothing_changed")
    return _second(actor, first, kind=first.kind, occurred_on=occurred_on, document=document, facts=facts)


def write_withdrawal(actor: User, first: CreditRecord, *, document: str, reason: str) -> CreditRecord:
    kept = {key: first.facts[key] for key in ("title", "unit") if key in first.facts}
    facts = {**kept, "reason": _in_words(reason)}
    if first.category == CreditRecord.Category.ADVERSE:
        # It falls with its decision, and everything that followed from it: by setting the case aside.
        raise DomainError("falls_with_its_case")
    return _second(actor, first, kind=Kind.WITHDRAWAL, occurred_on=clock.today(), document=document, facts=facts)


def require_other_than(actor: User, subject: Person | Institution | None) -> None:
    """Nobody writes in the own file, or in that of the house one belongs to."""
    if isinstance(subject, Institution):
        own = is_own(actor, subject)
    else:
        own = subject is not None and actor.pk in (subject.user_id, subject.merged_into and subject.merged_into.user_id)
    if own:
        raise DomainError("own_record")


_WORDS = ("title", "number", "amount", "amount_class")


def _second(actor: User, first: CreditRecord, **told: Any) -> CreditRecord:
    if CreditRecord.objects.filter(corrects=first).exists():
        raise DomainError("already_corrected")
    if first.kind == Kind.WITHDRAWAL:
        raise DomainError("not_by_hand", kind=first.kind)
    unit = {"department": first.department, "base": first.base}
    told |= {"category": first.category, "corrects": first, "case": first.case}
    return _entered(actor, first.person or first.institution, unit, **told)


def _entered(
    actor: User, subject: Person | Institution | None, unit: dict[str, Any], *, facts: dict[str, Any], **told: Any
) -> CreditRecord:
    told["document"] = told["document"].strip()
    if not told["document"]:
        raise DomainError("document_missing")
    if told["occurred_on"] > clock.today():
        raise DomainError("day_to_come")
    place = "institution" if isinstance(subject, Institution) else "person"
    named = unit.get("department") or unit.get("base")
    if named is not None:
        facts = {**facts, "unit": _unit_names(named)}
    record = CreditRecord.objects.create(
        **{place: subject},
        **unit,
        **told,
        facts=facts,
        publisher=office_of(actor, Permission.CREDIT_RECORD_ENTER),
        source=f"entered:{uuid.uuid4()}",
        entered_by=actor,
    )
    corrects = record.corrects_id
    audit.record(actor, "credit.entered", record, kind=record.kind, document=record.document, corrects=corrects)
    return record


def _locked(record: CreditRecord) -> CreditRecord:
    """Two corrections at once are one after the other."""
    rows = CreditRecord.objects.select_for_update(of=("self",)).select_related("person__merged_into", "institution")
    found: CreditRecord = rows.get(pk=record.pk)
    return found


def _facts(kind: str, *, title: str, number: str, amount_class: str) -> dict[str, Any]:
    title, number = title.strip(), number.strip()
    if kind != Kind.DEAL_FILED:
        if not title:
            raise DomainError("words_missing", field="title")
        return {"title": {"zh": title}}
    classes = amount_classes(on=clock.today())
    if not number or amount_class not in classes:
        raise DomainError("words_missing", field="number" if not number else "amount_class")
    return {"number": number, "amount_class": amount_class, "amount": classes[amount_class]}


def _changed_facts(first: CreditRecord, changes: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if first.kind == Kind.DEAL_FILED:
        number = changes.get("number") or first.facts.get("number", "")
        amount_class = changes.get("amount_class") or first.facts.get("amount_class", "")
        return _facts(first.kind, title="", number=number, amount_class=amount_class)
    if title := str(changes.get("title") or "").strip():
        told["title"] = {"zh": title}
    return told


def _in_words(reason: str) -> dict[str, str]:
    if not reason.strip():
        raise DomainError("reason_missing")
    return {"zh": reason.strip()}


def _unit_names(unit: Institution | TrainingBase) -> dict[str, str]:
    if isinstance(unit, TrainingBase):
        return {"zh": unit.name, "en": unit.name_en, "ja": unit.name_ja}
    return {"zh": unit.name}
