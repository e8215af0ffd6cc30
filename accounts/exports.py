"""Files that people download from the accounts room: templates of the importers, rows of a file that have errors."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.imports import bases, bodies, institutions, people, roster, roster_leaves
from accounts.models import Institution
from accounts.models.positions import EmploymentType
from accounts.selectors.audit import LedgerLine, TrailLine
from core import clock
from core.columns import REASON_HEAD
from core.exports import CSV, XLSX, csv_table, table, template
from core.plans import Plan
from core.tables import Cell

__all__ = [
    "CSV",
    "XLSX",
    "bases_template",
    "bodies_template",
    "error_rows",
    "institutions_template",
    "roster_table",
    "roster_template",
    "template",
]

YES_NO = ("是", "否")
EXPLANATIONS = {
    "name": "证件上的姓名",
    "id_number": "18 位号码请按文本填写，勿使用数字格式",
    "phone": "手机号码，可带国家（地区）代码",
    "start_date": "日期，如 2026-03-01",
    "end_date": "离职后不再计入的第一天，如 2026-03-01",
    "share": "0 至 100 的整数",
    "leave_kind": "仅长期离岗时填写；填写后须填离岗首日",
    "away_from": "不在岗的第一天，如 2026-03-01",
    "back_on": "回岗的第一天；尚不知道则留空",
    "uscc": "18 位统一社会信用代码；内设部门留空",
    "region_code": "六位行政区划代码，全国填 000000",
    "parent": "上级单位的统一社会信用代码",
}

BODY_EXPLANATIONS = {
    "name": "机构全称",
    "code": "机构编码，最多 30 个字符，全平台唯一",
    "region_code": "六位行政区划代码；高新区、兵团等填写以字母开头的六位代码",
    "region_name": "仅用于尚未登记的高新区、兵团",
    "region_name_en": "同上；留空则各语言页面均显示中文名称",
    "region_name_ja": "同上",
    "within": "高新区、兵团所在的行政区划代码",
    "parent": "上级机构的机构编码；留空即国家级主管部门",
    "line": "可填多项，以顿号分隔",
    "valid_from": "职责条线的起始日期，如 2026-03-01",
    "document": "职责条线的文件名称和文号",
}

BASE_EXPLANATIONS = {
    "code": "四位数字，全平台唯一，写入证书编号，登记后不变",
    "name": "基地全称",
    "host": "依托单位（法人）的统一社会信用代码；新登记的基地必填",
    "qualified_from": "日期，如 2026-03-01",
    "qualified_to": "资质不再有效的第一天，如 2029-03-01",
}


def roster_template() -> bytes:
    # Either column for a leaving date, or for a return, would do; the one that says what it means is offered.
    columns = [column for column in roster.COLUMNS if column.field not in ("last_day", "last_day_away")]
    choices = {
        "id_type": tuple(people.DOCUMENT_WORDS),
        "employment_type": tuple(roster.EMPLOYMENT_WORDS),
        "professional": YES_NO,
        "full_time": YES_NO,
        "leave_kind": tuple(roster_leaves.KIND_WORDS),
    }
    return template("名册", columns, choices, EXPLANATIONS)


def institutions_template() -> bytes:
    choices = {
        "category": tuple(institutions.CATEGORY_WORDS),
        "level": tuple(institutions.LEVEL_WORDS),
    }
    return template("机构", institutions.COLUMNS, choices, EXPLANATIONS)


def bodies_template() -> bytes:
    choices = {
        "kind": tuple(bodies.KIND_WORDS),
        "rank": tuple(institutions.LEVEL_WORDS)[1:],
        "line": tuple(bodies.LINE_WORDS),
    }
    return template("管理机构", bodies.COLUMNS, choices, EXPLANATIONS | BODY_EXPLANATIONS)


def bases_template() -> bytes:
    return template("培训基地", bases.COLUMNS, {}, EXPLANATIONS | BASE_EXPLANATIONS)


def error_rows(plan: Plan) -> bytes:
    """The rows with errors under the heads of their file, with the reason in a last column; uploadable as it is.

    Everything is text: numbers stay whole, and nothing that begins with = is calculated. A figure that a spreadsheet
    has rounded is written in the way that says so, lest it pass for a number.
    """
    wrong = [row for row in plan.rows if row.errors]
    width = max([len(plan.head_texts), *(len(row.cells) for row in wrong)], default=0)
    heads = [*plan.head_texts, *[""] * (width - len(plan.head_texts))]
    lines = []
    for row in wrong:
        rounded = {problem.column for problem in row.errors if problem.code == "float"}
        texts = [_as_text(cell, heads[place] in rounded) for place, cell in enumerate(row.cells)]
        reasons = "; ".join(f"{problem.column}: {problem.message}" for problem in row.errors)
        lines.append([*texts, *[""] * (width - len(texts)), reasons])
    return table("错误行", [*heads, REASON_HEAD], lines)


def _as_text(cell: Cell, rounded: bool) -> str:
    if rounded and cell.number is not None:
        return f"{cell.number:.15E}"
    return cell.day.isoformat() if cell.day and cell.number is None else cell.text


def roster_table(
    institution: Institution, lines: Iterable[Mapping[str, Any]], *, on: date, known_at: datetime | None, kind: str
) -> bytes:
    """The staff list for reading: numbers masked, each line with its place, its day and what was known."""
    known = known_at.date() if known_at else _("now")
    heads = [
        _("Full name"), _("Number of the document"), _("Post"), _("Department"), _("Professional staff"),
        _("Employment"), _("Start"), _("No longer counted from"), _("Counted until"), _("Status"), _("Institution"),
        _("As of"), _("As known at"),
    ]  # fmt: skip
    rows = ([*_staff_line(line), institution.name, on, known] for line in lines)
    return csv_table(heads, rows) if kind == CSV else table(_("Staff roster"), heads, rows)


def _staff_line(line: Mapping[str, Any]) -> list[Any]:
    row = line["appointment"]
    return [
        line["name"], line["masked"], row.post, row.department, _("yes") if row.professional else _("no"),
        str(EmploymentType(row.employment_type).label), row.start_date, row.end_date, line["counted_until"],
        line["standing"],
    ]  # fmt: skip


# --- for the audit administrator: masked as on the page -------------------------------------------------------------
def trail_table(lines: Iterable[TrailLine]) -> bytes:
    heads = [
        _("When"), _("Who did it"), _("What was done"), _("Verb"), _("About what"), _("Number"), _("Reason"),
        _("Details"),
    ]  # fmt: skip
    return table(_("Audit trail"), heads, (_trail_row(line) for line in lines))


def _trail_row(line: TrailLine) -> list[Any]:
    entry = line.entry
    details = "; ".join(f"{name}: {value}" for name, value in line.details)
    return [
        _moment(entry.at), line.who, line.sentence, entry.verb, line.subject, entry.subject_id, line.reason, details,
    ]  # fmt: skip


def ledger_table(lines: Iterable[LedgerLine]) -> bytes:
    heads = [
        _("When"),
        _("Who looked"),
        _("Acting for"),
        _("At whose record"),
        _("At what"),
        _("Purpose"),
        _("Shown or refused"),
    ]
    return table(_("Access ledger"), heads, (_ledger_row(line) for line in lines))


def _ledger_row(line: LedgerLine) -> list[Any]:
    entry = line.entry
    outcome = _("was shown") if entry.granted else _("was refused")
    what = str(entry.get_what_display())
    return [_moment(entry.at), line.who, entry.body_name, line.whom, what, line.purpose, outcome]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M:%S}"
