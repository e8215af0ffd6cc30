"""Lists for a receiving body: drawn up of awards that wait, exported in its form, sent, and done with."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects

from accounts.access import require
from accounts.models import AccessEntry, TrainingBase, User
from accounts.permissions import Permission
from accounts.services import note_access
from certificates.exports import KINDS, OPENED, document_of, filing_table
from certificates.models import FilingLine, FilingList
from certificates.rules import FilingForm, FilingRule, filing_form, filing_rule
from certificates.selectors.awards import awards
from certificates.selectors.filing import UNLISTED, at_stage, awards_to_file, lines_of, records_to_issue
from certificates.services.snapshot import refusals
from certificates.workflow import FILING_LIST_STEPS, FilingState, SentHow
from core import audit, clock
from core.errors import DomainError
from core.workflow import advance
from courses.models import TrainingRecord

# So many awards go into one list at most: what is issued from it is chosen in one go.
MOST = 200
DROPPED = "清单作废"


@dataclass(frozen=True)
class Sending:
    """What is recorded when a list has gone out."""

    on: date
    how: SentHow
    document: str


@transaction.atomic
def draw_up_lists(*, actor: User, base: TrainingBase, record_ids: Sequence[int]) -> list[FilingList]:
    """One list for each level and receiving body among the chosen awards; who could get no certificate anyway, or
    stands in a list already, is left out. Raises `nothing_to_file`."""
    require(actor, Permission.CERTIFICATE_ISSUE, base)
    # Two clicks, two officers: the second finds these awards listed.
    locked = TrainingBase.objects.select_for_update().get(pk=base.pk)
    waiting = at_stage(awards_to_file(actor), UNLISTED).filter(base=locked, pk__in=record_ids).values("pk")
    chosen = [one for one in awards(actor).filter(pk__in=waiting)[:MOST] if not refusals(one, replacing=True)]
    if not chosen:
        raise DomainError("nothing_to_file")
    return [_draw_up(actor, locked, rule, rows) for rule, rows in _by_rule(chosen).items()]


def send_list(*, actor: User, filing: FilingList, sending: Sending) -> FilingList:
    """Record that the list has gone out. Raises `day_wrong`, `document_missing`, `nothing_to_file`, WrongState."""
    if not clock.day_of(filing.drawn_up_at) <= sending.on <= clock.today():
        raise DomainError("day_wrong")
    if not sending.document.strip():
        raise DomainError("document_missing")
    if not filing.lines.filter(set_aside_at=None).exists():
        raise DomainError("nothing_to_file")
    changes = {
        "sent_on": sending.on,
        "sent_how": str(sending.how),
        "sent_document": sending.document.strip()[:100],
        "sent_by": actor,
    }
    return advance(filing, "send", FILING_LIST_STEPS, actor=actor, changes=changes)


@transaction.atomic
def drop_list(*, actor: User, filing: FilingList) -> FilingList:
    """A draft that is not sent; its awards can be listed anew."""
    dropped = advance(filing, "drop", FILING_LIST_STEPS, actor=actor)
    dropped.lines.filter(set_aside_at=None).update(set_aside_at=clock.now(), set_aside_why=DROPPED)
    return dropped


@transaction.atomic
def set_line_aside(*, actor: User, filing: FilingList, line_id: int, why: str) -> FilingLine:
    """Taken out before sending, or refused by the receiving body; the award waits again and can be listed anew.

    Raises `reason_missing`, and `line_settled` for a line with a number or set aside.
    """
    require(actor, Permission.CERTIFICATE_ISSUE, filing)
    if not why.strip():
        raise DomainError("reason_missing")
    locked = FilingList.objects.select_for_update().get(pk=filing.pk)
    waiting = locked.lines.filter(set_aside_at=None, filing_number="")
    line = waiting.filter(pk=line_id).first()
    if line is None or locked.state not in (FilingState.DRAFT, FilingState.SENT):
        raise DomainError("line_settled")
    line.set_aside_at, line.set_aside_why = clock.now(), why.strip()[:200]
    line.save(update_fields=["set_aside_at", "set_aside_why"])
    audit.record(actor, "certificates.filing_line_set_aside", locked, reference=line.reference)
    if locked.state == FilingState.SENT:
        answered_if_whole(actor, locked)
    return line


def close_list(*, actor: User, filing: FilingList) -> FilingList:
    """Done with. Raises `not_issued_yet` while a number of the list waits for its certificate."""
    if records_to_issue(actor, filing):
        raise DomainError("not_issued_yet")
    return advance(filing, "close", FILING_LIST_STEPS, actor=actor)


@transaction.atomic
def export_list(*, actor: User, filing: FilingList) -> tuple[bytes, str, str]:
    """(bytes, kind, name) in the body's form. Everybody whose number is opened by it reads that in the own ledger."""
    require(actor, Permission.CERTIFICATE_ISSUE, filing)
    if filing.state == FilingState.DROPPED:
        raise DomainError("nothing_to_file")
    form = form_of(filing)
    lines = [one for one in lines_of(actor, filing) if one.set_aside_at is None]
    prefetch_related_objects(lines, "record__person__documents", "record__replaces__enrolment__cohort__programme")
    if any(field == OPENED for _head, field in form.columns):
        _open(actor, filing, lines)
    audit.record(actor, "certificates.filing_exported", filing, people=len(lines))
    return filing_table(lines, form), KINDS[form.file], f"{filing.number}.{form.file}"


def form_of(filing: FilingList) -> FilingForm:
    return filing_form(filing.receiver, on=clock.day_of(filing.drawn_up_at))


def answered_if_whole(actor: User, filing: FilingList) -> FilingList:
    """The step follows from the lines: none waits for a number any more."""
    if filing.state != FilingState.SENT or filing.lines.filter(set_aside_at=None, filing_number="").exists():
        return filing
    return advance(filing, "answer", FILING_LIST_STEPS, actor=actor, changes={"answered_at": clock.now()})


def _open(actor: User, filing: FilingList, lines: Iterable[Any]) -> None:
    """Each look is written down, then the number goes into the file alone."""
    for line in lines:
        document = document_of(line)
        line.opened = document.number if document else ""
        person = line.record.person.merged_into or line.record.person
        what = AccessEntry.What.IDENTITY_NUMBER
        note_access(actor=actor, person=person, what=what, purpose=f"备案名单 {filing.number}")


def _by_rule(chosen: Iterable[TrainingRecord]) -> dict[FilingRule, list[TrainingRecord]]:
    found: dict[FilingRule, list[TrainingRecord]] = defaultdict(list)
    for record in chosen:
        if rule := filing_rule(record.level.code, on=record.completed_on):  # type: ignore[union-attr]
            found[rule].append(record)
    return found


def _draw_up(actor: User, base: TrainingBase, rule: FilingRule, rows: list[TrainingRecord]) -> FilingList:
    made = FilingList.objects.create(
        number=_next_number(base),
        base=base,
        level=rule.level,
        receiver=rule.receiver,
        mode=rule.mode,
        drawn_up_at=clock.now(),
        drawn_up_by=actor,
    )
    in_order = sorted(rows, key=lambda one: (one.completed_on, one.person.name_key, one.pk))
    FilingLine.objects.bulk_create(
        FilingLine(
            list=made,
            position=place,
            reference=f"{made.number}-{place:03d}",
            record=record,
            name=record.person.name,
            receiver=made.receiver,
        )
        for place, record in enumerate(in_order, 1)
    )
    audit.record(actor, "certificates.filing_drawn_up", made, people=len(rows))
    return made


def _next_number(base: TrainingBase) -> str:
    """Lists are never deleted and the base is locked: counting them gives the next one."""
    beginning = f"BA-{base.code}-{clock.today().year}-"
    return f"{beginning}{FilingList.objects.filter(number__startswith=beginning).count() + 1:03d}"
