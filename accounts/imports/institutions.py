"""Files of institutions: which ones a file creates, changes or leaves as they are.

Legal persons are known by their code, departments by parent and name.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import check_uscc
from accounts.imports.people import batches
from accounts.models import Institution, Region
from accounts.models.places import Rank
from accounts.selectors import known_areas
from core.columns import Column, Entry, Table, WrongValue, choice, identifier, read_table, text
from core.plans import Action, Plan, PlannedRow
from core.tables import Cell
from core.text import name_key, narrow, normal_name

Category = Institution.Category
CATEGORY_WORDS = {
    "高校": Category.UNIVERSITY.value,
    "科研院所": Category.RESEARCH_INSTITUTE.value,
    "企业": Category.ENTERPRISE.value,
    "孵化载体": Category.INCUBATOR.value,
    "投资机构": Category.INVESTMENT.value,
    "知识产权服务机构": Category.IP_SERVICE.value,
    "交易机构": Category.EXCHANGE.value,
    "协会": Category.ASSOCIATION.value,
    "公共机构": Category.PUBLIC_BODY.value,
    "国际技术转移中心": Category.INTERNATIONAL_CENTRE.value,
}
# Other words for the same, as registers write them.
CATEGORY_SPELLINGS = {
    "高等院校": Category.UNIVERSITY.value,
    "高等学校": Category.UNIVERSITY.value,
    "大学": Category.UNIVERSITY.value,
    "研究院所": Category.RESEARCH_INSTITUTE.value,
    "科研机构": Category.RESEARCH_INSTITUTE.value,
    "众创空间": Category.INCUBATOR.value,
    "孵化器": Category.INCUBATOR.value,
    "科技企业孵化器": Category.INCUBATOR.value,
    "创投机构": Category.INVESTMENT.value,
    "技术交易机构": Category.EXCHANGE.value,
    "技术交易市场": Category.EXCHANGE.value,
    "行业协会": Category.ASSOCIATION.value,
    "联盟": Category.ASSOCIATION.value,
    "事业单位": Category.PUBLIC_BODY.value,
    "国际技术转移机构": Category.INTERNATIONAL_CENTRE.value,
    "国家国际技术转移中心": Category.INTERNATIONAL_CENTRE.value,
}
LEVEL_WORDS = {
    "国家": Rank.NATIONAL.value,
    "省": Rank.PROVINCIAL.value,
    "市": Rank.MUNICIPAL.value,
    "县": Rank.COUNTY.value,
}
RANK_SPELLINGS = {
    "国家级": Rank.NATIONAL.value,
    "省级": Rank.PROVINCIAL.value,
    "市级": Rank.MUNICIPAL.value,
    "地市级": Rank.MUNICIPAL.value,
    "县级": Rank.COUNTY.value,
    "区县级": Rank.COUNTY.value,
}
# A division of the standard, or a zone that reports on its own.
REGION_CODE = re.compile(r"[0-9]{6}|[A-Z][0-9A-Z]{5}")
MESSAGES: dict[str, Promise] = {
    "length": _("A unified social credit code has 18 characters."),
    "alphabet": _("The code holds a character that such codes never use (I, O, S, V, Z and signs)."),
    "check_character": _("The last character does not fit the others: something was mistyped."),
    "unknown_area": _("The area inside the code is not in the list of regions."),
    "unknown_prefix": _("The first two characters are unusual."),
    "needs_parent": _("Give a unified social credit code; a department without one needs that of its parent."),
    "unknown_parent": _("No institution with this code is known or stands in the file."),
    "circle": _("An institution cannot stand below itself."),
    "unknown_region": _(
        "This is no code of the list of regions (six digits, 000000 for the nation; a zone's own code)."
    ),
    "out_of_reach": _("This region lies outside your jurisdiction."),
    "level_above": _("Neither the old level nor the new one may lie above that of your own body."),
    "duplicate": _("Line %(line)s of the file already holds this institution."),
}
_hundred_fifty_characters = text(150)


def _name(cell: Cell) -> str:
    return normal_name(_hundred_fifty_characters(cell))


def region_code(cell: Cell) -> str:
    # No region begins with 0 but the nation itself, so a figure can have lost only the zeros of 000000.
    value = "000000" if cell.number == 0 else narrow(cell.text).upper()
    if not REGION_CODE.fullmatch(value):
        raise WrongValue("unknown_region", MESSAGES["unknown_region"])
    return value


COLUMNS = (
    Column("name", ("名称",), _name, required=True),
    Column("uscc", ("统一社会信用代码",), identifier),
    Column("category", ("类别",), choice(CATEGORY_WORDS, CATEGORY_SPELLINGS), required=True),
    Column("level", ("级别",), choice(LEVEL_WORDS, RANK_SPELLINGS), required=True),
    Column("region_code", ("行政区划代码",), region_code, required=True),
    Column("parent", ("上级单位",), identifier),
)
Key = str | tuple[str, str]
Node = int | str


@dataclass
class InstitutionRow(PlannedRow):
    """A row with what carries it out. The parent is known (`parent_id`) or made by the same file (`parent_uscc`)."""

    values: dict[str, Any] = field(default_factory=dict)
    institution: Institution | None = None
    region: Region | None = None
    parent_id: int | None = None
    parent_uscc: str = ""


@dataclass
class InstitutionPlan(Plan):
    rows: list[InstitutionRow]


@dataclass(frozen=True)
class _Known:
    regions: dict[str, Region]
    by_uscc: dict[str, Institution]
    departments: dict[tuple[int, str], Institution]
    in_file: frozenset[str]


def read_institutions(content: bytes) -> Table:
    return read_table(content, COLUMNS)


def plan_institutions(
    table: Table, *, reaches: Callable[[Region], bool], may_set_levels: Callable[..., bool]
) -> InstitutionPlan:
    """What the file will do; `reaches` says whether a region lies inside the actor's jurisdiction, `may_set_levels`
    whether levels are within the actor's rank. Writes nothing."""
    areas = known_areas()
    for entry in table.entries:
        _check_codes(entry, areas)
    known = _known(table.entries)
    planned = [(entry, _row(entry, known)) for entry in table.entries]
    _refuse_duplicates(table.entries)
    _refuse_circles(planned, known)
    for entry, row in planned:
        _refuse_out_of_reach(entry, row, reaches)
        _refuse_levels_above(entry, row, may_set_levels)
    return InstitutionPlan([_closed(entry, row) for entry, row in planned], table.ignored, table.sha256)


# --- one row by itself ----------------------------------------------------------------------------------------------
def _check_codes(entry: Entry, areas: frozenset[str]) -> None:
    for name in ("uscc", "parent"):
        if name not in entry.values:
            continue
        checked = check_uscc(entry.values[name], known_areas=areas)
        entry.values[name] = checked.value
        for code in checked.errors:
            entry.refuse(name, code, MESSAGES[code])
        for code in checked.warnings:
            entry.warn(name, code, MESSAGES[code])
    asked = {problem.column for problem in entry.errors} & {entry.heads.get("uscc"), entry.heads.get("parent")}
    if "uscc" not in entry.values and "parent" not in entry.values and not asked:
        entry.refuse("uscc", "needs_parent", MESSAGES["needs_parent"])


# --- against what is there ------------------------------------------------------------------------------------------
def _known(entries: list[Entry]) -> _Known:
    """Regions, institutions and departments that the file names, in as many queries as there are batches."""
    usccs = {entry.values[name] for entry in entries for name in ("uscc", "parent") if name in entry.values}
    found = [
        institution
        for batch in batches(sorted(usccs))
        for institution in Institution.objects.filter(uscc__in=batch).select_related("region", "parent")
    ]
    rows = Institution.objects.filter(kind=Institution.Kind.INTERNAL_DEPARTMENT, parent__in=found)
    departments = list(rows.select_related("region", "parent")) if found else []
    codes = {entry.values["region_code"] for entry in entries if "region_code" in entry.values}
    return _Known(
        regions={region.code: region for region in Region.objects.filter(code__in=codes)},
        by_uscc={str(institution.uscc): institution for institution in found},
        departments={(int(one.parent_id or 0), one.name_key): one for one in departments},
        in_file=frozenset(entry.values["uscc"] for entry in entries if "uscc" in entry.values),
    )


def _row(entry: Entry, known: _Known) -> InstitutionRow:
    row = InstitutionRow(entry.row, values=entry.values)
    if code := entry.values.get("region_code"):
        row.region = known.regions.get(code)
        if row.region is None:
            entry.refuse("region_code", "unknown_region", MESSAGES["unknown_region"])
    _place_below_parent(entry, row, known)
    row.institution = _match(entry, row, known)
    if row.institution:
        row.id = row.institution.pk
        row.changes = _differences(row.institution, entry.values)
        row.action = Action.UPDATE if row.changes else Action.UNCHANGED
    else:
        row.changes = {name: [None, value] for name, value in entry.values.items()}
        row.action = Action.CREATE
    return row


def _place_below_parent(entry: Entry, row: InstitutionRow, known: _Known) -> None:
    uscc = entry.values.get("parent")
    if not uscc or entry.errors:
        return
    if uscc in known.by_uscc:
        row.parent_id = known.by_uscc[uscc].pk
    elif uscc in known.in_file:
        row.parent_uscc = uscc
    else:
        entry.refuse("parent", "unknown_parent", MESSAGES["unknown_parent"])


def _match(entry: Entry, row: InstitutionRow, known: _Known) -> Institution | None:
    if "uscc" in entry.values:
        return known.by_uscc.get(entry.values["uscc"])
    if row.parent_id and "name" in entry.values:
        return known.departments.get((row.parent_id, name_key(entry.values["name"])))
    return None


def _differences(institution: Institution, values: dict[str, Any]) -> dict[str, list[Any]]:
    """Only what the file says: an empty cell leaves the value as it is."""
    present = {
        "name": institution.name,
        "category": institution.category,
        "level": institution.level,
        "region_code": institution.region.code,
        "parent": institution.parent.uscc if institution.parent else None,
    }
    return {name: [old, values[name]] for name, old in present.items() if name in values and old != values[name]}


# --- rows against one another ---------------------------------------------------------------------------------------
def _key(entry: Entry) -> Key | None:
    if "uscc" in entry.values:
        return str(entry.values["uscc"])
    if "parent" in entry.values and "name" in entry.values:
        return (str(entry.values["parent"]), name_key(entry.values["name"]))
    return None


def _refuse_duplicates(entries: Iterable[Entry]) -> None:
    seen: dict[Key, int] = {}
    for entry in entries:
        key = _key(entry)
        if key and seen.setdefault(key, entry.row) != entry.row:
            column = "uscc" if "uscc" in entry.values else "name"
            entry.refuse(column, "duplicate", str(MESSAGES["duplicate"]) % {"line": seen[key]})


def _refuse_circles(planned: list[tuple[Entry, InstitutionRow]], known: _Known) -> None:
    """Follow every parent upwards, as things will stand after the import."""
    above = _completed_upwards({one.pk: one.parent_id for one in known.by_uscc.values()})
    above |= {_node(row): parent for _entry, row in planned if (parent := row.parent_id or row.parent_uscc)}
    for entry, row in planned:
        seen: set[Node] = set()
        node: Node | None = _node(row)
        while node and node not in seen:
            seen.add(node)
            node = above.get(node)
        if node and node == _node(row):
            entry.refuse("parent", "circle", MESSAGES["circle"])


def _node(row: InstitutionRow) -> Node:
    return row.institution.pk if row.institution else row.values.get("uscc", f"line {row.row}")


def _completed_upwards(parents: dict[Node, Node | None]) -> dict[Node, Node | None]:
    """Parents of parents too: one query per storey of the tree."""
    while missing := {parent for parent in parents.values() if parent} - parents.keys():
        for pk, parent in Institution.objects.filter(pk__in=missing).values_list("pk", "parent_id"):
            parents[pk] = parent
    return parents


def _refuse_out_of_reach(entry: Entry, row: InstitutionRow, reaches: Callable[[Region], bool]) -> None:
    regions = [row.institution.region if row.institution else None, row.region]
    if not all(reaches(region) for region in regions if region):
        row.id = None
        entry.refuse("region_code", "out_of_reach", MESSAGES["out_of_reach"])


def _refuse_levels_above(entry: Entry, row: InstitutionRow, may_set_levels: Callable[..., bool]) -> None:
    levels = [level for level in row.changes.get("level", []) if level]
    if levels and not may_set_levels(*levels):
        entry.refuse("level", "level_above", MESSAGES["level_above"])


def _closed(entry: Entry, row: InstitutionRow) -> InstitutionRow:
    row.errors, row.warnings = entry.errors, entry.warnings
    if row.errors:
        row.action, row.changes = Action.ERROR, {}
        row.notes = {"name": name} if (name := entry.values.get("name")) else {}
    return row
