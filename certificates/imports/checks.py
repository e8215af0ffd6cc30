"""The table of an employer: certificates by number and code, or by number, full name and end of the document number.

Only what stands in the file is looked at here: whether a certificate exists is not asked before somebody confirms.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.identifiers import in_fours, normal_code, normal_number
from certificates.models.checks import Way
from core.columns import Column, Entry, Table, WrongValue, identifier, read_table, text
from core.plans import Action, Plan, PlannedRow
from core.tables import Cell

# The tries at one number are those of everybody: a file leaves enough of an hour's for others.
MOST_OF_ONE = 3
MESSAGES: dict[str, Promise] = {
    "number_form": _("This cannot be a certificate number: compare every character with the paper."),
    "code_form": _("This cannot be a verification code: it has sixteen characters."),
    "tail_form": _("Four characters are needed, as they end the document number."),
    "incomplete": _("Give the code, or the full name and the last four characters of the document."),
    "row_twice": _("Line %(line)s of the file asks the same."),
    "number_often": _("Without its code a number may stand in a file up to %(most)s times: compare name and document."),
    "too_many": _("A file may hold up to %(most)s rows. Split it."),
}


@dataclass
class CheckRow(PlannedRow):
    """A row with what is asked: by code, or by name and tail."""

    number: str = ""
    code: str = ""
    name: str = ""
    tail: str = ""

    @property
    def way(self) -> str:
        return Way.CODE if self.code else Way.NAME

    @property
    def asks(self) -> tuple[str, ...]:
        return (self.number, self.code) if self.code else (self.number, self.name, self.tail)


@dataclass
class CheckPlan(Plan):
    rows: list[CheckRow]


@dataclass
class _Before:
    """What the rows above have asked, and how often about which number without its code."""

    asked: dict[tuple[str, ...], int] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)


def _number(cell: Cell) -> str:
    return _formed(normal_number(identifier(cell)), "number_form")


def _code(cell: Cell) -> str:
    return _formed(normal_code(identifier(cell)), "code_form")


def _tail(cell: Cell) -> str:
    value = identifier(cell).upper()
    return _formed(value if len(value) == 4 else "", "tail_form")


def _formed(value: str, refusal: str) -> str:
    if not value:
        raise WrongValue(refusal, MESSAGES[refusal])
    return value


COLUMNS = (
    Column("number", ("证书编号",), _number, required=True),
    Column("code", ("核验码",), _code),
    Column("name", ("姓名",), text(100)),
    Column("tail", ("证件号码后四位",), _tail),
)


def read_check(content: bytes) -> Table:
    """Raises TableUnreadable."""
    return read_table(content, COLUMNS)


def plan_check(table: Table, *, most: int) -> CheckPlan:
    """What the file would ask. Nothing is asked and nothing written."""
    before = _Before()
    rows = [_row(entry, before, most if place > most else 0) for place, entry in enumerate(table.entries, 1)]
    return CheckPlan(
        ignored=table.ignored, sha256=table.sha256, remarks=table.remarks, head_texts=table.head_texts, rows=rows
    )


def _row(entry: Entry, before: _Before, beyond: int) -> CheckRow:
    said: dict[str, Any] = entry.values
    row = CheckRow(entry.row, label=said.get("name", "") or said.get("number", ""), cells=entry.cells)
    row.number, row.code = said.get("number", ""), said.get("code", "")
    row.name, row.tail = said.get("name", ""), said.get("tail", "")
    if not entry.errors:
        _check(entry, row, before, beyond)
    row.errors, row.warnings = entry.errors, entry.warnings
    if not row.errors:
        row.action, row.changes = Action.CREATE, _shown(row)
    return row


def _check(entry: Entry, row: CheckRow, before: _Before, beyond: int) -> None:
    if not row.code and not (row.name and row.tail):
        _refuse(entry, "code", "incomplete")
    elif row.asks in before.asked:
        _refuse(entry, "number", "row_twice", line=before.asked[row.asks])
    elif row.way == Way.NAME and before.tries[row.number] >= MOST_OF_ONE:
        _refuse(entry, "number", "number_often", most=MOST_OF_ONE)
    elif beyond:
        _refuse(entry, "number", "too_many", most=beyond)
    before.asked.setdefault(row.asks, entry.row)
    before.tries[row.number] += row.way == Way.NAME


def _refuse(entry: Entry, column: str, code: str, /, **facts: object) -> None:
    entry.refuse(column, code, str(MESSAGES[code]) % facts)


def _shown(row: CheckRow) -> dict[str, list[Any]]:
    """What was understood; the end of a document number is not repeated on a page."""
    shown: dict[str, list[Any]] = {"number": [None, row.number], "way": [None, str(row.way)]}
    if row.way == Way.CODE:
        return shown | {"code": [None, in_fours(row.code)]}
    return shown | {"name": [None, row.name]}
