"""Files of training bases: which ones a file enters, and which it puts right.

Known by their code. Two hats share the file: whoever keeps the register enters bases with their codes, an authority
over the region puts them right; what is not one's own is left out with a remark. Neither code nor region is changed by
a file: a move has its own paper. Designations are decided in their own procedure and stand in no such file.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.imports.institutions import MESSAGES, region_code
from accounts.imports.people import batches
from accounts.models import Institution, Region, TrainingBase
from accounts.rules import code_fault, days_fault, host_fault
from core.columns import Column, Entry, Table, WrongValue, day, identifier, read_table, text
from core.plans import Action, Plan, PlannedRow
from core.tables import Cell
from core.text import narrow, normal_name

DUPLICATE = _("Line %(line)s of the file already holds this base.")
WORDS: dict[str, Promise] = {
    **MESSAGES,
    "base_code": _("The code of a base has four digits; format the column as text, so that no zero in front is lost."),
    "unknown_host": _("No institution with this code is on file."),
    "host_missing": _("A new base needs its host: the credit code of a legal person."),
    "host_is_a_department": _("A department cannot host a base. Name the legal person it belongs to."),
    "ends_before_start": _("The qualification would end before it begins, or has no first day."),
    "register_only": _("No base with this code is on file; the system administrator enters new ones with this file."),
    "moved": _("This base stands in another region. A move is recorded on its page, with its document."),
    "values_left": _("The base stays as it is: an authority over the region puts it right with the same file."),
}


def _code(cell: Cell) -> str:
    value = narrow(cell.text)
    if fault := code_fault(value):
        raise WrongValue(fault, WORDS[fault])
    return value


def _name(cell: Cell) -> str:
    return normal_name(text(150)(cell))


COLUMNS = (
    Column("code", ("基地代码", "基地编号"), _code, required=True),
    Column("name", ("基地名称", "名称"), _name, required=True),
    Column("host", ("依托单位统一社会信用代码", "依托单位代码"), identifier),
    Column("region_code", ("行政区划代码",), region_code, required=True),
    Column("qualification", ("培训资质",), text(200)),
    Column("training_scope", ("培训范围",), text(1000)),
    Column("qualified_from", ("资质起始日期",), day),
    Column("qualified_to", ("资质失效日期",), day),
    Column("name_en", ("英文名称",), text(200)),
    Column("name_ja", ("日文名称",), text(200)),
)
PROFILE = ("name", "name_en", "name_ja", "qualification", "training_scope", "qualified_from", "qualified_to")


@dataclass
class BaseRow(PlannedRow):
    """A row with what carries it out: the base to enter or put right, its region and host."""

    values: dict[str, Any] = field(default_factory=dict)
    base: TrainingBase | None = None
    region: Region | None = None
    host: Institution | None = None
    corrected: dict[str, Any] = field(default_factory=dict)


@dataclass
class BasePlan(Plan):
    rows: list[BaseRow]


@dataclass(frozen=True)
class Powers:
    """Whether the actor enters bases in a region path, and which of these codes' bases they may put right."""

    registers: Callable[[str], bool]
    corrects: Callable[[Collection[str]], frozenset[int]]


@dataclass(frozen=True)
class _Known:
    regions: dict[str, Region]
    hosts: dict[str, Institution]
    bases: dict[str, TrainingBase]
    correctable: frozenset[int]


def read_bases(content: bytes) -> Table:
    return read_table(content, COLUMNS)


def plan_bases(table: Table, powers: Powers, *, lock: bool = False) -> BasePlan:
    """What the file will do. Writes nothing; `lock` holds the bases that stand in it until the caller's commit."""
    known = _known(table.entries, powers, lock)
    _refuse_duplicates(table.entries)
    rows = [_row(entry, known, powers) for entry in table.entries]
    return BasePlan(rows, table.ignored, table.sha256, table.remarks, table.head_texts)


# --- one row --------------------------------------------------------------------------------------------------------
def _row(entry: Entry, known: _Known, powers: Powers) -> BaseRow:
    row = BaseRow(entry.row, values=entry.values, label=entry.values.get("name", ""))
    _find_region(entry, row, known)
    _find_host(entry, row, known)
    if not entry.errors:
        row.base = known.bases.get(entry.values["code"])
        _enter(entry, row, powers) if row.base is None else _put_right(entry, row, row.base, known, powers)
    row.errors, row.warnings, row.cells = entry.errors, entry.warnings, entry.cells
    if row.errors:
        row.action, row.id, row.changes, row.corrected = Action.ERROR, None, {}, {}
        row.notes = {"name": row.label} if row.label else {}
    return row


def _find_region(entry: Entry, row: BaseRow, known: _Known) -> None:
    code = entry.values.get("region_code")
    row.region = known.regions.get(code) if code else None
    if code and row.region is None:
        _refuse(entry, "region_code", "unknown_region")


def _find_host(entry: Entry, row: BaseRow, known: _Known) -> None:
    code = entry.values.get("host")
    row.host = known.hosts.get(code) if code else None
    if code and row.host is None:
        _refuse(entry, "host", "unknown_host")
    elif fault := host_fault(row.host.is_legal_person if row.host else None, wanted=False):
        _refuse(entry, "host", fault)


def _enter(entry: Entry, row: BaseRow, powers: Powers) -> None:
    if not powers.registers(row.region.path if row.region else ""):
        _refuse(entry, "code", "register_only")
    elif fault := host_fault(row.host.is_legal_person if row.host else None):
        _refuse(entry, "host", fault)
    else:
        _check_days(entry, entry.values.get("qualified_from"), entry.values.get("qualified_to"))
        row.action = Action.CREATE
        row.changes = {name: [None, value] for name, value in entry.values.items()}


def _put_right(entry: Entry, row: BaseRow, base: TrainingBase, known: _Known, powers: Powers) -> None:
    """Only what the file says: an empty cell leaves the value as it is."""
    corrects = base.pk in known.correctable
    if not corrects and not powers.registers(base.region.path):
        _refuse(entry, "code", "out_of_reach")
    elif row.region and row.region.pk != base.region_id:
        _refuse(entry, "region_code", "moved")
    else:
        _compare(entry, row, base, corrects)


def _compare(entry: Entry, row: BaseRow, base: TrainingBase, corrects: bool) -> None:
    present = {name: getattr(base, name) for name in PROFILE} | {"host": base.host.uscc if base.host else None}
    changes = {name: [old, entry.values[name]] for name, old in present.items() if _differs(entry, name, old)}
    row.id, row.action = base.pk, Action.UNCHANGED
    if changes and not corrects:
        entry.warn("code", "values_left", WORDS["values_left"])
    elif changes:
        begins, ends = (entry.values.get(name, present[name]) for name in ("qualified_from", "qualified_to"))
        _check_days(entry, begins, ends)
        row.action, row.changes = Action.UPDATE, changes
        row.corrected = {name: row.host if name == "host" else new for name, (_old, new) in changes.items()}


def _differs(entry: Entry, name: str, present: object) -> bool:
    return name in entry.values and entry.values[name] != present


def _check_days(entry: Entry, begins: Any, ends: Any) -> None:
    if fault := days_fault(begins, ends):
        _refuse(entry, "qualified_to", fault)


# --- against what is there ------------------------------------------------------------------------------------------
def _known(entries: list[Entry], powers: Powers, lock: bool) -> _Known:
    """Regions, hosts and bases that the file names, in as many queries as there are batches."""
    regions, hosts, codes = (
        sorted({entry.values[name] for entry in entries if name in entry.values})
        for name in ("region_code", "host", "code")
    )
    rows = TrainingBase.objects.select_related("region", "host")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return _Known(
        regions={one.code: one for one in Region.objects.filter(code__in=regions, valid_to=None)},
        hosts={str(one.uscc): one for batch in batches(hosts) for one in Institution.objects.filter(uscc__in=batch)},
        bases={one.code: one for batch in batches(codes) for one in rows.filter(code__in=batch).order_by("pk")},
        correctable=powers.corrects(codes),
    )


def _refuse_duplicates(entries: Iterable[Entry]) -> None:
    seen: dict[str, int] = {}
    for entry in entries:
        code = entry.values.get("code")
        if code and seen.setdefault(code, entry.row) != entry.row:
            entry.refuse("code", "duplicate_base", str(DUPLICATE) % {"line": seen[code]})


def _refuse(entry: Entry, name: str, code: str) -> None:
    entry.refuse(name, code, WORDS[code])
