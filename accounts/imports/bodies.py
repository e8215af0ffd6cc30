"""Files of administrative bodies: which ones a file enters, with their zones and lines of duty, or puts right.

Known by their code. Two hats share the file: whoever keeps the list enters bodies and names, an authority enters lines
of duty; what is not one's own is left out with a remark. Rank, region and body above are not changed by a file: a
reorganisation is a new body.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.imports.institutions import LEVEL_WORDS, MESSAGES, RANK_SPELLINGS, region_code
from accounts.models import AdminBody, Duty, Region
from accounts.models.bodies import Line
from accounts.models.places import Rank
from core.columns import Column, Entry, Table, WrongValue, choice, day, identifier, read_table, text
from core.plans import Action, Plan, PlannedRow
from core.tables import Cell
from core.text import narrow, normal_name

Kind = AdminBody.Kind
KIND_WORDS = {
    "科技管理部门": Kind.DEPARTMENT.value,
    "计划单列市部门": Kind.SEPARATE_CITY.value,
    "生产建设兵团": Kind.CORPS.value,
    "高新区管委会": Kind.ZONE_COMMITTEE.value,
}
# Where a body may stand over a region that is no division, and what such a region is.
ZONES = {Kind.CORPS.value: Region.Kind.CORPS, Kind.ZONE_COMMITTEE.value: Region.Kind.ZONE}
# Such a code begins with a letter: none of the standard's does.
ZONE_CODE = re.compile(r"[A-Z][0-9A-Z]{5}")
LINE_WORDS = {
    "科技": Line.SCIENCE.value,
    "工信": Line.INDUSTRY.value,
    "教育": Line.EDUCATION.value,
    "市场监管": Line.MARKET.value,
    "人社": Line.HUMAN_RESOURCES.value,
    "知识产权": Line.INTELLECTUAL_PROPERTY.value,
    "发展改革": Line.DEVELOPMENT.value,
    "财政": Line.FINANCE.value,
    "国资": Line.STATE_ASSETS.value,
}
RANKS = [str(rank) for rank in Rank]
NATIONAL = "NATIONAL"
WORDS: dict[str, Promise] = {
    **MESSAGES,
    "unknown_body": _("No body with this code is known or stands in the file."),
    "rank_not_below_parent": _("The rank must lie below that of the body above."),
    "parent_elsewhere": _("The body above has another jurisdiction, which does not hold this region."),
    "reorganised": _("This differs from the body on file. A reorganisation is entered as a new body."),
    "keeper_only": _("No body with this code is on file; the system administrator enters new ones with the same file."),
    "names_left": _("Names and kind stay as they are: the system administrator puts them right."),
    "duty_left": _("The line of duty is not entered: an authority over the region does so with the same file."),
    "duty_overlaps": _("The body has this line of duty at that time already."),
    "needs_day": _("Beside a line of duty stand its first day and its document."),
    "needs_within": _("This zone is not known: name the division it lies in."),
    "not_a_zone": _("Only a zone committee or the production corps stands over a region outside the standard."),
}


def _name(cell: Cell) -> str:
    return normal_name(text(120)(cell))


def _code(cell: Cell) -> str:
    value = identifier(cell)
    if len(value) > 30:
        raise WrongValue("too_long", limit=30)
    return value


def _lines(cell: Cell) -> tuple[str, ...]:
    """One or several, as 科技、教育."""
    parse = choice(LINE_WORDS)
    parts = [part for part in re.split(r"[、,，;；/\s]+", narrow(cell.text)) if part]
    return tuple(sorted({parse(Cell(part)) for part in parts}))


COLUMNS = (
    Column("name", ("名称", "机构名称"), _name, required=True),
    Column("code", ("机构编码", "编码"), _code, required=True),
    Column("kind", ("类型", "机构类型"), choice(KIND_WORDS)),
    Column("rank", ("级别",), choice(LEVEL_WORDS, RANK_SPELLINGS), required=True),
    Column("region_code", ("管辖区域代码", "行政区划代码"), region_code, required=True),
    Column("region_name", ("区域名称",), text(60)),
    Column("within", ("所在行政区划代码",), region_code),
    Column("parent", ("上级机构编码",), _code),
    Column("line", ("职责条线", "条线"), _lines),
    Column("valid_from", ("起始日期",), day),
    Column("document", ("文件", "文号"), text(200)),
    Column("name_en", ("英文名称",), text(200)),
    Column("name_ja", ("日文名称",), text(200)),
    Column("region_name_en", ("区域英文名称",), text(80)),
    Column("region_name_ja", ("区域日文名称",), text(60)),
)
NAMES = ("name", "name_en", "name_ja", "kind")


@dataclass
class BodyRow(PlannedRow):
    """A row with what carries it out: a body to enter or put right, its zone, the lines of duty to enter."""

    values: dict[str, Any] = field(default_factory=dict)
    body: AdminBody | None = None
    path: str = ""
    # A region that the file enters: the path of the one it lies in.
    zone_in: str | None = None
    parent: str = NATIONAL
    corrected: dict[str, Any] = field(default_factory=dict)
    duties: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        return str(self.values["code"])


@dataclass
class BodyPlan(Plan):
    rows: list[BodyRow]


@dataclass(frozen=True)
class Powers:
    """Whether the actor keeps the list of a region path, reaches its bodies as an authority, and enters the duties of
    a body of some rank there."""

    keeps: Callable[[str], bool]
    reaches: Callable[[str], bool]
    assigns: Callable[[str, str], bool]


@dataclass
class _Known:
    """What is on file, and what the rows so far will enter: regions by code, (rank, path) of bodies by code."""

    paths: dict[str, str]
    bodies: dict[str, AdminBody]
    places: dict[str, tuple[str, str]]
    duties: dict[int, list[Duty]]
    in_file: frozenset[str]


def read_bodies(content: bytes) -> Table:
    return read_table(content, COLUMNS)


def plan_bodies(table: Table, powers: Powers) -> BodyPlan:
    """What the file will do. Writes nothing."""
    known = _known(table.entries)
    _refuse_duplicates(table.entries)
    rows: dict[int, BodyRow] = {}
    # From the top down: who stands above is known before those below.
    for entry in sorted(table.entries, key=lambda one: RANKS.index(one.values.get("rank", Rank.COUNTY))):
        rows[entry.row] = _row(entry, known, powers)
    return BodyPlan([rows[entry.row] for entry in table.entries], table.ignored, table.sha256)


# --- one row --------------------------------------------------------------------------------------------------------
def _row(entry: Entry, known: _Known, powers: Powers) -> BodyRow:
    row = BodyRow(entry.row, values=entry.values, label=entry.values.get("name", ""))
    if not entry.errors:
        row.body = known.bodies.get(row.code)
        _place(entry, row, known)
    if not entry.errors:
        _set_below_parent(entry, row, known)
    if not entry.errors:
        _decide(entry, row, known, powers)
    row.errors, row.warnings, row.cells = entry.errors, entry.warnings, entry.cells
    if row.errors:
        row.action, row.id, row.changes = Action.ERROR, None, {}
    return row


def _place(entry: Entry, row: BodyRow, known: _Known) -> None:
    """The jurisdiction; one that the standard does not have is entered with its body."""
    code = entry.values["region_code"]
    if code in known.paths:
        row.path = known.paths[code]
    elif not ZONE_CODE.fullmatch(code):
        _refuse(entry, "region_code", "unknown_region")
    elif entry.values.get("kind") not in ZONES:
        _refuse(entry, "kind", "not_a_zone")
    elif (within := known.paths.get(entry.values.get("within", ""))) is None:
        _refuse(entry, "within", "needs_within")
    else:
        row.zone_in, row.path = within, f"{within}{code}/"


def _set_below_parent(entry: Entry, row: BodyRow, known: _Known) -> None:
    row.parent = entry.values.get("parent") or (row.body.parent.code if row.body and row.body.parent else NATIONAL)
    above = known.places.get(row.parent)
    if above is None and row.parent in known.in_file:
        # Rows are taken by rank from the top down: it stands no higher.
        _refuse(entry, "rank", "rank_not_below_parent")
    elif above is None:
        _refuse(entry, "parent", "unknown_body")
    elif RANKS.index(entry.values["rank"]) <= RANKS.index(above[0]):
        _refuse(entry, "rank", "rank_not_below_parent")
    elif not row.path.startswith(above[1]):
        _refuse(entry, "parent", "parent_elsewhere")
    else:
        known.places.setdefault(row.code, (entry.values["rank"], row.path))
        known.paths.setdefault(entry.values["region_code"], row.path)


def _decide(entry: Entry, row: BodyRow, known: _Known, powers: Powers) -> None:
    keeps = powers.keeps(row.path)
    if not keeps and not powers.reaches(row.path):
        _refuse(entry, "region_code", "out_of_reach")
    elif row.body is None and not keeps:
        _refuse(entry, "code", "keeper_only")
    elif row.body is not None and _is_reorganised(entry, row, row.body):
        return
    else:
        _name_changes(entry, row, keeps)
        _duty_changes(entry, row, known, powers.assigns(entry.values["rank"], row.path))
        row.action = _action(row)


def _action(row: BodyRow) -> Action:
    if row.body is None:
        return Action.CREATE
    return Action.UPDATE if row.changes else Action.UNCHANGED


def _is_reorganised(entry: Entry, row: BodyRow, body: AdminBody) -> bool:
    present = {"rank": body.rank, "region_code": body.jurisdiction, "parent": body.parent.code if body.parent else ""}
    wanted = {"rank": entry.values["rank"], "region_code": row.path, "parent": row.parent}
    for name in present:
        if present[name] != wanted[name]:
            _refuse(entry, name, "reorganised")
    return bool(entry.errors)


def _name_changes(entry: Entry, row: BodyRow, keeps: bool) -> None:
    """Only what the file says: an empty cell leaves the value as it is."""
    if row.body is None:
        shown = {name: value for name, value in entry.values.items() if name not in ("line", "valid_from", "document")}
        row.changes = {name: [None, value] for name, value in shown.items()}
        return
    row.id = row.body.pk
    given = {name: entry.values[name] for name in NAMES if name in entry.values}
    differing = {name: value for name, value in given.items() if getattr(row.body, name) != value}
    if differing and not keeps:
        entry.warn("name", "names_left", WORDS["names_left"])
        return
    row.corrected = differing
    row.changes = {name: [getattr(row.body, name), value] for name, value in differing.items()}


def _duty_changes(entry: Entry, row: BodyRow, known: _Known, assigns: bool) -> None:
    lines = entry.values.get("line", ())
    if not lines:
        return
    if "valid_from" not in entry.values or "document" not in entry.values:
        _refuse(entry, "line", "needs_day")
        return
    begins = entry.values["valid_from"]
    held = known.duties.get(row.body.pk, []) if row.body else []
    same = {one.line for one in held if one.valid_from == begins and one.valid_to is None}
    wanted = tuple(line for line in lines if line not in same)
    if any(one.line in wanted and (one.valid_to is None or one.valid_to > begins) for one in held):
        _refuse(entry, "line", "duty_overlaps")
    elif wanted and not assigns:
        entry.warn("line", "duty_left", WORDS["duty_left"])
    elif wanted:
        row.duties = wanted
        row.changes["line"] = [None, "、".join(str(Line(line).label) for line in wanted)]
        row.changes["valid_from"] = [None, begins]


# --- against what is there ------------------------------------------------------------------------------------------
def _known(entries: list[Entry]) -> _Known:
    """Regions and bodies that the file names, in as many queries for one row as for a thousand."""
    codes = {entry.values[name] for entry in entries for name in ("region_code", "within") if name in entry.values}
    named = {entry.values[name] for entry in entries for name in ("code", "parent") if name in entry.values}
    found = list(AdminBody.objects.filter(code__in=named | {NATIONAL}).select_related("parent").order_by("pk"))
    duties: dict[int, list[Duty]] = {}
    for duty in Duty.objects.filter(body__in=found).order_by("pk"):
        duties.setdefault(duty.body_id, []).append(duty)
    return _Known(
        paths={region.code: region.path for region in Region.objects.filter(code__in=codes, valid_to=None)},
        bodies={body.code: body for body in found},
        places={body.code: (body.rank, body.jurisdiction) for body in found},
        duties=duties,
        in_file=frozenset(entry.values["code"] for entry in entries if "code" in entry.values),
    )


def _refuse_duplicates(entries: Iterable[Entry]) -> None:
    seen: dict[str, int] = {}
    for entry in entries:
        code = entry.values.get("code")
        if code and seen.setdefault(code, entry.row) != entry.row:
            entry.refuse("code", "duplicate_body", str(DUPLICATE) % {"line": seen[code]})


DUPLICATE = _("Line %(line)s of the file already holds this body.")


def _refuse(entry: Entry, name: str, code: str) -> None:
    entry.refuse(name, code, WORDS[code])
