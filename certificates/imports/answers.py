"""The table that a receiving body sends back: which line of a list gets which number, and what does not fit.

A line is known by the reference that the list gave it; the name is compared, never used to find somebody.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate, FilingLine, FilingList
from certificates.rules import FilingForm
from core.columns import Column, Entry, Table, WrongValue, identifier, read_table, text
from core.plans import Action, Plan, PlannedRow, Problem
from core.tables import Cell
from core.text import name_key

MESSAGES: dict[str, Promise] = {
    "unknown": _("No line of this list has this reference."),
    "set_aside": _("This line was set aside: no number is expected for it."),
    "name_differs": _("The list that was sent names %(name)s here."),
    "number_used": _("This number has been given to another certificate."),
    "number_twice": _("Line %(line)s of the file gives the same number."),
    "row_twice": _("Line %(line)s of the file already holds this reference."),
    "other_number": _("Filed already with the number %(number)s, which stays as it is."),
    "number_form": _("This is not a number as this body gives them."),
    "row_missing": _("%(reference)s is in the list that was sent, and not in the file."),
}


@dataclass
class AnswerRow(PlannedRow):
    """A row with the line that gets the number."""

    line: Any = None
    number: str = ""


@dataclass
class AnswerPlan(Plan):
    rows: list[AnswerRow]


def answer_columns(form: FilingForm) -> tuple[Column, ...]:
    heads = form.answer
    return (
        Column("reference", heads["reference"], text(60), required=True),
        Column("name", heads["name"], text(100), required=True),
        Column("filing_number", heads["filing_number"], _number_like(form.number), required=True),
    )


def read_answer(content: bytes, form: FilingForm) -> Table:
    """Raises TableUnreadable."""
    return read_table(content, answer_columns(form))


def plan_answer(table: Table, filing: FilingList, lines: Iterable[Any]) -> AnswerPlan:
    """What the file would do. Writes nothing."""
    by_reference = {line.reference: line for line in lines}
    seen = _Seen(_used_elsewhere(table.entries, filing))
    rows = [_row(entry, by_reference, seen) for entry in table.entries]
    rows += _missing(table, by_reference.values(), {entry.values.get("reference", "") for entry in table.entries})
    return AnswerPlan(
        ignored=table.ignored, sha256=table.sha256, remarks=table.remarks, head_texts=table.head_texts, rows=rows
    )


@dataclass
class _Seen:
    """Numbers in use outside of the list, and the rows of the file so far."""

    used: set[str]
    references: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)


def _row(entry: Entry, lines: dict[str, Any], seen: _Seen) -> AnswerRow:
    values = entry.values
    line = lines.get(values.get("reference", ""))
    row = AnswerRow(entry.row, label=line.name if line else values.get("name", ""), cells=entry.cells, line=line)
    row.number = values.get("filing_number", "")
    _check_row(entry, line, seen)
    if line is not None and row.number and not entry.errors:
        _check_number(entry, line, row.number, lines, seen)
    row.errors, row.warnings = entry.errors, entry.warnings
    if not row.errors and line is not None:
        row.id, row.action = line.pk, Action.UNCHANGED if line.filing_number else Action.UPDATE
        row.changes = {} if line.filing_number else {"filing_number": [None, row.number]}
        seen.numbers[row.number] = entry.row
    return row


def _check_row(entry: Entry, line: Any, seen: _Seen) -> None:
    values = entry.values
    reference = values.get("reference", "")
    if reference in seen.references:
        _refuse(entry, "reference", "row_twice", line=seen.references[reference])
    elif reference and line is None:
        _refuse(entry, "reference", "unknown")
    elif line is not None and line.set_aside_at:
        _refuse(entry, "reference", "set_aside")
    elif line is not None and "name" in values and name_key(values["name"]) != name_key(line.name):
        _refuse(entry, "name", "name_differs", name=line.name)
    seen.references.setdefault(reference, entry.row)


def _check_number(entry: Entry, line: Any, number: str, lines: dict[str, Any], seen: _Seen) -> None:
    others = {one.filing_number for one in lines.values() if one.pk != line.pk}
    if line.filing_number not in ("", number):
        _refuse(entry, "filing_number", "other_number", number=line.filing_number)
    elif number in seen.numbers:
        _refuse(entry, "filing_number", "number_twice", line=seen.numbers[number])
    elif number in seen.used | others:
        _refuse(entry, "filing_number", "number_used")


def _refuse(entry: Entry, column: str, code: str, /, **facts: object) -> None:
    entry.refuse(column, code, str(MESSAGES[code]) % facts)


def _missing(table: Table, lines: Iterable[Any], present: set[str]) -> list[AnswerRow]:
    """Lines that still wait and are not in the file, each as a row that could be filled in."""
    waiting = [one for one in lines if not one.filing_number and not one.set_aside_at and one.reference not in present]
    return [_missing_row(table, one) for one in waiting]


def _missing_row(table: Table, line: Any) -> AnswerRow:
    message = str(MESSAGES["row_missing"]) % {"reference": line.reference}
    said = {table.heads.get("reference"): line.reference, table.heads.get("name"): line.name}
    cells = [Cell(said.get(head, "")) for head in table.head_texts]
    problem = Problem(table.heads.get("reference", ""), "row_missing", message)
    return AnswerRow(0, label=line.name, errors=[problem], cells=cells, line=line)


def _used_elsewhere(entries: Iterable[Entry], filing: FilingList) -> set[str]:
    """Numbers of the file that another list, or a certificate of none of its awards, has already."""
    numbers = {entry.values.get("filing_number", "") for entry in entries} - {""}
    lines = FilingLine.objects.filter(receiver=filing.receiver, filing_number__in=numbers).exclude(list=filing)
    own = FilingLine.objects.filter(list=filing).values("record")
    certificates = Certificate.objects.filter(filing_number__in=numbers).exclude(
        Q(training_record__in=own) | Q(training_record__replaces__in=own)
    )
    return {*lines.values_list("filing_number", flat=True), *certificates.values_list("filing_number", flat=True)}


def _number_like(pattern: str) -> Any:
    form = re.compile(pattern)

    def parse(cell: Cell) -> str:
        number = re.sub(r"\s", "", identifier(cell)).upper()
        if not form.fullmatch(number):
            raise WrongValue("number_form", MESSAGES["number_form"])
        return number

    return parse
