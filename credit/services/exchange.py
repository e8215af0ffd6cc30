"""Records of partners in and out: nothing is written before it was looked at, and every file leaves a receipt."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.access import office_of, require
from accounts.models import Institution, User
from accounts.permissions import Permission
from core import audit, clock, outbox
from core.errors import DomainError
from core.exports import csv_table
from core.models import AuditEntry
from credit.models import (
    CreditRecord,
    Direction,
    ExchangeLine,
    ExchangePartner,
    ExchangeReceipt,
    FileForm,
)
from credit.rules.exchange import dictionary_on
from credit.selectors.exchange import elements_of, partner_lines
from credit.selectors.lines import Line
from credit.services.case_common import filled, refuse
from credit.services.exchange_plans import ACCEPTED, ExchangePlan, PlannedLine, plan_file, source_of_record
from credit.services.partners import locked_partner, require_own_body, require_running
from credit.services.tokens import give, note_look

MOST_SENT = 5_000
DELIVERED = "credit.entry_delivered"


@dataclass(frozen=True)
class Sent:
    receipt: ExchangeReceipt
    content: bytes


def preview_file(*, actor: User, partner: ExchangePartner, content: bytes) -> ExchangePlan:
    """What a file would do today. Raises those of `plan_file`, `partner_over`, `partner_does_not`."""
    require(actor, Permission.EXCHANGE_MANAGE, partner)
    require_own_body(actor, partner.kept_by_id)
    require_running(partner, way="delivers")
    return plan_file(actor, partner, content)


@transaction.atomic
def look_into_file(*, actor: User, partner: ExchangePartner, content: bytes) -> ExchangePlan:
    """The first preview of a file, written down: its hash and its counts, nothing of what stands in it. Raises those of
    `preview_file`."""
    plan = preview_file(actor=actor, partner=partner, content=content)
    audit.record(actor, "credit.exchange_previewed", partner, sha256=plan.sha256, counts=plan.counts)
    return plan


def was_looked_into(actor: User, partner: ExchangePartner, sha256: str) -> bool:
    """Nobody is shown what a file would do unless that stands in the trail."""
    rows = AuditEntry.objects.filter(verb="credit.exchange_previewed", actor_id=actor.pk, subject_id=str(partner.pk))
    return rows.filter(facts__sha256=sha256).exists()


@transaction.atomic
def receive_file(
    *, actor: User, partner: ExchangePartner, content: bytes, seen: str, names_compared: bool = False
) -> ExchangeReceipt:
    """What was taken becomes entries of other records; every line has its outcome in the receipt. The same file again
    changes nothing: its first receipt comes back. `names_compared`: the officer has looked at the names that differ.

    Raises `changed_meanwhile`, `names_differ`, and those of `preview_file`.
    """
    found = locked_partner(actor, partner)
    require_running(found, way="delivers")
    plan = plan_file(actor, found, content)
    earlier = receipt_of(found, plan.sha256)
    if earlier and not plan.counts[ACCEPTED]:
        return earlier
    if plan.fingerprint != seen:
        raise DomainError("changed_meanwhile")
    refuse({"names_differ": bool(plan.names_that_differ) and not names_compared})
    receipt = _receipt(actor, found, Direction.IN, plan.form, plan.sha256, **plan.counts)
    lines = [_kept(actor, receipt, line) for line in plan.lines]
    ExchangeLine.objects.bulk_create(lines)
    _tell_of(lines)
    told, differ = plan.counts, plan.names_that_differ
    audit.record(actor, "credit.exchange_received", receipt, sha256=plan.sha256, counts=told, names_differ=differ)
    return receipt


def _tell_of(lines: list[ExchangeLine]) -> None:
    """Once to each whom entries of the file concern, however many they are."""
    entries = [line.entry for line in lines if line.entry and line.outcome == ACCEPTED]
    first = {(one.person_id, one.institution_id): one for one in reversed(entries)}
    for one in first.values():
        outbox.add(DELIVERED, one.pk)


def receipt_of(partner: ExchangePartner, sha256: str) -> ExchangeReceipt | None:
    """The first receipt of a file that came in before."""
    rows = ExchangeReceipt.objects.filter(partner=partner, sha256=sha256, direction=Direction.IN)
    return rows.order_by("at", "pk").first()


@transaction.atomic
def send_records(*, actor: User, partner: ExchangePartner, form: str, purpose: str, uscc: str = "") -> Sent:
    """Entries about entities of the own reach, as the matrix shows them to partners; of one entity, or of all.

    People are not in it: their entries leave by no list (decision 48). Raises `purpose_missing`, `form_unknown`,
    `nothing_to_send`, `too_much`, `partner_over`, `partner_does_not`.
    """
    found = locked_partner(actor, partner)
    require_running(found, way="receives")
    refuse({**filled(purpose=purpose), "form_unknown": form not in FileForm.values})
    lines = partner_lines(actor, uscc)
    refuse({"nothing_to_send": not lines, "too_much": len(lines) > MOST_SENT})
    content = _content(actor, found, form, purpose.strip(), lines)
    sha256 = hashlib.sha256(content).hexdigest()
    receipt = _receipt(actor, found, Direction.OUT, form, sha256, purpose=purpose.strip()[:200], sent=len(lines))
    give(found, lines, receipt=receipt)
    for entity in _entities(lines):
        note_look(actor, entity, found, receipt.purpose)
    audit.record(actor, "credit.exchange_sent", receipt, sha256=sha256, entries=len(lines), purpose=receipt.purpose)
    return Sent(receipt, content)


def _entities(lines: list[Line]) -> list[Institution]:
    found = {line.record.institution_id: line.record.institution for line in lines}
    return [entity for _pk, entity in sorted(found.items()) if entity]


def _content(actor: User, partner: ExchangePartner, form: str, purpose: str, lines: list[Line]) -> bytes:
    """The elements of the dictionary, and before them from whom, to whom and what for."""
    held = dictionary_on(clock.today())
    provider = office_of(actor, Permission.EXCHANGE_MANAGE)
    records = [elements_of(line, held, provider) for line in lines]
    if form == FileForm.CSV:
        names = [one["field"] for one in held.outgoing]
        return csv_table(names, [[_as_cell(record.get(name)) for name in names] for record in records])
    told = {
        "dictionary": held.version, "provider": provider, "partner": partner.name, "basis": partner.basis,
        "purpose": purpose, "made_on": clock.today().isoformat(), "records": records,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _as_cell(value: Any) -> str | int | None:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else value


def _receipt(
    actor: User, partner: ExchangePartner, direction: str, form: str, sha256: str, **told: Any
) -> ExchangeReceipt:
    receipt: ExchangeReceipt = ExchangeReceipt.objects.create(
        partner=partner,
        direction=direction,
        form=form,
        sha256=sha256,
        dictionary=dictionary_on(clock.today()).version,
        basis=partner.basis,
        actor=actor,
        **told,
    )
    return receipt


def _kept(actor: User, receipt: ExchangeReceipt, line: PlannedLine) -> ExchangeLine:
    entry = _entered(actor, receipt, line) if line.outcome == ACCEPTED else line.entry
    return ExchangeLine(
        receipt=receipt,
        row=line.row,
        record_number=line.record_number,
        outcome=line.outcome,
        reason=line.reason,
        entry=None if line.reason else entry,
    )


def _entered(actor: User, receipt: ExchangeReceipt, line: PlannedLine) -> CreditRecord:
    """Another record, never an adverse one: no procedure of ours has found anything."""
    place = "institution" if isinstance(line.subject, Institution) else "person"
    said = line.values
    entry: CreditRecord = CreditRecord.objects.create(
        **{place: line.subject},
        category=CreditRecord.Category.OTHER,
        kind=said["kind"],
        occurred_on=said["valid_from"],
        publisher=said["source_body"],
        document=line.document,
        source=source_of_record(receipt.partner, line.record_number),
        facts=line.facts(),
        entered_by=actor,
    )
    audit.record(actor, "credit.entered", entry, kind=entry.kind, document=entry.document, receipt=str(receipt.uuid))
    return entry
