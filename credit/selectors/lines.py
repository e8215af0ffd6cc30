"""A credit file line by line as one audience is shown it: THE source of pages, reports, interface and open data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from core import clock
from credit.models import CreditRecord, CreditRecordQuerySet, SubjectStatement, in_reader_language
from credit.rules.publication import Subject, shown_fields
from credit.selectors.files import no_longer_in_force
from credit.workflow import UNDECIDED

Value = str | date | datetime | bool
IN_FORCE, ENDED, CORRECTED, WITHDRAWN = "in_force", "ended", "corrected", "withdrawn"


@dataclass(frozen=True)
class Line:
    """One entry as an audience is shown it: field -> value, in the order of the fields; others are not even empty."""

    record: CreditRecord
    fields: Mapping[str, Value]

    @property
    def standing(self) -> str:
        return str(self.fields.get("standing", IN_FORCE))

    @property
    def is_struck(self) -> bool:
        return self.standing in (CORRECTED, WITHDRAWN)


def with_voice(rows: CreditRecordQuerySet) -> CreditRecordQuerySet:
    """With what lines ask of each row, in a fixed number of questions."""
    statements = SubjectStatement.objects.select_related("hidden").order_by("turn")
    return rows.select_related("corrected_by", "corrects", "institution", "case").prefetch_related(
        Prefetch("statements", queryset=statements, to_attr="turns"), "objections"
    )


def lines_of(
    records: Iterable[CreditRecord], audience: str, *, on: date | None = None, also_over: bool = False
) -> list[Line]:
    """`records` of `with_voice`. What the audience is shown nothing of is left out."""
    rows, day = list(records), on or clock.today()
    ended = no_longer_in_force(rows)
    found = []
    for row in rows:
        # An adverse entry is gone once it is repaired, over or set aside; its case remains with those it concerned.
        if not also_over and row.case is not None and not row.case.seen_on(day):
            continue
        # What a partner delivered says itself until when it holds.
        if not also_over and is_over(row, day):
            continue
        names = shown_fields(audience, row.category, subject=subject_of(row), on=day)
        if names:
            found.append(Line(row, {name: _FIELDS[name](row, ended) for name in names}))
    return found


def is_over(record: CreditRecord, day: date) -> bool:
    until = record.facts.get("valid_until")
    return bool(until) and date.fromisoformat(until) < day


def line_of(record: CreditRecord, audience: str) -> Line:
    """One entry, of which the audience is shown something; also when it is over: something may be asked of it still."""
    return lines_of(with_voice(CreditRecord.objects.filter(pk=record.pk)), audience, also_over=True)[0]


def subject_of(record: CreditRecord) -> str:
    return Subject.ENTITY if record.institution_id else Subject.PERSON


def spelled(line: Line) -> dict[str, Any]:
    """For machines and papers: days and moments by ISO 8601, the rest as it is; `id` names the entry everywhere."""
    return {"id": line.record.pk, **{name: as_word(value) for name, value in line.fields.items()}}


def as_word(value: Value) -> str | bool:
    if isinstance(value, datetime):
        return value.astimezone(clock.SHANGHAI).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value


# --- one field --------------------------------------------------------------------------------------------------------
def about(record: CreditRecord) -> str:
    """What the fact is about, in one small line in the reader's language."""
    if record.kind == CreditRecord.Kind.COMMITMENT_ACCEPTED:
        return _("%(text)s, version %(version)s") % {
            "text": record.text_title,
            "version": record.facts.get("version", ""),
        }
    hours, facts = record.facts.get("hours"), record.facts
    parts = [
        record.title,
        record.level_title,
        str(facts.get("number") or ""),
        in_reader_language(facts.get("amount")),
        _("%(hours)s class hours") % {"hours": hours} if hours else "",
        in_reader_language(facts.get("reason")),
    ]
    return " · ".join(part for part in parts if part)


def _standing(record: CreditRecord, ended: frozenset[int]) -> str:
    """A withdrawn or corrected entry stays, struck through, with the time of both."""
    second = getattr(record, "corrected_by", None)
    if second is not None:
        return WITHDRAWN if second.kind == CreditRecord.Kind.WITHDRAWAL else CORRECTED
    return ENDED if record.pk in ended else IN_FORCE


def newest_statement(record: CreditRecord) -> SubjectStatement | None:
    turns: list[SubjectStatement] = record.turns  # type: ignore[attr-defined]
    return turns[-1] if turns and turns[-1].text else None


def _statement(record: CreditRecord, _ended: frozenset[int]) -> str:
    newest = newest_statement(record)
    return "" if newest is None or getattr(newest, "hidden", None) else newest.text


def is_disputed(record: CreditRecord) -> bool:
    return any(one.state in UNDECIDED for one in record.objections.all())


_FIELDS: Mapping[str, Any] = {
    "kind": lambda record, _ended: str(record.get_kind_display()),
    "about": lambda record, _ended: about(record),
    "unit": lambda record, _ended: record.unit_name,
    "occurred_on": lambda record, _ended: record.occurred_on,
    "category": lambda record, _ended: str(record.get_category_display()),
    "publisher": lambda record, _ended: record.publisher_name,
    "document": lambda record, _ended: record.document,
    "standing": _standing,
    "disputed": lambda record, _ended: is_disputed(record),
    "statement": _statement,
    "recorded_at": lambda record, _ended: record.recorded_at,
}
